import type { FixedVector, Int64, Vector } from '../batch.ts';
import { canonicalInt64, concatVectors, takeVector } from '../batch.ts';
import { compareTimes } from './times.ts';

/** Rows that came nearly in order are put into it one by one, as long as that moves so many others for each, on average. */
const MAX_MOVES = 16;

/** 64-bit integers as numbers where all are safe, for quick comparison. */
export function int64s(vector: Vector): Float64Array | Int64[] {
  const { values } = vector as FixedVector;
  return values instanceof BigInt64Array ? Array.from(values, canonicalInt64) : (values as Float64Array);
}

/** Whether all times, none of them null, are after `micros`; false also where that takes a closer look. */
export function areAllAfter(times: Vector, micros: number): boolean {
  const { values } = times as FixedVector;
  if (!(values instanceof Float64Array)) return false;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) <= micros) return false;
  return true;
}

/** Where rows go when they are put in the order of their codes, and as they came within one; code c has the places from `offsets[c]` on. */
export function placesByCode(codes: Int32Array, count: number): { places: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(count + 1);
  for (const code of codes) offsets[code + 1]!++;
  for (let code = 0; code < count; code++) offsets[code + 1]! += offsets[code] as number;
  const next = offsets.slice();
  const places = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) places[row] = next[codes[row] as number]!++;
  return { places, offsets };
}

/**
 * A column, which comes in parts, with its rows put into their places. Going through the rows as they came writes to a few places at a
 * time; going through the places would read all over the column.
 */
export function placed(parts: readonly Vector[], places: Int32Array): Vector {
  const { type } = parts[0] as Vector;
  const isPlain = (part: Vector) =>
    part.kind === 'fixed' && part.validity === null && part.values instanceof Float64Array;
  if (!parts.every(isPlain)) {
    const order = new Int32Array(places.length);
    for (let row = 0; row < places.length; row++) order[places[row] as number] = row;
    return takeVector(concatVectors(type, parts), order);
  }
  const values = new Float64Array(places.length);
  let row = 0;
  for (const part of parts) {
    const from = (part as FixedVector).values as Float64Array;
    for (let i = 0; i < from.length; i++) values[places[row++] as number] = from[i] as number;
  }
  return { kind: 'fixed', type, length: places.length, validity: null, values };
}

/** The places of every code in the order of their times; places of one time stay as they are. */
export function orderByTime(times: ArrayLike<Int64>, offsets: Int32Array): Int32Array {
  const order = new Int32Array(times.length);
  for (let place = 0; place < order.length; place++) order[place] = place;
  for (let code = 0; code + 1 < offsets.length; code++) {
    sortByTime(order.subarray(offsets[code], offsets[code + 1]), times);
  }
  return order;
}

/** Sorts rows, which stand in the order in which they came, by time. */
function sortByTime(rows: Int32Array, times: ArrayLike<Int64>): void {
  let moves = rows.length * MAX_MOVES;
  for (let i = 1; i < rows.length && moves >= 0; i++) {
    const row = rows[i] as number;
    const time = times[row] as Int64;
    let to = i;
    for (; to > 0 && (times[rows[to - 1] as number] as Int64) > time; to--) rows[to] = rows[to - 1] as number;
    rows[to] = row;
    moves -= i - to;
  }
  if (moves < 0) rows.sort((a, b) => compareTimes(times[a] as Int64, times[b] as Int64) || a - b);
}

/** Slots are sorted in so many parts, one for each stretch of the time. */
const PARTS = 1024;

type Compare = (a: number, b: number) => number;

/** Sorts slots by their times; those of one time by `ranks`. */
export function sortedByTimeAndRank(slots: Int32Array, times: Float64Array | Int64[], ranks: Float64Array): Int32Array {
  const exact: Compare = (a, b) =>
    compareTimes(times[a] as Int64, times[b] as Int64) || (ranks[a] as number) - (ranks[b] as number);
  if (slots.length < PARTS || !(times instanceof Float64Array)) return slots.sort(exact);
  const [first, last] = rangeOf(slots, times);
  const width = Math.floor((last - first) / PARTS) + 1;
  const parts = new Int32Array(slots.length);
  for (let i = 0; i < parts.length; i++) {
    parts[i] = Math.min(PARTS - 1, Math.floor(((times[slots[i] as number] as number) - first) / width));
  }
  const { places, offsets } = placesByCode(parts, PARTS);
  const sorted = new Int32Array(slots.length);
  for (let i = 0; i < sorted.length; i++) sorted[places[i] as number] = slots[i] as number;
  for (let part = 0; part < PARTS; part++) {
    sortPart(sorted.subarray(offsets[part], offsets[part + 1]), times, ranks, exact);
  }
  return sorted;
}

function rangeOf(slots: Int32Array, times: Float64Array): readonly [first: number, last: number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const slot of slots) {
    const time = times[slot] as number;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return [first, last];
}

/** Times that are close together are sorted with the slots' places, as doubles, which needs no comparing function. */
function sortPart(slots: Int32Array, times: Float64Array, ranks: Float64Array, exact: Compare): void {
  const { length } = slots;
  if (length < 2) return;
  const [first, last] = rangeOf(slots, times);
  if (!Number.isSafeInteger((last - first + 1) * length)) {
    slots.sort(exact);
    return;
  }
  const packed = new Float64Array(length);
  for (let i = 0; i < length; i++) packed[i] = ((times[slots[i] as number] as number) - first) * length + i;
  packed.sort();
  const before = slots.slice();
  for (let i = 0; i < length; i++) slots[i] = before[(packed[i] as number) % length] as number;
  for (let from = 0; from < length; ) {
    const time = times[slots[from] as number];
    let to = from + 1;
    let inOrder = true;
    for (; to < length && times[slots[to] as number] === time; to++) {
      if ((ranks[slots[to] as number] as number) < (ranks[slots[to - 1] as number] as number)) inOrder = false;
    }
    if (!inOrder) slots.subarray(from, to).sort(exact);
    from = to;
  }
}
