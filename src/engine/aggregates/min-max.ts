import type { FixedVector, Vector } from '../../batch.ts';
import { allocateFixed } from '../../batch.ts';
import type { DataType, Field } from '../../schema.ts';
import { field } from '../../schema.ts';
import type { Accumulator } from './accumulator.ts';
import { growFloat64, growUint8, takeFlags } from './accumulator.ts';

/** min and max of numbers that a double holds exactly. NaN is the greatest, as in Spark. */
export class MinMaxAccumulator implements Accumulator {
  private best = new Float64Array(0);
  private seen = new Uint8Array(0);
  readonly stateFields: readonly Field[];

  constructor(
    private readonly type: DataType,
    private readonly wantMax: boolean,
  ) {
    this.stateFields = [field('value', type)];
  }

  grow(capacity: number): void {
    if (capacity <= this.best.length) return;
    this.best = growFloat64(this.best, capacity);
    this.seen = growUint8(this.seen, capacity);
  }

  update(slots: Int32Array, n: number, args: readonly Vector[]): void {
    const { values, validity } = args[0] as FixedVector;
    for (let i = 0; i < n; i++) {
      if (validity === null || validity[i] === 1) this.offer(slots[i] as number, values[i] as number);
    }
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

  reset(slot: number): void {
    this.seen[slot] = 0;
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
      this.best[slot] = values[i] as number;
      this.seen[slot] = validity === null || validity[i] === 1 ? 1 : 0;
    }
  }
}

function greater(a: number, b: number): boolean {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b));
}
