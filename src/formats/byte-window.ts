/**
 * The part of a byte stream that is still needed, in one piece: chunks are appended behind, used bytes are given up
 * in front. Indexes into `bytes` hold until the next `append`; what outlives it is kept relative to `start`.
 */
export class ByteWindow {
  bytes: Uint8Array = new Uint8Array(0);
  /** The first byte still needed. */
  start = 0;
  /** Behind the last byte known. */
  end = 0;
  /** Whether the stream ends at `end`. */
  ended = false;
  private countedTo = 0;

  /** `base`: offset in the stream of the first byte that will be appended; `line`: its 1-based line. */
  constructor(
    private base = 0,
    private line = 1,
  ) {}

  /** Copies the chunk in; it is the caller's again. */
  append(chunk: Uint8Array): void {
    if (this.start > 0) this.moveToFront();
    const needed = this.end + chunk.length;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.end));
      this.bytes = grown;
    }
    this.bytes.set(chunk, this.end);
    this.end = needed;
  }

  /** Takes a UTF-8 byte order mark off the beginning of the stream. False: more bytes are needed to know. */
  skipByteOrderMark(): boolean {
    const known = Math.min(3, this.end - this.start);
    for (let i = 0; i < known; i++) if (this.bytes[this.start + i] !== BYTE_ORDER_MARK[i]) return true;
    if (known === 3) this.start += 3;
    return known === 3 || this.ended;
  }

  /** Offset in the stream of `bytes[index]`. */
  offsetOf(index: number): number {
    return this.base + index;
  }

  /** 1-based number of the line that holds `bytes[index]`; a line ends with LF. `index` never goes back. */
  lineOf(index: number): number {
    for (; this.countedTo < index; this.countedTo++) if (this.bytes[this.countedTo] === 10) this.line++;
    return this.line;
  }

  /** Goes on to count lines at `to`: there are `lineFeeds` between here and there. */
  passLines(from: number, to: number, lineFeeds: number): void {
    this.lineOf(from);
    this.line += lineFeeds;
    this.countedTo = to;
  }

  private moveToFront(): void {
    const shift = this.start;
    this.lineOf(shift);
    this.bytes.copyWithin(0, shift, this.end);
    this.base += shift;
    this.end -= shift;
    this.countedTo -= shift;
    this.start = 0;
  }
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
