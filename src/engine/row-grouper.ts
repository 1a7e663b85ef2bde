import type { Cell, Vector } from '../batch.ts';
import type { DataType } from '../schema.ts';
import { type ColumnCodes, columnCodes } from './keys/column-codes.ts';
import { PairCodes } from './keys/pair-codes.ts';
import { firstNumbers, takeInt32 } from './keys/take.ts';

/** One key column of groups: group i has the value `values[codes[i]]`. No value stands there twice. */
export interface KeyColumn {
  readonly values: Vector;
  readonly codes: Int32Array;
}

/**
 * Gives the rows of a chunk dense group numbers by their key columns: 0, 1, 2 ... in the order of first appearance. Each key
 * column is numbered on its own, then the numbers are combined pairwise.
 */
export class RowGrouper {
  private readonly columns: readonly ColumnCodes[];
  private readonly pairs: readonly PairCodes[];
  private readonly groupCodes: Int32Array<ArrayBuffer>[];
  private groups: number;

  constructor(types: readonly DataType[]) {
    this.columns = types.map(columnCodes);
    this.pairs = types.slice(1).map(() => new PairCodes());
    this.groupCodes = types.map(() => new Int32Array(64));
    this.groups = types.length === 0 ? 1 : 0;
  }

  /** Number of groups so far. */
  get size(): number {
    return this.groups;
  }

  /** Key cells of group `group`. */
  keyOf(group: number): Cell[] {
    return this.columns.map((column, index) => column.cell(this.groupCodes[index]?.[group] as number));
  }

  /** The keys of all groups. */
  keys(): KeyColumn[] {
    return this.columns.map((column, index) => ({
      values: column.take(firstNumbers(column.size)),
      codes: (this.groupCodes[index] as Int32Array).slice(0, this.groups),
    }));
  }

  /** The key columns of groups. */
  take(groups: Int32Array): Vector[] {
    return this.columns.map((column, index) => column.take(takeInt32(this.groupCodes[index] as Int32Array, groups)));
  }

  /** The group of every row. */
  assign(vectors: readonly Vector[], length: number): Int32Array {
    if (vectors.length === 0) return new Int32Array(length);
    const codes = vectors.map((vector, index) => (this.columns[index] as ColumnCodes).encode(vector));
    let groups = codes[0] as Int32Array;
    for (let c = 1; c < codes.length; c++) {
      groups = (this.pairs[c - 1] as PairCodes).encode(groups, codes[c] as Int32Array);
    }
    const size = (this.pairs.at(-1) ?? (this.columns[0] as ColumnCodes)).size;
    if (size > this.groups) this.rememberKeys(groups, codes, size);
    return groups;
  }

  private rememberKeys(groups: Int32Array, codes: readonly Int32Array[], size: number): void {
    if (size > (this.groupCodes[0] as Int32Array).length) {
      this.groupCodes.forEach((column, index) => {
        const grown = new Int32Array(size * 2);
        grown.set(column);
        this.groupCodes[index] = grown;
      });
    }
    if (codes.length === 1) {
      // The numbers of one column are those of the groups.
      for (const column = this.groupCodes[0] as Int32Array; this.groups < size; this.groups++)
        column[this.groups] = this.groups;
      return;
    }
    for (let row = 0; this.groups < size; row++) {
      if ((groups[row] as number) !== this.groups) continue;
      for (let c = 0; c < codes.length; c++) {
        (this.groupCodes[c] as Int32Array)[this.groups] = (codes[c] as Int32Array)[row] as number;
      }
      this.groups++;
    }
  }
}
