import type { DecodeRange } from '../format.ts';
import { ByteWindow } from './byte-window.ts';

/** Every record of a file. */
export const WHOLE: DecodeRange = { start: 0, until: Number.POSITIVE_INFINITY, line: 1 };

/** What is kept of a line that is too long. */
const KEPT_BYTES = 64 * 1024;

/** Takes many lines at once, where it can. */
export interface LineRunner {
  takeLines(window: ByteWindow, at: number): number;
  readonly taken: number;
}

/**
 * Cuts a byte stream into lines, wherever its chunks end. A line ends with LF, CRLF or CR, or with the stream; as in
 * Spark, whose lines are Hadoop's (`LineReader`). A byte order mark at the start of the stream is left out.
 */
export class Lines {
  /** The line: `bytes[start .. end)`, without its end. Valid until the next call. */
  bytes: Uint8Array;
  start = 0;
  end = 0;
  /** 1-based. */
  number = 0;
  byteOffset = 0;
  /** The line is longer than the limit: only its beginning is here. */
  tooLong = false;

  /** Where the first line behind the range begins, once it is reached. */
  stopped: { readonly offset: number; readonly line: number } | null = null;
  private readonly window: ByteWindow;
  private begun: boolean;
  /** Bytes of the line that were looked at already. */
  private scanned = 0;
  private head: Uint8Array | null = null;
  private headOffset = 0;
  private readonly keptBytes: number;

  constructor(
    private readonly maxLineBytes: number,
    private readonly range: DecodeRange = WHOLE,
  ) {
    this.window = new ByteWindow(range.start, range.line);
    this.begun = range.start > 0;
    this.number = range.line - 1;
    this.bytes = this.window.bytes;
    this.keptBytes = Math.min(KEPT_BYTES, maxLineBytes);
  }

  push(chunk: Uint8Array, headroom: number): void {
    this.window.push(chunk, headroom);
  }

  /** The pushed chunk goes back to the caller. */
  release(): void {
    this.window.release();
  }

  finish(): void {
    this.window.ended = true;
  }

  /**
   * Offers the lines from the next one on to `runner`, which gives the end of the last line that it takes, or `at`, and then
   * says how many it took. Whether it took any.
   */
  pass(runner: LineRunner): boolean {
    const { window } = this;
    if (!this.begun || this.head !== null || window.start === window.end || this.isBehind()) return false;
    const behind = runner.takeLines(window, window.start);
    if (behind === window.start) return false;
    this.number += runner.taken;
    this.scanned = 0;
    window.start = behind;
    return true;
  }

  /** Moves to the next line; false when more bytes are needed or the stream is over. */
  next(): boolean {
    for (;;) {
      if (this.find()) return true;
      if (this.stopped !== null || !this.window.more()) return false;
    }
  }

  /** `next` within what the window shows of the chunk. */
  private find(): boolean {
    const { window } = this;
    if (!this.begun) {
      if (!window.skipByteOrderMark()) return false;
      this.begun = true;
    }
    if (this.head === null && this.isBehind()) {
      this.stopped = { offset: window.offsetOf(window.start), line: this.number + 1 };
      return false;
    }
    const { bytes, start, end, ended } = window;
    let at = start + this.scanned;
    while (at < end && bytes[at] !== 10 && bytes[at] !== 13) at++;
    const longLine = at - start > this.maxLineBytes;
    if (at === end || (bytes[at] === 13 && at + 1 === end)) {
      // Whether a CR is a line end alone is known when the next byte is.
      if (!ended) {
        this.scanned = at - start;
        if (longLine) this.giveUp(at);
        return false;
      }
      if (at === end && at === start && this.head === null) return false;
    }
    const behind = at === end ? end : bytes[at] === 13 && at + 1 < end && bytes[at + 1] === 10 ? at + 2 : at + 1;
    this.tooLong = longLine || this.head !== null;
    this.bytes = this.head ?? bytes;
    this.start = this.head === null ? start : 0;
    this.end = this.head !== null ? this.head.length : longLine ? start + this.keptBytes : at;
    this.byteOffset = this.head === null ? window.offsetOf(start) : this.headOffset;
    this.number++;
    this.head = null;
    this.scanned = 0;
    window.start = behind;
    return true;
  }

  private isBehind(): boolean {
    return this.window.offsetOf(this.window.start) >= this.range.until;
  }

  /** Keeps the beginning of a line that is too long and lets go of the rest. */
  private giveUp(at: number): void {
    const { window } = this;
    if (this.head === null) {
      this.head = window.bytes.slice(window.start, window.start + this.keptBytes);
      this.headOffset = window.offsetOf(window.start);
    }
    window.start = at;
    this.scanned = 0;
  }
}
