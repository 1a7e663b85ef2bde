import type { FixedVector, Vector } from '../../batch.ts';
import { canonicalInt64 } from '../../batch.ts';
import type { DataType, Field } from '../../schema.ts';
import { DOUBLE, field, LONG } from '../../schema.ts';
import type { Accumulator } from './accumulator.ts';
import { growFloat64, growUint8, takeFlags, takeFloat64 } from './accumulator.ts';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** count(*) and count(column): rows whose argument is not null. Counts stay far below 2^53. */
export class CountAccumulator implements Accumulator {
  private counts = new Float64Array(0);
  readonly stateFields: readonly Field[] = [field('count', LONG, false)];

  grow(capacity: number): void {
    if (capacity > this.counts.length) this.counts = growFloat64(this.counts, capacity);
  }

  update(slots: Int32Array, n: number, args: readonly Vector[]): void {
    const counts = this.counts;
    const validity = args[0]?.validity ?? null;
    if (validity === null) {
      for (let i = 0; i < n; i++) counts[slots[i] as number]! += 1;
    } else {
      for (let i = 0; i < n; i++) counts[slots[i] as number]! += validity[i] as number;
    }
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = (partial as CountAccumulator).counts;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      if (slot >= 0) this.counts[slot]! += from[i] as number;
    }
  }

  reset(slot: number): void {
    this.counts[slot] = 0;
  }

  result(slots: Int32Array): Vector {
    return { kind: 'fixed', type: LONG, length: slots.length, validity: null, values: takeFloat64(this.counts, slots) };
  }

  save(slots: Int32Array): readonly Vector[] {
    return [this.result(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    const values = (columns[0] as FixedVector).values;
    for (let i = 0; i < slots.length; i++) this.counts[slots[i] as number] = Number(values[i]);
  }
}

/** sum of doubles; null until a value came. */
export class DoubleSumAccumulator implements Accumulator {
  private sums = new Float64Array(0);
  private seen = new Uint8Array(0);
  readonly stateFields: readonly Field[] = [field('sum', DOUBLE)];

  grow(capacity: number): void {
    if (capacity <= this.sums.length) return;
    this.sums = growFloat64(this.sums, capacity);
    this.seen = growUint8(this.seen, capacity);
  }

  update(slots: Int32Array, n: number, args: readonly Vector[]): void {
    const { values, validity } = args[0] as FixedVector;
    const input = values as Float64Array;
    const { sums, seen } = this;
    for (let i = 0; i < n; i++) {
      if (validity !== null && validity[i] === 0) continue;
      const slot = slots[i] as number;
      sums[slot]! += input[i] as number;
      seen[slot] = 1;
    }
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as DoubleSumAccumulator;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      if (from.seen[i] === 0 || slot < 0) continue;
      this.sums[slot]! += from.sums[i] as number;
      this.seen[slot] = 1;
    }
  }

  reset(slot: number): void {
    this.sums[slot] = 0;
    this.seen[slot] = 0;
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
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      const present = validity === null || validity[i] === 1;
      this.sums[slot] = present ? (values[i] as number) : 0;
      this.seen[slot] = present ? 1 : 0;
    }
  }
}

/**
 * sum of 64-bit integers, exact, wrapping at 64 bits as Spark does without ANSI mode. Doubles as long as every sum is a
 * safe integer; the first one that is not moves the whole column to BigInt64.
 */
export class LongSumAccumulator implements Accumulator {
  private sums: Float64Array<ArrayBuffer> | BigInt64Array<ArrayBuffer> = new Float64Array(0);
  private seen = new Uint8Array(0);
  readonly stateFields: readonly Field[] = [field('sum', LONG)];

  constructor(private readonly type: DataType = LONG) {}

  grow(capacity: number): void {
    if (capacity <= this.sums.length) return;
    if (this.sums instanceof Float64Array) this.sums = growFloat64(this.sums, capacity);
    else {
      const grown = new BigInt64Array(capacity);
      grown.set(this.sums);
      this.sums = grown;
    }
    this.seen = growUint8(this.seen, capacity);
  }

  update(slots: Int32Array, n: number, args: readonly Vector[]): void {
    const { values, validity } = args[0] as FixedVector;
    const from = values instanceof Float64Array ? this.addDoubles(slots, n, values, validity) : 0;
    for (let i = from; i < n; i++) {
      if (validity === null || validity[i] === 1)
        this.addExact(slots[i] as number, BigInt(values[i] as number | bigint));
    }
  }

  /** Adds from row 0 on, as far as doubles carry; returns the first row not added. */
  private addDoubles(slots: Int32Array, n: number, input: Float64Array, validity: Uint8Array | null): number {
    const { sums, seen } = this;
    if (!(sums instanceof Float64Array)) return 0;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      if ((validity !== null && validity[i] === 0) || slot < 0) continue;
      const sum = (sums[slot] as number) + (input[i] as number);
      if (sum > MAX_SAFE || sum < -MAX_SAFE) return i;
      sums[slot] = sum;
      seen[slot] = 1;
    }
    return n;
  }

  private addExact(slot: number, value: bigint): void {
    if (this.sums instanceof Float64Array) this.sums = BigInt64Array.from(this.sums, (sum) => BigInt(sum));
    this.sums[slot] = BigInt.asIntN(64, (this.sums[slot] as bigint) + value);
    this.seen[slot] = 1;
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as LongSumAccumulator;
    const validity = from.seen;
    const start = from.sums instanceof Float64Array ? this.addDoubles(slots, n, from.sums, validity) : 0;
    for (let i = start; i < n; i++) {
      if (validity[i] === 1 && (slots[i] as number) >= 0)
        this.addExact(slots[i] as number, BigInt(from.sums[i] as number | bigint));
    }
  }

  reset(slot: number): void {
    this.seen[slot] = 0;
    if (this.sums instanceof Float64Array) this.sums[slot] = 0;
    else this.sums[slot] = 0n;
  }

  result(slots: Int32Array): Vector {
    const validity = takeFlags(this.seen, slots);
    const values = this.sums instanceof Float64Array ? takeFloat64(this.sums, slots) : takeInt64(this.sums, slots);
    return { kind: 'fixed', type: this.type, length: slots.length, validity, values };
  }

  save(slots: Int32Array): readonly Vector[] {
    return [this.result(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    const { values, validity } = columns[0] as FixedVector;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      this.reset(slot);
      if (validity !== null && validity[i] === 0) continue;
      const value = canonicalInt64(values[i] as number | bigint);
      if (typeof value === 'number' && this.sums instanceof Float64Array) {
        this.sums[slot] = value;
        this.seen[slot] = 1;
      } else this.addExact(slot, BigInt(value));
    }
  }
}

/** The chosen sums: as doubles when all of them are safe integers. */
function takeInt64(sums: BigInt64Array, slots: Int32Array): Float64Array | BigInt64Array {
  const exact = new BigInt64Array(slots.length);
  let safe = true;
  for (let i = 0; i < slots.length; i++) {
    const value = sums[slots[i] as number] as bigint;
    exact[i] = value;
    if (typeof canonicalInt64(value) === 'bigint') safe = false;
  }
  return safe ? Float64Array.from(exact, Number) : exact;
}

/** avg of doubles: sum and count (Spark: Average.scala). */
export class DoubleAverageAccumulator implements Accumulator {
  private readonly sum = new DoubleSumAccumulator();
  private readonly count = new CountAccumulator();
  readonly stateFields: readonly Field[] = [...this.sum.stateFields, ...this.count.stateFields];

  grow(capacity: number): void {
    this.sum.grow(capacity);
    this.count.grow(capacity);
  }

  update(slots: Int32Array, n: number, args: readonly Vector[]): void {
    this.sum.update(slots, n, args);
    this.count.update(slots, n, args);
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as DoubleAverageAccumulator;
    this.sum.merge(slots, n, from.sum);
    this.count.merge(slots, n, from.count);
  }

  reset(slot: number): void {
    this.sum.reset(slot);
    this.count.reset(slot);
  }

  result(slots: Int32Array): Vector {
    const sums = this.sum.result(slots) as FixedVector;
    const counts = (this.count.result(slots) as FixedVector).values;
    const values = new Float64Array(slots.length);
    for (let i = 0; i < slots.length; i++) values[i] = (sums.values[i] as number) / (counts[i] as number);
    return { ...sums, values };
  }

  save(slots: Int32Array): readonly Vector[] {
    return [...this.sum.save(slots), ...this.count.save(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    this.sum.load(slots, columns.slice(0, 1));
    this.count.load(slots, columns.slice(1));
  }
}

/**
 * Count, mean and sum of squared differences, for variance and standard deviation, updated and merged without
 * cancellation (Welford; Chan et al.; Spark: CentralMomentAgg.scala).
 */
export class MomentsAccumulator implements Accumulator {
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

  grow(capacity: number): void {
    if (capacity <= this.counts.length) return;
    this.counts = growFloat64(this.counts, capacity);
    this.means = growFloat64(this.means, capacity);
    this.squares = growFloat64(this.squares, capacity);
  }

  update(slots: Int32Array, n: number, args: readonly Vector[]): void {
    const { values, validity } = args[0] as FixedVector;
    for (let i = 0; i < n; i++) {
      if (validity === null || validity[i] === 1) this.add(slots[i] as number, 1, values[i] as number, 0);
    }
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

  reset(slot: number): void {
    this.counts[slot] = 0;
    this.means[slot] = 0;
    this.squares[slot] = 0;
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
      this.counts[slot] = counts?.[i] as number;
      this.means[slot] = means?.[i] as number;
      this.squares[slot] = squares?.[i] as number;
    }
  }
}
