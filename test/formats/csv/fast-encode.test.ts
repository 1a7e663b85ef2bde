import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Batch, type Cell, toBytesVector, vectorOf } from '../../../src/batch.ts';
import { csvEncoder } from '../../../src/formats/csv/encoder.ts';
import { CsvRows } from '../../../src/kernel/csv-rows.ts';
import { DOUBLE, field, LONG, STRING, struct } from '../../../src/schema.ts';
import { table, tableBatch } from '../../support/tables.ts';

const options = fc.record({
  header: fc.boolean(),
  sep: fc.constantFrom(',', ';', '\t', '::'),
  nullValue: fc.constantFrom('', 'NA', '-'),
  escapeFormulas: fc.boolean(),
  ignoreLeadingWhiteSpace: fc.boolean(),
  ignoreTrailingWhiteSpace: fc.boolean(),
  comment: fc.constantFrom('', '#', 'a'),
});

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
        const batch = tableBatch(types, rows);
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
    const batch = tableBatch([STRING, LONG, DOUBLE, STRING], rows);
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
    const batch = tableBatch([LONG, DOUBLE, STRING], rows);
    expect(encoded(batch, {}, true) === encoded(batch, {}, false)).toBe(true);
  });

  test('takes a text longer than its buffer the plain way', () => {
    const batch = tableBatch(
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
