import type { Batch, Cell, Int64, Vector } from '../batch.ts';
import { cellAt, vectorOf } from '../batch.ts';
import type { AggregateCall } from '../plan/physical.ts';
import type { Field, Schema } from '../schema.ts';
import { field, struct } from '../schema.ts';
import type { StateChange } from '../state-store.ts';
import type { Accumulator } from './aggregates/accumulator.ts';
import { createAccumulator } from './aggregates/table.ts';
import { cellKey } from './cell-key.ts';

/** Rows of a batch of the whole state at most: the columns of all of it at once would double the memory. */
const SAVED_ROWS = 65_536;

/** When a group closes, in micros; null: never. */
export type CloseTime = Int64 | null;

/**
 * The state of a grouped aggregation: groups in flat arrays, found by close time and then by key, so that closing a window
 * touches only what closes. Groups keep the order in which they first came, also over a restart, so that output bytes repeat.
 */
export class GroupTable {
  readonly stateSchema: Schema;
  private readonly accumulators: readonly Accumulator[];
  private readonly byTime = new Map<CloseTime, Map<string, number>>();
  private readonly keys: Cell[][] = [];
  private readonly times: CloseTime[] = [];
  private readonly free: number[] = [];
  private capacity = 0;
  private earliest: CloseTime = null;
  private groups = 0;

  /** `closeTime` reads a group's close time off its key cells. */
  constructor(
    private readonly keyFields: readonly Field[],
    calls: readonly AggregateCall[],
    private readonly closeTime: (key: readonly Cell[]) => CloseTime,
  ) {
    this.accumulators = calls.map(createAccumulator);
    this.stateSchema = struct([
      ...keyFields,
      ...this.accumulators.flatMap((accumulator, index) =>
        accumulator.stateFields.map((f) => field(`${f.name}_${index}`, f.type, f.nullable)),
      ),
    ]);
  }

  get size(): number {
    return this.groups;
  }

  /** The slot of a group, made if it is new. */
  slotOf(key: readonly Cell[]): number {
    const time = this.closeTime(key);
    let slots = this.byTime.get(time);
    if (slots === undefined) {
      slots = new Map();
      this.byTime.set(time, slots);
      if (time !== null && (this.earliest === null || time < this.earliest)) this.earliest = time;
    }
    const text = keyText(key);
    let slot = slots.get(text);
    if (slot === undefined) {
      slot = this.allocate(key, time);
      slots.set(text, slot);
    }
    return slot;
  }

  private allocate(key: readonly Cell[], time: CloseTime): number {
    const slot = this.free.pop() ?? this.keys.length;
    if (slot >= this.capacity) {
      this.capacity = Math.max(64, this.capacity * 2);
      for (const accumulator of this.accumulators) accumulator.grow(this.capacity);
    }
    this.keys[slot] = key as Cell[];
    this.times[slot] = time;
    this.groups++;
    return slot;
  }

  /** Adds group i of a partial result to slot `slots[i]`; -1 leaves it out. */
  mergeGroups(slots: Int32Array, partial: readonly Accumulator[]): void {
    this.accumulators.forEach((accumulator, index) => {
      accumulator.merge(slots, slots.length, partial[index] as Accumulator);
    });
  }

  /** Forgets one group. */
  remove(slot: number): void {
    const time = this.times[slot] as CloseTime;
    const slots = this.byTime.get(time);
    slots?.delete(keyText(this.keys[slot] as Cell[]));
    if (slots?.size === 0) this.byTime.delete(time);
    this.release(slot);
  }

  private release(slot: number): void {
    for (const accumulator of this.accumulators) accumulator.reset(slot);
    this.keys[slot] = [];
    this.free.push(slot);
    this.groups--;
  }

  /** Slots of all groups whose close time is at or before `throughMicros`, earliest first. */
  closing(throughMicros: Int64): Int32Array {
    if (this.earliest === null || this.earliest > throughMicros) return new Int32Array(0);
    return this.slotsOf(this.closeTimes().filter((time) => time <= throughMicros));
  }

  evict(throughMicros: Int64): void {
    if (this.earliest === null || this.earliest > throughMicros) return;
    for (const time of this.closeTimes()) {
      if (time > throughMicros) continue;
      for (const slot of (this.byTime.get(time) as Map<string, number>).values()) this.release(slot);
      this.byTime.delete(time);
    }
    this.earliest = this.closeTimes()[0] ?? null;
  }

  /** Close times of all groups that ever close, earliest first. */
  closeTimes(): Int64[] {
    const times = [...this.byTime.keys()].filter((time): time is Int64 => time !== null);
    return times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** The latest close time of the groups that began at or before `begunByMicros`, their window or time being key cell `at`; null: none. */
  lastClose(at: number, begunByMicros: number): number | null {
    let last: number | null = null;
    for (const slot of this.all()) {
      const cell = this.keyOf(slot)[at] ?? null;
      const [begin, close] = [Array.isArray(cell) ? (cell[0] as CloseTime) : (cell as CloseTime), this.closesAt(slot)];
      if (begin === null || close === null || begin > begunByMicros) continue;
      last = Math.max(last ?? Number.NEGATIVE_INFINITY, Number(close));
    }
    return last;
  }

  /** Every group: those that close by close time, then those that never do. */
  all(): Int32Array {
    return this.slotsOf([...this.closeTimes(), null]);
  }

  private slotsOf(times: readonly CloseTime[]): Int32Array {
    const slots: number[] = [];
    for (const time of times) {
      for (const slot of this.byTime.get(time)?.values() ?? []) slots.push(slot);
    }
    return Int32Array.from(slots);
  }

  closesAt(slot: number): CloseTime {
    return this.times[slot] as CloseTime;
  }

  keyOf(slot: number): readonly Cell[] {
    return this.keys[slot] as Cell[];
  }

  /** Key columns followed by the aggregates' results. */
  results(slots: Int32Array): Vector[] {
    return [...this.keyVectors(slots), ...this.accumulators.map((accumulator) => accumulator.result(slots))];
  }

  /** Rows of `stateSchema`. */
  save(slots: Int32Array): Batch {
    const vectors = [...this.keyVectors(slots), ...this.accumulators.flatMap((accumulator) => accumulator.save(slots))];
    return { schema: this.stateSchema, length: slots.length, vectors };
  }

  /** All groups as rows of `stateSchema`. */
  *saveAll(): Generator<Batch> {
    const slots = this.all();
    for (let at = 0; at < slots.length; at += SAVED_ROWS) yield this.save(slots.subarray(at, at + SAVED_ROWS));
  }

  private keyVectors(slots: Int32Array): Vector[] {
    return this.keyFields.map((f, index) =>
      vectorOf(
        f.type,
        Array.from(slots, (slot) => (this.keys[slot] as Cell[])[index] ?? null),
      ),
    );
  }

  /** Applies a change that the state store gave back. */
  apply(change: StateChange): void {
    if (change.evictedThroughMicros !== null) this.evict(change.evictedThroughMicros);
    for (const batch of change.removals) {
      for (let row = 0; row < batch.length; row++) this.removeKey(this.keyAt(batch, row));
    }
    for (const batch of change.upserts) this.load(batch);
  }

  private removeKey(key: readonly Cell[]): void {
    const slot = this.byTime.get(this.closeTime(key))?.get(keyText(key));
    if (slot !== undefined) this.remove(slot);
  }

  private load(batch: Batch): void {
    const slots = new Int32Array(batch.length);
    for (let row = 0; row < batch.length; row++) slots[row] = this.slotOf(this.keyAt(batch, row));
    let column = this.keyFields.length;
    for (const accumulator of this.accumulators) {
      const width = accumulator.stateFields.length;
      accumulator.load(slots, batch.vectors.slice(column, column + width));
      column += width;
    }
  }

  private keyAt(batch: Batch, row: number): Cell[] {
    return this.keyFields.map((_, index) => cellAt(batch.vectors[index] as Vector, row));
  }
}

/** Equal for keys that group together. */
export function keyText(key: readonly Cell[]): string {
  let text = '';
  for (const cell of key) text += cellKey(cell);
  return text;
}
