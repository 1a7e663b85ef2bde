import type { FixedVector, Int64, Vector } from '../batch.ts';
import { canonicalInt64 } from '../batch.ts';

/** 64-bit integers as numbers where all are safe, for quick comparison. */
export function int64s(vector: Vector): ArrayLike<Int64> {
  const { values } = vector as FixedVector;
  return values instanceof BigInt64Array ? Array.from(values, canonicalInt64) : values;
}

/** Whether all times, none of them null, are after `micros`; false also where that takes a closer look. */
export function areAllAfter(times: Vector, micros: number): boolean {
  const { values } = times as FixedVector;
  if (!(values instanceof Float64Array)) return false;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) <= micros) return false;
  return true;
}

/** Rows by code, then by time, then as they came; the rows of code c are `order[offsets[c] .. offsets[c + 1])`. */
export function sortedByCodeAndTime(
  codes: Int32Array,
  count: number,
  times: ArrayLike<Int64>,
): { order: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(count + 1);
  for (const code of codes) offsets[code + 1]!++;
  for (let code = 0; code < count; code++) offsets[code + 1]! += offsets[code] as number;
  const next = offsets.slice();
  const order = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) order[next[codes[row] as number]!++] = row;
  for (let code = 0; code < count; code++) {
    const rows = order.subarray(offsets[code], offsets[code + 1]);
    if (!isSorted(rows, times)) {
      rows.sort((a, b) => compareTimes(times[a] as Int64, times[b] as Int64) || a - b);
    }
  }
  return { order, offsets };
}

function isSorted(rows: Int32Array, times: ArrayLike<Int64>): boolean {
  for (let i = 1; i < rows.length; i++) {
    if ((times[rows[i] as number] as Int64) < (times[rows[i - 1] as number] as Int64)) return false;
  }
  return true;
}

function compareTimes(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
