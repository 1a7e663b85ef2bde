import type { Cell, Vector } from '../../batch.ts';
import { cellAt, vectorOf } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { cellKey, normalizedCell } from '../cell-key.ts';
import { BytesCodes } from './bytes-codes.ts';
import { NumberCodes } from './number-codes.ts';
import { StructCodes } from './struct-codes.ts';

/**
 * Numbers the values of a key column: 0, 1, 2 ... in the order of first appearance, null included. Two values have one number exactly when
 * Spark groups them together: -0.0 is 0.0, NaN equals NaN (Spark: NormalizeFloatingNumbers).
 */
export interface ColumnCodes {
  /** Number of different values so far. */
  readonly size: number;
  /** The number of every row's value. */
  encode(vector: Vector): Int32Array;
  /** The value of a number; what floats compare equal to stands for all of them. */
  cell(code: number): Cell;
  /** The values of numbers. */
  take(codes: Int32Array): Vector;
}

export function columnCodes(type: DataType): ColumnCodes {
  switch (type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'int':
    case 'date':
    case 'yearMonthInterval':
    case 'float':
    case 'double':
    case 'long':
    case 'timestamp':
    case 'dayTimeInterval':
      return new NumberCodes(type);
    case 'string':
    case 'binary':
      return new BytesCodes(type);
    case 'struct':
      return new StructCodes(
        type,
        type.fields.map((field) => columnCodes(field.type)),
      );
    default:
      return new CellCodes(type);
  }
}

/** Values that are neither numbers nor bytes: decimals, arrays, maps, calendar intervals, void. */
class CellCodes implements ColumnCodes {
  private readonly codes = new Map<string, number>();
  private readonly cells: Cell[] = [];

  constructor(private readonly type: DataType) {}

  get size(): number {
    return this.cells.length;
  }

  encode(vector: Vector): Int32Array {
    const codes = new Int32Array(vector.length);
    for (let row = 0; row < vector.length; row++) {
      const cell = normalizedCell(cellAt(vector, row));
      const key = cellKey(cell);
      let code = this.codes.get(key);
      if (code === undefined) {
        code = this.cells.push(cell) - 1;
        this.codes.set(key, code);
      }
      codes[row] = code;
    }
    return codes;
  }

  cell(code: number): Cell {
    return this.cells[code] as Cell;
  }

  take(codes: Int32Array): Vector {
    return vectorOf(
      this.type,
      Array.from(codes, (code) => this.cell(code)),
    );
  }
}
