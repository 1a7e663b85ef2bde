import type { FixedVector, Int64, StructVector, Vector } from '../batch.ts';
import { canonicalInt64, vectorOf } from '../batch.ts';
import { TIMESTAMP } from '../schema.ts';

/** 64-bit integers: doubles as long as all of them are safe. */
export type Int64s = Float64Array | Int64[];

/** 64-bit times in a row: doubles as long as all of them are safe integers. */
export class Times {
  values: Int64s = new Float64Array(64);

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

/** 64-bit integers as numbers where all are safe, for quick comparison. */
export function int64s(vector: Vector): Int64s {
  const { values } = vector as FixedVector;
  return values instanceof BigInt64Array ? Array.from(values, canonicalInt64) : (values as Float64Array);
}

/** The starts and the ends of windows. */
export function boundsOf({ children: [start, end] }: StructVector): readonly [starts: Int64s, ends: Int64s] {
  return [int64s(start as Vector), int64s(end as Vector)];
}

/** Whether all times, none of them null, are after `micros`; false also where that takes a closer look. */
export function areAllAfter(times: Vector, micros: number): boolean {
  const { values } = times as FixedVector;
  if (!(values instanceof Float64Array)) return false;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) <= micros) return false;
  return true;
}
