import type { FixedVector, Vector } from '../../batch.ts';
import { canonicalInt64 } from '../../batch.ts';
import type { RowCode } from '../../codegen/aggregate.ts';
import type { DataType, Field } from '../../schema.ts';
import { field, LONG } from '../../schema.ts';
import type { Accumulator, FlatAccumulator } from './accumulator.ts';
import { growFloat64, growUint8, int64Values, loadDoubles, takeFlags, takeFloat64 } from './accumulator.ts';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/**
 * sum of 64-bit integers, exact, wrapping at 64 bits as Spark does without ANSI mode. A group's sum is a double, which stays a
 * safe integer, plus a 64-bit integer that takes in what would make it unsafe.
 */
export class LongSumAccumulator implements FlatAccumulator {
  private sums = new Float64Array(0);
  private seen = new Uint8Array(0);
  private wide: BigInt64Array<ArrayBuffer> | null = null;
  readonly stateFields: readonly Field[] = [field('sum', LONG)];

  constructor(private readonly type: DataType = LONG) {}

  get code(): RowCode {
    return LONG_SUM;
  }

  state(): readonly unknown[] {
    return [this.sums, this.seen, this.addWide];
  }

  /** Adds a value, and what the double holds, to the 64-bit integer, which wraps. */
  private readonly addWide = (slot: number, value: number | bigint): void => {
    this.wide ??= new BigInt64Array(this.sums.length);
    this.wide[slot]! += BigInt(value) + BigInt(this.sums[slot] as number);
    this.sums[slot] = 0;
  };

  grow(capacity: number): void {
    if (capacity <= this.sums.length) return;
    this.sums = growFloat64(this.sums, capacity);
    this.seen = growUint8(this.seen, capacity);
    if (this.wide === null) return;
    const grown = new BigInt64Array(capacity);
    grown.set(this.wide);
    this.wide = grown;
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as LongSumAccumulator;
    const { sums, seen } = this;
    const { sums: fromSums, seen: fromSeen } = from;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      if (fromSeen[i] === 0 || slot < 0) continue;
      const value = fromSums[i] as number;
      const sum = (sums[slot] as number) + value;
      if (Math.abs(sum) <= MAX_SAFE) sums[slot] = sum;
      else this.addWide(slot, value);
      seen[slot] = 1;
      if (from.wide !== null) this.addWide(slot, from.wide[i] as bigint);
    }
  }

  reset(slots: Int32Array): void {
    for (const slot of slots) {
      this.sums[slot] = 0;
      this.seen[slot] = 0;
      if (this.wide !== null) this.wide[slot] = 0n;
    }
  }

  result(slots: Int32Array): Vector {
    const validity = takeFlags(this.seen, slots);
    const values = this.wide === null ? takeFloat64(this.sums, slots) : this.takeWide(this.wide, slots);
    return { kind: 'fixed', type: this.type, length: slots.length, validity, values };
  }

  private takeWide(wide: BigInt64Array, slots: Int32Array): Float64Array | BigInt64Array {
    const taken = new BigInt64Array(slots.length);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      taken[i] = (wide[slot] as bigint) + BigInt(this.sums[slot] as number);
    }
    return int64Values(taken);
  }

  save(slots: Int32Array): readonly Vector[] {
    return [this.result(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    const { values, validity } = columns[0] as FixedVector;
    if (values instanceof Float64Array && this.wide === null) {
      loadDoubles(this.sums, this.seen, slots, values, validity);
      return;
    }
    this.reset(slots.filter((slot) => slot >= 0));
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (slot < 0) continue;
      if (validity !== null && validity[i] === 0) continue;
      const value = canonicalInt64(values[i] as number | bigint);
      if (typeof value === 'number') this.sums[slot] = value;
      else this.addWide(slot, value);
      this.seen[slot] = 1;
    }
  }
}

const LONG_SUM: RowCode = {
  state: ['sums', 'seen', 'addWide'],
  once: ['$seen[slot] = 1;'],
  add: [
    'const sum = $sums[slot] + $value;',
    `if (Math.abs(sum) <= ${MAX_SAFE}) $sums[slot] = sum;`,
    'else $addWide(slot, $value);',
  ],
  addInt64: ['$addWide(slot, $value);'],
};
