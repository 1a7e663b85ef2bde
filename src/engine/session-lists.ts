import type { Int64 } from '../batch.ts';
import { growInt32 } from './aggregates/accumulator.ts';
import { SortedSlots } from './sorted-slots.ts';
import { Times } from './times.ts';

export const NONE = -1;
/** After so many steps back in the list of a key, its sessions are looked up instead. */
const MAX_STEPS = 64;

/** What happens to sessions that are there, told before it does. */
export interface SessionListener {
  /** Its start or end changes, or it becomes part of another. */
  moves(slot: number): void;
  /** `absorbed` becomes part of `slot`, and its own slot is taken out. */
  absorbs(slot: number, absorbed: number): void;
}

/**
 * Sessions by slot, those of each key in a list by time, of which no two touch. What is added to a key joins the sessions that it touches (start <=
 * end of the one before, inclusive) into one, or is a session of its own (Spark: MergingSessionsIterator). Most of what comes is later than all
 * that is there, or joins the last session.
 */
export class SessionLists {
  readonly starts = new Times();
  readonly ends = new Times();
  /** By slot, its key; NONE: no session is there. */
  keyOf: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Sessions that are there. */
  size = 0;
  /** Slots that are or were in use. */
  slots = 0;
  /** Sessions that were begun, ever. */
  begun = 0;
  /** By slot, the neighbours in its list. */
  private before: Int32Array<ArrayBuffer> = new Int32Array(0);
  private after: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** By key, the ends of its list. */
  private first: Int32Array<ArrayBuffer> = new Int32Array(0);
  private last: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** Of keys in whose lists much was looked for far from the end. */
  private readonly sorted = new Map<number, SortedSlots>();
  private readonly free: number[] = [];

  constructor(private readonly listener: SessionListener) {}

  /** Slots that there is room for. */
  get capacity(): number {
    return this.keyOf.length;
  }

  /** Makes room for keys below `count`. */
  reserveKeys(count: number): void {
    if (count <= this.last.length) return;
    const capacity = Math.max(count, this.last.length * 2);
    this.first = grown(this.first, capacity);
    this.last = grown(this.last, capacity);
  }

  /** Adds [start, end) to a key; gives the slot of the session that it is in then. */
  add(key: number, start: Int64, end: Int64): number {
    const slot = this.last[key] as number;
    if (slot === NONE || start > (this.ends.values[slot] as Int64)) return this.begin(key, start, end, slot, NONE);
    if (start < (this.starts.values[slot] as Int64)) return this.insert(key, start, end);
    if (end > (this.ends.values[slot] as Int64)) {
      this.listener.moves(slot);
      this.ends.set(slot, end);
    }
    return slot;
  }

  private insert(key: number, start: Int64, end: Int64): number {
    const slot = this.latestAt(key, end);
    if (slot === NONE || start > (this.ends.values[slot] as Int64)) {
      return this.begin(key, start, end, slot, (slot === NONE ? this.first[key] : this.after[slot]) as number);
    }
    const first = this.absorbBefore(slot, start);
    const isEarlier = first < (this.starts.values[slot] as Int64);
    const isLater = end > (this.ends.values[slot] as Int64);
    if (isEarlier || isLater) this.listener.moves(slot);
    if (isEarlier) this.starts.set(slot, first);
    if (isLater) this.ends.set(slot, end);
    return slot;
  }

  /** The sessions before `slot` that touch what begins at `start` become part of it; gives when they began, all together. */
  private absorbBefore(slot: number, start: Int64): Int64 {
    let first = start;
    for (;;) {
      const absorbed = this.before[slot] as number;
      if (absorbed === NONE || (this.ends.values[absorbed] as Int64) < start) return first;
      const itsStart = this.starts.values[absorbed] as Int64;
      if (itsStart < first) first = itsStart;
      this.listener.absorbs(slot, absorbed);
      this.remove(absorbed);
    }
  }

  /** The last session of a key that begins at or before `time`; NONE: there is none. */
  latestAt(key: number, time: Int64): number {
    let slot = this.last[key] as number;
    const sorted = this.sorted.get(key);
    if (sorted !== undefined) return sorted.latestAt(time);
    for (let steps = 0; slot !== NONE && (this.starts.values[slot] as Int64) > time; steps++) {
      if (steps === MAX_STEPS) return this.sort(key).latestAt(time);
      slot = this.before[slot] as number;
    }
    return slot;
  }

  private sort(key: number): SortedSlots {
    const slots: number[] = [];
    for (let slot = this.last[key] as number; slot !== NONE; slot = this.before[slot] as number) slots.push(slot);
    const sorted = new SortedSlots(this.starts);
    for (const slot of slots.reverse()) sorted.add(slot);
    this.sorted.set(key, sorted);
    return sorted;
  }

  private begin(key: number, start: Int64, end: Int64, before: number, after: number): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= this.capacity) this.grow(Math.max(64, this.capacity * 2));
    this.starts.set(slot, start);
    this.ends.set(slot, end);
    this.keyOf[slot] = key;
    this.before[slot] = before;
    this.after[slot] = after;
    if (before === NONE) this.first[key] = slot;
    else this.after[before] = slot;
    if (after === NONE) this.last[key] = slot;
    else this.before[after] = slot;
    if (this.sorted.size > 0) this.sorted.get(key)?.add(slot);
    this.size++;
    this.begun++;
    return slot;
  }

  private grow(capacity: number): void {
    this.keyOf = grown(this.keyOf, capacity);
    this.before = growInt32(this.before, capacity);
    this.after = growInt32(this.after, capacity);
  }

  /** The slots of all sessions, the lowest first. */
  present(): Int32Array {
    const { keyOf } = this;
    const slots = new Int32Array(this.size);
    for (let slot = 0, n = 0; n < slots.length; slot++) if (keyOf[slot] !== NONE) slots[n++] = slot;
    return slots;
  }

  /** Those that end at or before `time`. */
  endedBy(time: Int64): Int32Array {
    const { values } = this.ends;
    const slots = this.present();
    let count = 0;
    for (let i = 0; i < slots.length; i++) {
      if ((values[slots[i] as number] as Int64) <= time) slots[count++] = slots[i] as number;
    }
    return slots.subarray(0, count);
  }

  /** Of all sessions; null: there is none. */
  firstAndLastEnd(): readonly [first: Int64, last: Int64] | null {
    let bounds: readonly [Int64, Int64] | null = null;
    for (const slot of this.present()) {
      const end = this.ends.values[slot] as Int64;
      if (bounds === null) bounds = [end, end];
      else if (end < bounds[0]) bounds = [end, bounds[1]];
      else if (end > bounds[1]) bounds = [bounds[0], end];
    }
    return bounds;
  }

  /** The latest end of those that begin at or before `time`; null: there is none. */
  lastEnd(time: Int64): number | null {
    let last: Int64 | null = null;
    for (const slot of this.present()) {
      const end = this.ends.values[slot] as Int64;
      if ((this.starts.values[slot] as Int64) <= time && (last === null || end > last)) last = end;
    }
    return last === null ? null : Number(last);
  }

  /** Takes a session out; its slot is not used again before it is given to `release`. */
  remove(slot: number): void {
    const key = this.keyOf[slot] as number;
    const [before, after] = [this.before[slot] as number, this.after[slot] as number];
    if (this.sorted.size > 0) this.sorted.get(key)?.remove(slot);
    if (before === NONE) this.first[key] = after;
    else this.after[before] = after;
    if (after === NONE) this.last[key] = before;
    else this.before[after] = before;
    this.keyOf[slot] = NONE;
    this.size--;
  }

  /** Slots of sessions that were taken out: others may have them. */
  release(slots: Int32Array): void {
    for (const slot of slots) this.free.push(slot);
  }
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  return growInt32(array, length).fill(NONE, array.length);
}
