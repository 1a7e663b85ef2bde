const MINUS = 45;
const ZERO = 48;
/** Up to here a loop over the bytes is quicker than a call that copies them. */
const SHORT_BYTES = 24;
const MAX_DIGITS = 16;
const MAX_SHORT_INTEGER = 0x40000000;

const textEncoder = new TextEncoder();

/** The texts of a computed string column, one behind the other in UTF-8. Generated code adds to it. */
export class TextSink {
  length = 0;
  private bytes = new Uint8Array(4096);

  /** Adds `bytes[start .. end)`. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    const size = end - start;
    if (this.length + size > this.bytes.length) this.grow(size);
    const target = this.bytes;
    const at = this.length;
    if (size <= SHORT_BYTES) for (let i = 0; i < size; i++) target[at + i] = bytes[start + i] as number;
    else target.set(bytes.subarray(start, end), at);
    this.length = at + size;
  }

  /** Adds a JavaScript string. */
  text(text: string): void {
    const size = text.length;
    if (this.length + size * 3 > this.bytes.length) this.grow(size * 3);
    const target = this.bytes;
    const at = this.length;
    if (size <= SHORT_BYTES) {
      let i = 0;
      for (; i < size; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) break;
        target[at + i] = code;
      }
      if (i === size) {
        this.length = at + size;
        return;
      }
    }
    this.length = at + textEncoder.encodeInto(text, target.subarray(at)).written;
  }

  /** Adds the digits of a whole number. */
  integer(value: number | bigint): void {
    if (typeof value === 'bigint' || value >= MAX_SHORT_INTEGER || value <= -MAX_SHORT_INTEGER) {
      this.text(String(value));
      return;
    }
    if (this.length + MAX_DIGITS > this.bytes.length) this.grow(MAX_DIGITS);
    const target = this.bytes;
    let rest = value | 0;
    if (rest < 0) {
      target[this.length++] = MINUS;
      rest = -rest;
    }
    let size = 1;
    for (let power = 10; power <= rest; power *= 10) size++;
    const end = this.length + size;
    for (let at = end - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      target[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.length = end;
  }

  /** Adds a text (UTF-8) in upper case. */
  upper(bytes: Uint8Array, start: number, end: number): void {
    if (!this.shifted(bytes, start, end, 97, 122)) this.text(textOf(bytes, start, end).toUpperCase());
  }

  /** Adds a text (UTF-8) in lower case. */
  lower(bytes: Uint8Array, start: number, end: number): void {
    if (!this.shifted(bytes, start, end, 65, 90)) this.text(textOf(bytes, start, end).toLowerCase());
  }

  /** Adds a text with the case of its letters from `first` to `last` changed; false, with nothing added, when it is not ASCII. */
  private shifted(bytes: Uint8Array, start: number, end: number, first: number, last: number): boolean {
    const size = end - start;
    if (this.length + size > this.bytes.length) this.grow(size);
    const target = this.bytes;
    const at = this.length;
    for (let i = 0; i < size; i++) {
      const byte = bytes[start + i] as number;
      if (byte > 127) return false;
      target[at + i] = byte >= first && byte <= last ? byte ^ 32 : byte;
    }
    this.length = at + size;
    return true;
  }

  /** What was added since the last call. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  private grow(size: number): void {
    const grown = new Uint8Array(Math.max(this.length + size, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
