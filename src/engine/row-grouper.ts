import type { Cell, StructVector, Vector } from '../batch.ts';
import { cellAt } from '../batch.ts';
import { cellKey, normalizedCell } from './cell-key.ts';

/**
 * Gives the rows of a chunk dense group numbers by their key columns: 0, 1, 2 ... in the order of first appearance. Each key
 * column is numbered on its own, then the numbers are combined pairwise, so that no row builds a key text where its
 * columns are numbers or strings.
 */
export class RowGrouper {
  private readonly columns: ColumnCodes[];
  private readonly combined: Map<number, number>[];
  private readonly keys: Cell[][];
  private groups = 0;

  constructor(keyCount: number) {
    this.columns = Array.from({ length: keyCount }, () => new ColumnCodes());
    this.combined = Array.from({ length: Math.max(0, keyCount - 1) }, () => new Map());
    this.keys = Array.from({ length: keyCount }, () => []);
    if (keyCount === 0) this.groups = 1;
  }

  /** Number of groups so far. */
  get size(): number {
    return this.groups;
  }

  /** Key cells of group `group`. */
  keyOf(group: number): Cell[] {
    return this.keys.map((column) => column[group] as Cell);
  }

  /** Adds the next group by its key cells, which no other group has. */
  add(key: readonly Cell[]): void {
    if (key.length === 0) return;
    key.forEach((cell, column) => {
      (this.keys[column] as Cell[]).push(cell);
    });
    this.groups++;
  }

  /** The group of every row. */
  assign(vectors: readonly Vector[], length: number): Int32Array {
    if (vectors.length === 0) return new Int32Array(length);
    let codes = (this.columns[0] as ColumnCodes).encode(vectors[0] as Vector);
    for (let c = 1; c < vectors.length; c++) {
      const next = (this.columns[c] as ColumnCodes).encode(vectors[c] as Vector);
      codes = this.combine(codes, next, this.combined[c - 1] as Map<number, number>);
    }
    this.rememberKeys(codes, vectors);
    return codes;
  }

  private combine(left: Int32Array, right: Int32Array, pairs: Map<number, number>): Int32Array {
    const codes = new Int32Array(left.length);
    let lastPair = -1;
    let lastCode = -1;
    for (let i = 0; i < left.length; i++) {
      const pair = (left[i] as number) * 0x4000000 + (right[i] as number);
      if (pair !== lastPair) {
        let code = pairs.get(pair);
        if (code === undefined) {
          code = pairs.size;
          pairs.set(pair, code);
        }
        lastPair = pair;
        lastCode = code;
      }
      codes[i] = lastCode;
    }
    return codes;
  }

  private rememberKeys(codes: Int32Array, vectors: readonly Vector[]): void {
    for (let i = 0; i < codes.length; i++) {
      if ((codes[i] as number) !== this.groups) continue;
      for (let c = 0; c < vectors.length; c++)
        (this.keys[c] as Cell[]).push(normalizedCell(cellAt(vectors[c] as Vector, i)));
      this.groups++;
    }
  }
}

/** Numbers the values of one key column. */
class ColumnCodes {
  private readonly codes = new Map<unknown, number>();

  encode(vector: Vector): Int32Array {
    const plain = plainNumbers(vector);
    if (plain !== null) return this.encodeNumbers(plain, vector.length);
    const key = keyReader(vector);
    const { length, validity } = vector;
    const result = new Int32Array(length);
    let last: unknown = UNSEEN;
    let lastCode = -1;
    for (let i = 0; i < length; i++) {
      const value = validity !== null && validity[i] === 0 ? null : key(i);
      if (value !== last || last === UNSEEN) {
        lastCode = this.code(value);
        last = value;
      }
      result[i] = lastCode;
    }
    return result;
  }

  private encodeNumbers(values: Float64Array, length: number): Int32Array {
    const result = new Int32Array(length);
    let last = Number.NaN;
    let lastCode = -1;
    for (let i = 0; i < length; i++) {
      const value = values[i] as number;
      if (value !== last) {
        lastCode = this.code(value);
        last = value;
      }
      result[i] = lastCode;
    }
    return result;
  }

  private code(value: unknown): number {
    let code = this.codes.get(value);
    if (code === undefined) {
      code = this.codes.size;
      this.codes.set(value, code);
    }
    return code;
  }
}

/** The numbers that stand for a column's values as they are, where there are such: doubles without nulls, windows of one duration. */
function plainNumbers(vector: Vector): Float64Array | null {
  if (vector.validity !== null) return null;
  if (vector.kind === 'fixed') return vector.values instanceof Float64Array ? vector.values : null;
  return vector.kind === 'struct' && isWindow(vector) && hasOneDuration(vector) ? windowEnds(vector)[0] : null;
}

const UNSEEN = Symbol('unseen');

/** What stands for row i in a Map: equal (SameValueZero) exactly when Spark groups the values together. */
function keyReader(vector: Vector): (row: number) => unknown {
  switch (vector.kind) {
    case 'fixed': {
      const { values } = vector;
      return values instanceof BigInt64Array ? (row) => cellAt(vector, row) : (row) => values[row];
    }
    case 'struct':
      return isWindow(vector) ? windowReader(vector) : (row) => cellKey(cellAt(vector, row));
    case 'bytes':
      return vector.type.kind === 'string' ? (row) => cellAt(vector, row) : (row) => cellKey(cellAt(vector, row));
    case 'object': {
      const { values } = vector;
      return vector.type.kind === 'string' ? (row) => values[row] : (row) => cellKey(values[row] as Cell);
    }
  }
}

/** A window of fixed duration is known by its start; two windows may share a start, so both ends count. */
function isWindow(vector: StructVector): boolean {
  return (
    vector.children.length === 2 && vector.children.every((c) => c.kind === 'fixed' && c.values instanceof Float64Array)
  );
}

function windowReader(vector: StructVector): (row: number) => unknown {
  const [start, end] = windowEnds(vector);
  return hasOneDuration(vector) ? (row) => start[row] : (row) => `${start[row]},${end[row]}`;
}

function windowEnds(vector: StructVector): [start: Float64Array, end: Float64Array] {
  return vector.children.map((child) => (child.kind === 'fixed' ? child.values : [])) as [Float64Array, Float64Array];
}

function hasOneDuration(vector: StructVector): boolean {
  const [start, end] = windowEnds(vector);
  const duration = (end[0] as number) - (start[0] as number);
  for (let i = 1; i < vector.length; i++) {
    if ((end[i] as number) - (start[i] as number) !== duration) return false;
  }
  return true;
}
