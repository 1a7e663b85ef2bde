import { describe, expect, test } from '@jest/globals';
import { type ColumnChunk, PageCheck } from '../../../src/formats/parquet/page-check.ts';

/** A number of Thrift's compact protocol. */
function zigzag(value: number): number[] {
  return varint(value < 0 ? -value * 2 - 1 : value * 2);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

type Fields = Readonly<Record<number, number | boolean | readonly number[]>>;

/** A struct: numbers, booleans, or structs as their bytes. */
function struct(fields: Fields): number[] {
  const bytes: number[] = [];
  let last = 0;
  for (const [id, value] of Object.entries(fields)) {
    const kind = typeof value === 'boolean' ? (value ? 1 : 2) : typeof value === 'number' ? 5 : 12;
    bytes.push(((Number(id) - last) << 4) | kind);
    last = Number(id);
    if (typeof value === 'number') bytes.push(...zigzag(value));
    else if (typeof value !== 'boolean') bytes.push(...value);
  }
  return [...bytes, 0];
}

const COLUMN: ColumnChunk = {
  name: 'c',
  isBoolean: false,
  values: 8,
  maxDefinitionLevel: 1,
  maxRepetitionLevel: 0,
  codec: 'UNCOMPRESSED',
};
const PLAIN = 0;
const DICTIONARY = 8;

/** A page of the first version: header and content. */
function page(content: readonly number[], header: Fields = {}, encoding = PLAIN): Uint8Array {
  const own = struct({ 1: 8, 2: encoding, 3: 3, 4: 3 });
  return Uint8Array.from([...struct({ 1: 0, 2: content.length, 3: content.length, 5: own, ...header }), ...content]);
}

/** A page of the second version, levels first. */
function pageV2(levels: readonly number[], content: readonly number[], own: Fields = {}): Uint8Array {
  const size = levels.length + content.length;
  const fields = { 1: 8, 2: 0, 3: 8, 4: PLAIN, 5: levels.length, 6: 0, 7: false, ...own };
  return Uint8Array.from([...struct({ 1: 3, 2: size, 3: size, 8: struct(fields) }), ...levels, ...content]);
}

/** Definition levels behind their length: runs of `count` times `value`. */
function levels(...runs: readonly (readonly [count: number, value: number])[]): number[] {
  const bytes = runs.flatMap(([count, value]) => [...varint(count * 2), value]);
  return [bytes.length, 0, 0, 0, ...bytes];
}

/** Checks a chunk as a reader does: its headers, then each page as it is decompressed. */
function read(
  chunk: Uint8Array,
  column: Partial<ColumnChunk> = {},
  ...pages: readonly [start: number, size: number][]
) {
  const check = new PageCheck({ ...COLUMN, ...column }, (bytes) => bytes);
  check.chunk(chunk);
  for (const [start, size] of pages) check.decompress(start, chunk.subarray(start, start + size), size);
}

/** Reads a chunk of one page of the first version. */
function readContent(content: readonly number[], column: Partial<ColumnChunk> = {}, encoding = PLAIN) {
  const chunk = page(content, {}, encoding);
  read(chunk, column, [chunk.length - content.length, content.length]);
}

const VALUES = [1, 2, 3, 4, 5, 6, 7, 8];

describe('pages that are right', () => {
  test('levels in runs and in groups of eight', () => {
    readContent([...levels([8, 1]), ...VALUES]);
    readContent([...levels([3, 1], [5, 0]), ...VALUES]);
    readContent([2, 0, 0, 0, 3, 0b01010101, ...VALUES]);
  });

  test('the last groups of eight may be filled up', () => {
    readContent([...[2, 0, 0, 0, 3, 0b00000111]], { values: 8 });
    readContent([5, 0, 0, 0, 63 * 2 + 1, 1, 1, 1, 1, ...VALUES]);
  });

  test('indexes of a dictionary, fewer than values where some are null', () => {
    readContent([...levels([5, 1], [3, 0]), 2, 10, 3], {}, DICTIONARY);
    readContent([...levels([8, 1]), 0], {}, DICTIONARY);
  });

  test('the second version', () => {
    read(pageV2([16, 1], VALUES));
    read(pageV2([], VALUES), { maxDefinitionLevel: 0 });
  });
});

describe('what would end the process, or never end, is refused', () => {
  test.each<[what: string, act: () => void, message: string]>([
    ['a run without end', () => readContent([...levels([2 ** 30, 1])]), 'a run of 1073741824 where 8 values are left'],
    ['a run that is too long by one', () => readContent(levels([4, 1], [5, 1])), 'a run of 5 where 4 values are left'],
    [
      'indexes without end',
      () => readContent([...levels([8, 1]), 1, 254, 255, 255, 255, 7, 0], {}, DICTIONARY),
      'a run of',
    ],
    ['groups without end', () => read(pageV2([...varint(2 ** 30 - 1)], VALUES)), 'a run of 4294967288'],
    ['levels of the second version', () => read(pageV2([...varint(2 ** 29), 1], VALUES)), 'a run of 268435456'],
    [
      'a run length without end',
      () => readContent([7, 0, 0, 0, 255, 255, 255, 255, 255, 255, 1]),
      'a run without a length',
    ],
    [
      'levels longer than their page',
      () => readContent([255, 255, 255, 127, 16, 1]),
      'levels are longer than their page',
    ],
    ['levels that end early', () => readContent(levels([3, 1])), 'its runs end after 3 of 8 values'],
    ['indexes of 200 bits', () => readContent([...levels([8, 1]), 200, 16, 0], {}, DICTIONARY), 'numbers of 200 bits'],
    ['more values than the column', () => read(page([], {}), { values: 7 }), 'its pages hold more than its 7 values'],
    ['a page longer than its column', () => read(page([], { 3: 100 })), 'a page is longer than its column'],
    ['a page that becomes too large', () => read(page([], { 2: 2 ** 30 })), 'says that it becomes 1073741824'],
    ['a negative size', () => read(page([], { 3: -5 })), 'a page header lacks a compressed size'],
    ['a page of an unknown kind', () => read(page([], { 1: 9 })), 'a page of kind 9'],
    ['a page without its header', () => read(page([], { 1: 2 })), 'a page has no header of its kind'],
    ['more nulls than values', () => read(pageV2([16, 1], VALUES, { 2: 9 })), 'more nulls or rows than values'],
    ['levels before the page', () => read(pageV2([16, 1], VALUES, { 5: 100 })), 'levels are longer than their page'],
  ])('%s', (_what, act, message) => expect(act).toThrow(message));

  test('a header that is no header', () => {
    expect(() => read(Uint8Array.of(0x15, 0x80, 0x80))).toThrow('a header is cut off');
    expect(() => read(Uint8Array.from(new Array(40).fill(0x1c)))).toThrow('nested too deep');
  });

  test('a page where none begins', () => {
    const check = new PageCheck(COLUMN, (bytes) => bytes);
    expect(() => check.decompress(5, Uint8Array.of(1), 1)).toThrow('found a page where none begins');
  });
});
