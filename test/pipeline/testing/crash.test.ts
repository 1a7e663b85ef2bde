import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Disk } from '../../../src/fs/disk.ts';
import { nodeDisk } from '../../../src/fs/node-disk.ts';
import { fileInput } from '../../../src/pipeline/files.ts';
import { differences, leftovers, outputHashes } from '../../../src/pipeline/testing/crash/compare-output.ts';
import { copyInput } from '../../../src/pipeline/testing/crash/copy-inputs.ts';
import { CHANGES, crashPoints, samplePoints, toldDisk } from '../../../src/pipeline/testing/crash/crash-disk.ts';
import { inParallel } from '../../../src/pipeline/testing/crash/in-parallel.ts';
import { parseSchema } from '../../../src/sql/parser.ts';
import { createWorkspace, filesBelow, type Workspace } from '../../support/workspace.ts';

let work: Workspace;
beforeEach(() => {
  work = createWorkspace('crash-parts');
});
afterEach(() => work.remove());

describe('the disk of a crash test', () => {
  test('tells of every change before it is made, and of nothing else', () => {
    const told: string[] = [];
    const path = (name: string) => work.path(name);
    const disk = toldDisk(nodeDisk, (op) => told.push(`${op} ${filesBelow(work.dir).join()}`));
    const file = disk.create(path('a'));
    disk.write(file, Buffer.from('abcd'), 0, 4);
    disk.setTime(file, 1000);
    disk.fsync(file);
    disk.close(file);
    disk.stat(path('a'));
    disk.link(path('a'), path('b'));
    disk.rename(path('b'), path('c'));
    disk.unlink(path('a'));
    disk.mkdir(path('d'));
    disk.fsyncDirectory(work.dir);
    disk.rmdir(path('d'));
    expect(told).toEqual([
      'create ',
      'write a',
      'setTime a',
      'fsync a',
      'link a',
      'rename a,b',
      'unlink a,c',
      'mkdir c',
      'fsyncDirectory c',
      'rmdir c',
    ]);
    expect(new Set(told.map((line) => line.split(' ')[0]))).toEqual(new Set(CHANGES));
    expect(readFileSync(path('c'), 'utf8')).toBe('abcd');
  });

  test('can cut a write in half, if it has two bytes', () => {
    const halves: boolean[] = [];
    const disk = toldDisk(nodeDisk, (op, half) => {
      if (op !== 'write') return;
      halves.push(half !== null);
      half?.();
    });
    const file = disk.create(work.path('a'));
    disk.write(file, Buffer.from('abcdef'), 1, 5);
    disk.write(file, Buffer.from('x'), 0, 1);
    disk.close(file);
    expect(halves).toEqual([true, false]);
    expect(readFileSync(work.path('a'), 'utf8')).toBe('bcbcdefx');
  });

  test('wraps every operation that a disk has and that changes it', () => {
    const looks: readonly (keyof Disk)[] = ['openRead', 'read', 'close', 'stat', 'fstat', 'readdir', 'realpath'];
    // A flush begins what the fsync behind it ends: alone it promises nothing.
    expect([...CHANGES, ...looks, 'flush'].sort()).toEqual(Object.keys(nodeDisk).sort());
  });
});

describe('points', () => {
  const changes = [
    { op: 'create', canHalve: false },
    { op: 'write', canHalve: true },
  ] as const;

  test('are before each change, and in the middle of a write', () => {
    expect(crashPoints(changes)).toEqual([
      { at: 0, op: 'create', half: false },
      { at: 1, op: 'write', half: false },
      { at: 1, op: 'write', half: true },
    ]);
  });

  test('a sample has as many as were asked for, in order, none twice, spread over the run', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 500 }), (total, count) => {
        const points = crashPoints(Array.from({ length: total }, () => changes[0]));
        const sample = samplePoints(points, count).map(({ at }) => at);
        expect(sample.length).toBe(Math.min(total, count));
        expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
        const gaps = sample.map((at, i) => at - (sample[i - 1] ?? -1));
        if (count >= 3) expect(Math.max(...gaps)).toBeLessThan((4 * total) / count + 2);
      }),
    );
  });
});

describe('the copy of an input', () => {
  const input = (path: string, options = {}) =>
    fileInput(work.path(path), 'json', parseSchema('n INT'), options, 'UTC');
  const copy = (path: string, count = 100, options = {}) =>
    copyInput('s', input(path, options), count, work.path('copy'));

  function deliver(name: string, seconds: number): void {
    work.deliver(name, `{"n":${seconds}}`);
    utimesSync(work.path(name), seconds, seconds);
  }

  test('has the first files that the source takes, with their times, and leaves the originals alone', async () => {
    deliver('in/b.json', 100);
    deliver('in/a.json', 300);
    deliver('in/c.json', 200);
    deliver('in/_hidden.json', 50);
    expect(await copy('in', 2)).toEqual({ path: work.path('copy'), files: 2, bytes: 18 });
    expect(filesBelow(work.path('copy'))).toEqual(['b.json', 'c.json']);
    expect(statSync(work.path('copy/b.json')).mtimeMs).toBe(100_000);
    expect(filesBelow(work.path('in'))).toHaveLength(4);
  });

  test('keeps the folders of partitions', async () => {
    deliver('in/day=1/hour=0/a.json', 100);
    deliver('in/day=2/hour=3/a.json', 200);
    await copy('in');
    expect(filesBelow(work.path('copy'))).toEqual(['day=1/hour=0/a.json', 'day=2/hour=3/a.json']);
  });

  test('keeps files of several folders apart', async () => {
    deliver('in/x/day=1/a.json', 100);
    deliver('in/y/day=1/a.json', 200);
    expect((await copy('in/*')).path).toBe(work.path('copy/*'));
    expect(filesBelow(work.path('copy'))).toEqual(['0/day=1/a.json', '1/day=1/a.json']);
  });

  test('of a single file, or of a pattern of files', async () => {
    deliver('in/a.json', 100);
    deliver('in/b.txt', 200);
    await copy('in/a.json');
    expect(filesBelow(work.path('copy'))).toEqual(['a.json']);
    await copyInput('s', input('in/*.txt'), 9, work.path('other'));
    expect(filesBelow(work.path('other'))).toEqual(['b.txt']);
  });

  test('does not clean up what it copied', async () => {
    deliver('in/a.json', 100);
    mkdirSync(work.path('archive'));
    await copy('in', 9, { cleanSource: 'archive', sourceArchiveDir: work.path('archive') });
    expect(existsSync(work.path('in/a.json'))).toBe(true);
  });

  test('of nothing is an error', async () => {
    await expect(copy('in')).rejects.toThrow('which the source "s" reads, has no files. Give a sample: --data DIR');
  });
});

describe('outputs', () => {
  function output(name: string, id: string, rows: string): string {
    work.deliver(`${name}/_clickstream/owner.json`, `{"queryId":"${id}"}`);
    work.deliver(`${name}/part-0-${id.slice(0, 8)}.csv`, rows);
    work.deliver(`${name}/_spark_metadata/0`, `file://${work.path(name)}/part-0-${id.slice(0, 8)}.csv`);
    return work.path(name);
  }

  test('of two runs are the same but for what names the run', () => {
    const one = outputHashes(nodeDisk, output('a', '11111111-2222-3333-4444-555555555555', '1\n'));
    const other = outputHashes(nodeDisk, output('b', '99999999-2222-3333-4444-555555555555', '1\n'));
    expect(other).toEqual(one);
    expect(Object.keys(one)).toContain('part-0-QUERY.csv');
  });

  test('every difference is told', () => {
    const one = outputHashes(nodeDisk, output('a', '11111111-2222', '1\n'));
    const folder = output('b', '11111111-2222', '2\n');
    writeFileSync(work.path('b/.part.tmp'), '');
    const other = outputHashes(nodeDisk, folder);
    expect(differences(one, other)).toEqual(['too many: .part.tmp', 'other bytes: part-0-QUERY.csv']);
    expect(differences(other, one)).toEqual(['missing: .part.tmp', 'other bytes: part-0-QUERY.csv']);
  });

  test('what a checkpoint should not hold any more', () => {
    for (const name of ['lock', 'offsets/0', 'offsets/.1.tmp', 'metadata']) work.deliver(`c/${name}`, '');
    expect(leftovers(nodeDisk, work.path('c')).sort()).toEqual(['lock', 'offsets/.1.tmp']);
  });
});

describe('work in parallel', () => {
  test('gives results in the order of the items, whichever is done first', async () => {
    const told: number[] = [];
    const finish: (() => void)[] = [];
    const wait = (item: number) => new Promise<number>((resolve) => finish.push(() => resolve(item * 10)));
    const all = inParallel([1, 2, 3], 2, wait, (result) => told.push(result));
    expect(finish).toHaveLength(2);
    finish[1]?.();
    await new Promise(setImmediate);
    expect(told).toEqual([]);
    finish[0]?.();
    await new Promise(setImmediate);
    expect(told).toEqual([10, 20]);
    finish[2]?.();
    expect(await all).toEqual([10, 20, 30]);
  });

  test('ends with the first error, and begins nothing more', async () => {
    const begun: number[] = [];
    const act = async (item: number) => {
      begun.push(item);
      throw new Error(`${item}`);
    };
    await expect(inParallel([1, 2, 3, 4], 2, act)).rejects.toThrow('1');
    expect(begun).toEqual([1, 2]);
  });
});
