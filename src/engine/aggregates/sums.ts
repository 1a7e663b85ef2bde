import type { FixedVector, Vector } from '../../batch.ts';
import type { RowCode } from '../../codegen/aggregate.ts';
import type { Field } from '../../schema.ts';
import { DOUBLE, field, LONG } from '../../schema.ts';
import type { Accumulator, FlatAccumulator } from './accumulator.ts';
import { growFloat64, growUint8, loadDoubles, takeFlags, takeFloat64 } from './accumulator.ts';

/** count(*) and count(column): rows whose argument is not null. Counts stay far below 2^53. */
export class CountAccumulator implements FlatAccumulator {
  private counts = new Float64Array(0);
  readonly stateFields: readonly Field[] = [field('count', LONG, false)];

  get code(): RowCode {
    return COUNT;
  }

  state(): readonly unknown[] {
    return [this.counts];
  }

  grow(capacity: number): void {
    if (capacity > this.counts.length) this.counts = growFloat64(this.counts, capacity);
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const { counts } = this;
    const from = (partial as CountAccumulator).counts;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      if (slot >= 0) counts[slot]! += from[i] as number;
    }
  }

  reset(slots: Int32Array): void {
    for (const slot of slots) this.counts[slot] = 0;
  }

  result(slots: Int32Array): Vector {
    return { kind: 'fixed', type: LONG, length: slots.length, validity: null, values: takeFloat64(this.counts, slots) };
  }

  save(slots: Int32Array): readonly Vector[] {
    return [this.result(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    const values = (columns[0] as FixedVector).values;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (slot >= 0) this.counts[slot] = Number(values[i]);
    }
  }
}

const COUNT: RowCode = { state: ['counts'], add: ['$counts[slot] += 1;'] };

/** sum of doubles; null until a value came. */
export class DoubleSumAccumulator implements FlatAccumulator {
  private sums = new Float64Array(0);
  private seen = new Uint8Array(0);
  readonly stateFields: readonly Field[] = [field('sum', DOUBLE)];

  get code(): RowCode {
    return SUM;
  }

  state(): readonly unknown[] {
    return [this.sums, this.seen];
  }

  grow(capacity: number): void {
    if (capacity <= this.sums.length) return;
    this.sums = growFloat64(this.sums, capacity);
    this.seen = growUint8(this.seen, capacity);
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const { sums, seen } = this;
    const { sums: fromSums, seen: fromSeen } = partial as DoubleSumAccumulator;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      if (fromSeen[i] === 0 || slot < 0) continue;
      sums[slot]! += fromSums[i] as number;
      seen[slot] = 1;
    }
  }

  reset(slots: Int32Array): void {
    for (const slot of slots) {
      this.sums[slot] = 0;
      this.seen[slot] = 0;
    }
  }

  result(slots: Int32Array): Vector {
    const values = takeFloat64(this.sums, slots);
    return { kind: 'fixed', type: DOUBLE, length: slots.length, validity: takeFlags(this.seen, slots), values };
  }

  save(slots: Int32Array): readonly Vector[] {
    return [this.result(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    const { values, validity } = columns[0] as FixedVector;
    loadDoubles(this.sums, this.seen, slots, values as Float64Array, validity);
  }
}

const SUM: RowCode = { state: ['sums', 'seen'], once: ['$seen[slot] = 1;'], add: ['$sums[slot] += $value;'] };

/** avg of doubles: sum and count (Spark: Average.scala). */
export class DoubleAverageAccumulator implements FlatAccumulator {
  private readonly sum = new DoubleSumAccumulator();
  private readonly count = new CountAccumulator();
  readonly stateFields: readonly Field[] = [...this.sum.stateFields, ...this.count.stateFields];

  get code(): RowCode {
    return AVERAGE;
  }

  state(): readonly unknown[] {
    return [...this.sum.state(), ...this.count.state()];
  }

  grow(capacity: number): void {
    this.sum.grow(capacity);
    this.count.grow(capacity);
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as DoubleAverageAccumulator;
    this.sum.merge(slots, n, from.sum);
    this.count.merge(slots, n, from.count);
  }

  reset(slots: Int32Array): void {
    this.sum.reset(slots);
    this.count.reset(slots);
  }

  result(slots: Int32Array): Vector {
    const sums = this.sum.result(slots) as FixedVector;
    const values = sums.values as Float64Array;
    const counts = (this.count.result(slots) as FixedVector).values as Float64Array;
    for (let i = 0; i < values.length; i++) values[i]! /= counts[i] as number;
    return sums;
  }

  save(slots: Int32Array): readonly Vector[] {
    return [...this.sum.save(slots), ...this.count.save(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    this.sum.load(slots, columns.slice(0, 1));
    this.count.load(slots, columns.slice(1));
  }
}

const AVERAGE: RowCode = {
  state: [...SUM.state, ...COUNT.state],
  once: SUM.once as readonly string[],
  add: [...SUM.add, ...COUNT.add],
};
