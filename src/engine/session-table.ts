import type { Batch, Int64, StructVector, Vector } from '../batch.ts';
import { WINDOW_TYPE } from '../plan/physical.ts';
import type { Field, Schema } from '../schema.ts';
import type { StateChange } from '../state-store.ts';
import { type Accumulator, loadAccumulators } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { firstNumbers, takeInt32 } from './keys/take.ts';
import { RowGrouper } from './row-grouper.ts';
import type { MergedSessions, StoredSessions } from './session-merge.ts';
import { int64s, sortedByTimeAndRank } from './session-order.ts';
import { Times } from './times.ts';

const NONE = -1;
/** Sessions are moved to memory of their own when they fill less than one of so many slots. */
const SPARSE = 4;
/** Keys are numbered anew when there are so many, and twice as many as sessions. */
const MIN_KEYS = 1024;
/** Rows of a batch of the state at most. */
const SAVED_ROWS = 65_536;

/** What a batch did to the stored sessions. */
export interface SessionChanges {
  /** Slots of the sessions that rows were added to. */
  readonly touched: Int32Array;
  /** Key columns of the sessions that are no more. */
  readonly removedKeys: readonly Vector[];
}

/**
 * The open sessions of a session aggregation, in flat arrays by slot, and those of one key in a list by start. They close by end, and of
 * one end in the order in which they came to be, also over a restart, so that output bytes repeat.
 */
export class SessionTable implements StoredSessions {
  private accumulators: readonly Accumulator[];
  /** Numbers the keys, the session aside. */
  private keyNumbers: RowGrouper;
  private starts = new Times();
  private ends = new Times();
  /** By slot, its key; NONE: it is free. */
  private keyOf: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** By slot, the next session of its key. */
  private nextOf: Int32Array<ArrayBuffer> = new Int32Array(0);
  /** By slot: grows with each new session. */
  private ranks = new Float64Array(0);
  /** By key, its first session. */
  private firstOf: Int32Array<ArrayBuffer> = new Int32Array(0);
  private free: number[] = [];
  private slots = 0;
  /** Slots that the accumulators have room for. */
  private capacity = 0;
  /** Slots by key and start, while the state is restored. */
  private index: Map<Int64, number>[] | null = null;
  private rank = 0;
  private sessions = 0;

  /** `keyFields`: all key columns; the session is the one at `sessionKey`. */
  constructor(
    readonly stateSchema: Schema,
    private readonly keyFields: readonly Field[],
    private readonly sessionKey: number,
    private readonly adder: RowAdder,
  ) {
    this.accumulators = adder.accumulators();
    this.keyNumbers = this.emptyNumbers();
  }

  private emptyNumbers(): RowGrouper {
    return new RowGrouper(this.keyFields.toSpliced(this.sessionKey, 1).map(({ type }) => type));
  }

  get size(): number {
    return this.sessions;
  }

  /** The numbers of keys; their columns come without the session. */
  numbersOf(columns: readonly Vector[], length: number): Int32Array {
    const numbers = this.keyNumbers.assign(columns, length);
    if (this.keyNumbers.size > this.firstOf.length) {
      this.firstOf = grown(this.firstOf, Math.max(this.keyNumbers.size, this.firstOf.length * 2), NONE);
    }
    return numbers;
  }

  get keyCount(): number {
    return this.keyNumbers.size;
  }

  first(key: number): number {
    return this.firstOf[key] as number;
  }

  next(slot: number): number {
    return this.nextOf[slot] as number;
  }

  startOf(slot: number): Int64 {
    return this.starts.values[slot] as Int64;
  }

  endOf(slot: number): Int64 {
    return this.ends.values[slot] as Int64;
  }

  /**
   * Takes over the sessions of a batch, whose runs have their sums in `partial`. One whose bounds changed is a new state row; the ones it
   * replaces are removed (Spark: putSessions).
   */
  settle(merged: MergedSessions, partial: readonly Accumulator[]): SessionChanges {
    const kept = merged.unmovedSlots();
    const replaced = merged.replacedSlots(kept);
    const removedKeys = this.keys(replaced);
    const saved = this.loaded(this.save(replaced));
    this.release(replaced);
    if (this.sessions === 0 && replaced.length === 0) this.adopt(partial, merged.runCount);
    const isNew = this.accumulators === partial;
    const slots = this.slotsFor(merged, kept);
    if (!isNew) this.mergeSegments(merged, { slots, kept, replaced, saved, partial });
    this.link(merged, slots);
    return { touched: merged.withRows(slots), removedKeys };
  }

  /** The sums of a batch's runs, one per session, become those of the table, which has no session. */
  private adopt(partial: readonly Accumulator[], runCount: number): void {
    this.accumulators = partial;
    this.capacity = runCount;
    this.slots = 0;
    this.free = [];
  }

  private loaded(rows: Batch): readonly Accumulator[] {
    const accumulators = this.adder.accumulators();
    for (const accumulator of accumulators) accumulator.grow(rows.length);
    loadAccumulators(accumulators, firstNumbers(rows.length), rows.vectors, this.keyFields.length);
    return accumulators;
  }

  private release(slots: Int32Array): void {
    for (const accumulator of this.accumulators) accumulator.reset(slots);
    for (const slot of slots) {
      this.index?.[this.keyOf[slot] as number]?.delete(this.startOf(slot));
      this.keyOf[slot] = NONE;
      this.free.push(slot);
    }
    this.sessions -= slots.length;
  }

  /** The slots of a batch's sessions: those that they keep, and new ones. */
  private slotsFor({ size, starts, ends, keys }: MergedSessions, kept: Int32Array): Int32Array {
    const slots = new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const slot = kept[i] as number;
      slots[i] =
        slot === NONE ? this.open(keys[i] as number, starts.values[i] as Int64, ends.values[i] as Int64) : slot;
    }
    return slots;
  }

  private open(key: number, start: Int64, end: Int64): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= this.keyOf.length) {
      const capacity = Math.max(64, this.keyOf.length * 2);
      this.keyOf = grown(this.keyOf, capacity, NONE);
      this.nextOf = grown(this.nextOf, capacity, NONE);
      const ranks = new Float64Array(capacity);
      ranks.set(this.ranks);
      this.ranks = ranks;
    }
    this.keyOf[slot] = key;
    this.starts.set(slot, start);
    this.ends.set(slot, end);
    this.ranks[slot] = this.rank++;
    this.sessions++;
    return slot;
  }

  private mergeSegments(merged: MergedSessions, { slots, kept, replaced, saved, partial }: Settling): void {
    this.growAccumulators();
    const savedAt = new Map(Array.from(replaced, (slot, index) => [slot, index]));
    for (let round = 0, more = true; more; round++) {
      more = false;
      const fromSaved = new Int32Array(replaced.length).fill(NONE);
      const fromRuns = new Int32Array(merged.runCount).fill(NONE);
      for (let i = 0; i < merged.size; i++) {
        const at = (merged.segmentsFrom[i] as number) + round;
        const to = merged.segmentsFrom[i + 1] as number;
        if (at >= to) continue;
        if (at + 1 < to) more = true;
        const segment = merged.segments[at] as number;
        if (segment >= 0) fromRuns[segment] = slots[i] as number;
        else if (kept[i] === NONE) fromSaved[savedAt.get(~segment) as number] = slots[i] as number;
      }
      this.accumulators.forEach((accumulator, index) => {
        accumulator.merge(fromSaved, fromSaved.length, saved[index] as Accumulator);
        accumulator.merge(fromRuns, fromRuns.length, partial[index] as Accumulator);
      });
    }
  }

  /** The sessions of the batch's keys, which stand one behind the other, become the lists of these keys. */
  private link(merged: MergedSessions, slots: Int32Array): void {
    for (let i = 0; i < merged.size; i++) {
      const [slot, key] = [slots[i] as number, merged.keys[i] as number];
      if (i === 0 || merged.keys[i - 1] !== key) this.firstOf[key] = slot;
      else this.nextOf[slots[i - 1] as number] = slot;
      this.nextOf[slot] = NONE;
    }
  }

  /** Slots of the sessions that end at or before `throughMicros`, earliest first. */
  closing(throughMicros: Int64): Int32Array {
    return this.sorted((slot) => this.endOf(slot) <= throughMicros);
  }

  /** Every session, earliest end first. */
  all(): Int32Array {
    return this.sorted(() => true);
  }

  private sorted(isWanted: (slot: number) => boolean): Int32Array {
    return sortedByTimeAndRank(this.slotsWhere(isWanted), this.ends.values, this.ranks);
  }

  private slotsWhere(isWanted: (slot: number) => boolean): Int32Array {
    const slots = new Int32Array(this.sessions);
    let count = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      if (this.keyOf[slot] !== NONE && isWanted(slot)) slots[count++] = slot;
    }
    return slots.subarray(0, count);
  }

  /** Forgets the sessions that end at or before `throughMicros`. */
  evict(throughMicros: Int64): void {
    const closed = this.slotsWhere((slot) => this.endOf(slot) <= throughMicros);
    if (closed.length === 0) return;
    const left = this.sessions - closed.length;
    if (left * SPARSE <= this.slots || this.keyCount > Math.max(MIN_KEYS, left * 2)) {
      this.rebuild(throughMicros);
      return;
    }
    // Those of a key stand at the beginning of its list.
    for (const slot of closed) {
      const key = this.keyOf[slot] as number;
      let first = this.first(key);
      while (first !== NONE && this.endOf(first) <= throughMicros) first = this.next(first);
      this.firstOf[key] = first;
    }
    this.release(closed);
  }

  /** Moves the sessions that end behind `throughMicros` to memory of their own. */
  private rebuild(throughMicros: Int64): void {
    const rows = [...this.saveAll(this.sorted((slot) => this.endOf(slot) > throughMicros))];
    this.accumulators = this.adder.accumulators();
    this.keyNumbers = this.emptyNumbers();
    [this.starts, this.ends] = [new Times(), new Times()];
    [this.keyOf, this.nextOf, this.firstOf] = [new Int32Array(0), new Int32Array(0), new Int32Array(0)];
    this.ranks = new Float64Array(0);
    this.free = [];
    [this.slots, this.capacity, this.rank, this.sessions] = [0, 0, 0, 0];
    if (this.index !== null) this.index = [];
    for (const batch of rows) this.put(batch);
    this.linkAll();
  }

  /** Applies a change that the state store gave back; `linkAll` is to follow the last one. */
  apply(change: StateChange): void {
    this.index ??= [];
    if (change.evictedThroughMicros !== null) this.evict(change.evictedThroughMicros);
    for (const batch of change.removals) this.remove(batch);
    for (const batch of change.upserts) this.put(batch);
  }

  private remove(batch: Batch): void {
    const { numbers, starts } = this.keysIn(batch);
    const slots = Array.from(numbers, (key, row) => this.index?.[key]?.get(starts[row] as Int64) ?? NONE);
    this.release(Int32Array.from(slots.filter((slot) => slot !== NONE)));
  }

  /** Rows of the state, new ones or in place of those with their keys. */
  private put(batch: Batch): void {
    const { numbers, starts, ends } = this.keysIn(batch);
    const slots = numbers.map((key, row) => {
      const start = starts[row] as Int64;
      const known = this.index?.[key]?.get(start);
      if (known !== undefined) return known;
      const slot = this.open(key, start, ends[row] as Int64);
      if (this.index !== null) (this.index[key] ??= new Map()).set(start, slot);
      return slot;
    });
    this.growAccumulators();
    loadAccumulators(this.accumulators, slots, batch.vectors, this.keyFields.length);
  }

  private keysIn({ vectors, length }: Batch) {
    const columns = vectors.slice(0, this.keyFields.length);
    const [start, end] = (columns[this.sessionKey] as StructVector).children as [Vector, Vector];
    const numbers = this.numbersOf(columns.toSpliced(this.sessionKey, 1), length);
    return { numbers, starts: int64s(start), ends: int64s(end) };
  }

  /** Makes the lists of all keys anew; the state is restored. */
  linkAll(): void {
    this.firstOf.fill(NONE);
    // The sessions of a key do not touch: by end is by start as well.
    for (const slot of this.all().reverse()) {
      const key = this.keyOf[slot] as number;
      this.nextOf[slot] = this.first(key);
      this.firstOf[key] = slot;
    }
  }

  /** No more changes are applied. */
  endRestore(): void {
    this.index = null;
    this.linkAll();
  }

  private growAccumulators(): void {
    if (this.capacity >= this.keyOf.length) return;
    this.capacity = this.keyOf.length;
    for (const accumulator of this.accumulators) accumulator.grow(this.capacity);
  }

  /** The earliest and the latest end; null: there is no session. */
  bounds(): readonly [earliest: Int64, latest: Int64] | null {
    let bounds: readonly [Int64, Int64] | null = null;
    for (let slot = 0; slot < this.slots; slot++) {
      if (this.keyOf[slot] === NONE) continue;
      const end = this.endOf(slot);
      if (bounds === null) bounds = [end, end];
      else if (end < bounds[0]) bounds = [end, bounds[1]];
      else if (end > bounds[1]) bounds = [bounds[0], end];
    }
    return bounds;
  }

  /** The latest end of the sessions that began at or before `begunByMicros`; null: none. */
  lastClose(begunByMicros: number): number | null {
    let last: Int64 | null = null;
    for (let slot = 0; slot < this.slots; slot++) {
      if (this.keyOf[slot] === NONE || this.startOf(slot) > begunByMicros) continue;
      if (last === null || this.endOf(slot) > last) last = this.endOf(slot);
    }
    return last === null ? null : Number(last);
  }

  /** Key columns followed by the aggregates' results. */
  results(slots: Int32Array): Vector[] {
    return [...this.keys(slots), ...this.accumulators.map((accumulator) => accumulator.result(slots))];
  }

  /** Rows of `stateSchema` in batches of a bounded size; all of them by default. */
  *saveAll(slots = this.all()): Generator<Batch> {
    for (let at = 0; at < slots.length; at += SAVED_ROWS) yield this.save(slots.subarray(at, at + SAVED_ROWS));
  }

  private save(slots: Int32Array): Batch {
    const vectors = [...this.keys(slots), ...this.accumulators.flatMap((accumulator) => accumulator.save(slots))];
    return { schema: this.stateSchema, length: slots.length, vectors };
  }

  private keys(slots: Int32Array): Vector[] {
    const window: StructVector = {
      kind: 'struct',
      type: WINDOW_TYPE,
      length: slots.length,
      validity: null,
      children: [this.starts.take(slots), this.ends.take(slots)],
    };
    return this.keyNumbers.take(takeInt32(this.keyOf, slots)).toSpliced(this.sessionKey, 0, window);
  }
}

/** What the segments of a batch's sessions are put together from. */
interface Settling {
  /** Of each session. */
  readonly slots: Int32Array;
  /** Of each session, the slot that it had and has still; else NONE. */
  readonly kept: Int32Array;
  /** Slots of stored sessions that became parts of others. */
  readonly replaced: Int32Array;
  /** Their sums, in their order. */
  readonly saved: readonly Accumulator[];
  /** Sums of runs. */
  readonly partial: readonly Accumulator[];
}

function grown(array: Int32Array, length: number, fill: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length).fill(fill, array.length);
  larger.set(array);
  return larger;
}
