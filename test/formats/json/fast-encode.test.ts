import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Batch, type Cell, type Vector, vectorOf } from '../../../src/batch.ts';
import { jsonEncoder } from '../../../src/formats/json/encode.ts';
import { JsonRows } from '../../../src/kernel/json-rows.ts';
import { array, DOUBLE, field, LONG, STRING, struct, TIMESTAMP } from '../../../src/schema.ts';
import { table, tableBatch } from '../../support/tables.ts';

const options = fc.record({
  ignoreNullFields: fc.boolean(),
  timeZone: fc.constantFrom('UTC', '+02:00', 'Europe/Berlin'),
});

function encoded(batch: Batch, given: object, useKernel: boolean): string {
  const encoder = jsonEncoder({ schema: batch.schema, options: { ...given } }, useKernel);
  return Buffer.concat([encoder.encode(batch), encoder.encode(batch), encoder.finish()]).toString('latin1');
}

/** The columns from `from` on become fields of a struct, which is null in the rows that `nulls` says. */
function nested(batch: Batch, from: number, nulls: readonly boolean[]): Batch {
  const type = struct(batch.schema.fields.slice(from));
  const inner: Vector = {
    kind: 'struct',
    type,
    length: batch.length,
    validity: Uint8Array.from({ length: batch.length }, (_, row) => (nulls[row] ? 0 : 1)),
    children: batch.vectors.slice(from),
  };
  const name = 'nested "struct"';
  return {
    schema: struct([...batch.schema.fields.slice(0, from), field(name, type)]),
    length: batch.length,
    vectors: [...batch.vectors.slice(0, from), inner],
  };
}

describe('JSON through the kernel', () => {
  test('the kernel is there', () => {
    expect(JsonRows.open(false)).not.toBeNull();
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

  test('gives the bytes that the plain encoder gives of structs within structs', () => {
    const nulls = fc.array(fc.boolean(), { maxLength: 20 });
    fc.assert(
      fc.property(table, fc.nat(4), nulls, nulls, options, ({ types, rows }, from, outer, inner, given) => {
        const flat = tableBatch(types, rows);
        const batch = nested(nested(flat, Math.min(from, types.length), inner), 0, outer);
        expect(encoded(batch, given, true)).toBe(encoded(batch, given, false));
      }),
      { numRuns: 500 },
    );
  });

  test('writes each form of value', () => {
    const time = Date.UTC(2026, 0, 31, 12) * 1000;
    const batch = tableBatch(
      [STRING, LONG, DOUBLE, TIMESTAMP],
      [
        ['a"b\\c\n\u0001\u001f/\u007f é', -7, 30, time],
        [null, null, -0, time + 1],
        ['', 0, 1e21, null],
        ['x'.repeat(40), 2 ** 53 - 1, 0.1, time + 120_000],
      ],
    );
    const text = Buffer.from(encoded(batch, {}, true), 'latin1')
      .toString()
      .split('\n')
      .slice(0, 4);
    expect(text).toEqual([
      '{"c0":"a\\"b\\\\c\\n\\u0001\\u001f/\u007f é","c1":-7,"c2":30.0,"c3":"2026-01-31T12:00:00.000Z"}',
      '{"c2":-0.0,"c3":"2026-01-31T12:00:00.000001Z"}',
      '{"c0":"","c1":0,"c2":1e+21}',
      `{"c0":"${'x'.repeat(40)}","c1":9007199254740991,"c2":0.1,"c3":"2026-01-31T12:00:00.120Z"}`,
    ]);
  });

  test('takes columns that it has no cells for beside those that it has', () => {
    const rows = Array.from({ length: 100 }, (_, i): Cell => (i % 3 === 0 ? null : [i, `"${i}`.length]));
    const type = array(LONG);
    const schema = struct([field('list', type), field('n', LONG)]);
    const numbers = vectorOf(
      LONG,
      rows.map((_, i) => i),
    );
    const batch: Batch = { schema, length: rows.length, vectors: [vectorOf(type, rows), numbers] };
    expect(encoded(batch, {}, true)).toBe(encoded(batch, {}, false));
    expect(encoded(batch, {}, true)).toContain('{"list":[1,2],"n":1}\n');
  });

  test('fills its buffer many times over, and takes a text longer than it the plain way', () => {
    const rows = Array.from({ length: 40_000 }, (_, i): Cell[] => [i, i / 100, `text ${'\t"'.repeat(i % 97)}`]);
    rows.push([0, 0, 'a'.repeat(3_000_000)], [1, 1, 'b']);
    const batch = tableBatch([LONG, DOUBLE, STRING], rows);
    expect(encoded(batch, {}, true) === encoded(batch, {}, false)).toBe(true);
  });

  test('leaves names that fill its buffer to the plain encoder', () => {
    const flat = tableBatch([LONG], [[1], [null]]);
    const batch = { ...flat, schema: struct([field('n'.repeat(2_000_000), LONG)]) };
    expect(encoded(batch, {}, true) === encoded(batch, {}, false)).toBe(true);
  });
});
