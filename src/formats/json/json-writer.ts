const textEncoder = new TextEncoder();

/** Bytes of JSON text that grow at the end. */
export class JsonWriter {
  private bytes = new Uint8Array(64 * 1024);
  private length = 0;

  /** Where writing stands; `cutTo` goes back to it. */
  get position(): number {
    return this.length;
  }

  cutTo(position: number): void {
    this.length = position;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Text of ASCII characters, as it is. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A JSON string of text; half a surrogate pair is written as its escape. */
  string(text: string): void {
    // JSON.stringify is well-formed: it escapes what UTF-8 cannot hold.
    this.raw(textEncoder.encode(JSON.stringify(text)));
  }

  /** A JSON string of UTF-8 bytes. */
  utf8(bytes: Uint8Array, start: number, end: number): void {
    // An escape takes six bytes at most.
    this.reserve((end - start) * 6 + 2);
    const out = this.bytes;
    let to = this.length;
    out[to++] = 34;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte >= 32 && byte !== 34 && byte !== 92) out[to++] = byte;
      else {
        const escaped = ESCAPES[byte] as string;
        for (let i = 0; i < escaped.length; i++) out[to++] = escaped.charCodeAt(i);
      }
    }
    out[to++] = 34;
    this.length = to;
  }

  /** What was written; the writer is empty again. */
  take(): Uint8Array {
    const taken = this.bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  private reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.length + size, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

/** The escapes of control characters, quote and backslash, as JSON.stringify writes them. */
const ESCAPES: readonly string[] = Array.from({ length: 93 }, (_, code) =>
  JSON.stringify(String.fromCharCode(code)).slice(1, -1),
);
