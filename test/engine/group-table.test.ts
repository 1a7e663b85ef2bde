import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch, Cell } from '../../src/batch.ts';
import { cellAt, vectorOf } from '../../src/batch.ts';
import { RowAdder } from '../../src/engine/aggregates/add-rows.ts';
import { GroupTable, keyText } from '../../src/engine/group-table.ts';
import { RowGrouper } from '../../src/engine/row-grouper.ts';
import type { AggregateCall } from '../../src/plan/physical.ts';
import { field, LONG, STRING, TIMESTAMP } from '../../src/schema.ts';

/** The state against a Map of Maps: close time, then key. */
const FIELDS = [field('at', TIMESTAMP), field('page', STRING)];
const TYPES = FIELDS.map(({ type }) => type);
const CALLS: readonly AggregateCall[] = [{ name: 'sum', args: [2], argTypes: [LONG], type: LONG, parameters: [] }];

type Row = readonly [at: number | null, page: string | null, value: number];
type Step =
  | { readonly do: 'merge'; readonly rows: readonly Row[]; readonly late: number | null }
  | { readonly do: 'evict'; readonly through: number }
  | { readonly do: 'restore' };

class Naive {
  readonly groups = new Map<string, [number | null, string | null, number]>();

  merge(rows: readonly Row[], late: number | null): void {
    for (const [at, page, value] of rows) {
      if (at !== null && late !== null && at <= late) continue;
      const text = keyText([at, page]);
      const known = this.groups.get(text);
      this.groups.set(text, [at, page, (known?.[2] ?? 0) + value]);
    }
  }

  evict(through: number): void {
    for (const [text, [at]] of this.groups) if (at !== null && at <= through) this.groups.delete(text);
  }

  /** By close time, then as they came; those that never close at the end. */
  get rows(): Cell[][] {
    const time = ([at]: readonly Cell[]) => (at === null ? Number.POSITIVE_INFINITY : (at as number));
    return [...this.groups.values()].sort((a, b) => (time(a) === time(b) ? 0 : time(a) - time(b)));
  }
}

function merge(table: GroupTable, adder: RowAdder, rows: readonly Row[], late: number | null): void {
  const vectors = [...TYPES, LONG].map((type, column) =>
    vectorOf(
      type,
      rows.map((row) => row[column] as Cell),
    ),
  );
  const grouper = new RowGrouper(TYPES);
  const groups = grouper.assign(vectors.slice(0, 2), rows.length);
  const partial = adder.accumulators();
  for (const accumulator of partial) accumulator.grow(grouper.size);
  adder.add(partial, groups, rows.length, vectors);
  const { size } = grouper;
  const columns = partial.flatMap((accumulator) => accumulator.save(Int32Array.from({ length: size }, (_, n) => n)));
  table.merge({ size, keys: grouper.keys(), columns }, late);
}

const rowsOf = (batches: Iterable<Batch>): Cell[][] =>
  [...batches].flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => batch.vectors.map((vector) => cellAt(vector, row))),
  );

function run(steps: readonly Step[]): void {
  const adder = new RowAdder(CALLS);
  const naive = new Naive();
  let table = new GroupTable(FIELDS, adder, 0);
  for (const step of steps) {
    if (step.do === 'merge') {
      merge(table, adder, step.rows, step.late);
      naive.merge(step.rows, step.late);
    } else if (step.do === 'evict') {
      const closing = naive.rows.filter(([at]) => at !== null && (at as number) <= step.through);
      expect(rowsOf([table.save(table.closing(step.through))])).toEqual(closing);
      table.evict(step.through);
      naive.evict(step.through);
    } else if (step.do === 'restore') {
      const upserts = [...table.saveAll()];
      table = new GroupTable(FIELDS, adder, 0);
      table.apply({ evictedThroughMicros: null, removals: [], upserts });
    }
    expect(rowsOf(table.saveAll())).toEqual(naive.rows);
    expect(table.size).toBe(naive.groups.size);
  }
}

const row = (times: number, pages: number): fc.Arbitrary<Row> =>
  fc.tuple<[number | null, string | null, number]>(
    fc.option(fc.nat(times), { freq: 9 }),
    fc.option(
      fc.nat(pages).map((n) => `page ${n}`),
      { freq: 9 },
    ),
    fc.integer(),
  );

const step = (times: number, pages: number, rows: number): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('merge' as const),
        rows: fc.array(row(times, pages), { minLength: rows / 2, maxLength: rows }),
        late: fc.option(fc.nat(times)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('evict' as const), through: fc.nat(times) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'restore' as const }) },
  );

describe('groups are found, closed and come back in order', () => {
  test('few keys', () => {
    fc.assert(
      fc.property(fc.array(step(5, 3, 12), { maxLength: 12 }), (steps) => run(steps)),
      { numRuns: 200 },
    );
  });

  test('more keys than are looked for one after another', () => {
    fc.assert(
      fc.property(fc.array(step(2, 60, 120), { maxLength: 6 }), (steps) => run(steps)),
      { numRuns: 30 },
    );
  });

  const pagesAt = (time: number, count: number, first = 0): Row[] =>
    Array.from({ length: count }, (_, n) => [time, `page ${first + n}`, n]);

  test('an index that grows keeps those that were in it', () => {
    run([20, 20, 200, 240, 240].map((count) => ({ do: 'merge', rows: pagesAt(1, count), late: null })));
  });

  test('key values that no group has any more are dropped', () => {
    const staying = pagesAt(99_999, 20, 1e6);
    const steps = Array.from({ length: 12 }, (_, n): Step[] => [
      { do: 'merge', rows: [...staying, ...pagesAt(n * 1000, 900, n * 1000)], late: null },
      { do: 'evict', through: (n - 1) * 1000 },
    ]).flat();
    run([...steps, { do: 'evict', through: 99_998 }, { do: 'merge', rows: staying, late: null }]);
  });
});
