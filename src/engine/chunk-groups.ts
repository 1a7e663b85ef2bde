import type { Batch, Cell, FixedVector, Vector } from '../batch.ts';
import { cellAt } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { PhysicalPlan } from '../plan/physical.ts';
import { INT } from '../schema.ts';
import type { Accumulator } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { firstNumbers } from './keys/take.ts';
import { groupsOfWindows } from './pane-groups.ts';
import { type KeyColumn, RowGrouper } from './row-grouper.ts';
import type { ChunkOutput } from './stage-run.ts';

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
    const { size, rows, vectors, lateGroups } = output;
    const keys = node.keys.map((_, index) => ({
      values: vectors[2 * index] as Vector,
      codes: (vectors[2 * index + 1] as FixedVector).values as Int32Array,
    }));
    return new ChunkGroups(size, rows, keys, vectors.slice(2 * keys.length), new Set(lateGroups));
  }
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
