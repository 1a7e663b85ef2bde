import type { Cell, StructVector, Vector } from '../../batch.ts';
import { takeVector } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { WindowVector } from '../window-vector.ts';
import type { ColumnCodes } from './column-codes.ts';
import { PairCodes } from './pair-codes.ts';
import { firstNumbers } from './take.ts';
import { WindowCodes } from './window-codes.ts';

/** Numbers structs by the numbers of their fields: whether there is a struct is paired with its first field, that with the second ... */
export class StructCodes implements ColumnCodes {
  private readonly pairs: readonly PairCodes[];
  private windows: WindowCodes | null = null;
  /** The structs of all codes, as of some time. */
  private known: Vector | null = null;

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
    this.windows ??= new WindowCodes(vector.window, (windows) => this.encodeStructs(windows));
    return this.windows.isOf(vector.window) ? this.windows.encode(vector) : this.encodeStructs(vector);
  }

  private encodeStructs({ length, validity, children }: StructVector): Int32Array {
    let codes: Int32Array = validity === null ? new Int32Array(length).fill(1) : Int32Array.from(validity);
    this.fields.forEach((field, index) => {
      codes = (this.pairs[index] as PairCodes).encode(codes, field.encode(children[index] as Vector));
    });
    return codes;
  }

  cell(code: number): Cell {
    const { isPresent, fields } = this.parts(Int32Array.of(code));
    if (isPresent[0] === 0) return null;
    return fields.map((codes, index) => (this.fields[index] as ColumnCodes).cell(codes[0] as number));
  }

  /** Of every code, whether there is a struct, and the codes of its fields, field by field. */
  private parts(codes: Int32Array): { isPresent: Int32Array; fields: Int32Array[] } {
    const fields: Int32Array[] = [];
    let left = codes;
    for (let index = this.pairs.length - 1; index >= 0; index--) {
      const pairs = this.pairs[index] as PairCodes;
      fields[index] = pairs.rightsOf(left);
      left = pairs.leftsOf(left);
    }
    return { isPresent: left, fields };
  }

  take(codes: Int32Array): Vector {
    // Few different structs (windows) in many rows: each is put together once.
    if (this.known?.length !== this.size && this.size <= codes.length) {
      this.known = this.assemble(firstNumbers(this.size));
    }
    return this.known?.length === this.size ? takeVector(this.known, codes) : this.assemble(codes);
  }

  private assemble(codes: Int32Array): Vector {
    const { isPresent, fields } = this.parts(codes);
    const children = this.fields.map((field, index) => field.take(fields[index] as Int32Array));
    const validity = isPresent.includes(0) ? Uint8Array.from(isPresent) : null;
    return { kind: 'struct', type: this.type, length: codes.length, validity, children };
  }
}
