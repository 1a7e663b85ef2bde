import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../src/clock.ts';
import type { Disk } from '../../src/fs/disk.ts';
import { readWhole } from '../../src/fs/read-whole.ts';
import type { FileGenerator } from '../../src/generate/file-generator.ts';
import { type WriteFilesOptions, writeFiles } from '../../src/generate/write-files.ts';
import { ModelDisk } from '../support/model-disk.ts';

/** Sleeping moves the time on; nothing else does. */
function createTestClock(): Clock & { readonly sleeps: number[]; spend(ms: number): void } {
  let nowMs = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    spend: (ms) => {
      nowMs += ms;
    },
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      sleeps.push(ms);
      nowMs += ms;
    },
  };
}

function createCounter(onFile: () => void = () => {}): FileGenerator {
  let number = 0;
  return {
    name: 'test',
    extension: 'txt',
    counts: { events: 0, late: 0, corrupt: 0 },
    *nextFile(events) {
      onFile();
      for (let i = 0; i < events; i++) yield Buffer.from(`${number++};`);
    },
  };
}

function diskWithFolder(): ModelDisk {
  const disk = new ModelDisk();
  disk.mkdir('/out');
  return disk;
}

function contents(disk: Disk): Record<string, string> {
  const names = disk.readdir('/out').map(({ name }) => name);
  return Object.fromEntries(
    names.sort().map((name) => [name, Buffer.from(readWhole(disk, `/out/${name}`)).toString()]),
  );
}

const OPTIONS: WriteFilesOptions = {
  directory: '/out',
  seed: 7,
  eventsPerFile: 2,
  files: 2,
  intervalMs: 0,
  signal: new AbortController().signal,
};

describe('writeFiles', () => {
  test('writes whole files under numbered names', async () => {
    const disk = diskWithFolder();
    expect(await writeFiles(createCounter(), disk, createTestClock(), OPTIONS)).toBe(2);
    expect(contents(disk)).toEqual({ 'test-7-000000001.txt': '0;1;', 'test-7-000000002.txt': '2;3;' });
  });

  test('a file has its name only when it is whole: every write goes to a temporary name', async () => {
    const disk = diskWithFolder();
    disk.shortWrite = () => 1;
    await writeFiles(createCounter(), disk, createTestClock(), OPTIONS);
    expect(contents(disk)['test-7-000000002.txt']).toBe('2;3;');
    const created = disk.calls.filter((call) => call.op === 'create').map((call) => call.path);
    expect(created).toEqual(['/out/.test-7-000000001.txt.tmp', '/out/.test-7-000000002.txt.tmp']);
    expect(disk.count('rename')).toBe(2);
  });

  test('a second run goes on behind the numbers that are there, other seeds beside it', async () => {
    const disk = diskWithFolder();
    await writeFiles(createCounter(), disk, createTestClock(), OPTIONS);
    await writeFiles(createCounter(), disk, createTestClock(), { ...OPTIONS, files: 1 });
    await writeFiles(createCounter(), disk, createTestClock(), { ...OPTIONS, files: 1, seed: 8 });
    expect(Object.keys(contents(disk))).toEqual([
      'test-7-000000001.txt',
      'test-7-000000002.txt',
      'test-7-000000003.txt',
      'test-8-000000001.txt',
    ]);
  });

  test('a temporary file that a killed run left is replaced', async () => {
    const disk = diskWithFolder();
    disk.close(disk.create('/out/.test-7-000000001.txt.tmp'));
    await writeFiles(createCounter(), disk, createTestClock(), { ...OPTIONS, files: 1 });
    expect(contents(disk)).toEqual({ 'test-7-000000001.txt': '0;1;' });
  });

  test('a full disk ends in an error that names the file, and leaves nothing behind', async () => {
    const disk = diskWithFolder();
    disk.failAt(1, 'ENOSPC', { op: 'write' });
    await expect(writeFiles(createCounter(), disk, createTestClock(), OPTIONS)).rejects.toThrow(
      /test-7-000000001\.txt/,
    );
    expect(contents(disk)).toEqual({});
  });

  test('due times count from the start, and nothing is waited for behind the last file', async () => {
    const clock = createTestClock();
    const generator = createCounter(() => clock.spend(30));
    await writeFiles(generator, diskWithFolder(), clock, { ...OPTIONS, files: 3, intervalMs: 100 });
    expect(clock.sleeps).toEqual([70, 70]);
  });

  test('goes on until it is told to stop', async () => {
    const stop = new AbortController();
    const clock = createTestClock();
    const generator = createCounter(() => clock.monotonicMs() >= 500 && stop.abort());
    const options = { ...OPTIONS, files: Number.POSITIVE_INFINITY, intervalMs: 100, signal: stop.signal };
    expect(await writeFiles(generator, diskWithFolder(), clock, options)).toBe(6);
  });
});
