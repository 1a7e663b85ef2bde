import type { FixedVector, Vector } from '../../batch.ts';
import type { RowCode } from '../../codegen/aggregate.ts';
import type { Field } from '../../schema.ts';
import { DOUBLE, field } from '../../schema.ts';
import type { Accumulator, FlatAccumulator } from './accumulator.ts';
import { growFloat64, takeFloat64 } from './accumulator.ts';

/**
 * Count, mean and sum of squared differences, for variance and standard deviation, updated and merged without
 * cancellation (Welford; Chan et al.; Spark: CentralMomentAgg.scala).
 */
export class MomentsAccumulator implements FlatAccumulator {
  private counts = new Float64Array(0);
  private means = new Float64Array(0);
  private squares = new Float64Array(0);
  readonly stateFields: readonly Field[] = [
    field('count', DOUBLE, false),
    field('mean', DOUBLE, false),
    field('m2', DOUBLE, false),
  ];

  /** `finish` makes the result of count and m2; null where the function has none. */
  constructor(private readonly finish: (count: number, m2: number) => number | null) {}

  get code(): RowCode {
    return MOMENTS;
  }

  state(): readonly unknown[] {
    return [this.counts, this.means, this.squares];
  }

  grow(capacity: number): void {
    if (capacity <= this.counts.length) return;
    this.counts = growFloat64(this.counts, capacity);
    this.means = growFloat64(this.means, capacity);
    this.squares = growFloat64(this.squares, capacity);
  }

  private add(slot: number, count: number, mean: number, m2: number): void {
    if (count === 0 || slot < 0) return;
    const oldCount = this.counts[slot] as number;
    const total = oldCount + count;
    const delta = mean - (this.means[slot] as number);
    const deltaN = delta / total;
    this.counts[slot] = total;
    this.means[slot]! += deltaN * count;
    this.squares[slot]! += m2 + delta * deltaN * oldCount * count;
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as MomentsAccumulator;
    for (let i = 0; i < n; i++) {
      this.add(slots[i] as number, from.counts[i] as number, from.means[i] as number, from.squares[i] as number);
    }
  }

  reset(slots: Int32Array): void {
    for (const slot of slots) {
      this.counts[slot] = 0;
      this.means[slot] = 0;
      this.squares[slot] = 0;
    }
  }

  result(slots: Int32Array): Vector {
    const length = slots.length;
    const values = new Float64Array(length);
    const validity = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const slot = slots[i] as number;
      const result = this.finish(this.counts[slot] as number, this.squares[slot] as number);
      if (result === null) continue;
      values[i] = result;
      validity[i] = 1;
    }
    return { kind: 'fixed', type: DOUBLE, length, validity, values };
  }

  save(slots: Int32Array): readonly Vector[] {
    return [this.counts, this.means, this.squares].map((array) => ({
      kind: 'fixed',
      type: DOUBLE,
      length: slots.length,
      validity: null,
      values: takeFloat64(array, slots),
    }));
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    const [counts, means, squares] = columns.map((column) => (column as FixedVector).values);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (slot < 0) continue;
      this.counts[slot] = counts?.[i] as number;
      this.means[slot] = means?.[i] as number;
      this.squares[slot] = squares?.[i] as number;
    }
  }
}

/** `add` of one value: a count of 1, a mean of the value, no squares. */
const MOMENTS: RowCode = {
  state: ['counts', 'means', 'squares'],
  add: [
    'const before = $counts[slot];',
    'const delta = $value - $means[slot];',
    'const part = delta / (before + 1);',
    '$counts[slot] = before + 1;',
    '$means[slot] += part;',
    '$squares[slot] += delta * part * before;',
  ],
};
