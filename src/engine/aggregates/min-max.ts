import type { FixedVector, Vector } from '../../batch.ts';
import { allocateFixed } from '../../batch.ts';
import type { RowCode } from '../../codegen/aggregate.ts';
import type { DataType, Field } from '../../schema.ts';
import { field } from '../../schema.ts';
import type { Accumulator, FlatAccumulator } from './accumulator.ts';
import { growFloat64, growUint8, int64Values, takeFlags } from './accumulator.ts';

/** min and max of numbers that a double holds exactly, and of booleans. NaN is the greatest, as in Spark. */
export class MinMaxAccumulator implements FlatAccumulator {
  protected best = new Float64Array(0);
  protected seen = new Uint8Array(0);
  readonly stateFields: readonly Field[];
  readonly code: RowCode;

  constructor(
    protected readonly type: DataType,
    protected readonly wantMax: boolean,
  ) {
    this.stateFields = [field('value', type)];
    this.code = minMaxCode(wantMax, type.kind === 'float' || type.kind === 'double');
  }

  state(): readonly unknown[] {
    return [this.best, this.seen];
  }

  grow(capacity: number): void {
    if (capacity <= this.best.length) return;
    this.best = growFloat64(this.best, capacity);
    this.seen = growUint8(this.seen, capacity);
  }

  private offer(slot: number, value: number): void {
    const best = this.best[slot] as number;
    if (this.seen[slot] === 0 || (this.wantMax ? greater(value, best) : greater(best, value))) {
      this.best[slot] = value;
      this.seen[slot] = 1;
    }
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as MinMaxAccumulator;
    for (let i = 0; i < n; i++) {
      if (from.seen[i] === 1 && (slots[i] as number) >= 0) this.offer(slots[i] as number, from.best[i] as number);
    }
  }

  reset(slots: Int32Array): void {
    for (const slot of slots) {
      this.best[slot] = 0;
      this.seen[slot] = 0;
    }
  }

  result(slots: Int32Array): Vector {
    const values = allocateFixed(this.type, slots.length) as Float64Array;
    for (let i = 0; i < slots.length; i++) values[i] = this.best[slots[i] as number] as number;
    return { kind: 'fixed', type: this.type, length: slots.length, validity: takeFlags(this.seen, slots), values };
  }

  save(slots: Int32Array): readonly Vector[] {
    return [this.result(slots)];
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    const { values, validity } = columns[0] as FixedVector;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (slot < 0) continue;
      this.best[slot] = values[i] as number;
      this.seen[slot] = validity === null || validity[i] === 1 ? 1 : 0;
    }
  }
}

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/**
 * min and max of 64-bit integers. `best` holds the value, or for one that no double holds the nearest double, which compares with
 * all others in the same way; the value itself is then in `wide`.
 */
export class Int64MinMaxAccumulator extends MinMaxAccumulator {
  private readonly wide = new Map<number, bigint>();

  override state(): readonly unknown[] {
    return [this.best, this.seen, this.offerInt64];
  }

  private readonly offerInt64 = (slot: number, value: number | bigint): void => {
    const near = Number(value);
    if (this.seen[slot] === 1) {
      const best = this.best[slot] as number;
      const isTie = near === best && !Number.isSafeInteger(near);
      const [a, b] = isTie ? [BigInt(value), this.wide.get(slot) as bigint] : [near, best];
      if (this.wantMax ? a <= b : a >= b) return;
    }
    this.best[slot] = near;
    this.seen[slot] = 1;
    if (!Number.isSafeInteger(near)) this.wide.set(slot, BigInt(value));
  };

  private valueAt(slot: number): number | bigint {
    const best = this.best[slot] as number;
    return best > MAX_SAFE || best < -MAX_SAFE ? (this.wide.get(slot) as bigint) : best;
  }

  override merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = partial as Int64MinMaxAccumulator;
    for (let i = 0; i < n; i++) {
      if (from.seen[i] === 1 && (slots[i] as number) >= 0) this.offerInt64(slots[i] as number, from.valueAt(i));
    }
  }

  override reset(slots: Int32Array): void {
    super.reset(slots);
    if (this.wide.size > 0) for (const slot of slots) this.wide.delete(slot);
  }

  override result(slots: Int32Array): Vector {
    const near = super.result(slots) as FixedVector;
    if (this.wide.size === 0) return near;
    return { ...near, values: int64Values(BigInt64Array.from(slots, (slot) => BigInt(this.valueAt(slot)))) };
  }

  override load(slots: Int32Array, columns: readonly Vector[]): void {
    const { values, validity } = columns[0] as FixedVector;
    this.reset(slots.filter((slot) => slot >= 0));
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (slot < 0) continue;
      if (validity === null || validity[i] === 1) this.offerInt64(slot, values[i] as number | bigint);
    }
  }
}

function minMaxCode(wantMax: boolean, hasNan: boolean): RowCode {
  const [a, b] = wantMax ? ['$value', '$best[slot]'] : ['$best[slot]', '$value'];
  const isBetter = hasNan ? `${a} > ${b} || (${a} !== ${a} && ${b} === ${b})` : `${a} > ${b}`;
  return {
    state: ['best', 'seen', 'offerInt64'],
    add: [`if ($seen[slot] === 0 || ${isBetter}) {`, '  $best[slot] = $value;', '  $seen[slot] = 1;', '}'],
    addInt64: ['$offerInt64(slot, $value);'],
  };
}

function greater(a: number, b: number): boolean {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b));
}
