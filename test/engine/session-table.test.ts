import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cell, Int64, StructVector, Vector } from '../../src/batch.ts';
import { cellAt, vectorOf } from '../../src/batch.ts';
import { RowAdder } from '../../src/engine/aggregates/add-rows.ts';
import { ChunkSessionMaker, ChunkSessions } from '../../src/engine/chunk-sessions.ts';
import { groupStateSchema } from '../../src/engine/group-table.ts';
import { SessionLists } from '../../src/engine/session-lists.ts';
import { sortedByTimeAndRank } from '../../src/engine/session-order.ts';
import { SessionTable } from '../../src/engine/session-table.ts';
import { type AggregateCall, WINDOW_TYPE } from '../../src/plan/physical.ts';
import { array, field, LONG, STRING, struct } from '../../src/schema.ts';
import type { StateChange } from '../../src/state-store.ts';

/** The open sessions against a list of [page, start, end, values], and against a table that is restored from the changes. */
const KEYS = [field('session', WINDOW_TYPE), field('page', STRING)];
const CALLS: readonly AggregateCall[] = [
  { name: 'sum', args: [2], argTypes: [LONG], type: LONG, parameters: [] },
  { name: 'collect_list', args: [2], argTypes: [LONG], type: array(LONG), parameters: [] },
];
const INPUT = struct([...KEYS, field('value', LONG)]);
const NODE = { keys: [0, 1], aggregates: CALLS, output: KEYS } as unknown as ConstructorParameters<
  typeof ChunkSessionMaker
>[0];
const GAP = 10;

type Row = readonly [page: string | null, time: number, value: number];
type Step = { readonly chunks: readonly (readonly Row[])[]; readonly through: number | null };
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

  step({ chunks, through }: Step): Cell[][] {
    for (const rows of chunks) this.table.merge(this.sessionsOf(rows));
    const { touched, removedKeys } = this.table.settle();
    const { length } = removedKeys[0] as Vector;
    const removals = length === 0 ? [] : [{ schema: this.table.stateSchema, length, vectors: removedKeys }];
    const limit = through === null ? null : this.micros(through);
    const closing = limit === null ? new Int32Array(0) : this.table.closing(limit);
    const closed = this.rowsAt(closing);
    const surviving = limit === null ? touched : this.table.openAfter(touched, limit);
    const upserts = [...this.table.saveAll(surviving)];
    if (limit !== null) this.table.evict(limit);
    this.changes.push({ evictedThroughMicros: limit, removals, upserts });
    return closed;
  }

  /** In two batches. */
  private sessionsOf(rows: readonly Row[]): ChunkSessions {
    const maker = new ChunkSessionMaker(NODE, 0, this.adder);
    const half = rows.length >> 1;
    for (const part of [rows.slice(0, half), rows.slice(half)]) {
      const windows = part.map(([, time]) => [this.micros(time), this.micros(time + GAP)]);
      const pages = part.map(([page]) => page);
      const values = part.map(([, , value]) => value);
      const vectors = [vectorOf(WINDOW_TYPE, windows), vectorOf(STRING, pages), vectorOf(LONG, values)];
      maker.add({ schema: INPUT, length: part.length, vectors });
    }
    const sessions = maker.finish();
    // As it comes from another thread.
    const { size, rows: count } = sessions;
    const output = { kind: 'groups', size, rows: count, vectors: sessions.save(), lateGroups: [] } as const;
    return ChunkSessions.load(NODE, output);
  }

  restart(): void {
    this.table = this.emptyTable();
    for (const change of this.changes) this.table.apply(change);
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

/** The rows of a chunk by time, and its sessions with those that are there by start. */
function merged(sessions: readonly Naive[], rows: readonly Row[]): Naive[] {
  return joined([
    ...sessions,
    ...joined(rows.map(([page, time, value]) => ({ page, start: time, end: time + GAP, values: [value] }))),
  ]);
}

function joined(given: readonly Naive[]): Naive[] {
  const pieces = given.map((piece) => ({ ...piece, values: [...piece.values] }));
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
  values,
];
const sortedLists = (rows: readonly Cell[][]): Cell[][] =>
  rows.map((row) => [...row.slice(0, 4), [...(row[4] as number[])].sort((a, b) => a - b)]);
const byText = (rows: readonly Cell[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();

const rows = fc.tuple(fc.constantFrom('a', 'b', 'c', '', null), fc.nat(120), fc.nat(9));
const stepsOf = (maxChunks: number) =>
  fc.array(
    fc.record({
      chunks: fc.array(fc.array(rows, { maxLength: 12 }), { maxLength: maxChunks }),
      through: fc.option(fc.nat(130)),
      restart: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  );

test.each([
  ['near', 'one chunk', 0n, 1],
  ['near', 'several chunks', 0n, 3],
  ['far away', 'one chunk', 9007199254740900n, 1],
  ['far away', 'several chunks', 9007199254740900n, 3],
])(
  'sessions of %s times, of %s a batch, are those of a plain list, and the same after a restart, in the same order',
  (_, __, base, chunks) => {
    // Where the order of rows matters, a batch is one chunk.
    const lists = chunks === 1 ? (rows: readonly Cell[][]) => rows : sortedLists;
    fc.assert(
      fc.property(stepsOf(chunks), (given) => {
        const subject = new Subject(base);
        const whole = new Subject(base);
        let naive: Naive[] = [];
        for (const step of given) {
          if (step.restart) subject.restart();
          naive = step.chunks.reduce(merged, naive);
          const closed = subject.step(step);
          expect(closed).toEqual(whole.step(step));
          const { through } = step;
          const isClosed = ({ end }: Naive) => through !== null && end <= through;
          expect(byText(lists(closed))).toEqual(byText(lists(naive.filter(isClosed).map(plain))));
          expect(closed.map(([, end]) => end)).toEqual(closed.map(([, end]) => end as number).sort((a, b) => a - b));
          naive = naive.filter((session) => !isClosed(session));
          const all = subject.rowsAt(subject.table.all());
          expect(all).toEqual(whole.rowsAt(whole.table.all()));
          expect(byText(lists(all))).toEqual(byText(lists(naive.map(plain))));
          expect(subject.table.size).toBe(naive.length);
        }
      }),
      { numRuns: 100 },
    );
  },
);

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

test('sessions of one key stay in order and apart, however many there are and in whatever order they come', () => {
  const pair = fc.tuple(fc.nat(4000), fc.integer({ min: 1, max: 8 }));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 200, maxLength: 800 }), (pairs) => {
      const told: number[] = [];
      const lists = new SessionLists({ moves: () => {}, absorbs: (_, absorbed) => void told.push(absorbed) });
      lists.reserveKeys(1);
      const slots = pairs.map(([start, length]) => lists.add(0, start, start + length));
      let naive: [start: number, end: number][] = [];
      for (const [start, length] of [...pairs].sort(([a], [b]) => a - b)) {
        const last = naive.at(-1);
        if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], start + length);
        else naive = [...naive, [start, start + length]];
      }
      const found = [...lists.present()].map((slot) => [lists.starts.values[slot], lists.ends.values[slot]] as const);
      expect([...found].sort(([a], [b]) => Number(a) - Number(b))).toEqual(naive);
      expect(new Set(slots).size).toBe(lists.size + told.length);
      for (const [start, end] of naive) {
        const slot = lists.latestAt(0, end);
        expect([lists.starts.values[slot], lists.latestAt(0, start - 1) === slot]).toEqual([start, false]);
      }
    }),
    { numRuns: 50 },
  );
});

/** Times within `range`, in no order. */
function manyTimes(from: number, range: number): number[] {
  return Array.from({ length: 3000 }, (_, i) => from + Math.floor((((i * 7919) % 3001) / 3001) * range));
}
