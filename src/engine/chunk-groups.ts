import type { Batch, Cell, FixedVector, Vector } from '../batch.ts';
import { cellAt, takeVector } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { PhysicalPlan } from '../plan/physical.ts';
import type { Schema } from '../schema.ts';
import { INT } from '../schema.ts';
import type { EncodedStateRows } from '../state-store.ts';
import type { Accumulator } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { closeTime } from './group-table.ts';
import { firstNumbers, takeInt32 } from './keys/take.ts';
import { groupsOfWindows } from './pane-groups.ts';
import { type KeyColumn, RowGrouper } from './row-grouper.ts';
import type { ChunkOutput } from './stage-run.ts';

/** Fewer groups are encoded when the batch is over: it takes no time. */
const LEAST_ENCODED = 4096;
/** Where groups have more rows each, they are few beside the rows, and may well be in every chunk. */
const MOST_ROWS_PER_GROUP = 4;

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/**
 * The groups of one chunk of input, summed up. Chunks are merged into the state in their order, whichever thread summed them, so that
 * doubles add up in one fixed order.
 */
export class ChunkGroups {
  constructor(
    /** Number of groups, which are numbered in the order of first appearance. */
    readonly size: number,
    /** Rows that were added. */
    readonly rows: number,
    readonly keys: readonly KeyColumn[],
    /** The durable columns of the accumulators, one behind another. */
    readonly columns: readonly Vector[],
    /** Key texts of groups whose rows were late and not added. */
    readonly lateGroups: ReadonlySet<string>,
    /** `stateRows`, encoded; null: not made. */
    readonly encoded: EncodedStateRows | null = null,
  ) {}

  /** Key cells of a group. */
  keyOf(group: number): Cell[] {
    return this.keys.map(({ values, codes }) => cellAt(values, codes[group] as number));
  }

  /** All groups as vectors, to be sent to another thread: the key columns' values and codes, then the accumulators' columns. */
  save(): readonly Vector[] {
    const keys = this.keys.flatMap(({ values, codes }): Vector[] => [
      values,
      { kind: 'fixed', type: INT, length: codes.length, validity: null, values: codes },
    ]);
    return [...keys, ...this.columns];
  }

  /** The groups that `save` gave, of the same plan. */
  static load(node: AggregateNode, output: ChunkOutput): ChunkGroups {
    invariant(output.kind === 'groups', 'the stage makes groups');
    const { size, rows, vectors, lateGroups, encoded = null } = output;
    const keys = node.keys.map((_, index) => ({
      values: vectors[2 * index] as Vector,
      codes: (vectors[2 * index + 1] as FixedVector).values as Int32Array,
    }));
    return new ChunkGroups(size, rows, keys, vectors.slice(2 * keys.length), new Set(lateGroups), encoded);
  }

  /** Whether so many groups came of the rows that most of them will be new. */
  get isWorthEncoding(): boolean {
    return this.size >= LEAST_ENCODED && this.size * MOST_ROWS_PER_GROUP >= this.rows;
  }

  /**
   * The rows of the state that these groups are if they are all new; `schema` is that of the state. `closingKey` is the key column that closes groups,
   * at or before `closedMicros`, and those that are closed have no rows; null: none are.
   */
  stateRows(schema: Schema, closingKey: number | null, closedMicros: number): Batch {
    const { size, keys, columns } = this;
    const open = closingKey === null ? firstNumbers(size) : openAfter(keys[closingKey] as KeyColumn, closedMicros);
    const vectors = [
      ...keys.map(({ values, codes }) => takeVector(values, takeInt32(codes, open))),
      ...(open.length === size ? columns : columns.map((column) => takeVector(column, open))),
    ];
    return { schema, length: open.length, vectors };
  }

  /** These groups with their `stateRows`. */
  withEncoded(encoded: EncodedStateRows): ChunkGroups {
    return new ChunkGroups(this.size, this.rows, this.keys, this.columns, this.lateGroups, encoded);
  }
}

/** The groups that close after `micros`, or never. */
function openAfter({ values, codes }: KeyColumn, micros: number): Int32Array {
  const isOpen = Uint8Array.from({ length: values.length }, (_, code) => {
    const time = closeTime(cellAt(values, code));
    return time === null || time > micros ? 1 : 0;
  });
  const all = firstNumbers(codes.length);
  return isOpen.includes(0) ? all.filter((group) => isOpen[codes[group] as number] === 1) : all;
}

/** Groups the rows of a chunk and sums them up, batch by batch. */
export class ChunkGrouper {
  readonly lateGroups = new Set<string>();
  private readonly accumulators: readonly Accumulator[];
  private readonly groups: RowGrouper;
  private capacity = 0;
  private rows = 0;

  constructor(
    private readonly node: AggregateNode,
    private readonly adder: RowAdder,
  ) {
    this.groups = new RowGrouper(node.output.slice(0, node.keys.length).map(({ type }) => type));
    this.accumulators = adder.accumulators();
  }

  add(batch: Batch): void {
    const keys = this.node.keys.map((key) => batch.vectors[key] as Vector);
    const slots = this.groups.assign(keys, batch.length);
    this.rows += slots.length;
    this.reserve();
    this.adder.add(this.accumulators, slots, batch.length, batch.vectors);
  }

  private reserve(): void {
    const { size } = this.groups;
    if (size <= this.capacity) return;
    this.capacity = Math.max(64, size * 2);
    for (const accumulator of this.accumulators) accumulator.grow(this.capacity);
  }

  finish(): ChunkGroups {
    this.reserve();
    const { groups, rows, accumulators, lateGroups } = this;
    const summed = { size: groups.size, keys: groups.keys(), accumulators };
    const { panes } = this.node;
    const { size, keys, accumulators: sums } = panes === null ? summed : groupsOfWindows(summed, panes, this.adder);
    const all = firstNumbers(size);
    const columns = sums.flatMap((accumulator) => accumulator.save(all));
    return new ChunkGroups(size, rows, keys, columns, lateGroups);
  }
}
