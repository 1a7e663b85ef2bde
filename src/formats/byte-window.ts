/** Bytes of a chunk that are first copied behind what is pending; twice as many each time that this is not enough. */
const FIRST_PIECE = 4096;

/**
 * The part of a byte stream that is still needed, in one piece: chunks are pushed behind, used bytes are given up in front.
 *
 * A chunk is looked at where it is: only what was pending before it is copied together with the chunk's beginning, and what is left of it
 * when it goes back to the caller. Indexes into `bytes` hold until the next `append`, `push`, `more` or `release`; what outlives it
 * is kept relative to `start`.
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
  /** What is copied stands here. */
  private own = this.bytes;
  /** The pushed chunk while not all of it is in the window, and how much of it is. */
  private chunk: Uint8Array | null = null;
  private taken = 0;

  /** `base`: offset in the stream of the first byte that will be pushed; `line`: its 1-based line. */
  constructor(
    private base = 0,
    private line = 1,
  ) {}

  /**
   * Lets the window look at the chunk, until `release`. Only its beginning may be there until `more` was called. `headroom`: bytes in
   * front of the chunk in its buffer that may be written; where they hold what is pending, all is there at once.
   */
  push(chunk: Uint8Array, headroom = 0): void {
    const pending = this.end - this.start;
    if (pending <= headroom) {
      const whole = new Uint8Array(chunk.buffer, chunk.byteOffset - pending, pending + chunk.length);
      whole.set(this.bytes.subarray(this.start, this.end));
      this.lookAt(whole, 0);
      return;
    }
    this.chunk = chunk;
    this.taken = 0;
    this.more();
  }

  /** Brings in more of the pushed chunk, where there is any. */
  more(): boolean {
    const { chunk, taken } = this;
    if (chunk === null || taken === chunk.length) return false;
    // No byte of before is needed any more.
    if (this.end - this.start <= taken) this.lookAt(chunk, taken - (this.end - this.start));
    else {
      this.taken = Math.min(chunk.length, taken + Math.max(taken, FIRST_PIECE));
      this.append(chunk.subarray(taken, this.taken));
    }
    return true;
  }

  /** Copies what is still needed of the chunk that was pushed: it is the caller's again. */
  release(): void {
    while (this.chunk !== null && this.more());
    this.chunk = null;
    if (this.bytes === this.own) return;
    const { bytes, start, end } = this;
    this.moveTo(0);
    this.bytes = this.own;
    this.end = 0;
    this.append(bytes.subarray(start, end));
  }

  /** Copies the bytes in; they are the caller's again. */
  append(bytes: Uint8Array): void {
    if (this.start > 0) {
      const { start, end } = this;
      this.moveTo(0);
      this.own.copyWithin(0, start, end);
    }
    const needed = this.end + bytes.length;
    if (needed > this.own.length) {
      const grown = new Uint8Array(Math.max(needed, this.own.length * 2));
      grown.set(this.own.subarray(0, this.end));
      this.own = grown;
      this.bytes = grown;
    }
    this.own.set(bytes, this.end);
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

  /** The window begins at `chunk[at]` and is all of the chunk from there on. */
  private lookAt(chunk: Uint8Array, at: number): void {
    this.moveTo(at);
    this.bytes = chunk;
    this.end = chunk.length;
    this.chunk = null;
  }

  /** What stands at `start` will stand at `to`. */
  private moveTo(to: number): void {
    const shift = this.start - to;
    this.lineOf(this.start);
    this.base += shift;
    this.end -= shift;
    this.countedTo -= shift;
    this.start = to;
  }
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
