import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { Disk } from '../../src/fs/disk.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { RejectsWriter } from '../../src/sinks/rejects.ts';
import { newFolder, removeFolders } from '../sources/support.ts';

afterEach(removeFolders);

const writer = (directory: string, disk: Disk = nodeDisk, mayHaveEarlier = true) =>
  new RejectsWriter({ disk, directory, queryId: '0123456789', batchId: 12, kind: 'rejected', mayHaveEarlier });

test('records become lines of one file, which appears at the end', () => {
  const out = newFolder();
  const rejects = writer(out);
  rejects.add({ source: '/in/a', line: 1, reason: 'broken', raw: 'x"\n' });
  rejects.add({ source: '/in/a', line: 2, reason: 'broken', raw: 'y' });
  expect(existsSync(rejects.path)).toBe(false);
  expect(rejects.finish()).toBe(join(out, '_rejects/part-000000012-rejected-01234567.ndjson'));
  expect(readFileSync(rejects.path, 'utf8')).toBe(
    '{"source":"/in/a","line":1,"reason":"broken","raw":"x\\"\\n"}\n{"source":"/in/a","line":2,"reason":"broken","raw":"y"}\n',
  );
  expect(rejects.count).toBe(2);
});

test('a batch that is run again replaces its file, or removes it', () => {
  const out = newFolder();
  const first = writer(out);
  for (let i = 0; i < 50_000; i++) first.add({ reason: `reason ${i}` });
  first.finish();
  const second = writer(out);
  second.add({ reason: 'only' });
  second.finish();
  expect(readFileSync(second.path, 'utf8')).toBe('{"reason":"only"}\n');
  expect(writer(out).finish()).toBeNull();
  expect(readdirSync(join(out, '_rejects'))).toEqual([]);
});

test('a batch that cannot have run before does not look for what it left', () => {
  const out = newFolder();
  const blind: Disk = {
    ...nodeDisk,
    unlink() {
      throw new Error('nothing is there to be removed');
    },
  };
  expect(() => writer(out, blind).finish()).toThrow('nothing is there');
  expect(writer(out, blind, false).finish()).toBeNull();
});

test('nothing set aside makes no folder', () => {
  const out = newFolder();
  expect(writer(out).finish()).toBeNull();
  expect(readdirSync(out)).toEqual([]);
});

test('a disk error comes out of finish, not of add', () => {
  const out = newFolder();
  const full: Disk = {
    ...nodeDisk,
    write() {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    },
  };
  const rejects = writer(out, full);
  for (let i = 0; i < 50_000; i++) rejects.add({ reason: `reason ${i}` });
  expect(() => rejects.finish()).toThrow(expect.objectContaining({ code: 'DISK_FULL' }));
  expect(readdirSync(join(out, '_rejects'))).toEqual([]);
});
