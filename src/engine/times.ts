import type { Int64, Vector } from '../batch.ts';
import { vectorOf } from '../batch.ts';
import { TIMESTAMP } from '../schema.ts';

/** 64-bit times in a row: doubles as long as all of them are safe integers. */
export class Times {
  values: Float64Array | Int64[] = new Float64Array(64);

  set(index: number, time: Int64): void {
    if (index >= this.values.length) this.grow(index + 1);
    if (typeof time === 'bigint' && this.values instanceof Float64Array) this.values = Array.from(this.values);
    this.values[index] = time;
  }

  /** Makes room for indices below `length`. */
  grow(length: number): void {
    const { values } = this;
    const capacity = Math.max(length, values.length * 2);
    if (values instanceof Float64Array) {
      const grown = new Float64Array(capacity);
      grown.set(values);
      this.values = grown;
    } else {
      while (values.length < capacity) values.push(0);
    }
  }

  /** The times at `indices`, as a column. */
  take(indices: Int32Array): Vector {
    const { values } = this;
    if (!(values instanceof Float64Array)) {
      return vectorOf(
        TIMESTAMP,
        Array.from(indices, (index) => values[index] as Int64),
      );
    }
    const taken = new Float64Array(indices.length);
    for (let i = 0; i < taken.length; i++) taken[i] = values[indices[i] as number] as number;
    return { kind: 'fixed', type: TIMESTAMP, length: indices.length, validity: null, values: taken };
  }
}

export function compareTimes(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
