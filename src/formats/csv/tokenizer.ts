import type { CsvOptions } from './options.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;

/** The outcome of `CsvTokenizer.scan`. */
export const Scan = {
  /** A record: its fields are in `starts`, `ends`, `quoted`. */
  record: 0,
  /** The bytes end before the record does. */
  incomplete: 1,
  /** A quote where RFC 4180 has none, at `at`. */
  irregular: 2,
  /** A quote is open when the input ends. */
  unclosed: 3,
} as const;
export type Scan = (typeof Scan)[keyof typeof Scan];

/**
 * Splits bytes into the fields of one record at a time.
 *
 * With `escape` equal to `quote` it takes exactly the records that RFC 4180 describes, with any of LF, CR LF and CR as
 * line end, and calls everything else irregular. With another escape (Spark's default is a backslash) it follows
 * univocity as Spark sets it up: a quote inside an unquoted field is a character, and a field whose closing quote is
 * followed by more text is taken as it stands up to the next separator (STOP_AT_DELIMITER).
 */
export class CsvTokenizer {
  /** The bytes that `starts` and `ends` point into: the input, or a copy where escapes were undone. */
  bytes: Uint8Array = new Uint8Array(0);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** 1 where the field stood in quotes. */
  quoted = new Uint8Array(64);
  /** Number of fields; only the first `maxColumns` are kept. */
  count = 0;
  /** End of the record's text, without its line end. */
  end = 0;
  /** First byte behind the record and its line end. */
  next = 0;
  /** Position of what made the record irregular: a quote inside a field without quotes, or text behind a closing one. */
  at = 0;
  odd: 'opening' | 'closing' = 'opening';
  /** Whether the record had any quoted field, so that its text may hold line ends. */
  anyQuoted = false;

  private readonly quote: number;
  private readonly escape: number;
  private readonly sep: Uint8Array;
  private readonly special = new Uint8Array(256);
  private readonly trimLeading: boolean;
  private readonly trimTrailing: boolean;
  private readonly maxColumns: number;
  private anyEscaped = false;

  constructor(options: CsvOptions, columns: number) {
    this.quote = options.quote === '' ? -1 : options.quote.charCodeAt(0);
    this.escape = options.escape === '' ? this.quote : options.escape.charCodeAt(0);
    this.sep = new TextEncoder().encode(options.sep);
    this.trimLeading = options.ignoreLeadingWhiteSpace;
    this.trimTrailing = options.ignoreTrailingWhiteSpace;
    this.maxColumns = Math.max(options.maxColumns, columns);
    for (const byte of [LF, CR, this.sep[0] as number]) this.special[byte] = 1;
    if (this.strict && this.quote >= 0) this.special[this.quote] = 1;
  }

  /** Whether records are RFC 4180's. */
  get strict(): boolean {
    return this.escape === this.quote;
  }

  /** Takes the record that begins at `start`; `final` says that nothing follows `bytes`. */
  scan(bytes: Uint8Array, start: number, final: boolean): Scan {
    this.bytes = bytes;
    this.count = 0;
    this.anyQuoted = false;
    this.anyEscaped = false;
    const limit = bytes.length;
    const special = this.special;
    let p = start;
    for (;;) {
      if (this.trimLeading) while (p < limit && this.isBlank(p)) p++;
      if (p < limit && bytes[p] === this.quote) {
        const status = this.quotedField(p, final);
        if (status !== Scan.record) return status;
        p = this.next;
      } else {
        const from = p;
        while (p < limit && special[bytes[p] as number] === 0) p++;
        // A multi-character separator: its first byte alone is text.
        while (p < limit && this.sepLength(p) < 0) {
          if (this.sep.length > limit - p && !final) return Scan.incomplete;
          p++;
          while (p < limit && special[bytes[p] as number] === 0) p++;
        }
        if (p === limit && !final) return Scan.incomplete;
        if (p < limit && bytes[p] === this.quote && this.strict) {
          this.at = p;
          this.odd = 'opening';
          return Scan.irregular;
        }
        this.addField(from, this.trimTrailing ? this.trimmedEnd(from, p) : p, 0);
      }
      if (p < limit && this.sepLength(p) > 0) {
        p += this.sep.length;
        continue;
      }
      return this.finishRecord(p, final);
    }
  }

  /** Takes the fields that csv-parse found in a record that `scan` could not split. */
  take(fields: readonly string[]): void {
    const texts = fields.map((field) => new TextEncoder().encode(field));
    this.bytes = new Uint8Array(texts.reduce((size, text) => size + text.length, 0));
    this.count = 0;
    let at = 0;
    for (const text of texts) {
      this.bytes.set(text, at);
      this.addField(at, at + text.length, text.length === 0 ? 0 : 1);
      at += text.length;
    }
  }

  private finishRecord(p: number, final: boolean): Scan {
    const bytes = this.bytes;
    this.end = p;
    this.next = p;
    if (p < bytes.length) {
      if (bytes[p] === CR && p + 1 === bytes.length && !final) return Scan.incomplete;
      this.next = bytes[p] === CR && bytes[p + 1] === LF ? p + 2 : p + 1;
    }
    if (this.anyEscaped) this.undoEscapes();
    return Scan.record;
  }

  /** Takes the quoted field that opens at `open`; leaves `next` at the separator or line end behind it. */
  private quotedField(open: number, final: boolean): Scan {
    const bytes = this.bytes;
    const limit = bytes.length;
    this.anyQuoted = true;
    let escaped = 0;
    let p = open + 1;
    for (;;) {
      p = this.strict ? bytes.indexOf(this.quote, p) : this.nextQuoteOrEscape(p);
      if (p < 0 || p + 1 >= limit) {
        if (!final) return Scan.incomplete;
        if (p < 0 || bytes[p] !== this.quote) return Scan.unclosed;
        break;
      }
      const following = bytes[p + 1];
      if (bytes[p] === this.escape && (following === this.quote || (!this.strict && following === this.escape))) {
        escaped = 2;
        p += 2;
      } else if (bytes[p] === this.quote) {
        break;
      } else {
        p++;
      }
    }
    const close = p++;
    if (this.trimTrailing) while (p < limit && this.isBlank(p)) p++;
    if (p === limit && !final) return Scan.incomplete;
    if (p < limit && bytes[p] !== LF && bytes[p] !== CR && this.sepLength(p) <= 0) {
      if (this.sep.length > limit - p && !final) return Scan.incomplete;
      if (this.strict) {
        this.at = p;
        this.odd = 'closing';
        return Scan.irregular;
      }
      return this.stopAtDelimiter(open, p, final);
    }
    if (escaped !== 0) this.anyEscaped = true;
    this.addField(open + 1, close, 1 | escaped);
    this.next = p;
    return Scan.record;
  }

  private stopAtDelimiter(open: number, from: number, final: boolean): Scan {
    const limit = this.bytes.length;
    let p = from;
    while (p < limit && this.bytes[p] !== LF && this.bytes[p] !== CR && this.sepLength(p) < 0) p++;
    if ((p === limit || limit - p < this.sep.length) && !final) return Scan.incomplete;
    this.addField(open, p, 0);
    this.next = p;
    return Scan.record;
  }

  private nextQuoteOrEscape(from: number): number {
    for (let p = from; p < this.bytes.length; p++) {
      if (this.bytes[p] === this.quote || this.bytes[p] === this.escape) return p;
    }
    return -1;
  }

  /** The separator's length when it stands at `p`, 0 when another special byte does, -1 when `p` is text. */
  private sepLength(p: number): number {
    const { bytes, sep } = this;
    if (bytes[p] !== sep[0]) return this.special[bytes[p] as number] === 0 ? -1 : 0;
    for (let i = 1; i < sep.length; i++) if (bytes[p + i] !== sep[i]) return -1;
    return sep.length;
  }

  /** White space as Spark's CSV reader has it: control characters and the blank. */
  private isBlank(p: number): boolean {
    const byte = this.bytes[p] as number;
    return byte <= SPACE && byte !== LF && byte !== CR && byte !== this.sep[0];
  }

  private trimmedEnd(from: number, to: number): number {
    let end = to;
    while (end > from && (this.bytes[end - 1] as number) <= SPACE) end--;
    return end;
  }

  private addField(start: number, end: number, quoted: number): void {
    const index = this.count++;
    if (index === this.starts.length) {
      if (index >= this.maxColumns) return;
      this.grow();
    }
    if (index < this.starts.length) {
      this.starts[index] = start;
      this.ends[index] = end;
      this.quoted[index] = quoted;
    }
  }

  private grow(): void {
    const size = Math.min(this.starts.length * 2, Math.max(this.maxColumns, this.starts.length));
    const { starts, ends, quoted } = this;
    this.starts = new Int32Array(size);
    this.ends = new Int32Array(size);
    this.quoted = new Uint8Array(size);
    this.starts.set(starts);
    this.ends.set(ends);
    this.quoted.set(quoted);
  }

  /** Copies the record's fields, without their escapes. Rare enough to pay for a copy of the whole record. */
  private undoEscapes(): void {
    const from = this.bytes;
    const kept = Math.min(this.count, this.starts.length);
    let size = 0;
    for (let i = 0; i < kept; i++) size += (this.ends[i] as number) - (this.starts[i] as number);
    const to = new Uint8Array(size);
    let at = 0;
    for (let i = 0; i < kept; i++) {
      const end = this.ends[i] as number;
      let p = this.starts[i] as number;
      this.starts[i] = at;
      if ((this.quoted[i] as number) < 2) {
        to.set(from.subarray(p, end), at);
        at += end - p;
      } else {
        while (p < end) {
          const following = from[p + 1];
          const escapes = from[p] === this.escape && p + 1 < end;
          if (escapes && (following === this.quote || following === this.escape)) p++;
          to[at++] = from[p++] as number;
        }
        this.quoted[i] = 1;
      }
      this.ends[i] = at;
    }
    this.bytes = to;
  }
}
