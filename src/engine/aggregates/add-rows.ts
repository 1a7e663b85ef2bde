import type { Vector } from '../../batch.ts';
import { explainUpdates, type RowUpdate, UpdateLoops } from '../../codegen/aggregate.ts';
import type { AggregateCall, PhysicalPlan } from '../../plan/physical.ts';
import { firstNumbers } from '../keys/take.ts';
import { commonSource } from '../taken-vector.ts';
import { type Accumulator, type CellsAccumulator, type FlatAccumulator, loadAccumulators } from './accumulator.ts';
import { createAccumulator } from './table.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/** Adds rows to the accumulators of a query's aggregates; the loops that it generates are made once per query. */
export class RowAdder {
  private readonly loops: UpdateLoops;

  constructor(private readonly calls: readonly AggregateCall[]) {
    this.loops = new UpdateLoops(updatesOf(calls, String));
  }

  /** Fresh accumulators, one per aggregate. */
  accumulators(): Accumulator[] {
    return this.calls.map(createAccumulator);
  }

  /** Adds row i of a batch to slot `slots[i]`, for i in 0..length-1. */
  add(accumulators: readonly Accumulator[], slots: Int32Array, length: number, vectors: readonly Vector[]): void {
    const args = this.loops.columns.map((column) => vectors[column] as Vector);
    const { sources, rows } = commonSource(args) ?? { sources: args, rows: null };
    this.loops.run(slots, length, rows, sources, accumulators.filter(isFlat));
    accumulators.forEach((accumulator, index) => {
      if (isFlat(accumulator)) return;
      const args = (this.calls[index] as AggregateCall).args.map((arg) => vectors[arg] as Vector);
      accumulator.update(slots, length, args);
    });
  }

  /** Adds partial results: row i of the durable columns, which stand one behind another, to slot `slots[i]`. */
  addPartial(accumulators: readonly Accumulator[], slots: Int32Array, columns: readonly Vector[]): void {
    const partial = this.accumulators();
    for (const accumulator of partial) accumulator.grow(slots.length);
    loadAccumulators(partial, firstNumbers(slots.length), columns, 0);
    accumulators.forEach((accumulator, index) => {
      accumulator.merge(slots, slots.length, partial[index] as Accumulator);
    });
  }
}

/** The loop that adds rows to the aggregates of a node, for people to read; null when none of them has one. */
export function explainRowAdder({ aggregates, input }: AggregateNode): string | null {
  const updates = updatesOf(aggregates, (column) => input.output[column]?.name.replaceAll('\u0000', '') ?? '');
  if (updates.length === 0) return null;
  return explainUpdates(updates, (column) => input.output[column]?.nullable ?? true);
}

function updatesOf(calls: readonly AggregateCall[], nameOf: (column: number) => string): RowUpdate[] {
  return calls.flatMap((call) => {
    const accumulator = createAccumulator(call);
    const column = call.args[0] ?? null;
    const title = `${call.name}(${column === null ? '*' : nameOf(column)})`;
    return isFlat(accumulator) ? [{ code: accumulator.code, column, title }] : [];
  });
}

function isFlat(accumulator: Accumulator | CellsAccumulator): accumulator is FlatAccumulator {
  return 'code' in accumulator;
}
