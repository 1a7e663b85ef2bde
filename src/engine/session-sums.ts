import { concatVectors, takeVector, type Vector } from '../batch.ts';
import { type Accumulator, loadAccumulators } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { takeInt32 } from './keys/take.ts';

/** The sums of sessions, by slot. */
export class SessionSums {
  private readonly accumulators: readonly Accumulator[];
  /** Slots that there is room for. */
  private capacity = 0;

  constructor(private readonly adder: RowAdder) {
    this.accumulators = adder.accumulators();
  }

  /** Makes room for slots below `capacity`. */
  reserve(capacity: number): void {
    if (capacity <= this.capacity) return;
    this.capacity = capacity;
    for (const accumulator of this.accumulators) accumulator.grow(capacity);
  }

  /** Adds row i of a batch to slot `slots[i]`. */
  addRows(slots: Int32Array, length: number, vectors: readonly Vector[]): void {
    this.adder.add(this.accumulators, slots, length, vectors);
  }

  /** Adds row i of `columns`, as `save` gives them, to slot `slots[i]`. */
  add(slots: Int32Array, columns: readonly Vector[]): void {
    this.adder.addPartial(this.accumulators, slots, columns);
  }

  /** Row i of `columns` becomes what slot `slots[i]` holds; -1 leaves it out. */
  load(slots: Int32Array, columns: readonly Vector[]): void {
    loadAccumulators(this.accumulators, slots, columns, 0);
  }

  /** The durable columns of the accumulators, one behind another. */
  save(slots: Int32Array): Vector[] {
    return this.accumulators.flatMap((accumulator) => accumulator.save(slots));
  }

  results(slots: Int32Array): Vector[] {
    return this.accumulators.map((accumulator) => accumulator.result(slots));
  }

  reset(slots: Int32Array): void {
    for (const accumulator of this.accumulators) accumulator.reset(slots);
  }

  /**
   * Puts what `slots` hold and the rows of `columns` together anew: `order` lists all of these, the slots by their places and the rows by theirs
   * behind them, and `into` says, place by place, which slot each goes to.
   */
  merge(slots: Int32Array, columns: readonly Vector[], into: Int32Array, order: Int32Array): void {
    const held = this.save(slots);
    const all = columns.map((column, index) => concatVectors(column.type, [held[index] as Vector, column]));
    this.reset(slots);
    const sorted = all.map((column) => takeVector(column, order));
    this.add(takeInt32(into, order), sorted);
  }
}
