import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Disk } from '../../../src/fs/disk.ts';
import { nodeDisk } from '../../../src/fs/node-disk.ts';
import { fileChunks } from '../../../src/sources/file/chunks.ts';
import { fileSourceSchema } from '../../../src/sources/file/columns.ts';
import { type FileSource, openFileSource } from '../../../src/sources/file/file-source.ts';
import { checkFileSourceOptions } from '../../../src/sources/file/options.ts';
import { memorySeen } from '../../../src/sources/file/seen.ts';
import { LINES, lineFormat } from '../line-format.ts';
import { collect, newFolder, nextSplits, patientClock, removeFolders } from '../support.ts';

// What one of a hundred thousand files costs: operations on the disk, counted.

const open: FileSource[] = [];

afterEach(async () => {
  for (const source of open.splice(0)) await source.close();
  removeFolders();
});

/** A disk that notes each operation on a path that contains `text`, or on a file opened there. */
function noting(text: string): { disk: Disk; calls: string[] } {
  const calls: string[] = [];
  const handles = new Set<unknown>();
  const disk = Object.fromEntries(
    Object.entries(nodeDisk).map(([op, call]) => [
      op,
      (...args: unknown[]) => {
        const isOn = typeof args[0] === 'string' ? args[0].includes(text) : handles.has(args[0]);
        if (isOn) calls.push(op);
        const result = (call as (...args: unknown[]) => unknown)(...args);
        if (op === 'openRead' && isOn) handles.add(result);
        if (op === 'close') handles.delete(args[0]);
        return result;
      },
    ]),
  ) as unknown as Disk;
  return { disk, calls };
}

function sourceOf(path: string, disk: Disk, options: Record<string, unknown> = {}): FileSource {
  const source = openFileSource({
    ...{ disk, path, clock: patientClock(), format: lineFormat, formatOptions: {}, schema: LINES },
    options: checkFileSourceOptions({ settle: 0, ...options }),
    seen: memorySeen(),
    onWarning: () => {},
  });
  open.push(source);
  return source;
}

function folderOf(...names: string[]): string {
  const folder = newFolder();
  names.forEach((name, index) => {
    writeFileSync(join(folder, name), name);
    utimesSync(join(folder, name), 100 + index, 100 + index);
  });
  return folder;
}

describe('a small file', () => {
  test('is looked at once to list it, opened once to see that it may be read, and read in one piece', async () => {
    const folder = folderOf('one', 'two');
    const { disk, calls } = noting('/one');
    const source = sourceOf(folder, disk);
    const next = await nextSplits(source, { logOffset: -1 });
    await collect(source, next?.splits ?? []);
    await source.commit?.(0, next?.end, next?.splits ?? []);
    expect(calls).toEqual([
      'stat',
      ...['openRead', 'fstat', 'close'],
      ...['openRead', 'fstat', 'read', 'stat', 'close'],
    ]);
  });

  test('is opened once to list it by a run that takes what is there, and read in one piece', async () => {
    const folder = folderOf('one', 'two');
    const { disk, calls } = noting('/one');
    const source = sourceOf(folder, disk);
    await source.prepareForAvailableNow?.();
    const next = await nextSplits(source, { logOffset: -1 });
    await collect(source, next?.splits ?? []);
    expect(calls).toEqual([...['openRead', 'fstat', 'close'], ...['openRead', 'fstat', 'read', 'stat', 'close']]);
  });

  test('is not looked at for its columns', () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'day=7'));
    writeFileSync(join(folder, 'day=7/one'), 'one');
    const { disk, calls } = noting('/one');
    const { fields } = fileSourceSchema({ disk, path: folder, schema: LINES, options: checkFileSourceOptions({}) });
    expect(fields.map(({ name }) => name)).toEqual([...LINES.fields.map(({ name }) => name), 'day']);
    expect(calls).toEqual([]);
  });

  test('is not looked at again by the batches before its own', async () => {
    const folder = folderOf('a', 'b', 'c', 'd', 'last');
    const { disk, calls } = noting('/last');
    const source = sourceOf(folder, disk, { maxFilesPerTrigger: 1 });
    const looks: number[] = [];
    let next = await nextSplits(source, { logOffset: -1 }, source.readLimit);
    for (; next !== null; next = await nextSplits(source, next.end, source.readLimit)) looks.push(calls.length);
    expect(looks).toEqual([1, 1, 1, 1, 4]);
  });
});

describe('the bytes of two files that are read in turn', () => {
  test('do not mix', () => {
    const folder = folderOf('first', 'second');
    const [first, second] = ['first', 'second'].map((name) => nodeDisk.openRead(join(folder, name)));
    const chunks = [first, second].map((file) => fileChunks(nodeDisk, file as number, { chunkBytes: 2 }));
    const texts = ['', ''];
    for (let isOver = false; !isOver; ) {
      // Both are read before either is looked at.
      const read = chunks.map((each) => each.next());
      isOver = read.every(({ done }) => done);
      read.forEach(({ value }, index) => {
        texts[index] += new TextDecoder().decode(value ?? undefined);
      });
    }
    expect(texts).toEqual(['first', 'second']);
    for (const file of [first, second]) nodeDisk.close(file as number);
  });

  test('are those between start and end', () => {
    const folder = folderOf('abcdefgh');
    const file = nodeDisk.openRead(join(folder, 'abcdefgh'));
    const texts = [...fileChunks(nodeDisk, file, { start: 1, end: 6, chunkBytes: 2 })].map((chunk) => chunk.length);
    expect(texts).toEqual([2, 2, 1]);
    nodeDisk.close(file);
  });
});
