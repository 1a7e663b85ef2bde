import { describe, expect, test } from '@jest/globals';
import { csvFormat } from '../../../src/formats/csv/csv-format.ts';
import { bundledChunks } from '../../../src/sources/file/bundles.ts';
import type { InputFormat } from '../../../src/sources/file/read-split.ts';
import type { FileSplit } from '../../../src/sources/file/taken.ts';

const MIB = 1024 * 1024;
const file = (path: string, size: number, chunkBytes?: number): FileSplit => {
  return { path, size, mtimeMs: 0, ...(chunkBytes === undefined ? {} : { chunkBytes }) };
};

/** The paths of each chunk. */
function pathsOf(splits: readonly FileSplit[], format: InputFormat = csvFormat): string[] {
  return bundledChunks(format, splits).map(({ split, more = [] }) =>
    [split, ...more].map((each) => (each as FileSplit).path).join(' '),
  );
}

describe('small files', () => {
  test('that follow each other are bundled, in their order, and all others are chunks of their own', () => {
    const splits = [
      ...[file('a', 10), file('b', 0), file('big', MIB), file('c', 10), file('d.gz', 10), file('e', 10)],
      ...[file('long', 20 * MIB, 8 * MIB), file('f', 10), file('g', 10)],
    ];
    expect(pathsOf(splits)).toEqual(['a b', 'big', 'c', 'd.gz', 'e', 'long', 'long', 'long', 'f g']);
  });

  test('are no bundle when they were logged with chunks', () => {
    expect(pathsOf([file('a', 100, 60), file('b', 50, 60)])).toEqual(['a', 'a', 'b']);
  });

  test('make bundles of some dozens, each file counted with what it costs to open', () => {
    const splits = Array.from({ length: 1000 }, (_, i) => file(String(i), 1200));
    const chunks = bundledChunks(csvFormat, splits);
    const sizes = chunks.map(({ more = [] }) => 1 + more.length);
    expect(Math.max(...sizes)).toBeLessThan(100);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(30);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(1000);
    expect(chunks.every(({ from, until, bytes }) => from === 0 && until === null && bytes > 32 * 1024)).toBe(true);
  });

  test('of a format that is read from its end stay alone', () => {
    const parquet: InputFormat = { name: 'parquet', open: async () => ({ async *batches() {} }) };
    expect(pathsOf([file('a', 10), file('b', 10)], parquet)).toEqual(['a', 'b']);
  });
});
