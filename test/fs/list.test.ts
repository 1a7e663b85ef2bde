import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Disk } from '../../src/fs/disk.ts';
import { isHidden, type ListOptions, listFiles } from '../../src/fs/list.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { openFile } from '../../src/fs/open-file.ts';
import { ModelDisk } from '../support/model-disk.ts';

let root: string;
let told: string[];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'list-')));
  told = [];
});
afterEach(() => rmSync(root, { recursive: true }));

function put(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

function list(pattern = '', options: Partial<ListOptions> = {}, disk: Disk = nodeDisk): string[] {
  const unreadable = (path: string) => told.push(path);
  const files = listFiles(disk, root + pattern, { recursive: false, unreadable, ...options });
  return [...files].map(({ path }) => path.slice(root.length)).sort();
}

describe('what is input', () => {
  test.each([
    ['a.json', false],
    ['.a.json', true],
    ['_a.json', true],
    ['_a=1', false],
    ['.a=1', true],
    ['a.tmp', true],
    ['a.part', true],
    ['a._COPYING_', true],
    ['part-0.csv', false],
    ['_spark_metadata', true],
    ['=', false],
  ])('%s hidden: %s', (name, hidden) => {
    expect(isHidden(name)).toBe(hidden);
  });

  test('files directly in the folder, or at all depths', () => {
    put('a', 'b/c', 'b/_d=1/e', '_rejects/f', '.g/h', 'b/i.tmp');
    expect(list()).toEqual(['/a']);
    expect(list('/')).toEqual(['/a']);
    expect(list('', { recursive: true })).toEqual(['/a', '/b/_d=1/e', '/b/c']);
  });

  test('size and time to the fraction of a millisecond', () => {
    put('a');
    utimesSync(join(root, 'a'), 1, 1_719_278_977.1585);
    const [file] = listFiles(nodeDisk, root, { recursive: false, unreadable: () => undefined });
    expect(file).toEqual({ path: join(root, 'a'), size: 1, mtimeMs: nodeDisk.stat(join(root, 'a')).mtimeMs });
    expect(file?.mtimeMs).toBeCloseTo(1_719_278_977_158.5, 2);
  });

  test('a root that is missing has none, a root that is a file is one', () => {
    put('a');
    expect(list('/none')).toEqual([]);
    expect(list('/a')).toEqual(['/a']);
    expect(told).toEqual([]);
  });

  test('links to files within the root only; loops, dangling links, FIFOs are passed over', () => {
    put('in/a', 'in/.data/b', 'out');
    symlinkSync('.data/b', join(root, 'in/link'));
    symlinkSync('../out', join(root, 'in/away'));
    symlinkSync('/etc/passwd', join(root, 'in/passwd'));
    symlinkSync('self', join(root, 'in/self'));
    symlinkSync('nothing', join(root, 'in/dangling'));
    symlinkSync('.', join(root, 'in/loop'));
    execFileSync('mkfifo', [join(root, 'in/fifo')]);
    symlinkSync('.', join(root, 'in/loop2'));
    const outside: string[][] = [];
    expect(list('/in', { recursive: true, outside: (...link) => outside.push(link) })).toEqual(['/in/a', '/in/link']);
    expect(told).toEqual([`${root}/in/self`]);
    expect(outside.sort()).toEqual([
      [`${root}/in/away`, `${root}/out`],
      [`${root}/in/passwd`, '/etc/passwd'],
    ]);
    expect(() => openFile(nodeDisk, join(root, 'in/fifo'))).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });
});

describe('patterns', () => {
  beforeEach(() => put('x1/a.json', 'x1/b.csv', 'x2/a.json', 'y/a.json', '_x/a.json', 'x1/d/c.json', '*.json'));

  test.each<[string, string[]]>([
    ['/x?', ['/x1/a.json', '/x1/b.csv', '/x2/a.json']],
    ['/*/a.json', ['/x1/a.json', '/x2/a.json', '/y/a.json']],
    ['/{x1/*.json,y}', ['/x1/a.json', '/y/a.json']],
    ['/{x1,x?}', ['/x1/a.json', '/x1/b.csv', '/x2/a.json']],
    ['/[xy]*/*.csv', ['/x1/b.csv']],
    ['/_*', ['/_x/a.json']],
    ['/\\*.json', ['/*.json']],
    ['/none*', []],
  ])('%s', (pattern, found) => {
    expect(list(pattern)).toEqual(found);
  });

  test('links that lead out of the fixed part do not match', () => {
    symlinkSync('/etc', join(root, 'x3'));
    symlinkSync('x1', join(root, 'x4'));
    expect(list('/x[34]')).toEqual(['/x4/a.json', '/x4/b.csv']);
  });
});

describe('a moving folder', () => {
  test('what is known needs no stat', () => {
    const disk = new ModelDisk();
    for (let i = 0; i < 10; i++) disk.writeFile(`${root}/${i}`, 'x');
    const known = (path: string) => (path.endsWith('3') ? undefined : { size: 7, mtimeMs: 8 });
    const files = [...listFiles(disk, root, { recursive: false, known, unreadable: () => undefined })];
    expect(files.filter(({ size }) => size === 7)).toHaveLength(9);
    expect(disk.count('stat')).toBe(2);
  });

  test('a file that vanishes before its stat is not there', () => {
    const disk = new ModelDisk();
    disk.writeFile(`${root}/a`, 'x');
    disk.writeFile(`${root}/b`, 'x');
    disk.failAt(1, 'ENOENT', { op: 'stat' });
    expect(list('', {}, disk)).toEqual(['/b']);
    expect(told).toEqual([]);
  });

  test.each(['EACCES', 'EIO', 'EMFILE'])('what cannot be looked at (%s) is told, the rest is listed', (code) => {
    const disk = new ModelDisk();
    for (const path of ['/a', '/b', '/d/c']) disk.writeFile(root + path, 'x');
    disk.failAt(1, code, { op: 'readdir' });
    disk.failAt(1, code, { op: 'stat' });
    expect(list('', { recursive: true }, disk)).toEqual(['/b']);
    expect(told.sort()).toEqual([`${root}/a`, `${root}/d`]);
  });

  test('a name that is not UTF-8 is told, not lost', () => {
    const disk = new ModelDisk();
    disk.writeFile(`${root}/\ufffd`, 'x');
    disk.failAt(1, 'ENOENT', { op: 'stat' });
    list('', {}, disk);
    expect(told).toEqual([`${root}/\ufffd`]);
  });
});
