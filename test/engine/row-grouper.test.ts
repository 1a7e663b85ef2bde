import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cell, Vector } from '../../src/batch.ts';
import { canonicalInt64, cellAt, toBytesVector, vectorOf } from '../../src/batch.ts';
import { keyText } from '../../src/engine/group-table.ts';
import { PairCodes } from '../../src/engine/keys/pair-codes.ts';
import { RowGrouper } from '../../src/engine/row-grouper.ts';
import { WindowVector } from '../../src/engine/window-vector.ts';
import { WINDOW_TYPE } from '../../src/plan/physical.ts';
import type { DataType } from '../../src/schema.ts';
import {
  array,
  BINARY,
  BOOLEAN,
  DOUBLE,
  FLOAT,
  field,
  INT,
  LONG,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/schema.ts';

/** Group numbers against a Map of key texts. */
interface Column {
  readonly type: DataType;
  readonly cells: fc.Arbitrary<Cell>;
  /** The forms in which the column's vectors come. */
  readonly forms: readonly ((cells: readonly Cell[]) => Vector)[];
}

const plain = (type: DataType) => (cells: readonly Cell[]) => vectorOf(type, cells);
const bytes = (type: DataType) => (cells: readonly Cell[]) => {
  const vector = vectorOf(type, cells);
  return vector.kind === 'object' &&
    cells.every((cell) => typeof cell !== 'string' || Buffer.from(cell).toString() === cell)
    ? toBytesVector(vector)
    : vector;
};
const KIND = { durationMicros: 10, slideMicros: 5, startMicros: 5 };
const windows = (cells: readonly Cell[]): Vector => {
  const starts = cells.map((cell) => (cell as readonly Cell[] | null)?.[0]);
  const ends = cells.map((cell) => (cell as readonly Cell[] | null)?.[1]);
  const isOne = starts.every((start, i) => typeof start === 'number' && (ends[i] as number) - start === 10);
  return isOne ? new WindowVector(Float64Array.from(starts as number[]), KIND) : vectorOf(WINDOW_TYPE, cells);
};

const floats = fc.oneof(fc.constantFrom(0, -0, Number.NaN, 1.5, Number.POSITIVE_INFINITY), fc.double());
const near = fc.integer({ min: -2, max: 2 });
const int64 = fc.oneof(
  near,
  near.map((n) => canonicalInt64(2n ** 53n + BigInt(n))),
  near.map((n) => canonicalInt64(-(2n ** 63n) + 2n + BigInt(n))),
);
const texts = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'page-000017', 'page-000018', '\ufeffa', '\u{1f600}', '\ud800', '\udc00x'),
  fc.string({ maxLength: 3 }),
);
const window = fc
  .tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom(10, 10, 10, 20))
  .map(([start, duration]) => [start * 5, start * 5 + duration]);

const COLUMNS: Readonly<Record<string, Column>> = {
  boolean: { type: BOOLEAN, cells: fc.boolean(), forms: [plain(BOOLEAN)] },
  int: { type: INT, cells: fc.integer({ min: -3, max: 3 }), forms: [plain(INT)] },
  float: { type: FLOAT, cells: floats.map(Math.fround), forms: [plain(FLOAT)] },
  double: { type: DOUBLE, cells: floats, forms: [plain(DOUBLE)] },
  long: { type: LONG, cells: int64, forms: [plain(LONG)] },
  timestamp: { type: TIMESTAMP, cells: int64, forms: [plain(TIMESTAMP)] },
  string: { type: STRING, cells: texts, forms: [plain(STRING), bytes(STRING)] },
  binary: {
    type: BINARY,
    cells: fc.uint8Array({ maxLength: 5 }),
    forms: [plain(BINARY), bytes(BINARY)],
  },
  window: { type: WINDOW_TYPE, cells: window, forms: [plain(WINDOW_TYPE), windows] },
  struct: {
    type: struct([field('a', STRING), field('b', INT)]),
    cells: fc.tuple(fc.constantFrom('x', 'y', null), fc.constantFrom(1, 2, null)),
    forms: [plain(struct([field('a', STRING), field('b', INT)]))],
  },
  array: { type: array(INT), cells: fc.array(near, { maxLength: 2 }), forms: [plain(array(INT))] },
};

/** Batches of rows, some without nulls, each column in one of its forms. */
function batches(columns: readonly Column[]) {
  const batch = fc.boolean().chain((hasNulls) => {
    const cells = columns.map(({ cells: some }) => (hasNulls ? fc.option(some, { freq: 3 }) : some));
    return fc.record({
      rows: fc.array(fc.tuple(...cells), { maxLength: 20 }),
      forms: fc.tuple(...columns.map(({ forms }) => fc.nat(forms.length - 1))),
    });
  });
  return fc.array(batch, { maxLength: 4 });
}

/** As it is stored: -0.0 is 0.0. */
const stored = (cell: Cell): Cell => (cell === 0 ? 0 : cell);

function check(columns: readonly Column[]): void {
  fc.assert(
    fc.property(batches(columns), (given) => {
      const grouper = new RowGrouper(columns.map(({ type }) => type));
      const known = new Map<string, Cell[]>();
      for (const { rows, forms } of given) {
        const vectors = columns.map((column, c) =>
          (column.forms[forms[c] as number] as (cells: Cell[]) => Vector)(rows.map((row) => row[c] as Cell)),
        );
        const expected = rows.map((row) => {
          const key = row.map((cell) => stored(cell as Cell));
          const text = keyText(key);
          if (!known.has(text)) known.set(text, key);
          return [...known.keys()].indexOf(text);
        });
        expect([...grouper.assign(vectors, rows.length)]).toEqual(expected);
      }
      expect(grouper.size).toBe(known.size);
      const keys = [...known.values()];
      expect(keys.map((_, group) => grouper.keyOf(group))).toEqual(keys);
      const columnar = grouper.keys();
      expect(
        keys.map((_, group) => columnar.map(({ values, codes }) => cellAt(values, codes[group] as number))),
      ).toEqual(keys);
    }),
    { numRuns: 50 },
  );
}

describe('rows are numbered by their keys', () => {
  test.each(Object.entries(COLUMNS))('%s', (_, column) => check([column]));

  test.each([
    ['window', 'string'],
    ['window', 'string', 'int'],
    ['string', 'string', 'long', 'double'],
  ])('%s and %s ...', (...names) => check(names.map((name) => COLUMNS[name] as Column)));

  test('many keys', () => {
    const grouper = new RowGrouper([STRING, LONG]);
    const numbers = Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 20_011);
    const names = vectorOf(
      STRING,
      numbers.map((n) => `page-${n}`),
    );
    const groups = grouper.assign([toBytesVector(names as never), vectorOf(LONG, numbers)], numbers.length);
    const known = new Map<number, number>();
    expect([...groups]).toEqual(
      numbers.map((n) => {
        if (!known.has(n)) known.set(n, known.size);
        return known.get(n);
      }),
    );
  });

  test('pairs keep their numbers while there are more and more of them', () => {
    const pairs = new PairCodes();
    const known = new Map<string, number>();
    // Wider and longer in turn, to a size where pairs have no places of their own any more.
    for (const [lefts, rights] of [
      [3, 2],
      [3, 90],
      [200, 90],
      [200, 1000],
      [600, 5],
      [1500, 1500],
      [4, 1501],
    ] as const) {
      const numbers = Array.from({ length: 5000 }, (_, i) => i * 7919);
      const left = Int32Array.from(numbers, (n) => n % lefts);
      const right = Int32Array.from(numbers, (n) => (n * 31 + 7) % rights);
      const codes = pairs.encode(left, right);
      const expected = numbers.map((_, i) => {
        const pair = `${left[i]} ${right[i]}`;
        if (!known.has(pair)) known.set(pair, known.size);
        return known.get(pair) as number;
      });
      expect([...codes]).toEqual(expected);
      expect([pairs.leftsOf(codes), pairs.rightsOf(codes), pairs.size]).toEqual([left, right, known.size]);
    }
  });

  test('no key column: one group', () => {
    const grouper = new RowGrouper([]);
    expect([...grouper.assign([], 3)]).toEqual([0, 0, 0]);
    expect(grouper.size).toBe(1);
  });
});
