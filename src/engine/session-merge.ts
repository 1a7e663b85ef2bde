import type { Int64 } from '../batch.ts';
import { Times } from './times.ts';

/** The open sessions of keys; those of a key are in the order of their start, and do not touch. */
export interface StoredSessions {
  /** The first session of a key; -1: it has none. */
  first(key: number): number;
  /** The one behind it, of its key; -1: none. */
  next(slot: number): number;
  startOf(slot: number): Int64;
  endOf(slot: number): Int64;
}

/** Windows of the rows of a batch, by key and then by start. */
export interface SortedWindows {
  readonly starts: ArrayLike<Int64>;
  readonly ends: ArrayLike<Int64>;
}

/**
 * The sessions of a batch's keys after it, key by key, in the order of their starts. Each is made of segments, in the order of theirs:
 * stored sessions, and runs of the batch's rows that no stored session comes between.
 */
export class MergedSessions {
  size = 0;
  runCount = 0;
  readonly starts = new Times();
  readonly ends = new Times();
  /** Of each session, its key. */
  keys = new Int32Array(64);
  /** The segments of session i are `segments[segmentsFrom[i] .. segmentsFrom[i + 1])`: a run, or `~slot` of a stored session. */
  segmentsFrom = new Int32Array(65);
  segments = new Int32Array(64);
  private segmentCount = 0;
  /** The run of each row, in the order of the windows. */
  readonly runs: Int32Array;

  constructor(
    private readonly windows: SortedWindows,
    private readonly stored: StoredSessions,
  ) {
    this.runs = new Int32Array(windows.starts.length);
  }

  /**
   * Merges rows `from` to `to`, all that there are of a key, with its stored sessions: what begins at or before the end so far belongs to
   * the session (Spark: MergingSessionsIterator, over the order that MergingSortWithSessionWindowStateIterator makes).
   */
  addKey(key: number, from: number, to: number): void {
    const { stored, runs } = this;
    const { starts, ends } = this.windows;
    const begin = this.size;
    let next = stored.first(key);
    for (let row = from; row < to; row++) {
      const start = starts[row] as Int64;
      for (; next >= 0 && stored.startOf(next) <= start; next = stored.next(next)) this.addStored(key, begin, next);
      const isNew = this.join(key, begin, start, ends[row] as Int64);
      const last = isNew ? -1 : (this.segments[this.segmentCount - 1] as number);
      if (last < 0) this.addSegment(this.runCount++);
      runs[row] = this.runCount - 1;
    }
    for (; next >= 0; next = stored.next(next)) this.addStored(key, begin, next);
  }

  private addStored(key: number, begin: number, slot: number): void {
    this.join(key, begin, this.stored.startOf(slot), this.stored.endOf(slot));
    this.addSegment(~slot);
  }

  /** Widens the last session of the key, or begins a new one; tells which. */
  private join(key: number, begin: number, start: Int64, end: Int64): boolean {
    const last = this.size - 1;
    const lastEnd = this.ends.values[last] as Int64;
    if (last >= begin && start <= lastEnd) {
      if (end > lastEnd) this.ends.set(last, end);
      return false;
    }
    const session = this.size++;
    if (session === this.keys.length) {
      this.keys = grown(this.keys, session * 2);
      this.segmentsFrom = grown(this.segmentsFrom, session * 2 + 1);
    }
    this.starts.set(session, start);
    this.ends.set(session, end);
    this.keys[session] = key;
    this.segmentsFrom[session] = this.segmentCount;
    this.segmentsFrom[session + 1] = this.segmentCount;
    return true;
  }

  private addSegment(segment: number): void {
    if (this.segmentCount === this.segments.length) this.segments = grown(this.segments, this.segmentCount * 2);
    this.segments[this.segmentCount++] = segment;
    this.segmentsFrom[this.size] = this.segmentCount;
  }

  /** For each session, the stored one that it still is, with its old bounds; -1: none. */
  unmovedSlots(): Int32Array {
    const slots = new Int32Array(this.size);
    for (let i = 0; i < this.size; i++) slots[i] = this.unmoved(i);
    return slots;
  }

  private unmoved(i: number): number {
    let slot = -1;
    for (let s = this.segmentsFrom[i] as number; s < (this.segmentsFrom[i + 1] as number); s++) {
      const segment = this.segments[s] as number;
      if (segment >= 0) continue;
      if (slot >= 0) return -1;
      slot = ~segment;
    }
    if (slot < 0) return -1;
    const { starts, ends, stored } = this;
    return starts.values[i] === stored.startOf(slot) && ends.values[i] === stored.endOf(slot) ? slot : -1;
  }

  /** The stored sessions in those of which `kept` has none. */
  replacedSlots(kept: Int32Array): Int32Array {
    const slots: number[] = [];
    for (let i = 0; i < this.size; i++) {
      if ((kept[i] as number) >= 0) continue;
      for (let s = this.segmentsFrom[i] as number; s < (this.segmentsFrom[i + 1] as number); s++) {
        if ((this.segments[s] as number) < 0) slots.push(~(this.segments[s] as number));
      }
    }
    return Int32Array.from(slots);
  }

  /** Of the slots of all sessions, those of sessions with rows of the batch. */
  withRows(slots: Int32Array): Int32Array {
    const found = new Int32Array(this.size);
    let count = 0;
    for (let i = 0; i < this.size; i++) if (this.hasRows(i)) found[count++] = slots[i] as number;
    return found.subarray(0, count);
  }

  private hasRows(i: number): boolean {
    for (let s = this.segmentsFrom[i] as number; s < (this.segmentsFrom[i + 1] as number); s++) {
      if ((this.segments[s] as number) >= 0) return true;
    }
    return false;
  }
}

function grown(array: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
