import type { DecodeRange } from '../../format.ts';
import type { RejectedRecord } from '../../source.ts';
import { ByteWindow } from '../byte-window.ts';
import { WHOLE } from '../lines.ts';
import { rawFields } from '../raw-fields.ts';
import { balancedEnd, MORE, openingOf, ResyncSearch } from './resync.ts';
import { BROKEN, INCOMPLETE, named, type Tokenizer, type TokenizerLimits } from './tokenizer.ts';

/** A record: its tokens are in `tokens`, its bytes in `window.bytes[start .. end)`. */
export const RECORD = 0;
/** Text that is no JSON: see `rejected`. */
export const REJECTED = 1;
/** More bytes are needed, or, once the stream ended, there are no more records. */
export const WAIT = 2;
/** The runner took records from here on; there may be more. */
export const RUN = 3;
export type Found = typeof RECORD | typeof REJECTED | typeof WAIT | typeof RUN;

/** Takes many records at once, where it can. */
export interface RecordRunner {
  /** Takes records from `window.bytes[at]` on; gives the end of the last one, or `at` when it takes none. */
  take(window: ByteWindow, at: number, inArray: boolean): number;
  /** After `take`: index where the line began on which the last of several records begins; -1 for the line of the first. */
  readonly lineStart: number;
}

const COMMA = 44;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;

const FIRST = 0;
const ELEMENT = 1;
const AFTER_ELEMENT = 2;

/** Below this, an unfinished record is read anew with every chunk; a longer one when it has grown by half, or a line ended. */
const ALWAYS_RETRY_BYTES = 16 * 1024;
const LINE_RETRY_BYTES = 1024 * 1024;
/** What is kept of broken text that is longer than a record may be by more than this. */
const KEPT_RAW_BYTES = 64 * 1024;

export interface RecordLimits extends TokenizerLimits {
  readonly maxRecordBytes: number;
}

/**
 * Cuts a byte stream into JSON records, wherever its chunks end: values with or without line breaks between
 * and inside them, and arrays, whose elements are records one by one, however large the array is.
 *
 * Text that is not JSON never stops the rest. The rule where reading goes on (resync), from the first byte of the broken record:
 *
 * 1. If its brackets pair up, and what follows the last of them may follow a record, there.
 * 2. Else at the first place behind it that is one of these:
 *    - the first text of a line, not indented deeper than the line on which the broken record begins, that is `{` or
 *      `[`, or in an array `]`;
 *    - in the middle of a line, a `{` behind `,`, `}` or `]` that begins with the same name as the broken record, or as the first
 *      record of the stream, and that is a whole value followed by what may follow a record.
 *    A place before the byte where the error was seen counts only if it is the start of a whole value behind which
 *    a next record begins or the input ends.
 * 3. Else nowhere: the rest of the stream is one rejected text.
 *
 * Since JSON strings hold no raw line breaks, a string that is not closed ends on its line. Rejected text runs to that
 * place. A missing comma or `]` between elements ends the array, and what follows is read as if it stood alone.
 */
export class JsonRecords {
  readonly window: ByteWindow;
  /** Where the first record behind the range begins, once it is reached: no further one is read. */
  stopped: { readonly offset: number; readonly line: number } | null = null;
  start = 0;
  end = 0;
  rejected: Omit<RejectedRecord, 'source'> = { reason: '' };

  private begun: boolean;
  private inArray = false;
  private arrayLine = 0;
  private expect = FIRST;
  /** Indentation of the line on which the last record began. */
  private indent = 0;
  private onFreshLine = true;
  private opening: Uint8Array | null = null;
  /** No use in trying before the window holds so many bytes. */
  private wanted = 0;
  private broken: BrokenText | null = null;

  /** Offered every record first; null: there is none. */
  runner: RecordRunner | null = null;

  constructor(
    private readonly limits: RecordLimits,
    readonly tokens: Tokenizer,
    private readonly range: DecodeRange = WHOLE,
  ) {
    this.window = new ByteWindow(range.start, range.line);
    this.begun = range.start > 0;
  }

  push(chunk: Uint8Array, headroom: number): void {
    const { window } = this;
    const known = window.end - window.start;
    window.push(chunk, headroom);
    this.hasGrown(known);
  }

  /** The pushed chunk goes back to the caller. */
  release(): void {
    this.window.release();
  }

  finish(): void {
    this.window.ended = true;
  }

  next(): Found {
    const { window } = this;
    for (;;) {
      const found = this.find();
      if (found !== WAIT || this.stopped !== null) return found;
      const known = window.end - window.start;
      if (!window.more()) return WAIT;
      this.hasGrown(known);
    }
  }

  /** There are more bytes than the `known` ones: is it of use to try again? */
  private hasGrown(known: number): void {
    const { bytes, start, end } = this.window;
    const length = end - start;
    if (length <= ALWAYS_RETRY_BYTES) this.wanted = 0;
    else if (length <= LINE_RETRY_BYTES && bytes.subarray(start + known, end).includes(10)) this.wanted = 0;
  }

  /** `next` within what the window shows of the chunk. */
  private find(): Found {
    const { window } = this;
    if (!window.ended && window.end - window.start < this.wanted) return WAIT;
    this.wanted = 0;
    if (this.broken !== null) return this.resync(this.broken);
    if (!this.begun) {
      if (!window.skipByteOrderMark()) return WAIT;
      this.begun = true;
    }
    for (;;) {
      const at = this.skipBlanks();
      if (at === window.end) return window.ended && this.inArray ? this.unclosedArray(at) : WAIT;
      const byte = window.bytes[at] as number;
      if (!this.inArray) {
        const offset = window.offsetOf(at);
        if (offset >= this.range.until) {
          this.stopped = { offset, line: window.lineOf(at) };
          return WAIT;
        }
        if (byte !== OPEN_ARRAY) return this.value(at);
        this.inArray = true;
        this.expect = FIRST;
        this.arrayLine = window.lineOf(at);
        window.start++;
      } else if (this.expect === AFTER_ELEMENT) {
        if (byte === COMMA) this.expect = ELEMENT;
        else if (byte === CLOSE_ARRAY) this.inArray = false;
        else return this.brokenArray(at);
        window.start++;
      } else if (byte === CLOSE_ARRAY) {
        window.start++;
        this.inArray = false;
        if (this.expect === ELEMENT) return this.reject(at, at + 1, 'expected a value after ",", found "]"');
      } else if (byte === COMMA) {
        window.start++;
        return this.reject(at, at + 1, 'expected a value, found ","');
      } else return this.value(at);
    }
  }

  /** Moves to the next byte that is no white space, and returns its index. */
  private skipBlanks(): number {
    const { window } = this;
    const { bytes, end } = window;
    let at = window.start;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === 10 || byte === 13) {
        this.onFreshLine = true;
        this.indent = 0;
      } else if (byte === 32 || byte === 9) {
        if (this.onFreshLine) this.indent++;
      } else {
        this.onFreshLine = false;
        break;
      }
    }
    window.start = at;
    return at;
  }

  private value(at: number): Found {
    const { window, tokens, runner } = this;
    const behind = runner === null ? at : runner.take(window, at, this.inArray);
    if (runner !== null && behind > at) return this.passRun(at, behind, runner.lineStart);
    const { maxRecordBytes } = this.limits;
    const limit = Math.min(window.end, at + maxRecordBytes + 1);
    const outcome = tokens.tokenize(window.bytes, at, limit, window.ended && limit === window.end);
    if (outcome === BROKEN) return this.breakAt(at, tokens.errorAt, tokens.reason, true);
    if (outcome === INCOMPLETE && limit - at <= maxRecordBytes) return this.wait();
    if (outcome === INCOMPLETE || tokens.end - at > maxRecordBytes) {
      return this.breakAt(at, at + maxRecordBytes, `longer than ${maxRecordBytes} bytes (maxRecordBytes)`, false);
    }
    this.start = at;
    this.end = tokens.end;
    this.opening ??= openingOf(window.bytes, at, this.end);
    this.expect = AFTER_ELEMENT;
    window.start = this.end;
    return RECORD;
  }

  private passRun(at: number, behind: number, lineStart: number): Found {
    const { window } = this;
    this.opening ??= openingOf(window.bytes, at, behind);
    if (lineStart >= 0) {
      let first = lineStart;
      while (window.bytes[first] === 32 || window.bytes[first] === 9) first++;
      this.indent = first - lineStart;
    }
    this.expect = AFTER_ELEMENT;
    window.start = behind;
    return RUN;
  }

  private wait(): Found {
    const length = this.window.end - this.window.start;
    if (length > ALWAYS_RETRY_BYTES) this.wanted = length * 1.5;
    return WAIT;
  }

  private breakAt(at: number, errorAt: number, reason: string, mayBalance: boolean): Found {
    const { window } = this;
    const byte = window.bytes[at] as number;
    const openings = [openingOf(window.bytes, at, errorAt), this.opening].filter((opening) => opening !== null);
    const context = {
      inArray: this.inArray,
      maxIndent: this.indent,
      maxRecordBytes: this.limits.maxRecordBytes,
      openings,
    };
    this.broken = {
      line: window.lineOf(at),
      byteOffset: window.offsetOf(at),
      reason,
      errorAfter: errorAt - at,
      mayBalance: mayBalance && (byte === OPEN_OBJECT || byte === OPEN_ARRAY),
      search: new ResyncSearch(this.tokens, context, byte),
      head: null,
    };
    return this.resync(this.broken);
  }

  private resync(broken: BrokenText): Found {
    const { window } = this;
    const { maxRecordBytes } = this.limits;
    const { bytes, start, end, ended } = window;
    const errorAt = start + broken.errorAfter;
    if (broken.mayBalance) {
      const limit = Math.min(end, start + maxRecordBytes + 1);
      const complete = ended && limit === end;
      const close = balancedEnd(bytes, start, errorAt, limit, complete, this.inArray, this.indent);
      if (close >= 0) return this.resumeAt(broken, close, AFTER_ELEMENT);
      if (close === MORE && limit - start <= maxRecordBytes) return this.wait();
      broken.mayBalance = false;
    }
    const { search } = broken;
    const found = search.next(bytes, start, errorAt, end, ended);
    if (found >= 0) {
      this.indent = indentBefore(bytes, found, start) ?? this.indent;
      if (bytes[found] === OPEN_ARRAY) this.inArray = false;
      return this.resumeAt(broken, found, bytes[found] === CLOSE_ARRAY ? AFTER_ELEMENT : ELEMENT);
    }
    if (ended) {
      this.inArray = false;
      return this.resumeAt(broken, end, AFTER_ELEMENT);
    }
    if (search.at > maxRecordBytes + KEPT_RAW_BYTES) {
      broken.head ??= bytes.slice(start, start + KEPT_RAW_BYTES);
      broken.errorAfter -= search.at;
      window.start += search.at;
      search.at = 0;
    }
    return this.wait();
  }

  private resumeAt(broken: BrokenText, to: number, expect: number): Found {
    const { window } = this;
    const from = window.start;
    window.start = to;
    this.expect = expect;
    this.broken = null;
    const long = broken.head !== null || to - from > this.limits.maxRecordBytes + KEPT_RAW_BYTES;
    const head = broken.head ?? window.bytes.subarray(from, long ? from + KEPT_RAW_BYTES : to);
    const raw = long ? head : trimmed(head, this.inArray);
    const { line, byteOffset, reason } = broken;
    this.rejected = { line, byteOffset, reason, ...rawFields(raw) };
    return REJECTED;
  }

  private brokenArray(at: number): Found {
    this.inArray = false;
    const found = named(this.window.bytes[at] as number);
    const where = `the array that begins on line ${this.arrayLine}`;
    return this.reject(at, at, `not JSON: expected "," or "]" after an element of ${where}, found ${found}`);
  }

  private unclosedArray(at: number): Found {
    this.inArray = false;
    return this.reject(at, at, `not JSON: the array that begins on line ${this.arrayLine} is not closed`);
  }

  private reject(from: number, to: number, reason: string): Found {
    const { window } = this;
    const raw = rawFields(window.bytes.subarray(from, to));
    this.rejected = { line: window.lineOf(from), byteOffset: window.offsetOf(from), reason, ...raw };
    return REJECTED;
  }
}

/** A broken record while its end is searched. It begins at the window's start. */
interface BrokenText {
  readonly line: number;
  readonly byteOffset: number;
  readonly reason: string;
  /** Bytes from the window's start to the error. */
  errorAfter: number;
  /** Rule 1 may still answer. */
  mayBalance: boolean;
  readonly search: ResyncSearch;
  /** The beginning of a text that is too long to keep. */
  head: Uint8Array | null;
}

/** Blanks between the start of the line and `at`; null when other text stands between, or the line began before `start`. */
function indentBefore(bytes: Uint8Array, at: number, start: number): number | null {
  let first = at;
  while (first > start && (bytes[first - 1] === 32 || bytes[first - 1] === 9)) first--;
  return first > start && (bytes[first - 1] === 10 || bytes[first - 1] === 13) ? at - first : null;
}

/** Without white space at the end and, in an array, without the comma before the next element. */
function trimmed(bytes: Uint8Array, inArray: boolean): Uint8Array {
  let end = trimmedEnd(bytes, bytes.length);
  if (inArray && end > 1 && bytes[end - 1] === COMMA) end = trimmedEnd(bytes, end - 1);
  return bytes.subarray(0, end);
}

function trimmedEnd(bytes: Uint8Array, end: number): number {
  let last = end;
  while (last > 0 && (bytes[last - 1] as number) <= 32) last--;
  return last;
}
