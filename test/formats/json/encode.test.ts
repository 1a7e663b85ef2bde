import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOf, type Cell, cellAt } from '../../../src/batch.ts';
import { jsonFormat } from '../../../src/formats/json/index.ts';
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  CALENDAR_INTERVAL,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INT,
  LONG,
  map,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';
import { decode } from './decode-harness.ts';

function encode(schema: ReturnType<typeof struct>, rows: Cell[][], options = {}): string {
  const encoder = jsonFormat.encoder({ schema, options });
  const parts = [encoder.encode(batchOf(schema, rows)), encoder.finish()];
  return Buffer.concat(parts).toString();
}

function one(type: DataType, cell: Cell, options = {}): string {
  return encode(struct([field('v', type)]), [[cell]], options).slice('{"v":'.length, -2);
}

describe('what is written', () => {
  test.each<[string, DataType, Cell]>([
    ['true', BOOLEAN, true],
    ['9223372036854775807', LONG, 9223372036854775807n],
    ['-5', INT, -5],
    ['1.0', DOUBLE, 1],
    ['-0.0', DOUBLE, -0],
    ['0.1', DOUBLE, 0.1],
    ['1e+300', DOUBLE, 1e300],
    ['"NaN"', DOUBLE, Number.NaN],
    ['"-Infinity"', DOUBLE, Number.NEGATIVE_INFINITY],
    ['0.1', FLOAT, Math.fround(0.1)],
    ['16777216.0', FLOAT, 16777216],
    ['12.50', decimal(4, 2), 1250n],
    ['-0.05', decimal(4, 2), -5n],
    ['"a\\"b\\\\c\\n\\u0000é😀"', STRING, 'a"b\\c\n\0é😀'],
    ['"\\ud800"', STRING, '\ud800'],
    ['"AQL/"', BINARY, Uint8Array.of(1, 2, 255)],
    ['"1983-08-04"', DATE, 4963],
    ['"2020-12-12T12:12:12.000Z"', TIMESTAMP, 1607775132000000],
    ['"2020-12-12T12:12:12.120Z"', TIMESTAMP, 1607775132120000],
    ['"2020-12-12T12:12:12.123456Z"', TIMESTAMP, 1607775132123456],
    ['"1969-12-31T23:59:59.999999Z"', TIMESTAMP, -1],
    ['[1,null]', array(INT), [1, null]],
    ['{"a":1,"":null}', map(STRING, INT), { keys: ['a', ''], values: [1, null] }],
    ['{"y":"q"}', struct([field('x', INT), field('y', STRING)]), [null, 'q']],
    ['[{"y":"q"}]', array(struct([field('x', INT), field('y', STRING)])), [[null, 'q']]],
  ])('%s', (text, type, cell) => {
    expect(one(type, cell)).toBe(text);
  });

  test('null fields are left out, or kept when asked', () => {
    const schema = struct([field('a', INT), field('b "q"', INT), field('c', INT)]);
    const rows = [
      [null, 1, null],
      [null, null, null],
    ];
    expect(encode(schema, rows)).toBe('{"b \\"q\\"":1}\n{}\n');
    expect(encode(schema, rows, { ignoreNullFields: false })).toContain('{"a":null,"b \\"q\\"":1,"c":null}\n');
  });

  test('timestamps with the offset of the zone', () => {
    expect(one(TIMESTAMP, 1607775132000000, { timeZone: 'Asia/Kolkata' })).toBe('"2020-12-12T17:42:12.000+05:30"');
  });

  test('a type that JSON has no text for is refused', () => {
    expect(() => one(CALENDAR_INTERVAL, null)).toThrow('json cannot hold a column of type interval');
    expect(() => one(map(INT, INT), null)).toThrow('the keys of a map are strings, not int');
  });
});

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const canonical = (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', '\\', '\n', '\u0001', '/'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
});
const inner = struct([field('x', LONG), field('y', STRING)]);
const cells: [DataType, fc.Arbitrary<Cell>][] = [
  [BOOLEAN, fc.boolean()],
  [BYTE, fc.integer({ min: -128, max: 127 })],
  [SHORT, fc.integer({ min: -32768, max: 32767 })],
  [INT, fc.integer()],
  [LONG, fc.oneof(fc.maxSafeInteger(), int64.map(canonical))],
  [FLOAT, fc.float({ noNaN: true, noDefaultInfinity: true })],
  [DOUBLE, fc.double({ noNaN: true, noDefaultInfinity: true })],
  [decimal(20, 3), fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n })],
  [STRING, text],
  [BINARY, fc.uint8Array({ maxLength: 9 })],
  [DATE, fc.integer({ min: -800000, max: 3000000 })],
  [TIMESTAMP, int64.map((value) => canonical(value / 2n))],
  [array(LONG), fc.array(fc.option(int64.map(canonical)), { maxLength: 3 })],
  [
    map(STRING, DOUBLE),
    fc.uniqueArray(text, { maxLength: 3 }).map((keys) => ({ keys, values: keys.map((_, i) => i / 3) })),
  ],
  [inner, fc.tuple(fc.option(fc.integer()), fc.option(text)) as fc.Arbitrary<Cell[]>],
];

test('decode gives back what was encoded', () => {
  const schema = struct(cells.map(([type], i) => field(`f${i}`, type)));
  const row = fc.tuple(...cells.map(([, cell]) => fc.option(cell)));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.constantFrom('UTC', 'America/New_York'), (rows, timeZone) => {
      const { vectors, length } = batchOf(schema, rows);
      const expected = Array.from({ length }, (_, i) => vectors.map((vector) => cellAt(vector, i)));
      const written = encode(schema, rows, { timeZone });
      for (const mode of ['reject', 'permissive']) {
        const { rows: read, rejects, batches } = decode(schema, written, { mode });
        expect(rejects).toEqual([]);
        if (mode === 'reject') {
          // The decoder's strings are bytes, those of batchOf are not: both are written alike.
          const encoder = jsonFormat.encoder({ schema, options: { timeZone } });
          expect(Buffer.concat(batches.map((batch) => encoder.encode(batch))).toString()).toBe(written);
        }
        expect(read).toEqual(mode === 'reject' ? expected : expected.map(emptyBinaryIsNull));
      }
    }),
    { numRuns: 200 },
  );

  /** Spark reads no empty text as a binary (SPARK-25040). */
  function emptyBinaryIsNull(cells: Cell[]): Cell[] {
    return cells.map((cell) => (cell instanceof Uint8Array && cell.length === 0 ? null : cell));
  }
});
