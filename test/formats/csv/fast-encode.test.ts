import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Batch, type Cell, toBytesVector, vectorOf } from '../../../src/batch.ts';
import { csvEncoder } from '../../../src/formats/csv/encoder.ts';
import { CsvRows } from '../../../src/kernel/csv-rows.ts';
import {
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  field,
  INT,
  LONG,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';

/** Values that meet every branch of the kernel and of its way out. */
const VALUES: readonly (readonly [DataType, fc.Arbitrary<Cell>])[] = [
  [
    LONG,
    fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(0, -1, 9, 10, 99, 100, 2 ** 53 - 1, -(2 ** 53 - 1))),
  ],
  [LONG, fc.oneof(fc.integer(), fc.constant(9007199254740993n))],
  [INT, fc.integer()],
  [
    DOUBLE,
    fc.oneof(
      fc.double(),
      fc.integer({ min: -10_000_000, max: 10_000_000 }).map((cents) => cents / 100),
      fc.integer().map((n) => n / 1e6),
      fc.constantFrom(
        0,
        -0,
        0.1,
        1e-6,
        1e-7,
        1e15,
        999999999999999,
        1e21,
        0.3,
        1 / 3,
        123456.789,
        Number.NaN,
        Infinity,
      ),
    ),
  ],
  [
    TIMESTAMP,
    fc.oneof(
      fc.integer({ min: -62_135_596_800_000, max: 253_402_300_800_000 }).map((ms) => ms * 1000),
      fc.maxSafeInteger(),
      fc.constantFrom(
        0,
        -1,
        1,
        951_782_400_000_000,
        -30_610_224_000_000_004,
        -30_610_224_000_000_000,
        4_107_542_400_000_000,
      ),
    ),
  ],
  [
    STRING,
    fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', ' a', 'a ', 'NA', '=1', '"', ',', '\ufeff'),
    ),
  ],
  [BOOLEAN, fc.boolean()],
  [DATE, fc.integer({ min: -100_000, max: 100_000 })],
];

const table = fc
  .array(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 5 })
  .chain((columns) =>
    fc
      .array(fc.tuple(...columns.map(([, value]) => fc.option(value, { freq: 6 }))), { maxLength: 20 })
      .map((rows) => ({ types: columns.map(([type]) => type), rows: rows as Cell[][] })),
  );

const options = fc.record({
  header: fc.boolean(),
  sep: fc.constantFrom(',', ';', '\t', '::'),
  nullValue: fc.constantFrom('', 'NA', '-'),
  escapeFormulas: fc.boolean(),
  ignoreLeadingWhiteSpace: fc.boolean(),
  ignoreTrailingWhiteSpace: fc.boolean(),
  comment: fc.constantFrom('', '#', 'a'),
});

function batchOf(types: readonly DataType[], rows: readonly Cell[][]): Batch {
  const schema = struct(types.map((type, i) => field(`c${i}`, type)));
  const vectors = types.map((type, i) => {
    const vector = vectorOf(
      type,
      rows.map((row) => row[i] ?? null),
    );
    return vector.kind === 'object' && type.kind === 'string' ? toBytesVector(vector) : vector;
  });
  return { schema, length: rows.length, vectors };
}

function encoded(batch: Batch, given: object, useKernel: boolean): string {
  const encoder = csvEncoder({ schema: batch.schema, options: { ...given } }, useKernel);
  return Buffer.concat([encoder.encode(batch), encoder.encode(batch), encoder.finish()]).toString('latin1');
}

describe('CSV through the kernel', () => {
  test('the kernel is there', () => {
    expect(CsvRows.open({ separator: 44, nullText: new Uint8Array(), flags: new Uint8Array(256) }, 1)).not.toBeNull();
  });

  test('two files in turn keep their own options', () => {
    const schema = struct([field('a', STRING), field('b', LONG)]);
    const batch: Batch = {
      schema,
      length: 2,
      vectors: [toBytesVector(vectorOf(STRING, ['x;y', null]) as never), vectorOf(LONG, [1, null])],
    };
    const open = (given: object) => csvEncoder({ schema, options: { header: false, ...given } });
    const first = open({ sep: ';', nullValue: 'NULL' });
    const second = open({});
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
    for (let turn = 0; turn < 2; turn++) {
      expect(text(first.encode(batch))).toBe('"x;y";1\nNULL;NULL\n');
      expect(text(second.encode(batch))).toBe('x;y,1\n,\n');
    }
  });

  test('gives the bytes that the plain encoder gives', () => {
    fc.assert(
      fc.property(table, options, ({ types, rows }, given) => {
        const batch = batchOf(types, rows);
        expect(encoded(batch, given, true)).toBe(encoded(batch, given, false));
      }),
      { numRuns: 1500 },
    );
  });

  test('defuses formulas as the plain encoder does', () => {
    const texts = [
      '=1+1',
      '+1',
      '-1',
      '@sum',
      '\tx',
      '\rx',
      '\uff1dx',
      '\uff0bx',
      '\uff0dx',
      '\uff20x',
      'a=1',
      ' =1',
      '=',
    ];
    const rows = texts.map((text, i): Cell[] => [text, -i, -i / 2, `${text}"`]);
    const batch = batchOf([STRING, LONG, DOUBLE, STRING], rows);
    const given = { escapeFormulas: true };
    const bytes = encoded(batch, given, true);
    expect(bytes).toBe(encoded(batch, given, false));
    const lines = Buffer.from(bytes, 'latin1').toString().split('\n').slice(0, texts.length);
    expect(lines[1]).toBe(`"'+1",-1,-0.5,"'+1"""`);
    expect(lines[10]).toBe('a=1,-10,-5,"a=1"""');
    expect(lines.map((line) => line.startsWith(`"'`))).toEqual(texts.map((text) => text !== 'a=1' && text !== ' =1'));
    expect(encoded(batch, {}, true)).not.toContain("'");
  });

  test('fills its buffer many times over', () => {
    const rows = Array.from({ length: 40_000 }, (_, i): Cell[] => [i, i / 100, `text ${'x'.repeat(i % 97)}`]);
    const batch = batchOf([LONG, DOUBLE, STRING], rows);
    expect(encoded(batch, {}, true) === encoded(batch, {}, false)).toBe(true);
  });

  test('takes a text longer than its buffer the plain way', () => {
    const batch = batchOf(
      [STRING, LONG],
      [
        ['a'.repeat(3_000_000), 1],
        ['b', 2],
      ],
    );
    expect(encoded(batch, {}, true) === encoded(batch, {}, false)).toBe(true);
  });
});

test('doubles of any bits have the text that JavaScript gives them', () => {
  const bits = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)).map(([low, high]) => doubleOf(low, high));
  const borders = fc
    .tuple(fc.nat(2046), fc.constantFrom(-1, 0, 1))
    .map(([exponent, near]) => doubleOf((near + 0x100000000) % 0x100000000, (exponent << 20) - (near < 0 ? 1 : 0)));
  const quotients = fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 1000 })).map(([a, b]) => a / b);
  const short = fc.tuple(fc.nat(), fc.integer({ min: -40, max: 40 })).map(([digits, e]) => Number(`${digits}e${e}`));
  const double = fc
    .oneof(bits, borders, quotients, short)
    .filter((value) => Number.isFinite(value) && !Object.is(value, -0));
  const rows = CsvRows.open({ separator: 44, nullText: new Uint8Array(0), flags: new Uint8Array(256) }, 1) as CsvRows;
  fc.assert(
    fc.property(fc.array(double, { minLength: 50, maxLength: 100 }), (values) => {
      rows.load([{ kind: 'double', values: Float64Array.from(values), validity: null }]);
      const { row, bytes } = rows.encode(0, values.length);
      expect(row).toBe(values.length);
      expect(new TextDecoder().decode(bytes).split('\n').slice(0, -1)).toEqual(values.map(String));
    }),
  );
});

function doubleOf(low: number, high: number): number {
  return new Float64Array(Uint32Array.of(low, high).buffer)[0] as number;
}
