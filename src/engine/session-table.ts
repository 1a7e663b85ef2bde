import type { Batch, Int64, StructVector, Vector } from '../batch.ts';
import { takeVector } from '../batch.ts';
import { WINDOW_TYPE } from '../plan/physical.ts';
import type { Field, Schema } from '../schema.ts';
import type { StateChange } from '../state-store.ts';
import { AbsorbedSlots } from './absorbed-slots.ts';
import { growFloat64 } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import type { ChunkSessions } from './chunk-sessions.ts';
import { firstNumbers, takeInt32 } from './keys/take.ts';
import { RemovedSessions } from './removed-sessions.ts';
import { RowGrouper } from './row-grouper.ts';
import { NONE, SessionLists } from './session-lists.ts';
import { sortedByTimeAndRank } from './session-order.ts';
import { SessionSums } from './session-sums.ts';
import { SlotSet } from './slot-set.ts';
import { boundsOf, int64s, Times } from './times.ts';

/** Sessions are moved to memory of their own when they fill less than one of so many slots. */
const SPARSE = 4;
/** Keys are numbered anew when there are so many, and twice as many as sessions. */
const MIN_KEYS = 1024;
/** Rows of a batch of the state at most. */
const SAVED_ROWS = 65_536;
/** The rank of a session that is not in the state as it is now. */
const UNSAVED = -1;

/** What a batch did to the stored sessions. */
export interface SessionChanges {
  /** Slots of the sessions that rows were added to. */
  readonly touched: Int32Array;
  /** Key columns of the sessions that are no more. */
  readonly removedKeys: readonly Vector[];
}

/**
 * The open sessions of a session aggregation, in flat arrays by slot. They close by end, and of one end in the order in which they came to be, also
 * over a restart, so that output bytes repeat.
 */
export class SessionTable {
  private sums: SessionSums;
  /** Numbers the keys, the session aside. */
  private keyNumbers: RowGrouper;
  private sessions: SessionLists;
  /** By slot: grows with each new session. */
  private ranks = new Float64Array(0);
  private rank = 0;
  /** What the batch did so far. */
  private touched = new SlotSet();
  private readonly absorbed = new AbsorbedSlots();
  private removed = new RemovedSessions();

  /** `keyFields`: all key columns; the session is the one at `sessionKey`. */
  constructor(
    readonly stateSchema: Schema,
    private readonly keyFields: readonly Field[],
    private readonly sessionKey: number,
    private readonly adder: RowAdder,
  ) {
    this.sums = new SessionSums(adder);
    this.keyNumbers = this.emptyNumbers();
    this.sessions = this.emptySessions();
  }

  private emptyNumbers(): RowGrouper {
    return new RowGrouper(this.keyFields.toSpliced(this.sessionKey, 1).map(({ type }) => type));
  }

  private emptySessions(): SessionLists {
    return new SessionLists({
      moves: (slot) => this.leaveState(slot),
      absorbs: (slot, absorbed) => {
        this.leaveState(absorbed);
        this.absorbed.add(absorbed, slot);
      },
    });
  }

  /** The session is to have other bounds, or none: its row of the state goes (Spark: putSessions). */
  private leaveState(slot: number): void {
    if (this.ranks[slot] === UNSAVED) return;
    this.ranks[slot] = UNSAVED;
    this.removed.add(slot, this.sessions.keyOf[slot] as number, this.startOf(slot), this.endOf(slot));
  }

  get size(): number {
    return this.sessions.size;
  }

  private startOf(slot: number): Int64 {
    return this.sessions.starts.values[slot] as Int64;
  }

  private endOf(slot: number): Int64 {
    return this.sessions.ends.values[slot] as Int64;
  }

  /** Adds the sessions of a chunk to those that are there; `settle` is to follow the last chunk of a batch. */
  merge(chunk: ChunkSessions): void {
    const absorbedBefore = this.absorbed.size;
    const { slots, isNew, begun } = this.place(chunk);
    this.sums.reserve(this.sessions.capacity);
    const known = new Int32Array(slots.length - begun);
    const fresh = slots.slice();
    for (let i = 0, n = 0; n < known.length; i++) {
      if (isNew[i] === 1) continue;
      known[n++] = i;
      fresh[i] = NONE;
    }
    // The sums of a session that is new are its state.
    this.sums.load(fresh, chunk.columns);
    if (known.length > 0) this.mergeKnown(chunk, known, slots, this.absorbed.slots().subarray(absorbedBefore));
    this.touched.addAll(slots);
  }

  /** Puts sessions together, those of the chunk, stored ones and absorbed ones, in the order of their starts. */
  private mergeKnown(chunk: ChunkSessions, known: Int32Array, slots: Int32Array, absorbed: Int32Array): void {
    const roots = this.absorbed.rootsOf(takeInt32(slots, known));
    const stored = Int32Array.from(new Set([...absorbed, ...roots]));
    const from = int64s(chunk.starts);
    const starts = new Times();
    stored.forEach((slot, place) => {
      starts.set(place, this.removed.startOf(slot) ?? this.startOf(slot));
    });
    known.forEach((i, n) => {
      starts.set(stored.length + n, from[i] as Int64);
    });
    const into = new Int32Array(stored.length + known.length);
    into.set(this.absorbed.rootsOf(stored));
    into.set(roots, stored.length);
    const places = firstNumbers(into.length);
    const order = sortedByTimeAndRank(places.slice(), starts.values, Float64Array.from(places));
    this.sums.merge(
      stored,
      chunk.columns.map((column) => takeVector(column, known)),
      into,
      order,
    );
  }

  /** The slots that a chunk's sessions go into, and which of them begin there. */
  private place({ size, keys, keyOf, starts, ends }: ChunkSessions) {
    const numbers = this.numbersOf(keys, keys[0]?.length ?? 1);
    const [from, to] = [int64s(starts), int64s(ends)];
    const slots = new Int32Array(size);
    const isNew = new Uint8Array(size);
    const { sessions } = this;
    const { begun } = sessions;
    for (let i = 0; i < size; i++) {
      const before = sessions.begun;
      const slot = sessions.add(numbers[keyOf[i] as number] as number, from[i] as Int64, to[i] as Int64);
      slots[i] = slot;
      if (sessions.begun === before) continue;
      isNew[i] = 1;
      this.setRank(slot, UNSAVED);
    }
    return { slots, isNew, begun: sessions.begun - begun };
  }

  /** The numbers of keys; their columns come without the session. */
  private numbersOf(columns: readonly Vector[], length: number): Int32Array {
    const numbers = this.keyNumbers.assign(columns, length);
    this.sessions.reserveKeys(this.keyNumbers.size);
    return numbers;
  }

  private setRank(slot: number, rank: number): void {
    if (slot >= this.ranks.length) this.ranks = growFloat64(this.ranks, this.sessions.capacity);
    this.ranks[slot] = rank;
  }

  /** What the batch did, now that all of its chunks are merged. */
  settle(): SessionChanges {
    let touched = this.touched.slots();
    if (this.absorbed.size > 0) touched = touched.filter((slot) => this.sessions.keyOf[slot] !== NONE);
    // In the order in which they are written to the state.
    const { ranks } = this;
    let { rank } = this;
    for (let i = 0; i < touched.length; i++) {
      const slot = touched[i] as number;
      if (ranks[slot] === UNSAVED) ranks[slot] = rank++;
    }
    this.rank = rank;
    const { keys, starts, ends } = this.removed;
    const rows = firstNumbers(keys.length);
    const removedKeys = this.keyColumns(Int32Array.from(keys), starts.take(rows), ends.take(rows));
    this.give(this.absorbed.slots());
    this.absorbed.clear();
    this.touched = new SlotSet();
    this.removed = new RemovedSessions();
    return { touched, removedKeys };
  }

  /** Gives slots of sessions that were taken out to others. */
  private give(slots: Int32Array): void {
    this.sums.reset(slots);
    this.sessions.release(slots);
  }

  /** Slots of the sessions that end at or before `throughMicros`, earliest first. */
  closing(throughMicros: Int64): Int32Array {
    return this.inOrder(this.sessions.endedBy(throughMicros));
  }

  /** Every session, earliest end first. */
  all(): Int32Array {
    return this.inOrder(this.sessions.present());
  }

  private inOrder(slots: Int32Array): Int32Array {
    return sortedByTimeAndRank(slots, this.sessions.ends.values, this.ranks);
  }

  /** Those of `slots` that end after `micros`. */
  openAfter(slots: Int32Array, micros: Int64): Int32Array {
    return slots.filter((slot) => this.endOf(slot) > micros);
  }

  /** Forgets the sessions that end at or before `throughMicros`. */
  evict(throughMicros: Int64): void {
    const closed = this.sessions.endedBy(throughMicros);
    if (closed.length === 0) return;
    const left = this.size - closed.length;
    if (left * SPARSE <= this.sessions.slots || this.keyNumbers.size > Math.max(MIN_KEYS, left * 2)) {
      this.rebuild(throughMicros);
      return;
    }
    for (const slot of closed) this.sessions.remove(slot);
    this.give(closed);
  }

  /** Moves the sessions that end behind `throughMicros` to memory of their own. */
  private rebuild(throughMicros: Int64): void {
    const rows = [...this.saveAll(this.inOrder(this.openAfter(this.sessions.present(), throughMicros)))];
    this.sums = new SessionSums(this.adder);
    this.keyNumbers = this.emptyNumbers();
    this.sessions = this.emptySessions();
    this.ranks = new Float64Array(0);
    this.rank = 0;
    for (const batch of rows) this.put(batch);
  }

  /** Applies a change that the state store gave back. */
  apply(change: StateChange): void {
    if (change.evictedThroughMicros !== null) this.evict(change.evictedThroughMicros);
    for (const batch of change.removals) this.remove(batch);
    for (const batch of change.upserts) this.put(batch);
  }

  private remove(batch: Batch): void {
    const { numbers, starts } = this.keysIn(batch);
    const slots: number[] = [];
    numbers.forEach((key, row) => {
      const slot = this.sessions.latestAt(key, starts[row] as Int64);
      if (slot === NONE || this.startOf(slot) !== starts[row]) return;
      this.sessions.remove(slot);
      slots.push(slot);
    });
    this.give(Int32Array.from(slots));
  }

  /** Rows of the state, new ones or in place of those with their keys. */
  private put(batch: Batch): void {
    const { numbers, starts, ends } = this.keysIn(batch);
    const slots = numbers.map((key, row) => {
      const { begun } = this.sessions;
      const slot = this.sessions.add(key, starts[row] as Int64, ends[row] as Int64);
      if (this.sessions.begun > begun) this.setRank(slot, this.rank++);
      return slot;
    });
    this.sums.reserve(this.sessions.capacity);
    this.sums.load(slots, batch.vectors.slice(this.keyFields.length));
  }

  private keysIn({ vectors, length }: Batch) {
    const columns = vectors.slice(0, this.keyFields.length);
    const [starts, ends] = boundsOf(columns[this.sessionKey] as StructVector);
    const numbers = this.numbersOf(columns.toSpliced(this.sessionKey, 1), length);
    return { numbers, starts, ends };
  }

  /** The earliest and the latest end; null: there is no session. */
  bounds(): readonly [earliest: Int64, latest: Int64] | null {
    return this.sessions.firstAndLastEnd();
  }

  /** The latest end of the sessions that began at or before `begunByMicros`; null: none. */
  lastClose(begunByMicros: number): number | null {
    return this.sessions.lastEnd(begunByMicros);
  }

  /** Key columns followed by the aggregates' results. */
  results(slots: Int32Array): Vector[] {
    return [...this.keys(slots), ...this.sums.results(slots)];
  }

  /** Rows of `stateSchema` in batches of a bounded size; all of them by default. */
  *saveAll(slots = this.all()): Generator<Batch> {
    for (let at = 0; at < slots.length; at += SAVED_ROWS) yield this.save(slots.subarray(at, at + SAVED_ROWS));
  }

  private save(slots: Int32Array): Batch {
    const vectors = [...this.keys(slots), ...this.sums.save(slots)];
    return { schema: this.stateSchema, length: slots.length, vectors };
  }

  private keys(slots: Int32Array): Vector[] {
    const { keyOf, starts, ends } = this.sessions;
    return this.keyColumns(takeInt32(keyOf, slots), starts.take(slots), ends.take(slots));
  }

  private keyColumns(numbers: Int32Array, starts: Vector, ends: Vector): Vector[] {
    const children = [starts, ends];
    const window: StructVector = {
      kind: 'struct',
      type: WINDOW_TYPE,
      length: numbers.length,
      validity: null,
      children,
    };
    return this.keyNumbers.take(numbers).toSpliced(this.sessionKey, 0, window);
  }
}
