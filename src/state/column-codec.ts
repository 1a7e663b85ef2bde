import { Buffer } from 'node:buffer';
import {
  allocateFixed,
  type Batch,
  type BytesVector,
  type Cell,
  type FixedValues,
  type ObjectVector,
  type Vector,
} from '../batch.ts';
import type { DataType, Schema } from '../schema.ts';
import { ByteReader, ByteWriter, isWellFormed } from './bytes.ts';
import { readCell, writeCell } from './cell-codec.ts';
import { allocate, type PackedNumbers, packNumbers, unpackNumbers } from './packed-numbers.ts';

/**
 * A batch's columns as bytes: typed arrays copied whole, strings as their UTF-8 bytes, everything else cell by cell. The schema is not in the bytes;
 * the reader must know it. Exact for every cell: NaN, -0, 64-bit integers, lone surrogates.
 *
 * Per column: its form, whether it has nulls, the null bits, the values. Whole numbers near each other are packed, and so are the lengths of strings.
 * Typed arrays are in the order of the machine, which is little endian wherever
 * Node 20 runs but on s390x; `ENDIANNESS_MARK` lets a reader of the other kind refuse.
 */
const FORM = { fixed: 0, int64: 1, bytes: 2, cells: 3, struct: 4, packed: 5, shortBytes: 6 } as const;

/** Strings of one column that are all shorter have their lengths in one byte each. */
const LONG_BYTES = 256;

/** Reads as another number on a machine of the other byte order. */
const ENDIANNESS_MARK = new Uint8Array(Uint16Array.of(0x0102).buffer);

/** The bytes are valid until `out` is used again. */
export function encodeBatch(batch: Batch, out = new ByteWriter()): Uint8Array {
  out.clear();
  out.raw(ENDIANNESS_MARK);
  out.varint(batch.length);
  for (const vector of batch.vectors) writeVector(out, vector);
  return out.bytes();
}

/** Throws RangeError on bytes that are not a batch of this schema. */
export function decodeBatch(schema: Schema, bytes: Uint8Array): Batch {
  const from = new ByteReader(bytes);
  if (Buffer.compare(from.raw(2), ENDIANNESS_MARK) !== 0)
    throw new RangeError('written on a machine of another byte order');
  const length = from.varint();
  const vectors = schema.fields.map((field) => readVector(from, field.type, length));
  if (from.remaining > 0) throw new RangeError(`${from.remaining} bytes too many`);
  return { schema, length, vectors };
}

function writeVector(out: ByteWriter, vector: Vector): void {
  const texts = vector.kind === 'object' ? wholeTexts(vector.values, vector.validity) : null;
  const packed = vector.kind === 'fixed' ? packNumbers(vector.values) : null;
  const lengths = vector.kind === 'bytes' ? lengthsOf(vector) : null;
  out.u8(packed !== null ? FORM.packed : lengths instanceof Uint8Array ? FORM.shortBytes : formOf(vector, texts));
  writeValidity(out, vector.validity);
  switch (vector.kind) {
    case 'fixed':
      if (packed === null) out.raw(bytesOf(vector.values));
      else writePacked(out, packed);
      break;
    case 'bytes':
      out.raw(bytesOf(lengths as NonNullable<typeof lengths>));
      writeSized(out, vector.bytes.subarray(vector.offsets[0], vector.offsets[vector.length]));
      break;
    case 'object':
      if (texts !== null) writeTexts(out, texts);
      else writeCells(out, vector);
      break;
    case 'struct':
      for (const child of vector.children) writeVector(out, child);
      break;
  }
}

function writeCells(out: ByteWriter, { length, validity, values }: ObjectVector): void {
  for (let row = 0; row < length; row++) writeCell(out, validity?.[row] === 0 ? null : (values[row] as Cell));
}

function formOf(vector: Vector, texts: readonly string[] | null): number {
  switch (vector.kind) {
    case 'fixed':
      return vector.values instanceof BigInt64Array ? FORM.int64 : FORM.fixed;
    case 'bytes':
      return FORM.bytes;
    case 'object':
      return texts === null ? FORM.cells : FORM.bytes;
    case 'struct':
      return FORM.struct;
  }
}

/** The strings of a column that holds nothing else and has a UTF-8 form, '' for null; else null. */
function wholeTexts(values: readonly unknown[], validity: Uint8Array | null): string[] | null {
  const texts: string[] = [];
  for (let row = 0; row < values.length; row++) {
    const value = validity?.[row] === 0 ? '' : values[row];
    if (typeof value !== 'string' || !isWellFormed(value)) return null;
    texts.push(value);
  }
  return texts;
}

function writeTexts(out: ByteWriter, texts: readonly string[]): void {
  const lengths = Uint32Array.from(texts, (text) => Buffer.byteLength(text));
  out.raw(bytesOf(lengths));
  out.text(texts.join(''), 'utf8');
}

function lengthsOf({ offsets, length }: BytesVector): Uint8Array | Uint32Array {
  const lengths = new Uint32Array(length);
  let most = 0;
  for (let row = 0; row < length; row++) {
    const own = (offsets[row + 1] as number) - (offsets[row] as number);
    lengths[row] = own;
    if (own > most) most = own;
  }
  return most < LONG_BYTES ? Uint8Array.from(lengths) : lengths;
}

function writeSized(out: ByteWriter, bytes: Uint8Array): void {
  out.varint(bytes.length);
  out.raw(bytes);
}

function writePacked(out: ByteWriter, { least, distances }: PackedNumbers): void {
  out.f64(least);
  out.u8(distances.BYTES_PER_ELEMENT);
  out.raw(bytesOf(distances));
}

function writeValidity(out: ByteWriter, validity: Uint8Array | null): void {
  out.u8(validity === null ? 0 : 1);
  if (validity === null) return;
  const bits = new Uint8Array(Math.ceil(validity.length / 8));
  for (let row = 0; row < validity.length; row++) {
    if (validity[row] === 1) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
  }
  out.raw(bits);
}

function readValidity(from: ByteReader, length: number): Uint8Array | null {
  if (from.u8() === 0) return null;
  const bits = from.raw(Math.ceil(length / 8));
  const validity = new Uint8Array(length);
  for (let row = 0; row < length; row++) validity[row] = ((bits[row >> 3] as number) >> (row & 7)) & 1;
  return validity;
}

function readVector(from: ByteReader, type: DataType, length: number): Vector {
  const form = from.u8();
  const validity = readValidity(from, length);
  switch (form) {
    case FORM.fixed: {
      const values = allocateFixed(type, length);
      if (values === null) throw new RangeError(`${type.kind} is not fixed-width`);
      return { kind: 'fixed', type, length, validity, values: filled(values, from) };
    }
    case FORM.int64:
      return { kind: 'fixed', type, length, validity, values: filled(new BigInt64Array(length), from) };
    case FORM.packed: {
      const values = allocateFixed(type, length);
      if (values === null) throw new RangeError(`${type.kind} is not fixed-width`);
      const least = from.f64();
      unpackNumbers({ least, distances: filled(allocate(from.u8(), length), from) }, values);
      return { kind: 'fixed', type, length, validity, values };
    }
    case FORM.bytes:
      return { kind: 'bytes', type, length, validity, ...readBytes(from, new Uint32Array(length)) };
    case FORM.shortBytes:
      return { kind: 'bytes', type, length, validity, ...readBytes(from, new Uint8Array(length)) };
    case FORM.cells: {
      const values: Cell[] = [];
      for (let row = 0; row < length; row++) values.push(readCell(from));
      return { kind: 'object', type, length, validity, values };
    }
    case FORM.struct: {
      if (type.kind !== 'struct') throw new RangeError(`${type.kind} is not a struct`);
      const children = type.fields.map((field) => readVector(from, field.type, length));
      return { kind: 'struct', type, length, validity, children };
    }
    default:
      throw new RangeError(`no column begins with ${form}`);
  }
}

/** `lengths`: room for them. */
function readBytes(from: ByteReader, lengths: Uint8Array | Uint32Array): { offsets: Int32Array; bytes: Uint8Array } {
  const { length } = filled(lengths, from);
  const offsets = new Int32Array(length + 1);
  for (let row = 0; row < length; row++) offsets[row + 1] = (offsets[row] as number) + (lengths[row] as number);
  const bytes = from.raw(from.varint()).slice();
  if (offsets[length] !== bytes.length) throw new RangeError('the strings do not fill their bytes');
  return { offsets, bytes };
}

function bytesOf(values: FixedValues | Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** `values`, a fresh array, with its bytes read: copied, since the input need not be aligned. */
function filled<Values extends FixedValues | Uint16Array | Uint32Array>(values: Values, from: ByteReader): Values {
  bytesOf(values).set(from.raw(values.byteLength));
  return values;
}
