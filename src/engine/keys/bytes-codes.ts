import { Buffer } from 'node:buffer';
import type { BytesVector, Cell, ObjectVector, Vector } from '../../batch.ts';
import { cellAt, gatherBytes, vectorOf } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { HashIndex, scatter } from './hash-index.ts';

/** Numbers strings and binaries by their bytes, without making JavaScript strings of them. */
export class BytesCodes {
  size = 0;
  private nullCode = -1;
  private readonly index = new HashIndex();
  private bytes = Buffer.alloc(256);
  private view = viewOf(this.bytes);
  /** At 2c the end of the bytes of code c, which begin where those of the code before end, and at 2c + 1 their hash. */
  private ends = new Int32Array(32);
  /** Codes of strings that came as JavaScript strings. */
  private readonly texts = new Map<string, number>();
  /** Strings that have no UTF-8 form (lone surrogates), by their codes; they have no bytes here. */
  private readonly illFormed = new Map<number, string>();

  constructor(private readonly type: DataType) {}

  encode(vector: Vector): Int32Array {
    return vector.kind === 'bytes' ? this.encodeBytes(vector) : this.encodeCells(vector as ObjectVector);
  }

  /** First all hashes, then the look-ups, so that the waits for memory of rows behind each other overlap. */
  private encodeBytes({ length, validity, offsets, bytes }: BytesVector): Int32Array {
    const view = viewOf(bytes);
    const codes = hashesOf(bytes, view, offsets, length);
    let { places, shift } = this.index;
    let { ends, view: known } = this;
    for (let row = 0; row < length; row++) {
      if (validity !== null && validity[row] === 0) {
        codes[row] = this.codeOfNull();
        ends = this.ends;
        continue;
      }
      const hash = codes[row] as number;
      const start = offsets[row] as number;
      const end = offsets[row + 1] as number;
      const code = places[hash >>> shift] as number;
      if (code >= 0 && ends[2 * code + 1] === hash) {
        const from = code === 0 ? 0 : (ends[2 * code - 2] as number);
        if (isSame(view, start, end, known, from, ends[2 * code] as number)) {
          codes[row] = code;
          continue;
        }
      }
      codes[row] = this.codeOf(bytes, view, start, end, hash);
      ({ places, shift } = this.index);
      ({ ends, view: known } = this);
    }
    return codes;
  }

  private encodeCells(vector: ObjectVector): Int32Array {
    const codes = new Int32Array(vector.length);
    for (let row = 0; row < vector.length; row++) {
      const cell = cellAt(vector, row);
      if (cell === null) codes[row] = this.codeOfNull();
      else if (typeof cell === 'string') codes[row] = this.texts.get(cell) ?? this.enterText(cell);
      else codes[row] = this.codeOfBytes(cell as Uint8Array);
    }
    return codes;
  }

  private enterText(text: string): number {
    const bytes = Buffer.from(text);
    const isWellFormed = bytes.toString() === text;
    const code = isWellFormed ? this.codeOfBytes(bytes) : this.allocate(bytes, 0, 0, 0);
    if (!isWellFormed) this.illFormed.set(code, text);
    this.texts.set(text, code);
    return code;
  }

  private codeOfBytes(bytes: Uint8Array): number {
    const view = viewOf(bytes);
    return this.codeOf(bytes, view, 0, bytes.length, hashOf(bytes, view, 0, bytes.length));
  }

  private codeOf(bytes: Uint8Array, view: DataView, start: number, end: number, hash: number): number {
    const { places, shift } = this.index;
    const mask = places.length - 1;
    for (let at = hash >>> shift; ; at = (at + 1) & mask) {
      const code = places[at] as number;
      if (code < 0) {
        const entered = this.allocate(bytes, start, end, hash);
        this.index.put(at, entered, this.hashOfCode);
        return entered;
      }
      if (this.ends[2 * code + 1] !== hash) continue;
      if (isSame(view, start, end, this.view, this.startOf(code), this.endOf(code))) return code;
    }
  }

  private readonly hashOfCode = (code: number): number => this.ends[2 * code + 1] as number;

  private allocate(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const code = this.size++;
    if (2 * code === this.ends.length) {
      const grown = new Int32Array(4 * code);
      grown.set(this.ends);
      this.ends = grown;
    }
    const from = this.startOf(code);
    const to = from + end - start;
    if (to > this.bytes.length) {
      const more = Buffer.alloc(Math.max(to, this.bytes.length * 2));
      more.set(this.bytes);
      this.bytes = more;
      this.view = viewOf(more);
    }
    for (let at = start; at < end; at++) this.bytes[from + at - start] = bytes[at] as number;
    this.ends[2 * code] = to;
    this.ends[2 * code + 1] = hash;
    return code;
  }

  private startOf(code: number): number {
    return code === 0 ? 0 : (this.ends[2 * code - 2] as number);
  }

  private endOf(code: number): number {
    return this.ends[2 * code] as number;
  }

  private codeOfNull(): number {
    if (this.nullCode < 0) this.nullCode = this.allocate(this.bytes, 0, 0, 0);
    return this.nullCode;
  }

  cell(code: number): Cell {
    if (code === this.nullCode) return null;
    const [start, end] = [this.startOf(code), this.endOf(code)];
    if (this.type.kind === 'binary') return Uint8Array.from(this.bytes.subarray(start, end));
    return this.illFormed.get(code) ?? this.bytes.toString('utf8', start, end);
  }

  take(codes: Int32Array): Vector {
    const { type, nullCode, bytes: source } = this;
    const { length } = codes;
    if (this.illFormed.size > 0 && codes.some((code) => this.illFormed.has(code))) {
      return vectorOf(
        type,
        Array.from(codes, (code) => this.cell(code)),
      );
    }
    const { ends } = this;
    const starts = new Int32Array(length);
    const offsets = new Int32Array(length + 1);
    let size = 0;
    for (let i = 0; i < length; i++) {
      const code = codes[i] as number;
      const start = code === 0 ? 0 : (ends[2 * code - 2] as number);
      starts[i] = start;
      size += (ends[2 * code] as number) - start;
      offsets[i + 1] = size;
    }
    const bytes = gatherBytes(source, starts, offsets);
    const hasNull = nullCode >= 0 && codes.includes(nullCode);
    const validity = hasNull ? Uint8Array.from(codes, (code) => (code === nullCode ? 0 : 1)) : null;
    return { kind: 'bytes', type, length, validity, offsets, bytes };
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hashesOf(bytes: Uint8Array, view: DataView, offsets: Int32Array, length: number): Int32Array {
  const hashes = new Int32Array(length);
  for (let row = 0; row < length; row++) {
    hashes[row] = hashOf(bytes, view, offsets[row] as number, offsets[row + 1] as number);
  }
  return hashes;
}

/** Four bytes at a time. */
function hashOf(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x85ebca6b);
  return scatter(hash);
}

function isSame(a: DataView, start: number, end: number, b: DataView, from: number, to: number): boolean {
  if (to - from !== end - start) return false;
  let at = start;
  let other = from;
  for (; at + 4 <= end; at += 4, other += 4) if (a.getInt32(at, true) !== b.getInt32(other, true)) return false;
  for (; at < end; at++, other++) if (a.getUint8(at) !== b.getUint8(other)) return false;
  return true;
}
