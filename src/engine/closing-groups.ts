import type { Int64 } from '../batch.ts';
import { scatter } from './keys/hash-index.ts';

/** When a group closes, in micros; null: never. */
export type CloseTime = Int64 | null;

/** Up to so many groups are looked for one after another. */
const FEW = 8;
const FREE = -1;

/**
 * The groups of a table that close at one time, found by the codes of their key columns, which the table keeps: group `slot` has code
 * `columns[c][slot]` in key column c. They stay in the order in which they came. Most windows get all their groups from one chunk and are never
 * searched, so groups are entered into the index when one is looked for.
 */
export class ClosingGroups {
  private order = new Int32Array(FEW);
  private count = 0;
  /** Open-addressing table of slots; null until one is needed. */
  private places: Int32Array | null = null;
  /** So many of `order` are in `places`. */
  private entered = 0;

  /** `id`: the number by which the table knows these groups. */
  constructor(
    readonly time: CloseTime,
    readonly id: number,
  ) {}

  get size(): number {
    return this.count;
  }

  /** The slot of the group with the codes that `wanted` has in row `row`; -1: there is none. */
  find(columns: readonly Int32Array[], wanted: readonly Int32Array[], row: number): number {
    if (this.places === null && this.count <= FEW) {
      for (let n = 0; n < this.count; n++) {
        const slot = this.order[n] as number;
        if (isEqual(columns, slot, wanted, row)) return slot;
      }
      return -1;
    }
    const places = this.index(columns);
    const mask = places.length - 1;
    for (let at = hashOf(wanted, row) & mask; ; at = (at + 1) & mask) {
      const slot = places[at] as number;
      if (slot === FREE || isEqual(columns, slot, wanted, row)) return slot;
    }
  }

  /** Adds a group that is not there; its codes are to stand in the table's columns before the next search. */
  add(slot: number): void {
    if (this.count === this.order.length) {
      const grown = new Int32Array(this.count * 2);
      grown.set(this.order);
      this.order = grown;
    }
    this.order[this.count++] = slot;
  }

  /** Forgets the index: the codes of the groups have changed. */
  dropIndex(): void {
    this.places = null;
    this.entered = 0;
  }

  /** The index, with all groups in it. */
  private index(columns: readonly Int32Array[]): Int32Array {
    if (this.places !== null && this.entered === this.count) return this.places;
    if (this.places === null || this.count * 2 > this.places.length) {
      let size = 16;
      while (size < this.size * 4) size *= 2;
      this.places = new Int32Array(size).fill(FREE);
      this.entered = 0;
    }
    const mask = this.places.length - 1;
    for (; this.entered < this.count; this.entered++) {
      const slot = this.order[this.entered] as number;
      let at = hashOf(columns, slot) & mask;
      while (this.places[at] !== FREE) at = (at + 1) & mask;
      this.places[at] = slot;
    }
    return this.places;
  }

  /** Writes the slots into `into` from `at` on; gives the place behind them. */
  list(into: Int32Array, at: number): number {
    into.set(this.order.subarray(0, this.count), at);
    return at + this.count;
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
