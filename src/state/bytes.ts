import { Buffer } from 'node:buffer';

/** Whether a string has a UTF-8 form, that is, holds no surrogate without its partner. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Collects bytes. Fixed-width numbers are little endian. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(1024);
  private used = 0;

  get length(): number {
    return this.used;
  }

  /** The bytes so far; valid until the next write or `clear`. */
  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.used);
  }

  clear(): void {
    this.used = 0;
  }

  u8(value: number): void {
    this.reserve(1);
    this.buffer[this.used++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.used = this.buffer.writeUInt32LE(value, this.used);
  }

  f64(value: number): void {
    this.reserve(8);
    this.used = this.buffer.writeDoubleLE(value, this.used);
  }

  /** An integer of 0 to 2^53 - 1, seven bits a byte. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.used++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.used++] = rest;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  text(value: string, encoding: 'utf8' | 'utf16le'): void {
    const length = Buffer.byteLength(value, encoding);
    this.varint(length);
    this.reserve(length);
    this.used += this.buffer.write(value, this.used, length, encoding);
  }

  private reserve(more: number): void {
    if (this.used + more <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.used + more));
    this.buffer.copy(grown, 0, 0, this.used);
    this.buffer = grown;
  }
}

/** Reads what `ByteWriter` wrote. Throws RangeError past the end. */
export class ByteReader {
  private readonly buffer: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get remaining(): number {
    return this.buffer.length - this.at;
  }

  u8(): number {
    return this.take(1)[0] as number;
  }

  u32(): number {
    return this.take(4).readUInt32LE(0);
  }

  f64(): number {
    return this.take(8).readDoubleLE(0);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** The next bytes, shared with the input. */
  raw(length: number): Uint8Array {
    const bytes = this.take(length);
    // Not the Buffer itself, whose `slice` does not copy.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  text(encoding: 'utf8' | 'utf16le'): string {
    return this.take(this.varint()).toString(encoding);
  }

  private take(length: number): Buffer {
    if (length > this.remaining) throw new RangeError('the bytes end too early');
    this.at += length;
    return this.buffer.subarray(this.at - length, this.at);
  }
}
