import type { Batch, Cell, Int64, Vector } from '../batch.ts';
import { takeVector } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { AggregateCall } from '../plan/physical.ts';
import type { Field, Schema } from '../schema.ts';
import { field, struct } from '../schema.ts';
import type { StateChange } from '../state-store.ts';
import { type Accumulator, growInt32, loadAccumulators } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { createAccumulator } from './aggregates/table.ts';
import { cellKey } from './cell-key.ts';
import { type CloseTime, ClosingGroups } from './closing-groups.ts';
import { type FoundGroups, knownGroups, newSlots, type PartialGroups } from './found-groups.ts';
import { type ColumnCodes, columnCodes } from './keys/column-codes.ts';
import { takeInt32 } from './keys/take.ts';

/** A column of values that nothing refers to any more is made anew when it has so many, and twice as many as there are groups. */
const MIN_VALUES = 1024;

/** Groups are moved to memory of their own when they fill less than one of so many slots. */
const SPARSE = 4;

/** Rows of a batch of the whole state at most: the columns of all of it at once would double the memory. */
const SAVED_ROWS = 65_536;

/**
 * The state of a grouped aggregation: groups in flat arrays, found by close time and then by key, so that closing a window
 * touches only what closes. Groups keep the order in which they first came, also over a restart, so that output bytes repeat.
 *
 * The values of each key column are numbered; a group is known by the numbers of its key.
 */
export class GroupTable {
  readonly stateSchema: Schema;
  private accumulators: readonly Accumulator[];
  private columns: ColumnCodes[];
  /** By key column and slot. */
  private codes: Int32Array<ArrayBuffer>[];
  private readonly byTime = new Map<CloseTime, ClosingGroups>();
  /** By the code of the column that closes groups. Those that hold none may be out of use. */
  private byCode: (ClosingGroups | undefined)[] = [];
  /** By `ClosingGroups.id`. */
  private byId: (ClosingGroups | undefined)[] = [];
  private freeIds: number[] = [];
  /** By slot, the id of the groups that it closes with; -1 where there is no group. */
  private idOf: Int32Array<ArrayBuffer> = new Int32Array(0);
  private free: number[] = [];
  private slots = 0;
  private capacity = 0;
  private earliest: CloseTime = null;
  private groups = 0;

  /** `closingKey`: the key column that tells when a group closes, a time or a window, which closes at its end; null: groups never close. */
  constructor(
    private readonly keyFields: readonly Field[],
    private readonly adder: RowAdder,
    private readonly closingKey: number | null,
  ) {
    this.accumulators = adder.accumulators();
    this.columns = keyFields.map(({ type }) => columnCodes(type));
    this.codes = keyFields.map(() => new Int32Array(0));
    this.stateSchema = stateSchemaOf(keyFields, this.accumulators);
  }

  get size(): number {
    return this.groups;
  }

  /** The only group of an aggregation without keys. */
  onlyGroup(): FoundGroups {
    return this.find([], 1, null);
  }

  /** Adds groups to those that are there. Those that close at or before `lateMicros` are left out. */
  merge({ size, keys, columns }: PartialGroups, lateMicros: number | null): FoundGroups {
    const wanted = keys.map(({ values, codes }, index) => {
      const known = (this.columns[index] as ColumnCodes).encode(values);
      return takeInt32(known, codes);
    });
    const found = this.find(wanted, size, lateMicros);
    // The partial result of a group that is new is its state.
    if (found.made > 0) loadAccumulators(this.accumulators, newSlots(found), columns, 0);
    if (found.made < size) this.addKnown(found, columns);
    return found;
  }

  private addKnown(found: FoundGroups, columns: readonly Vector[]): void {
    const rows = knownGroups(found);
    const taken = found.made === 0 ? columns : columns.map((column) => takeVector(column, rows));
    this.adder.addPartial(this.accumulators, takeInt32(found.slots, rows), taken);
  }

  /** `wanted`: the codes of keys, of which no two are equal. */
  private find(wanted: readonly Int32Array[], count: number, lateMicros: number | null): FoundGroups {
    const slots = new Int32Array(count);
    const isNew = new Uint8Array(count);
    let made = 0;
    const closing = this.closingKey === null ? null : (wanted[this.closingKey] as Int32Array);
    const codes = closing === null ? 1 : (this.columns[this.closingKey as number] as ColumnCodes).size;
    // By code: the groups that close then, and whether there was none before, so that none need be looked for.
    const known: (ClosingGroups | null | undefined)[] = new Array(codes);
    const isFirst = new Uint8Array(codes);
    for (let i = 0; i < count; i++) {
      const code = closing === null ? 0 : (closing[i] as number);
      let groups = known[code];
      if (groups === undefined) {
        groups = this.closingGroups(closing === null ? null : code, lateMicros);
        known[code] = groups;
        if (groups?.size === 0) isFirst[code] = 1;
      }
      if (groups === null) {
        slots[i] = -1;
        continue;
      }
      let slot = isFirst[code] === 1 ? -1 : groups.find(this.codes, wanted, i);
      if (slot < 0) {
        slot = this.allocate(groups, wanted, i, count - i);
        isNew[i] = 1;
        made++;
      }
      slots[i] = slot;
    }
    return { slots, isNew, made };
  }

  /** The groups that close when those with this code do; null when that is too late. */
  private closingGroups(code: number | null, lateMicros: number | null): ClosingGroups | null {
    let groups = code === null ? this.byTime.get(null) : this.byCode[code];
    const time = groups === undefined ? this.timeOf(code) : groups.time;
    if (time !== null && lateMicros !== null && time <= lateMicros) return null;
    if (groups !== undefined && groups.size > 0) return groups;
    groups = this.byTime.get(time);
    if (groups === undefined) {
      groups = new ClosingGroups(time, this.freeIds.pop() ?? this.byId.length);
      this.byId[groups.id] = groups;
      this.byTime.set(time, groups);
      if (time !== null && (this.earliest === null || time < this.earliest)) this.earliest = time;
    }
    if (code !== null) this.byCode[code] = groups;
    return groups;
  }

  private timeOf(code: number | null): CloseTime {
    return code === null ? null : closeTime((this.columns[this.closingKey as number] as ColumnCodes).cell(code));
  }

  /** `more`: so many slots may be wanted soon. */
  private allocate(groups: ClosingGroups, wanted: readonly Int32Array[], row: number, more: number): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= this.capacity) this.grow(Math.max(64, this.capacity * 2, slot + more));
    for (let c = 0; c < wanted.length; c++) {
      (this.codes[c] as Int32Array)[slot] = (wanted[c] as Int32Array)[row] as number;
    }
    groups.add(slot);
    this.idOf[slot] = groups.id;
    this.groups++;
    return slot;
  }

  private grow(capacity: number): void {
    this.capacity = capacity;
    for (const accumulator of this.accumulators) accumulator.grow(capacity);
    this.codes = this.codes.map((codes) => growInt32(codes, capacity));
    this.idOf = growInt32(this.idOf, capacity);
  }

  private drop(groups: ClosingGroups): void {
    this.byTime.delete(groups.time);
    this.byId[groups.id] = undefined;
    this.freeIds.push(groups.id);
  }

  private release(slots: Int32Array): void {
    for (const accumulator of this.accumulators) accumulator.reset(slots);
    for (const slot of slots) {
      this.idOf[slot] = -1;
      this.free.push(slot);
    }
    this.groups -= slots.length;
  }

  /** Gives back the memory of all groups. */
  private clear(): void {
    this.accumulators = this.adder.accumulators();
    this.columns = this.keyFields.map(({ type }) => columnCodes(type));
    this.codes = this.keyFields.map(() => new Int32Array(0));
    this.idOf = new Int32Array(0);
    this.byTime.clear();
    [this.byCode, this.byId, this.freeIds, this.free] = [[], [], [], []];
    [this.slots, this.capacity, this.groups, this.earliest] = [0, 0, 0, null];
  }

  /** Slots of all groups whose close time is at or before `throughMicros`, earliest first. */
  closing(throughMicros: Int64): Int32Array {
    if (this.earliest === null || this.earliest > throughMicros) return new Int32Array(0);
    return this.slotsAt(this.closeTimes().filter((time) => time <= throughMicros));
  }

  evict(throughMicros: Int64): void {
    if (this.earliest === null || this.earliest > throughMicros) return;
    const times = this.closeTimes();
    const closed = times.filter((time) => time <= throughMicros);
    const kept = this.slotsAt([...times.slice(closed.length), null]);
    if (kept.length * SPARSE <= this.slots) {
      const rows = this.save(kept);
      this.clear();
      this.load(rows);
      return;
    }
    for (const time of closed) {
      this.release(this.slotsAt([time]));
      this.drop(this.byTime.get(time) as ClosingGroups);
    }
    this.byCode = [];
    this.earliest = times[closed.length] ?? null;
    this.dropUnusedValues();
  }

  /** Numbers the values of the key columns anew where most of them belong to no group. */
  private dropUnusedValues(): void {
    const limit = Math.max(MIN_VALUES, this.groups * 2);
    if (this.columns.every((column) => column.size <= limit)) return;
    const slots = this.all();
    this.columns = this.columns.map((column, index) => {
      const codes = this.codes[index] as Int32Array;
      const fresh = columnCodes((this.keyFields[index] as Field).type);
      const values = column.take(takeInt32(codes, slots));
      fresh.encode(values).forEach((code, i) => {
        codes[slots[i] as number] = code;
      });
      return fresh;
    });
    for (const groups of this.byTime.values()) groups.dropIndex();
  }

  /** Close times of all groups that ever close, earliest first. */
  closeTimes(): Int64[] {
    const times = [...this.byTime.keys()].filter((time): time is Int64 => time !== null);
    return times.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** The latest close time of the groups that began at or before `begunByMicros`; null: none. */
  lastClose(begunByMicros: number): number | null {
    if (this.closingKey === null) return null;
    const column = this.columns[this.closingKey] as ColumnCodes;
    const codes = this.codes[this.closingKey] as Int32Array;
    let last: number | null = null;
    for (const code of new Set(this.all().map((slot) => codes[slot] as number))) {
      const cell = column.cell(code);
      const [begin, close] = [Array.isArray(cell) ? (cell[0] as CloseTime) : (cell as CloseTime), closeTime(cell)];
      if (begin === null || close === null || begin > begunByMicros) continue;
      last = Math.max(last ?? Number.NEGATIVE_INFINITY, Number(close));
    }
    return last;
  }

  /** Every group: those that close by close time, then those that never do. */
  all(): Int32Array {
    return this.slotsAt([...this.closeTimes(), null]);
  }

  private slotsAt(times: readonly CloseTime[]): Int32Array {
    const found = times.flatMap((time) => this.byTime.get(time) ?? []);
    const slots = new Int32Array(found.reduce((sum, { size }) => sum + size, 0));
    let n = 0;
    for (const groups of found) n = groups.list(slots, n);
    return slots;
  }

  /** Those of `slots` that close after `micros`, or never. */
  openAfter(slots: Int32Array, micros: Int64): Int32Array {
    const isOpen = Uint8Array.from(this.byId, (groups) =>
      groups !== undefined && (groups.time === null || groups.time > micros) ? 1 : 0,
    );
    return isOpen.includes(0) ? slots.filter((slot) => isOpen[this.idOf[slot] as number] === 1) : slots;
  }

  keyOf(slot: number): Cell[] {
    return this.columns.map((column, index) => column.cell(this.codes[index]?.[slot] as number));
  }

  /** Key columns followed by the aggregates' results. */
  results(slots: Int32Array): Vector[] {
    return [...this.keys(slots), ...this.accumulators.map((accumulator) => accumulator.result(slots))];
  }

  /** Rows of `stateSchema`. */
  save(slots: Int32Array): Batch {
    const vectors = [...this.keys(slots), ...this.accumulators.flatMap((accumulator) => accumulator.save(slots))];
    return { schema: this.stateSchema, length: slots.length, vectors };
  }

  /** Rows of `stateSchema` in batches of a bounded size; the slots of all groups by default. */
  *saveAll(slots = this.all()): Generator<Batch> {
    for (let at = 0; at < slots.length; at += SAVED_ROWS) yield this.save(slots.subarray(at, at + SAVED_ROWS));
  }

  /** The key columns of groups. */
  keys(slots: Int32Array): Vector[] {
    return this.columns.map((column, index) => {
      const codes = this.codes[index] as Int32Array;
      return column.take(takeInt32(codes, slots));
    });
  }

  /** Applies a change that the state store gave back. Groups go by their close time alone, so none is removed by its key. */
  apply(change: StateChange): void {
    invariant(change.removals.length === 0, 'the groups of an aggregation are evicted by time');
    if (change.evictedThroughMicros !== null) this.evict(change.evictedThroughMicros);
    for (const batch of change.upserts) this.load(batch);
  }

  /** Takes rows of `stateSchema`. */
  private load(batch: Batch): void {
    const wanted = this.columns.map((column, index) => column.encode(batch.vectors[index] as Vector));
    const { slots } = this.find(wanted, batch.length, null);
    loadAccumulators(this.accumulators, slots, batch.vectors, this.keyFields.length);
  }
}

/** The durable form of groups: key columns, then the columns of the aggregates. */
export function groupStateSchema(keyFields: readonly Field[], calls: readonly AggregateCall[]): Schema {
  return stateSchemaOf(keyFields, calls.map(createAccumulator));
}

function stateSchemaOf(keyFields: readonly Field[], accumulators: readonly Accumulator[]): Schema {
  const columns = accumulators.flatMap(({ stateFields }, index) =>
    stateFields.map((f) => field(`${f.name}_${index}`, f.type, f.nullable)),
  );
  return struct([...keyFields, ...columns]);
}

/** A window closes at its end, an event time at itself (Spark: WatermarkSupport.watermarkExpression). */
export function closeTime(cell: Cell): CloseTime {
  if (Array.isArray(cell)) return (cell[1] as Int64 | null) ?? null;
  return cell as Int64 | null;
}

/** Equal for keys that group together. */
export function keyText(key: readonly Cell[]): string {
  let text = '';
  for (const cell of key) text += cellKey(cell);
  return text;
}
