import type { Cell, FixedVector, Vector } from '../../batch.ts';
import { allocateFixed, canonicalInt64 } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { HashIndex, scatter } from './hash-index.ts';

const NAN_HASH = 1;

/** Numbers the values of fixed-width columns: everything that a double holds, and the 64-bit integers beyond. */
export class NumberCodes {
  size = 0;
  private values = new Float64Array(16);
  private readonly index = new HashIndex();
  private nullCode = -1;
  /** 64-bit integers that no double holds. */
  private readonly wide = new Map<bigint, number>();
  private readonly wideOf = new Map<number, bigint>();

  constructor(private readonly type: DataType) {}

  encode(vector: Vector): Int32Array {
    const { values, validity, length } = vector as FixedVector;
    if (!(values instanceof BigInt64Array) && validity === null) return this.encodeValues(values, length);
    const codes = new Int32Array(length);
    if (values instanceof BigInt64Array) {
      for (let i = 0; i < length; i++) {
        codes[i] = validity !== null && validity[i] === 0 ? this.codeOfNull() : this.codeOfInt64(values[i] as bigint);
      }
    } else {
      for (let i = 0; i < length; i++) {
        codes[i] = validity?.[i] === 0 ? this.codeOfNull() : this.codeOf(values[i] as number);
      }
    }
    return codes;
  }

  /** Values that are all there. Rows next to each other often have the same. */
  encodeValues(values: Exclude<FixedVector['values'], BigInt64Array>, length: number): Int32Array {
    const codes = new Int32Array(length);
    let last = Number.NaN;
    let lastCode = -1;
    for (let i = 0; i < codes.length; i++) {
      const value = values[i] as number;
      if (value !== last) {
        last = value;
        lastCode = this.codeOf(value);
      }
      codes[i] = lastCode;
    }
    return codes;
  }

  private codeOf(given: number): number {
    const value = given === 0 ? 0 : given;
    const hash = hashOf(value);
    const { places, shift } = this.index;
    const { values } = this;
    const mask = places.length - 1;
    for (let at = hash >>> shift; ; at = (at + 1) & mask) {
      const code = places[at] as number;
      if (code < 0) return this.enter(at, value);
      const known = values[code] as number;
      if (known === value || (Number.isNaN(known) && Number.isNaN(value))) return code;
    }
  }

  private enter(at: number, value: number): number {
    const code = this.allocate(value);
    this.index.put(at, code, this.hashOfCode);
    return code;
  }

  private readonly hashOfCode = (code: number): number => hashOf(this.values[code] as number);

  private allocate(value: number): number {
    if (this.size === this.values.length) {
      const grown = new Float64Array(this.size * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.size] = value;
    return this.size++;
  }

  private codeOfNull(): number {
    if (this.nullCode < 0) this.nullCode = this.allocate(0);
    return this.nullCode;
  }

  private codeOfInt64(exact: bigint): number {
    const value = canonicalInt64(exact);
    if (typeof value === 'number') return this.codeOf(value);
    let code = this.wide.get(value);
    if (code === undefined) {
      code = this.allocate(0);
      this.wide.set(value, code);
      this.wideOf.set(code, value);
    }
    return code;
  }

  cell(code: number): Cell {
    if (code === this.nullCode) return null;
    const value = this.values[code] as number;
    return this.type.kind === 'boolean' ? value === 1 : (this.wideOf.get(code) ?? value);
  }

  take(codes: Int32Array): Vector {
    const { type, nullCode } = this;
    const { length } = codes;
    const validity =
      nullCode >= 0 && codes.includes(nullCode) ? Uint8Array.from(codes, (code) => (code === nullCode ? 0 : 1)) : null;
    if (this.wide.size > 0 && codes.some((code) => this.wideOf.has(code))) {
      const values = BigInt64Array.from(codes, (code) => this.wideOf.get(code) ?? BigInt(this.values[code] as number));
      return { kind: 'fixed', type, length, validity, values };
    }
    const values = allocateFixed(type, length) as Float64Array;
    for (let i = 0; i < length; i++) values[i] = this.values[codes[i] as number] as number;
    return { kind: 'fixed', type, length, validity, values };
  }
}

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

function hashOf(value: number): number {
  if (Number.isNaN(value)) return NAN_HASH;
  double[0] = value;
  return scatter((halves[0] as number) ^ Math.imul(halves[1] as number, 0x9e3779b1));
}
