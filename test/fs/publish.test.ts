import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Disk } from '../../src/fs/disk.ts';
import { DurableFile } from '../../src/fs/durable-file.ts';
import { makeDirectoryDurable } from '../../src/fs/durable-folder.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { errnoError, ModelDisk } from '../support/model-disk.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clickstream-publish-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const TIME_MS = Date.UTC(2026, 0, 1, 0, 0, 0, 123);

function publishAt(disk: Disk, path: string): void {
  const file = DurableFile.create(disk, path);
  file.write(new TextEncoder().encode('a'));
  file.publish('rename', { mtimeMs: TIME_MS });
}

describe('a file is published with a time of its own', () => {
  test('twice the same, to the last digit', () => {
    const path = join(folder, 'a');
    publishAt(nodeDisk, path);
    const once = statSync(path).mtimeMs;
    publishAt(nodeDisk, path);
    expect(statSync(path).mtimeMs).toBe(once);
    expect(Math.abs(once - TIME_MS)).toBeLessThan(1);
  });

  test.each(['EPERM', 'ENOSYS'])('or with that of its writing, where times cannot be set (%s)', (code) => {
    const disk = new ModelDisk();
    makeDirectoryDurable(disk, '/d');
    disk.failAt(0, code, { op: 'setTime' });
    publishAt(disk, '/d/a');
    expect(disk.look('/d/a')?.mtimeMs).not.toBe(TIME_MS);
  });

  test('or not at all, when the disk fails', () => {
    const disk = new ModelDisk();
    makeDirectoryDurable(disk, '/d');
    disk.failAt(0, 'EIO', { op: 'setTime' });
    expect(() => publishAt(disk, '/d/a')).toThrow('cannot set the time of /d/a');
    expect(disk.files()).toEqual([]);
  });
});

test('an early flush that failed is not asked for again: the second would have said that all is well', async () => {
  let flushes = 0;
  const disk: Disk = {
    ...nodeDisk,
    async flush() {
      flushes++;
      throw errnoError('EIO', 'fdatasync', 'b');
    },
  };
  const file = DurableFile.create(disk, join(folder, 'b'));
  const large = new Uint8Array(64 * 1024 * 1024);
  for (let i = 0; i < 3; i++) {
    file.write(large);
    file.flushEarly();
    await file.settled();
  }
  expect(flushes).toBe(1);
  expect(() => file.publish('rename')).toThrow(expect.objectContaining({ code: 'FSYNC_FAILED' }));
});
