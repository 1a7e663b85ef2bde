import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cell } from '../../src/batch.ts';
import { batchOf, canonicalInt64, cellAt, takeBatch, vectorOf } from '../../src/batch.ts';
import { explainRowAdder, RowAdder } from '../../src/engine/aggregates/add-rows.ts';
import { takeLazily } from '../../src/engine/taken-vector.ts';
import type { AggregateCall, PhysicalPlan } from '../../src/plan/physical.ts';
import type { DataType } from '../../src/schema.ts';
import {
  BOOLEAN,
  BYTE,
  DATE,
  DAY_TIME_INTERVAL,
  DOUBLE,
  FLOAT,
  field,
  INT,
  LONG,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/schema.ts';

/** Accumulators, filled by generated loops, against one row after another in plain JavaScript. */
const safe = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.maxSafeInteger());
const int64 = fc.oneof(
  safe,
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(canonicalInt64),
  fc.integer({ min: -3, max: 3 }).map((near) => canonicalInt64(2n ** 53n + BigInt(near))),
);
const small = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const float = fc.oneof(
  fc.constantFrom(0, -0, Number.NaN, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.float(),
);

type Row = { readonly group: number; readonly cell: Cell };
type Naive = (cells: readonly Cell[]) => Cell;

const present = (cells: readonly Cell[]) => cells.filter((cell) => cell !== null);
const numbers = (cells: readonly Cell[]) => present(cells) as number[];
const orNull =
  (fold: Naive): Naive =>
  (cells) =>
    present(cells).length === 0 ? null : fold(present(cells));

const greater = (a: Cell, b: Cell): boolean =>
  (a as number) > (b as number) || (Number.isNaN(a) && !Number.isNaN(b)) || (a === true && b === false);
const max = orNull((cells) => cells.reduce((a, b) => (greater(b, a) ? b : a)));
const min = orNull((cells) => cells.reduce((a, b) => (greater(a, b) ? b : a)));

function welford(cells: readonly Cell[]): { n: number; m2: number } {
  let [n, mean, m2] = [0, 0, 0];
  for (const x of numbers(cells)) {
    const delta = x - mean;
    const part = delta / (n + 1);
    mean += part;
    m2 += delta * part * n;
    n++;
  }
  return { n, m2 };
}

interface Kind {
  readonly name: string;
  readonly type: DataType;
  readonly result: DataType;
  readonly cells: fc.Arbitrary<Cell>;
  readonly naive: Naive;
}

const extremes = [
  { type: BOOLEAN, cells: fc.boolean(), names: ['bool_and', 'bool_or'] as const },
  { type: BYTE, cells: small(8) },
  { type: SHORT, cells: small(16) },
  { type: INT, cells: small(32) },
  { type: DATE, cells: small(32) },
  { type: FLOAT, cells: float },
  { type: DOUBLE, cells: float },
  { type: LONG, cells: int64 },
  { type: TIMESTAMP, cells: int64 },
  { type: DAY_TIME_INTERVAL, cells: int64 },
].flatMap(({ type, cells, names = ['min', 'max'] as const }): Kind[] => [
  { name: names[0], type, result: type, cells, naive: min },
  { name: names[1], type, result: type, cells, naive: max },
]);

const KINDS: readonly Kind[] = [
  { name: 'count', type: STRING, result: LONG, cells: fc.string(), naive: (cells) => present(cells).length },
  { name: 'count', type: INT, result: LONG, cells: small(32), naive: (cells) => present(cells).length },
  {
    name: 'sum',
    type: LONG,
    result: LONG,
    cells: int64,
    naive: orNull((cells) =>
      canonicalInt64(
        BigInt.asIntN(
          64,
          cells.reduce<bigint>((sum, cell) => sum + BigInt(cell as number), 0n),
        ),
      ),
    ),
  },
  {
    name: 'sum',
    type: DOUBLE,
    result: DOUBLE,
    cells: float,
    naive: orNull((cells) => numbers(cells).reduce((a, b) => a + b, 0)),
  },
  {
    name: 'avg',
    type: DOUBLE,
    result: DOUBLE,
    cells: float,
    naive: orNull((cells) => numbers(cells).reduce((a, b) => a + b, 0) / cells.length),
  },
  {
    name: 'var_pop',
    type: DOUBLE,
    result: DOUBLE,
    cells: float,
    naive: orNull((cells) => welford(cells).m2 / welford(cells).n),
  },
  {
    name: 'stddev_samp',
    type: DOUBLE,
    result: DOUBLE,
    cells: float,
    naive: (cells) => (welford(cells).n < 2 ? null : Math.sqrt(welford(cells).m2 / (welford(cells).n - 1))),
  },
  { name: 'first', type: STRING, result: STRING, cells: fc.string(), naive: (cells) => cells[0] ?? null },
  ...extremes,
];

const call = ({ name, type, result }: Pick<Kind, 'name' | 'type' | 'result'>, column: number): AggregateCall => ({
  name,
  args: [column],
  argTypes: [type],
  type: result,
  parameters: [],
});
const COUNT_ROWS: AggregateCall = { name: 'count', args: [], argTypes: [], type: LONG, parameters: [] };
const GROUPS = 4;
const RUNS = { numRuns: 50 };

/** Batches of rows, some of them without nulls. */
const batchesOf = (cells: fc.Arbitrary<Cell>) => {
  const rows = (cell: fc.Arbitrary<Cell>) =>
    fc.array(fc.record({ group: fc.nat(GROUPS - 1), cell }), { minLength: 1, maxLength: 12 });
  return fc.array(fc.oneof(rows(cells), rows(fc.option(cells, { freq: 3 }))), { minLength: 1, maxLength: 4 });
};

function fill(adder: RowAdder, kind: Kind, batches: readonly (readonly Row[])[]) {
  const accumulators = adder.accumulators();
  let capacity = 1;
  for (const rows of batches) {
    capacity = Math.max(capacity, ...rows.map(({ group }) => group + 1));
    for (const accumulator of accumulators) accumulator.grow(capacity);
    const slots = Int32Array.from(rows, ({ group }) => group);
    adder.add(accumulators, slots, rows.length, [
      vectorOf(
        kind.type,
        rows.map(({ cell }) => cell),
      ),
    ]);
  }
  for (const accumulator of accumulators) accumulator.grow(GROUPS);
  return accumulators;
}

const ALL = Int32Array.from({ length: GROUPS }, (_, group) => group);

describe.each(KINDS.map((kind) => [`${kind.name} of ${kind.type.kind}`, kind] as const))('%s', (_, kind) => {
  const adder = new RowAdder([call(kind, 0), COUNT_ROWS, call(kind, 0)]);
  const results = (accumulators: ReturnType<typeof fill>) =>
    accumulators.map((accumulator) => {
      const vector = accumulator.result(ALL);
      return Array.from(ALL, (group) => cellAt(vector, group));
    });
  const naive = (rows: readonly Row[], fold: Naive) =>
    Array.from(ALL, (group) => fold(rows.filter((row) => row.group === group).map(({ cell }) => cell)));

  test('equals a row after another', () => {
    fc.assert(
      fc.property(batchesOf(kind.cells), (batches) => {
        const rows = batches.flat();
        const [ours, counts, again] = results(fill(adder, kind, batches));
        expect(ours).toEqual(naive(rows, kind.naive));
        expect(again).toEqual(ours);
        expect(counts).toEqual(naive(rows, (cells) => cells.length));
      }),
      RUNS,
    );
  });

  test('comes back as it was saved, emptied slots take another group', () => {
    fc.assert(
      fc.property(batchesOf(kind.cells), batchesOf(kind.cells), fc.nat(GROUPS - 1), (batches, more, slot) => {
        const accumulators = fill(adder, kind, batches);
        const before = results(accumulators);
        const loaded = fill(adder, kind, more);
        loaded.forEach((accumulator, index) => {
          accumulator.load(ALL, accumulators[index]?.save(ALL) ?? []);
        });
        expect(results(loaded)).toEqual(before);
        for (const accumulator of accumulators) accumulator.reset(Int32Array.of(slot));
        const fresh = adder.accumulators();
        for (const accumulator of fresh) accumulator.grow(GROUPS);
        const [emptied] = results(accumulators);
        expect(emptied?.[slot]).toEqual(results(fresh)[0]?.[slot]);
      }),
      RUNS,
    );
  });

  const isExact = !['sum', 'avg', 'var_pop', 'stddev_samp'].includes(kind.name) || kind.type === LONG;
  if (isExact)
    test('partial results merge to the same', () => {
      fc.assert(
        fc.property(batchesOf(kind.cells), batchesOf(kind.cells), (first, second) => {
          const into = fill(adder, kind, first);
          const partial = fill(adder, kind, second);
          into.forEach((accumulator, index) => {
            accumulator.merge(ALL, GROUPS, partial[index] as never);
          });
          const rows = [...first, ...second].flat();
          expect(results(into)[0]).toEqual(naive(rows, kind.naive));
        }),
        RUNS,
      );
    });
});

test('rows of a batch taken in another order, or more than once, are read where they are', () => {
  const adder = new RowAdder([COUNT_ROWS, call({ name: 'sum', type: LONG, result: LONG }, 0)]);
  const schema = struct([field('clicks', LONG)]);
  const batch = batchOf(schema, [[1], [null], [3], [40]]);
  const indices = Int32Array.of(3, 2, 2, 1, 0, 3);
  const slots = Int32Array.of(0, 1, 0, 1, 1, 0);
  const [lazy, copied] = [takeLazily(batch, indices), takeBatch(batch, indices)].map((taken) => {
    const accumulators = adder.accumulators();
    for (const accumulator of accumulators) accumulator.grow(2);
    adder.add(accumulators, slots, taken.length, taken.vectors);
    return accumulators.map((accumulator) => [0, 1].map((slot) => cellAt(accumulator.result(Int32Array.of(slot)), 0)));
  });
  expect(lazy).toEqual([
    [3, 3],
    [83, 4],
  ]);
  expect(copied).toEqual(lazy);
});

test('the loop of a query is one, and reads each column once', () => {
  const input = { output: [{ name: 'clicks', type: LONG, nullable: true }] };
  const aggregates = [COUNT_ROWS, call({ name: 'sum', type: LONG, result: LONG }, 0)];
  const node = { op: 'aggregate', input, aggregates } as unknown as Extract<PhysicalPlan, { op: 'aggregate' }>;
  expect(explainRowAdder(node)).toBe(`const [counts0] = states[0]; // count(*)
const [sums1, seen1, addWide1] = states[1]; // sum(clicks)
const in0 = inputs[0].values;
const set0 = inputs[0].validity;
for (let i = 0; i < length; i++) {
  const slot = slots[i];
  counts0[slot] += 1;
  if (set0[i] === 1) {
    const value0 = in0[i];
    seen1[slot] = 1;
    {
      const sum = sums1[slot] + value0;
      if (Math.abs(sum) <= 9007199254740991) sums1[slot] = sum;
      else addWide1(slot, value0);
    }
  }
}`);
});
