import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Batch,
  batchOf,
  type Cell,
  cellAt,
  type MapCell,
  type ObjectVector,
  takeBatch,
  toBytesVector,
  type Vector,
} from '../../src/batch.ts';
import * as types from '../../src/schema.ts';
import { decodeBatch, encodeBatch } from '../../src/state/column-codec.ts';

const INT64_MAX = 2n ** 63n - 1n;

const int64 = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: 2n ** 53n, max: INT64_MAX }),
  fc.bigInt({ min: -INT64_MAX - 1n, max: -(2n ** 53n) }),
);
const anyString = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('\ud800', 'a\udc00b', '\udc00\ud800', '\ufeff'),
);
const binary = fc.uint8Array({ maxLength: 8 }).map((bytes) => new Uint8Array(bytes));

function arbitraryCell(type: types.DataType): fc.Arbitrary<Cell> {
  const value = (): fc.Arbitrary<Cell> => {
    switch (type.kind) {
      case 'boolean':
        return fc.boolean();
      case 'byte':
        return fc.integer({ min: -128, max: 127 });
      case 'short':
        return fc.integer({ min: -32768, max: 32767 });
      case 'int':
      case 'date':
      case 'yearMonthInterval':
        return fc.integer();
      case 'long':
      case 'timestamp':
      case 'dayTimeInterval':
        return int64;
      case 'float':
        return fc.float();
      case 'double':
        return fc.double();
      case 'decimal':
        return fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n });
      case 'string':
        return anyString;
      case 'binary':
        return binary;
      case 'array':
        return fc.array(arbitraryCell(type.element), { maxLength: 3 });
      case 'map':
        return fc
          .array(fc.tuple(arbitraryCell(type.key), arbitraryCell(type.value)), { maxLength: 3 })
          .map((entries): MapCell => ({ keys: entries.map(([key]) => key), values: entries.map(([, v]) => v) }));
      case 'struct':
        return fc.tuple(...type.fields.map((field) => arbitraryCell(field.type)));
      case 'calendarInterval':
        return fc.record({ months: fc.integer(), days: fc.integer(), micros: int64 });
      case 'void':
        return fc.constant(null);
    }
  };
  return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: value() });
}

const all: types.DataType[] = [
  types.VOID,
  types.BOOLEAN,
  types.BYTE,
  types.SHORT,
  types.INT,
  types.LONG,
  types.FLOAT,
  types.DOUBLE,
  types.STRING,
  types.BINARY,
  types.DATE,
  types.TIMESTAMP,
  types.DAY_TIME_INTERVAL,
  types.YEAR_MONTH_INTERVAL,
  types.CALENDAR_INTERVAL,
  types.decimal(38, 2),
  types.array(types.DOUBLE),
  types.map(types.STRING, types.array(types.LONG)),
  types.struct([types.field('a', types.INT), types.field('b', types.struct([types.field('c', types.STRING)]))]),
];

const rowsOf = (batch: Batch): Cell[][] =>
  Array.from({ length: batch.length }, (_, row) => batch.vectors.map((vector) => cellAt(vector, row)));

describe.each(all.map((type) => [types.formatType(type), type] as const))('%s', (_, type) => {
  test('every cell comes back exactly, whatever form the column has', () => {
    const schema = types.struct([types.field('x', type)]);
    fc.assert(
      fc.property(fc.array(arbitraryCell(type), { maxLength: 20 }), fc.infiniteStream(fc.nat()), (cells, picks) => {
        const batch = batchOf(
          schema,
          cells.map((cell) => [cell]),
        );
        const decoded = decodeBatch(schema, encodeBatch(batch));
        expect(rowsOf(decoded)).toEqual(rowsOf(batch));
        // Again from the decoded form, and from rows taken out of it.
        const indices = Int32Array.from(cells, () => ((picks.next().value as number) % (cells.length + 1)) - 1);
        const taken = takeBatch(decoded, indices);
        expect(rowsOf(decodeBatch(schema, encodeBatch(taken)))).toEqual(rowsOf(taken));
      }),
      { numRuns: 40 },
    );
  });
});

describe('whole numbers near each other', () => {
  const schema = types.struct([types.field('n', types.DOUBLE)]);
  const encoded = (cells: readonly Cell[]) =>
    encodeBatch(
      batchOf(
        schema,
        cells.map((cell) => [cell]),
      ),
    );

  test.each([
    [[5, 260], 1],
    [[5, 261], 2],
    [[-1, 65_534], 2],
    [[-1, 65_535], 4],
    [[0, 2 ** 32 - 1], 4],
    [[0, 2 ** 32], 8],
    [[-Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER + 9], 1],
    [[1, Number.MAX_SAFE_INTEGER + 1], 8],
    [[1, -0], 8],
    [[1, Number.NaN], 8],
    [[1, 0.5], 8],
    [[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 8],
  ])('%j take %d bytes each', (pair, size) => {
    const cells = Array.from({ length: 100 }, (_, i) => pair[i % 2] as number);
    const bytes = encoded(cells);
    expect(bytes.length).toBeGreaterThan(100 * size);
    expect(bytes.length).toBeLessThan(100 * size + 20);
    expect(rowsOf(decodeBatch(schema, bytes))).toEqual(cells.map((cell) => [cell]));
  });

  test('strings have lengths of one byte up to 255', () => {
    const texts = types.struct([types.field('s', types.STRING)]);
    for (const longest of [255, 256]) {
      const given = batchOf(texts, [['a'.repeat(longest)], ['é'], ['']]);
      const bytes = { ...given, vectors: given.vectors.map((vector) => toBytesVector(vector as ObjectVector)) };
      expect(rowsOf(decodeBatch(texts, encodeBatch(bytes)))).toEqual(rowsOf(given));
    }
  });
});

test('bytes that are a part of a larger buffer are written alone', () => {
  const schema = types.struct([types.field('s', types.STRING)]);
  const bytes = new TextEncoder().encode('xxhelloworldyy');
  const vector: Vector = {
    kind: 'bytes',
    type: types.STRING,
    length: 2,
    validity: null,
    offsets: Int32Array.of(2, 7, 12),
    bytes,
  };
  const encoded = encodeBatch({ schema, length: 2, vectors: [vector] });
  expect(encoded.length).toBeLessThan(30);
  expect(rowsOf(decodeBatch(schema, encoded))).toEqual([['hello'], ['world']]);
});

test('bytes of another schema, cut or too long are refused', () => {
  const schema = types.struct([types.field('a', types.INT)]);
  const encoded = encodeBatch(batchOf(schema, [[1], [2]]));
  expect(() => decodeBatch(schema, encoded.subarray(0, encoded.length - 1))).toThrow(RangeError);
  expect(() => decodeBatch(schema, new Uint8Array([...encoded, 0]))).toThrow(RangeError);
  expect(() => decodeBatch(types.struct([types.field('a', types.STRING)]), encoded)).toThrow(RangeError);
});
