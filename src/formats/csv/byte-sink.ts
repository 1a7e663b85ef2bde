const ZERO = 48;
const textEncoder = new TextEncoder();

/** Bytes that grow at the end. */
export class ByteSink {
  bytes = new Uint8Array(64 * 1024);
  length = 0;

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + size, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  copy(from: Uint8Array, start: number, end: number): void {
    const size = end - start;
    this.reserve(size);
    if (size < 32) for (let p = start; p < end; ) this.bytes[this.length++] = from[p++] as number;
    else {
      this.bytes.set(from.subarray(start, end), this.length);
      this.length += size;
    }
  }

  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  text(text: string): void {
    this.reserve(text.length * 3);
    this.length += textEncoder.encodeInto(text, this.bytes.subarray(this.length)).written;
  }

  /** A whole number of at most 31 bits, with zeros in front up to `width` digits. */
  digits(value: number, width = 1): void {
    let size = 1;
    for (let power = 10; power <= value; power *= 10) size++;
    if (size < width) size = width;
    this.reserve(size);
    let rest = value;
    for (let at = this.length + size - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      this.bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.length += size;
  }

  /** What was written so far; the sink is empty again and keeps no hold of it. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }
}
