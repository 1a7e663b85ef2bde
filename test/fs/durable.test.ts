import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Disk } from '../../src/fs/disk.ts';
import { DurableFile, isTemporaryName, writeDurable } from '../../src/fs/durable-file.ts';
import { makeDirectoryDurable } from '../../src/fs/durable-folder.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { readWhole } from '../../src/fs/read-whole.ts';
import { ModelDisk, PowerLoss } from '../support/model-disk.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

function diskWith(...folders: string[]): ModelDisk {
  const disk = new ModelDisk();
  for (const folder of folders) makeDirectoryDurable(disk, folder);
  return disk;
}

function codeOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}

describe.each(['link', 'rename'] as const)('writeDurable by %s', (mode) => {
  test('survives the loss of power once it returned, with one fsync of the file and one of the folder', () => {
    const disk = diskWith('/d');
    const before = disk.calls.length;
    writeDurable(disk, '/d/a', bytes('hello'), mode);
    const after = disk.crash();
    expect(after.files()).toEqual(['/d/a']);
    expect(text(after.readFile('/d/a'))).toBe('hello');
    const calls = disk.calls.slice(before).map(({ op }) => op);
    expect(calls.filter((op) => op === 'fsync')).toHaveLength(1);
    expect(calls.filter((op) => op === 'fsyncDirectory')).toHaveLength(1);
    expect(disk.openHandles).toBe(0);
  });

  test('shows nothing or the whole, at every point of losing power and for every kept subset', () => {
    let states = 0;
    for (let at = 0, last = false; !last; at++) {
      expect(at).toBeLessThan(100);
      const disk = diskWith('/d');
      disk.shortWrite = (asked) => Math.min(asked, 700);
      disk.powerOffAt(disk.calls.length + at);
      const done = codeOf(() => writeDurable(disk, '/d/a', bytes('x'.repeat(2000)), mode)) === 'no error';
      for (let subset = 0; subset < 2 ** disk.pending().length; subset++) {
        const after = disk.crash({ survive: (_, index) => (subset & (1 << index)) !== 0 });
        const names = after.files().filter((path) => !isTemporaryName(path.slice(3)));
        if (names.length > 0 || done) expect(text(after.readFile('/d/a'))).toBe('x'.repeat(2000));
        states++;
      }
      last = done;
    }
    expect(states).toBeGreaterThan(40);
  });

  test.each(['create', 'write', 'fsync', 'fstat', 'close', mode] as const)(
    'leaves no temporary file and no handle when %s fails',
    (op) => {
      const disk = diskWith('/d');
      disk.failAt(0, 'ENOSPC', { op });
      const code = codeOf(() => writeDurable(disk, '/d/a', bytes('hello'), mode));
      expect(code).toBe(op === 'fsync' ? 'FSYNC_FAILED' : 'DISK_FULL');
      expect(disk.files()).toEqual([]);
      expect(disk.openHandles).toBe(0);
      expect(disk.count('fsync')).toBeLessThanOrEqual(1);
    },
  );

  test('loops on short writes', () => {
    const disk = diskWith('/d');
    disk.shortWrite = () => 3;
    writeDurable(disk, '/d/a', bytes('hello world'), mode);
    expect(text(disk.readFile('/d/a'))).toBe('hello world');
  });
});

describe('publishing a name that is taken', () => {
  test.each([true, false])('by link refuses, also without links (links: %s)', (hasLinks) => {
    const disk = diskWith('/d');
    disk.hasLinks = hasLinks;
    writeDurable(disk, '/d/a', bytes('one'), 'link');
    expect(codeOf(() => writeDurable(disk, '/d/a', bytes('two'), 'link'))).toBe('ALREADY_EXISTS');
    expect(text(disk.readFile('/d/a'))).toBe('one');
    expect(disk.files()).toEqual(['/d/a']);
  });

  test('without links a claim in progress refuses', () => {
    const disk = diskWith('/d');
    disk.hasLinks = false;
    disk.writeFile('/d/.a.claim.tmp', '');
    expect(codeOf(() => writeDurable(disk, '/d/a', bytes('two'), 'link'))).toBe('ALREADY_EXISTS');
  });

  test('by rename replaces', () => {
    const disk = diskWith('/d');
    writeDurable(disk, '/d/a', bytes('one'), 'rename');
    writeDurable(disk, '/d/a', bytes('two'), 'rename');
    expect(text(disk.crash().readFile('/d/a'))).toBe('two');
  });
});

describe('DurableFile', () => {
  test('counts, streams and can leave the folder fsync to the caller', () => {
    const disk = diskWith('/d');
    const before = disk.count('fsyncDirectory');
    const file = DurableFile.create(disk, '/d/a');
    file.write(bytes('ab'));
    file.write(bytes('cde'));
    expect(file.bytesWritten).toBe(5);
    file.publish('rename', { syncDirectory: false });
    expect(disk.count('fsyncDirectory')).toBe(before);
    expect(disk.crash().files()).not.toContain('/d/a');
    disk.fsyncDirectory('/d');
    expect(text(disk.crash().readFile('/d/a'))).toBe('abcde');
  });

  test('is dead after it was abandoned or published', () => {
    const disk = diskWith('/d');
    const file = DurableFile.create(disk, '/d/a');
    file.abandon();
    file.abandon();
    expect(codeOf(() => file.write(bytes('x')))).toBe('INTERNAL_ERROR');
    expect(disk.files()).toEqual([]);
  });

  test('finds out that the file is not as long as what was written', () => {
    const disk = diskWith('/d');
    const lying: Disk = Object.create(disk, {
      fstat: { value: () => ({ kind: 'file', size: 3, mtimeMs: 0 }) },
    });
    expect(codeOf(() => writeDurable(lying, '/d/a', bytes('hello'), 'rename'))).toBe('SHORT_WRITE');
    expect(disk.files()).toEqual([]);
  });
});

describe('makeDirectoryDurable', () => {
  test('what it made survives, whenever an earlier try was killed', () => {
    for (let killedAt = 0; ; killedAt++) {
      const disk = new ModelDisk();
      disk.failAt(killedAt, 'EIO', { lasting: true });
      const killed = codeOf(() => makeDirectoryDurable(disk, '/a/b/c')) !== 'no error';
      // A killed process, not a lost power: what it did is there, synced or not.
      disk.clearFailures();
      makeDirectoryDurable(disk, '/a/b/c');
      writeDurable(disk, '/a/b/c/f', bytes('x'), 'link');
      expect(disk.crash().files()).toEqual(['/a/b/c/f']);
      if (!killed) break;
    }
  });

  test('says so when a file is in the way', () => {
    const disk = diskWith('/d');
    disk.writeFile('/d/f', 'x');
    expect(codeOf(() => makeDirectoryDurable(disk, '/d/f'))).toBe('NOT_A_FOLDER');
  });
});

test('power loss is not taken for an error of the system', () => {
  const disk = diskWith('/d');
  disk.powerOffAt(disk.calls.length);
  expect(() => disk.stat('/d')).toThrow(PowerLoss);
});

describe('nodeDisk', () => {
  test('publishes, refuses and reads back on the real disk', () => {
    const dir = mkdtempSync(join(tmpdir(), 'durable-'));
    try {
      makeDirectoryDurable(nodeDisk, join(dir, 'x/y'));
      writeDurable(nodeDisk, join(dir, 'x/y/a'), bytes('hello'), 'link');
      expect(codeOf(() => writeDurable(nodeDisk, join(dir, 'x/y/a'), bytes('no'), 'link'))).toBe('ALREADY_EXISTS');
      writeDurable(nodeDisk, join(dir, 'x/y/b'), bytes('b'), 'rename');
      expect(text(readWhole(nodeDisk, join(dir, 'x/y/a')))).toBe('hello');
      expect(readdirSync(join(dir, 'x/y')).sort()).toEqual(['a', 'b']);
      expect(codeOf(() => readWhole(nodeDisk, join(dir, 'x/y/a'), 4))).toBe('FILE_TOO_LARGE');
      expect(codeOf(() => readWhole(nodeDisk, join(dir, 'none')))).toBe('FILE_NOT_FOUND');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('flushEarly', () => {
  const MEGABYTE = new Uint8Array(1024 * 1024);

  /** A disk whose flushes end when they are told to. */
  function flushingDisk() {
    const disk: ModelDisk & Disk = diskWith('/d');
    const flushes: { resolve(): void; reject(error: Error): void }[] = [];
    disk.flush = () => new Promise<void>((resolve, reject) => flushes.push({ resolve, reject }));
    return { disk, flushes };
  }

  test('begins once there is much to write, one at a time, and publish comes after it', async () => {
    const { disk, flushes } = flushingDisk();
    const file = DurableFile.create(disk, '/d/a');
    for (let megabytes = 1; megabytes <= 30; megabytes++) {
      file.write(MEGABYTE);
      file.flushEarly();
      expect(flushes).toHaveLength(megabytes < 8 ? 0 : 1);
    }
    expect(() => file.publish('rename')).toThrow('flush is over');
    flushes[0]?.resolve();
    await file.settled();
    file.publish('rename');
    expect(disk.crash().stat('/d/a').size).toBe(30 * MEGABYTE.length);
  });

  test('a flush that failed is a failed fsync: the file is not published, and the disk is not asked again', async () => {
    const { disk, flushes } = flushingDisk();
    const file = DurableFile.create(disk, '/d/a');
    for (let megabytes = 0; megabytes < 8; megabytes++) file.write(MEGABYTE);
    file.flushEarly();
    flushes[0]?.reject(Object.assign(new Error('EIO'), { code: 'EIO' }));
    await file.settled();
    const asked = disk.calls.length;
    expect(codeOf(() => file.publish('rename'))).toBe('FSYNC_FAILED');
    expect(disk.calls.slice(asked).map(({ op }) => op)).not.toContain('fsync');
    expect(disk.files()).toEqual([]);
    expect(disk.openHandles).toBe(0);
  });

  test('an abandoned file is closed when its flush is over', async () => {
    const { disk, flushes } = flushingDisk();
    const file = DurableFile.create(disk, '/d/a');
    for (let megabytes = 0; megabytes < 8; megabytes++) file.write(MEGABYTE);
    file.flushEarly();
    file.abandon();
    expect(disk.openHandles).toBe(1);
    flushes[0]?.resolve();
    await new Promise((done) => setImmediate(done));
    expect(disk.openHandles).toBe(0);
    expect(disk.files()).toEqual([]);
  });
});
