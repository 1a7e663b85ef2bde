import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch, Cell } from '../../src/batch.ts';
import { batchOf, cellAt } from '../../src/batch.ts';
import { RowAdder } from '../../src/engine/aggregates/add-rows.ts';
import { ChangedGroups } from '../../src/engine/changed-groups.ts';
import { ChunkGrouper, type ChunkGroups } from '../../src/engine/chunk-groups.ts';
import { GroupTable } from '../../src/engine/group-table.ts';
import type { AggregateCall, PhysicalPlan } from '../../src/plan/physical.ts';
import { DOUBLE, field, STRING, struct, TIMESTAMP } from '../../src/schema.ts';
import { decodeBatch } from '../../src/state/column-codec.ts';
import { encodeStateRows } from '../../src/state/encode-rows.ts';

/** Batches of chunks, some of whose rows are encoded beforehand, and the state that a restart finds. */
const KEYS = [field('at', TIMESTAMP), field('page', STRING)];
const SCHEMA = struct([...KEYS, field('amount', DOUBLE)]);
const CALLS: readonly AggregateCall[] = [
  { name: 'sum', args: [2], argTypes: [DOUBLE], type: DOUBLE, parameters: [] },
  { name: 'count', args: [2], argTypes: [DOUBLE], type: DOUBLE, parameters: [] },
];
const NODE = {
  op: 'aggregate',
  keys: [0, 1],
  panes: null,
  aggregates: CALLS,
  output: KEYS,
} as unknown as Extract<PhysicalPlan, { op: 'aggregate' }>;
const ADDER = new RowAdder(CALLS);

type Row = readonly [at: number | null, page: string | null, amount: number | null];

interface Chunk {
  readonly rows: readonly Row[];
  readonly isEncoded: boolean;
}

interface Step {
  readonly chunks: readonly Chunk[];
  /** How far the watermark moves. */
  readonly moves: number;
}

const emptyTable = () => new GroupTable(KEYS, ADDER, 0);

function summedUp(rows: readonly Row[]): ChunkGroups {
  const grouper = new ChunkGrouper(NODE, ADDER);
  grouper.add(batchOf(SCHEMA, rows));
  return grouper.finish();
}

const rowsOf = (batches: Iterable<Batch>): Cell[][] =>
  [...batches].flatMap((batch) =>
    Array.from({ length: batch.length }, (_, row) => batch.vectors.map((vector) => cellAt(vector, row))),
  );

/** Runs the batches; after each, the table that a restart would make must hold the same groups in the same order. Gives the rows written. */
function run(steps: readonly Step[]): number {
  const table = emptyTable();
  const restarted = emptyTable();
  let lateMicros = 0;
  let written = 0;
  for (const { chunks, moves } of steps) {
    const evictMicros = lateMicros + moves;
    const changed = new ChangedGroups();
    for (const { rows, isEncoded } of chunks) {
      const groups = summedUp(rows);
      const encoded = encodeStateRows(groups.stateRows(table.stateSchema, 0, evictMicros));
      changed.add(table.merge(groups, lateMicros), isEncoded ? encoded : null);
    }
    const upserts = [...changed.rows(table, evictMicros)].map((part) => {
      written += part.length;
      return 'bytes' in part ? decodeBatch(table.stateSchema, part.bytes) : part;
    });
    table.evict(evictMicros);
    restarted.apply({ evictedThroughMicros: evictMicros, removals: [], upserts });
    expect(rowsOf(restarted.saveAll())).toEqual(rowsOf(table.saveAll()));
    lateMicros = evictMicros;
  }
  return written;
}

const row: fc.Arbitrary<Row> = fc.tuple<[number | null, string | null, number | null]>(
  fc.option(fc.integer({ min: 1, max: 12 }), { freq: 9 }),
  fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'é'), { freq: 9 }),
  fc.option(fc.integer({ min: -1000, max: 1000 }).map((n) => n / 7)),
);

const steps = fc.array(
  fc.record({
    chunks: fc.array(fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 12 }), isEncoded: fc.boolean() }), {
      maxLength: 5,
    }),
    moves: fc.nat(3),
  }),
  { maxLength: 6 },
);

describe('the rows that a batch changes in the state', () => {
  test('give the same groups in the same order after a restart, whichever chunks were encoded beforehand', () => {
    fc.assert(
      fc.property(steps, (given) => void run(given)),
      { numRuns: 500 },
    );
  });

  const chunk = (from: number): Chunk => ({
    rows: Array.from({ length: 8 }, (_, i) => [from + i, 'a', 1] as const),
    isEncoded: true,
  });

  test('are each written once where chunks have no group in common', () => {
    expect(run([{ chunks: [chunk(1), chunk(9), chunk(17)], moves: 0 }])).toBe(24);
  });

  test('are written once more where two chunks have a group in common', () => {
    expect(run([{ chunks: [chunk(1), chunk(8), chunk(15)], moves: 0 }])).toBe(24 + 2);
  });

  test('are not written where the batch closes their group', () => {
    expect(run([{ chunks: [chunk(1)], moves: 3 }])).toBe(5);
  });

  test('are left as they are where most groups of a chunk were there before', () => {
    expect(run([{ chunks: [chunk(1), chunk(1), chunk(2)], moves: 0 }])).toBe(8 + 1 + 8);
  });
});
