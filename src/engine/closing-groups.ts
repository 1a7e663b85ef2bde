import type { Int64 } from '../batch.ts';
import { scatter } from './keys/hash-index.ts';

/** When a group closes, in micros; null: never. */
export type CloseTime = Int64 | null;

/** Up to so many groups are looked for one after another. */
const FEW = 8;
const FREE = -1;
/** A place whose group was removed: the search goes on behind it. */
const GONE = -2;

/**
 * The groups of a table that close at one time, found by the codes of their key columns, which the table keeps: group `slot` has code
 * `columns[c][slot]` in key column c. They stay in the order in which they came.
 */
export class ClosingGroups {
  private order: number[] = [];
  private removed = 0;
  /** Open-addressing table of slots; null while there are few. */
  private places: Int32Array | null = null;
  private used = 0;

  constructor(readonly time: CloseTime) {}

  get size(): number {
    return this.order.length - this.removed;
  }

  /** The slot of the group with the codes that `wanted` has in row `row`; -1: there is none. */
  find(columns: readonly Int32Array[], wanted: readonly Int32Array[], row: number): number {
    const { places } = this;
    if (places === null) {
      for (const slot of this.order) if (slot >= 0 && isEqual(columns, slot, wanted, row)) return slot;
      return -1;
    }
    const mask = places.length - 1;
    for (let at = hashOf(wanted, row) & mask; ; at = (at + 1) & mask) {
      const slot = places[at] as number;
      if (slot === FREE) return -1;
      if (slot !== GONE && isEqual(columns, slot, wanted, row)) return slot;
    }
  }

  /** Adds a group that is not there; its codes stand in `columns` already. */
  add(columns: readonly Int32Array[], slot: number): void {
    this.order.push(slot);
    if (this.places === null ? this.order.length > FEW : (this.used + 1) * 2 > this.places.length) this.index(columns);
    else if (this.places !== null) this.enter(this.places, columns, slot);
  }

  remove(columns: readonly Int32Array[], slot: number): void {
    if (this.places !== null) {
      const mask = this.places.length - 1;
      let at = hashOf(columns, slot) & mask;
      while (this.places[at] !== slot) at = (at + 1) & mask;
      this.places[at] = GONE;
    }
    this.order[this.order.indexOf(slot)] = GONE;
    this.removed++;
    if (this.removed * 2 <= this.order.length) return;
    this.order = this.order.filter((known) => known >= 0);
    this.removed = 0;
  }

  clear(): void {
    this.order = [];
    this.removed = 0;
    this.places = null;
    this.used = 0;
  }

  /** Enters all groups anew, by their present codes. */
  index(columns: readonly Int32Array[]): void {
    if (this.order.length <= FEW && this.places === null) return;
    let size = 16;
    while (size < this.size * 4) size *= 2;
    this.places = new Int32Array(size).fill(FREE);
    this.used = 0;
    for (const slot of this.order) if (slot >= 0) this.enter(this.places, columns, slot);
  }

  private enter(places: Int32Array, columns: readonly Int32Array[], slot: number): void {
    const mask = places.length - 1;
    let at = hashOf(columns, slot) & mask;
    while (places[at] !== FREE) at = (at + 1) & mask;
    places[at] = slot;
    this.used++;
  }

  /** Writes the slots into `into` from `at` on; gives the place behind them. */
  list(into: Int32Array, at: number): number {
    let next = at;
    for (const slot of this.order) if (slot >= 0) into[next++] = slot;
    return next;
  }
}

function isEqual(columns: readonly Int32Array[], slot: number, wanted: readonly Int32Array[], row: number): boolean {
  for (let c = 0; c < columns.length; c++) {
    if ((columns[c] as Int32Array)[slot] !== (wanted[c] as Int32Array)[row]) return false;
  }
  return true;
}

function hashOf(columns: readonly Int32Array[], row: number): number {
  let hash = 0;
  for (let c = 0; c < columns.length; c++) {
    hash = Math.imul(hash ^ ((columns[c] as Int32Array)[row] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return scatter(hash) >>> 1;
}
