import { type BytesVector, type FixedVector, takeVector, toBytesVector, type Vector } from '../../batch.ts';
import { bytesDictionary, type Dictionary, rangeDictionary, wordDictionary } from './dictionary.ts';

/** What a reader may rule out a column by. Absent where no value but NaN is there. */
export interface Bounds {
  readonly min: number | bigint | boolean | Uint8Array | undefined;
  readonly max: number | bigint | boolean | Uint8Array | undefined;
  readonly nans: number;
}

/** The values of a column that is neither nested nor decimal, without nulls, so that they can be copied into pages. */
export interface FlatValues {
  readonly length: number;
  /** Size of all in PLAIN encoding. */
  readonly plainBytes: number;
  readonly isFloat: boolean;
  /** Values `from` to `to` in PLAIN encoding. */
  plain(from: number, to: number): Uint8Array;
  take(rows: Int32Array): FlatValues;
  bounds(): Bounds;
  /** Null when there are too many different values for a dictionary to pay. */
  dictionary(): Dictionary | null;
}

/** The form of numbers in memory is theirs in the file. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The values of a vector that are not null; null where the column cannot be written so. */
export function flatValues(vector: Vector): FlatValues | null {
  if (!IS_LITTLE_ENDIAN) return null;
  const { kind } = vector.type;
  if ((kind === 'string' || kind === 'binary') && (vector.kind === 'bytes' || vector.kind === 'object')) {
    return new BytesValues(withoutNulls(toBytesVector(vector)) as BytesVector);
  }
  if (vector.kind !== 'fixed') return null;
  const { values } = withoutNulls(vector) as FixedVector;
  switch (kind) {
    case 'boolean':
      return new BooleanValues(values as Uint8Array);
    case 'byte':
    case 'short':
      return new NumberValues(Int32Array.from(values as Int16Array));
    case 'int':
    case 'date':
    case 'float':
    case 'double':
      return new NumberValues(values as Int32Array | Float32Array | Float64Array);
    case 'long':
    case 'timestamp':
      return values instanceof BigInt64Array ? new NumberValues(values) : new LongValues(values as Float64Array);
    default:
      return null;
  }
}

function withoutNulls(vector: Vector): Vector {
  const { validity, length } = vector;
  if (validity === null) return vector;
  const present = new Int32Array(length);
  let size = 0;
  for (let row = 0; row < length; row++) if (validity[row] === 1) present[size++] = row;
  return takeVector(vector, present.subarray(0, size));
}

const TWO_32 = 2 ** 32;

/** Safe integers as 64-bit integers, by their halves: a BigInt for each would take most of the time of writing. */
export function int64Of(values: Float64Array): BigInt64Array {
  if (!IS_LITTLE_ENDIAN) return BigInt64Array.from(values, BigInt);
  const wide = new BigInt64Array(values.length);
  const halves = new Int32Array(wide.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const high = Math.floor(value / TWO_32);
    halves[2 * i] = value - high * TWO_32;
    halves[2 * i + 1] = high;
  }
  return wide;
}

class NumberValues implements FlatValues {
  readonly length: number;
  readonly plainBytes: number;
  readonly isFloat: boolean;

  constructor(private readonly stored: Int32Array | Float32Array | Float64Array | BigInt64Array) {
    this.length = stored.length;
    this.plainBytes = stored.byteLength;
    this.isFloat = stored instanceof Float64Array || stored instanceof Float32Array;
  }

  plain(from: number, to: number): Uint8Array {
    const { buffer, byteOffset, BYTES_PER_ELEMENT: width } = this.stored;
    return new Uint8Array(buffer, byteOffset + from * width, (to - from) * width);
  }

  take(rows: Int32Array): NumberValues {
    const Values = this.stored.constructor as new (length: number) => Float64Array;
    const taken = new Values(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.stored[rows[i] as number] as number;
    return new NumberValues(taken);
  }

  /** NaN is in no bounds, and zero in all of them with both its signs (`ColumnOrder` of parquet.thrift). */
  bounds(): Bounds {
    if (this.stored instanceof BigInt64Array) return int64Bounds(this.stored);
    const { min, max, nans } = rangeOf(this.stored as Float64Array);
    if (nans === this.length) return { min: undefined, max: undefined, nans };
    return { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max, nans };
  }

  dictionary(): Dictionary | null {
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = this.stored;
    return wordDictionary(
      new Int32Array(buffer, byteOffset, byteLength / 4),
      BYTES_PER_ELEMENT === 8 ? 2 : 1,
      this.length,
    );
  }
}

/** 64-bit integers that are safe integers all of them. */
class LongValues implements FlatValues {
  readonly length: number;
  readonly plainBytes: number;
  readonly isFloat = false;

  constructor(private readonly values: Float64Array) {
    this.length = values.length;
    this.plainBytes = values.byteLength;
  }

  plain(from: number, to: number): Uint8Array {
    return new Uint8Array(int64Of(this.values.subarray(from, to)).buffer);
  }

  take(rows: Int32Array): LongValues {
    const taken = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = this.values[rows[i] as number] as number;
    return new LongValues(taken);
  }

  bounds(): Bounds {
    const { min, max, nans } = rangeOf(this.values);
    return this.length === 0 ? { min: undefined, max: undefined, nans } : { min: BigInt(min), max: BigInt(max), nans };
  }

  dictionary(): Dictionary | null {
    const { buffer, byteOffset, length } = this.values;
    const { min, max } = rangeOf(this.values);
    return (
      rangeDictionary(this.values, min, max) ??
      wordDictionary(new Int32Array(buffer, byteOffset, 2 * length), 2, length)
    );
  }
}

function rangeOf(values: Float64Array): { min: number; max: number; nans: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let nans = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    if (Number.isNaN(value)) nans++;
  }
  return { min, max, nans };
}

function int64Bounds(values: BigInt64Array): Bounds {
  let [min] = values;
  let max = min;
  for (const value of values) {
    if (value < (min as bigint)) min = value;
    if (value > (max as bigint)) max = value;
  }
  return { min, max, nans: 0 };
}

class BooleanValues implements FlatValues {
  readonly length: number;
  readonly plainBytes: number;
  readonly isFloat = false;

  constructor(private readonly values: Uint8Array) {
    this.length = values.length;
    this.plainBytes = Math.ceil(values.length / 8);
  }

  plain(from: number, to: number): Uint8Array {
    const bits = new Uint8Array(Math.ceil((to - from) / 8));
    for (let i = from; i < to; i++) bits[(i - from) >> 3]! |= (this.values[i] as number) << ((i - from) & 7);
    return bits;
  }

  take(rows: Int32Array): BooleanValues {
    return new BooleanValues(Uint8Array.from(rows, (row) => this.values[row] as number));
  }

  bounds(): Bounds {
    if (this.length === 0) return { min: undefined, max: undefined, nans: 0 };
    return { min: !this.values.includes(0), max: this.values.includes(1), nans: 0 };
  }

  dictionary(): null {
    return null;
  }
}

class BytesValues implements FlatValues {
  readonly length: number;
  readonly plainBytes: number;
  readonly isFloat = false;

  constructor(private readonly vector: BytesVector) {
    const { length, offsets } = vector;
    this.length = length;
    this.plainBytes = (offsets[length] as number) - (offsets[0] as number) + 4 * length;
  }

  /** Each with its length in front, in 32 bits. */
  plain(from: number, to: number): Uint8Array {
    const { bytes, offsets } = this.vector;
    const out = new Uint8Array((offsets[to] as number) - (offsets[from] as number) + 4 * (to - from));
    let at = 0;
    for (let row = from; row < to; row++) {
      const start = offsets[row] as number;
      const end = offsets[row + 1] as number;
      const length = end - start;
      out[at++] = length;
      out[at++] = length >>> 8;
      out[at++] = length >>> 16;
      out[at++] = length >>> 24;
      if (length > 64) {
        out.set(bytes.subarray(start, end), at);
        at += length;
      } else for (let i = start; i < end; i++) out[at++] = bytes[i] as number;
    }
    return out;
  }

  take(rows: Int32Array): BytesValues {
    return new BytesValues(takeVector(this.vector, rows) as BytesVector);
  }

  /** In the order of unsigned bytes, which is that of the characters. */
  bounds(): Bounds {
    const { bytes, offsets } = this.vector;
    let min = 0;
    let max = 0;
    const order = (row: number, other: number): number => {
      const end = offsets[row + 1] as number;
      const otherEnd = offsets[other + 1] as number;
      let at = offsets[row] as number;
      let otherAt = offsets[other] as number;
      for (; at < end && otherAt < otherEnd; at++, otherAt++) {
        if (bytes[at] !== bytes[otherAt]) return (bytes[at] as number) - (bytes[otherAt] as number);
      }
      return end - at - (otherEnd - otherAt);
    };
    for (let row = 1; row < this.length; row++) {
      if (order(row, min) < 0) min = row;
      else if (order(row, max) > 0) max = row;
    }
    const bound = (row: number) => (this.length === 0 ? undefined : bytes.slice(offsets[row], offsets[row + 1]));
    return { min: bound(min), max: bound(max), nans: 0 };
  }

  dictionary(): Dictionary | null {
    return bytesDictionary(this.vector.bytes, this.vector.offsets, this.length);
  }
}
