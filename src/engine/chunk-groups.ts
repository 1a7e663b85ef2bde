import type { Batch, Cell, Vector } from '../batch.ts';
import { cellAt, vectorOf } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { PhysicalPlan } from '../plan/physical.ts';
import { schemaOf } from '../plan/physical.ts';
import type { Accumulator } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { RowGrouper } from './row-grouper.ts';
import type { ChunkOutput } from './stage-run.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/**
 * The groups of one chunk of input, summed up. Chunks are merged into the state in their order, whichever thread summed them, so that
 * doubles add up in one fixed order.
 */
export class ChunkGroups {
  readonly accumulators: readonly Accumulator[];
  /** Key texts of groups whose rows were late and not added. */
  readonly lateGroups = new Set<string>();
  /** Rows that were added. */
  rows = 0;
  private readonly groups: RowGrouper;
  private capacity = 0;

  constructor(
    private readonly node: AggregateNode,
    private readonly adder: RowAdder,
  ) {
    this.groups = new RowGrouper(node.keys.length);
    this.accumulators = adder.accumulators();
  }

  /** Number of groups. */
  get size(): number {
    return this.groups.size;
  }

  /** Key cells of group `group`, numbered from 0 in the order of first appearance. */
  keyOf(group: number): Cell[] {
    return this.groups.keyOf(group);
  }

  add(batch: Batch): void {
    const keys = this.node.keys.map((key) => batch.vectors[key] as Vector);
    const slots = this.groups.assign(keys, batch.length);
    this.rows += slots.length;
    this.reserve();
    this.adder.add(this.accumulators, slots, batch.length, batch.vectors);
  }

  private reserve(): void {
    if (this.size <= this.capacity) return;
    this.capacity = Math.max(64, this.size * 2);
    for (const accumulator of this.accumulators) accumulator.grow(this.capacity);
  }

  /** All groups as vectors, to be sent to another thread: key columns, then the accumulators' durable columns. */
  save(): readonly Vector[] {
    const slots = Int32Array.from({ length: this.size }, (_, group) => group);
    const keys = this.keyFields.map((field, column) =>
      vectorOf(
        field.type,
        Array.from(slots, (group) => this.keyOf(group)[column] ?? null),
      ),
    );
    return [...keys, ...this.accumulators.flatMap((accumulator) => accumulator.save(slots))];
  }

  /** The groups that `save` gave, of the same plan. */
  static load(node: AggregateNode, adder: RowAdder, output: ChunkOutput): ChunkGroups {
    invariant(output.kind === 'groups', 'the stage makes groups');
    const { size, rows, vectors, lateGroups } = output;
    const chunk = new ChunkGroups(node, adder);
    chunk.rows = rows;
    for (const group of lateGroups) chunk.lateGroups.add(group);
    const keys = vectors.slice(0, node.keys.length);
    const slots = Int32Array.from({ length: size }, (_, group) => group);
    for (const group of slots) chunk.groups.add(keys.map((vector) => cellAt(vector, group)));
    chunk.reserve();
    let column = keys.length;
    for (const accumulator of chunk.accumulators) {
      const width = accumulator.stateFields.length;
      accumulator.load(slots, vectors.slice(column, column + width));
      column += width;
    }
    return chunk;
  }

  private get keyFields() {
    return schemaOf(this.node.output.slice(0, this.node.keys.length)).fields;
  }
}
