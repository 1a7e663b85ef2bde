import type { Int64 } from '../batch.ts';
import { compareTimes, type Int64s } from './times.ts';

/** Slots are sorted in so many parts, one for each stretch of the time. */
const PARTS = 1024;

type Compare = (a: number, b: number) => number;

/** Sorts slots by their times; those of one time by `ranks`. */
export function sortedByTimeAndRank(slots: Int32Array, times: Int64s, ranks: Float64Array): Int32Array {
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

/** Where rows go when they are put in the order of their codes, and as they came within one; code c has the places from `offsets[c]` on. */
function placesByCode(codes: Int32Array, count: number): { places: Int32Array; offsets: Int32Array } {
  const offsets = new Int32Array(count + 1);
  for (const code of codes) offsets[code + 1]!++;
  for (let code = 0; code < count; code++) offsets[code + 1]! += offsets[code] as number;
  const next = offsets.slice();
  const places = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) places[row] = next[codes[row] as number]!++;
  return { places, offsets };
}
