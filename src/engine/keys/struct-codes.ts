import type { Cell, FixedVector, StructVector, Vector } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { TIMESTAMP } from '../../schema.ts';
import { WindowVector } from '../window-vector.ts';
import type { ColumnCodes } from './column-codes.ts';
import { NumberCodes } from './number-codes.ts';
import { PairCodes } from './pair-codes.ts';

/** Windows of one duration that have a code: it is found by their start alone. */
interface WindowsByStart {
  readonly durationMicros: number;
  readonly starts: NumberCodes;
  /** By the code of the start. */
  readonly codes: number[];
}

/** Numbers structs by the numbers of their fields: whether there is a struct is paired with its first field, that with the second ... */
export class StructCodes implements ColumnCodes {
  private readonly pairs: readonly PairCodes[];
  private windows: WindowsByStart | null = null;

  constructor(
    private readonly type: DataType,
    private readonly fields: readonly ColumnCodes[],
  ) {
    this.pairs = fields.map(() => new PairCodes());
  }

  get size(): number {
    return this.pairs.at(-1)?.size ?? 0;
  }

  encode(vector: Vector): Int32Array {
    if (!(vector instanceof WindowVector)) return this.encodeStructs(vector as StructVector);
    const { durationMicros } = vector;
    this.windows ??= { durationMicros, starts: new NumberCodes(TIMESTAMP), codes: [] };
    return this.windows.durationMicros === durationMicros
      ? this.encodeWindows(vector, this.windows)
      : this.encodeStructs(vector);
  }

  private encodeStructs({ length, validity, children }: StructVector): Int32Array {
    let codes: Int32Array = validity === null ? new Int32Array(length).fill(1) : Int32Array.from(validity);
    this.fields.forEach((field, index) => {
      codes = (this.pairs[index] as PairCodes).encode(codes, field.encode(children[index] as Vector));
    });
    return codes;
  }

  private encodeWindows(vector: WindowVector, { durationMicros, starts, codes }: WindowsByStart): Int32Array {
    const result = starts.encodeValues(vector.starts, vector.length);
    if (codes.length < starts.size) {
      const fresh = Int32Array.from({ length: starts.size - codes.length }, (_, n) => codes.length + n);
      const { values } = starts.take(fresh) as FixedVector;
      codes.push(...this.encodeStructs(new WindowVector(values as Float64Array, durationMicros)));
    }
    for (let i = 0; i < result.length; i++) result[i] = codes[result[i] as number] as number;
    return result;
  }

  cell(code: number): Cell {
    const { isPresent, fields } = this.partsOf(code);
    return isPresent ? fields.map((part, index) => (this.fields[index] as ColumnCodes).cell(part)) : null;
  }

  private partsOf(code: number): { isPresent: boolean; fields: number[] } {
    const fields: number[] = [];
    let left = code;
    for (let index = this.pairs.length - 1; index >= 0; index--) {
      const pairs = this.pairs[index] as PairCodes;
      fields[index] = pairs.right(left);
      left = pairs.left(left);
    }
    return { isPresent: left === 1, fields };
  }

  take(codes: Int32Array): Vector {
    const parts = Array.from(codes, (code) => this.partsOf(code));
    const children = this.fields.map((field, index) =>
      field.take(Int32Array.from(parts, (part) => part.fields[index] as number)),
    );
    const isWhole = parts.every((part) => part.isPresent);
    const validity = isWhole ? null : Uint8Array.from(parts, (part) => (part.isPresent ? 1 : 0));
    return { kind: 'struct', type: this.type, length: codes.length, validity, children };
  }
}
