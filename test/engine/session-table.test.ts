import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch, Cell, Int64, StructVector, Vector } from '../../src/batch.ts';
import { cellAt, takeVector, vectorOf } from '../../src/batch.ts';
import { RowAdder } from '../../src/engine/aggregates/add-rows.ts';
import { groupStateSchema } from '../../src/engine/group-table.ts';
import { MergedSessions } from '../../src/engine/session-merge.ts';
import { int64s, orderByTime, placed, placesByCode, sortedByTimeAndRank } from '../../src/engine/session-order.ts';
import { SessionTable } from '../../src/engine/session-table.ts';
import { type AggregateCall, WINDOW_TYPE } from '../../src/plan/physical.ts';
import { array, type DataType, field, LONG, STRING, TIMESTAMP } from '../../src/schema.ts';
import type { StateChange } from '../../src/state-store.ts';

/** The open sessions against a list of [page, start, end, values], and against a table that is restored from the changes. */
const KEYS = [field('session', WINDOW_TYPE), field('page', STRING)];
const CALLS: readonly AggregateCall[] = [
  { name: 'sum', args: [0], argTypes: [LONG], type: LONG, parameters: [] },
  { name: 'collect_list', args: [0], argTypes: [LONG], type: array(LONG), parameters: [] },
];
const GAP = 10;

type Row = readonly [page: string | null, time: number, value: number];
type Step = { readonly rows: readonly Row[]; readonly through: number | null };
type Naive = { page: string | null; start: number; end: number; values: number[] };

class Subject {
  readonly adder = new RowAdder(CALLS);
  readonly changes: StateChange[] = [];
  table = this.emptyTable();

  /** `base` moves all times: far away ones are no safe integers. */
  constructor(private readonly base: bigint) {}

  emptyTable(): SessionTable {
    return new SessionTable(groupStateSchema(KEYS, CALLS), KEYS, 0, this.adder);
  }

  step({ rows, through }: Step): Cell[][] {
    let removals: Batch[] = [];
    let touched = new Int32Array(0);
    if (rows.length > 0) {
      const pages = vectorOf(
        STRING,
        rows.map(([page]) => page),
      );
      const numbers = this.table.numbersOf([pages], rows.length);
      const keys = [...new Set(numbers)];
      const codes = numbers.map((number) => keys.indexOf(number));
      const { places, offsets } = placesByCode(codes, keys.length);
      // In two parts, as from two batches.
      const half = rows.length >> 1;
      const column = (type: DataType, cells: readonly Cell[]) =>
        placed([vectorOf(type, cells.slice(0, half)), vectorOf(type, cells.slice(half))], places);
      const times = (more: number) =>
        int64s(
          column(
            TIMESTAMP,
            rows.map(([, time]) => this.micros(time + more)),
          ),
        );
      const starts = times(0);
      const order = orderByTime(starts, offsets);
      const sorted = (given: ArrayLike<Int64>) => Array.from(order, (place) => given[place] as Int64);
      const merged = new MergedSessions({ starts: sorted(starts), ends: sorted(times(GAP)) }, this.table);
      keys.forEach((key, n) => {
        merged.addKey(key, offsets[n] as number, offsets[n + 1] as number);
      });
      const partial = this.adder.accumulators();
      for (const accumulator of partial) accumulator.grow(merged.runCount);
      const values = column(
        LONG,
        rows.map(([, , value]) => value),
      );
      this.adder.add(partial, merged.runs, rows.length, [takeVector(values, order)]);
      const changes = this.table.settle(merged, partial);
      touched = Int32Array.from(changes.touched);
      const length = (changes.removedKeys[0] as Vector).length;
      removals = length === 0 ? [] : [{ schema: this.table.stateSchema, length, vectors: changes.removedKeys }];
    }
    const limit = through === null ? null : this.micros(through);
    const closing = limit === null ? new Int32Array(0) : this.table.closing(limit);
    const closed = this.rowsAt(closing);
    const surviving = limit === null ? touched : touched.filter((slot) => this.table.endOf(slot) > limit);
    const upserts = [...this.table.saveAll(surviving)];
    if (limit !== null) this.table.evict(limit);
    this.changes.push({ evictedThroughMicros: limit, removals, upserts });
    return closed;
  }

  restart(): void {
    this.table = this.emptyTable();
    for (const change of this.changes) this.table.apply(change);
    this.table.endRestore();
  }

  rowsAt(slots: Int32Array): Cell[][] {
    const vectors = this.table.results(slots);
    const [starts, ends] = (vectors[0] as StructVector).children as [Vector, Vector];
    const time = (vector: Vector, row: number) => Number(BigInt(cellAt(vector, row) as Int64) - this.base);
    return Array.from(slots, (_, row) => [
      time(starts, row),
      time(ends, row),
      ...vectors.slice(1).map((vector) => cellAt(vector, row)),
    ]);
  }

  private micros(time: number): Int64 {
    const micros = this.base + BigInt(time);
    return Number.isSafeInteger(Number(micros)) ? Number(micros) : micros;
  }
}

function merged(sessions: readonly Naive[], rows: readonly Row[]): Naive[] {
  const pieces = [
    ...sessions.map((session) => ({ ...session, values: [...session.values] })),
    ...rows.map(([page, time, value]) => ({ page, start: time, end: time + GAP, values: [value] })),
  ];
  const result: Naive[] = [];
  for (const page of new Set(pieces.map((piece) => piece.page))) {
    const own = pieces.filter((piece) => piece.page === page).sort((a, b) => a.start - b.start);
    let last: Naive | undefined;
    for (const piece of own) {
      if (last !== undefined && piece.start <= last.end) {
        last.end = Math.max(last.end, piece.end);
        last.values.push(...piece.values);
      } else {
        last = piece;
        result.push(piece);
      }
    }
  }
  return result;
}

const plain = ({ page, start, end, values }: Naive): Cell[] => [
  start,
  end,
  page,
  values.reduce((sum, value) => sum + value, 0),
  [...values].sort((a, b) => a - b),
];
const sortedLists = (rows: readonly Cell[][]): Cell[][] =>
  rows.map((row) => [...row.slice(0, 4), [...(row[4] as number[])].sort((a, b) => a - b)]);
const byText = (rows: readonly Cell[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

const rows = fc.tuple(fc.constantFrom('a', 'b', 'c', '', null), fc.nat(120), fc.nat(9));
const steps = fc.array(
  fc.record({ rows: fc.array(rows, { maxLength: 12 }), through: fc.option(fc.nat(130)), restart: fc.boolean() }),
  { minLength: 1, maxLength: 8 },
);

test.each([
  ['near', 0n],
  ['far away', 9007199254740900n],
])('sessions of %s times are those of a plain list, and the same after a restart, in the same order', (_, base) => {
  fc.assert(
    fc.property(steps, (given) => {
      const subject = new Subject(base);
      const whole = new Subject(base);
      let naive: Naive[] = [];
      for (const step of given) {
        if (step.restart) subject.restart();
        naive = merged(naive, step.rows);
        const closed = subject.step(step);
        expect(closed).toEqual(whole.step(step));
        const { through } = step;
        const isClosed = ({ end }: Naive) => through !== null && end <= through;
        expect(byText(sortedLists(closed))).toEqual(byText(naive.filter(isClosed).map(plain)));
        expect(closed.map(([, end]) => end)).toEqual(closed.map(([, end]) => end as number).sort((a, b) => a - b));
        naive = naive.filter((session) => !isClosed(session));
        const all = subject.rowsAt(subject.table.all());
        expect(all).toEqual(whole.rowsAt(whole.table.all()));
        expect(byText(sortedLists(all))).toEqual(byText(naive.map(plain)));
        expect(subject.table.size).toBe(naive.length);
      }
    }),
    { numRuns: 100 },
  );
});

test('slots by time and rank, near times and far ones', () => {
  // Few slots are sorted in one piece, many in parts.
  const time = fc.oneof(fc.nat(5), fc.nat(1e7), fc.integer(), fc.maxSafeInteger());
  const times = fc.oneof(
    fc.array(time, { minLength: 1, maxLength: 30 }),
    fc.tuple(fc.integer(), fc.constantFrom(3, 5000, 1e13)).map(([from, range]) => manyTimes(from, range)),
  );
  fc.assert(
    fc.property(times, (values) => {
      const ranks = Float64Array.from(values, (_, i) => (i * 7) % 3001);
      const slots = Int32Array.from(values, (_, i) => i);
      const expected = [...slots].sort(
        (a, b) => (values[a] as number) - (values[b] as number) || (ranks[a] as number) - (ranks[b] as number),
      );
      expect([...sortedByTimeAndRank(slots.slice(), Float64Array.from(values), ranks)]).toEqual(expected);
      expect([...sortedByTimeAndRank(slots.slice(), values, ranks)]).toEqual(expected);
    }),
  );
});

test('rows by key and time, as they came within one time, however far out of order', () => {
  const pair = fc.tuple(fc.nat(3), fc.nat(1000));
  const given = fc.oneof(fc.array(pair, { maxLength: 20 }), fc.array(pair, { minLength: 400, maxLength: 600 }));
  fc.assert(
    fc.property(given, (pairs) => {
      const codes = Int32Array.from(pairs, ([code]) => code);
      const times = Float64Array.from(pairs, ([, time]) => time);
      const { places, offsets } = placesByCode(codes, 4);
      const column = placed(
        [vectorOf(TIMESTAMP, [...times.slice(0, 7)]), vectorOf(TIMESTAMP, [...times.slice(7)])],
        places,
      );
      const rowAt = new Int32Array(places.length);
      places.forEach((place, row) => {
        rowAt[place] = row;
      });
      const order = Array.from(orderByTime(int64s(column), offsets), (place) => rowAt[place] as number);
      const expected = pairs.map((_, row) => row);
      expected.sort(
        (a, b) => (codes[a] as number) - (codes[b] as number) || (times[a] as number) - (times[b] as number) || a - b,
      );
      expect(order).toEqual(expected);
      expect(offsets[4]).toBe(pairs.length);
    }),
  );
});

/** Times within `range`, in no order. */
function manyTimes(from: number, range: number): number[] {
  return Array.from({ length: 3000 }, (_, i) => from + Math.floor((((i * 7919) % 3001) / 3001) * range));
}
