import { invalidUtf8At } from '../utf8.ts';

/**
 * A plain, iterative JSON tokenizer over bytes (RFC 8259). It turns one value into a flat tape that keeps where each
 * value's bytes are, so that numbers keep their text and nothing is lost on the way through JavaScript objects.
 * It accepts exactly what JSON.parse accepts (a test holds the two together), and of that only valid UTF-8.
 */

/** Kinds of tape entries. INTEGER has no fraction and no exponent; ESCAPED is a string that holds a backslash. */
export const NULL = 0;
export const FALSE = 1;
export const TRUE = 2;
export const INTEGER = 3;
export const NUMBER = 4;
export const STRING = 5;
export const ESCAPED = 6;
export const OBJECT = 7;
export const ARRAY = 8;
/** `NaN`, `Infinity` and the like, in the dialect of Spark's reader only. */
export const NON_NUMERIC = 9;

/** A value ended; its entries are on the tape. */
export const VALUE = 0;
/** The bytes ended inside a value that was right so far. */
export const INCOMPLETE = 1;
/** No value can begin like this. */
export const BROKEN = 2;
export type Outcome = typeof VALUE | typeof INCOMPLETE | typeof BROKEN;

export interface TokenizerLimits {
  /** How many objects and arrays may be open at once. */
  readonly maxDepth: number;
  /** How many field names one value may hold in all. */
  readonly maxKeys: number;
}

/** `strict` is JSON; `spark` also takes single quotes, `NaN` and infinities, as Spark's reader does by default. */
export type Dialect = 'strict' | 'spark';

/** More values than this in one record are refused: the tape would be larger than the memory a process should use. */
const MAX_ENTRIES = 4_194_304;

const EXPECT_VALUE = 0;
const EXPECT_VALUE_OR_END = 1;
const EXPECT_KEY = 2;
const EXPECT_KEY_OR_END = 3;
const EXPECT_COLON = 4;
const EXPECT_COMMA_OR_END = 5;

const EXPECTED = [
  'a value',
  'a value or "]"',
  'a field name in double quotes',
  'a field name in double quotes or "}"',
  '":" after a field name',
];

const RAN_OUT = -1;
const FAILED = -2;

const NO_BYTES = new Uint8Array(0);
const NO_ENTRIES = new Int32Array(0);
const FIRST_ENTRIES = 256;

export class Tokenizer {
  /**
   * Four numbers per entry: kind, start and end of the text (without quotes for strings, with brackets for objects
   * and arrays), and the tape index behind the value with all it holds. In an object each name, an entry of kind
   * STRING or ESCAPED, stands before its value. The first entry is the whole value.
   */
  tape: Int32Array = NO_ENTRIES;
  /** What the tape points into. */
  bytes: Uint8Array = NO_BYTES;
  /** VALUE: index behind the value. */
  end = 0;
  /** BROKEN: index of the first byte that does not fit. */
  errorAt = 0;
  /** BROKEN: what is wrong there. */
  reason = '';

  private readonly open: Int32Array;
  private readonly spark: boolean;
  private stringKind = STRING;
  private numberKind = INTEGER;

  constructor(
    private readonly limits: TokenizerLimits,
    dialect: Dialect = 'strict',
  ) {
    this.open = new Int32Array(limits.maxDepth + 1);
    this.spark = dialect === 'spark';
  }

  /**
   * Reads one value from `bytes[start .. end)`, with white space before it. With `complete` the input ends at `end`,
   * and what is not a value by then is broken; otherwise more bytes may follow. The answer for a beginning of the input never
   * changes when more of it is known, except from INCOMPLETE.
   */
  tokenize(bytes: Uint8Array, start: number, end: number, complete: boolean): Outcome {
    const open = this.open;
    let tape: Int32Array = this.tape;
    let top = 0;
    let depth = 0;
    let keys = 0;
    let state = EXPECT_VALUE;
    let at = start;
    this.bytes = bytes;
    for (;;) {
      let byte = at < end ? (bytes[at] as number) : -1;
      while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = ++at < end ? (bytes[at] as number) : -1;
      if (byte === -1) return complete ? this.unexpectedEnd(at, state, depth) : INCOMPLETE;

      if (state === EXPECT_COLON) {
        if (byte !== 58) return this.unexpected(at, EXPECTED[EXPECT_COLON] as string);
        at++;
        state = EXPECT_VALUE;
        continue;
      }

      const container = open[depth] as number;
      if (state === EXPECT_COMMA_OR_END && byte === 44) {
        at++;
        state = tape[container] === OBJECT ? EXPECT_KEY : EXPECT_VALUE;
        continue;
      }
      if (
        (byte === 125 &&
          (state === EXPECT_KEY_OR_END || (state === EXPECT_COMMA_OR_END && tape[container] === OBJECT))) ||
        (byte === 93 && (state === EXPECT_VALUE_OR_END || (state === EXPECT_COMMA_OR_END && tape[container] === ARRAY)))
      ) {
        at++;
        tape[container + 2] = at;
        tape[container + 3] = top;
        depth--;
        if (depth === 0) return this.done(at);
        state = EXPECT_COMMA_OR_END;
        continue;
      }
      if (state === EXPECT_COMMA_OR_END) {
        return this.unexpected(
          at,
          tape[container] === OBJECT ? '"," or "}" after a field' : '"," or "]" after an element',
        );
      }

      if (top + 4 > tape.length) {
        if (top >= MAX_ENTRIES * 4) return this.exceeded(at, `more than ${MAX_ENTRIES} values in one record`);
        tape = this.grow();
      }
      tape[top + 1] = at;
      tape[top + 3] = top + 4;

      if (state === EXPECT_KEY || state === EXPECT_KEY_OR_END) {
        if (byte !== 34 && !(byte === 39 && this.spark)) return this.unexpected(at, EXPECTED[state] as string);
        const close = this.scanString(bytes, at, end, complete);
        if (close < 0) return close === RAN_OUT ? INCOMPLETE : BROKEN;
        if (++keys > this.limits.maxKeys)
          return this.exceeded(at, `more than ${this.limits.maxKeys} field names (maxKeys)`);
        tape[top] = this.stringKind;
        tape[top + 1] = at + 1;
        tape[top + 2] = close;
        top += 4;
        at = close + 1;
        state = EXPECT_COLON;
        continue;
      }

      if (byte === 123 || byte === 91) {
        if (depth === this.limits.maxDepth) return this.exceeded(at, `nested deeper than ${depth} levels (maxDepth)`);
        depth++;
        open[depth] = top;
        tape[top] = byte === 123 ? OBJECT : ARRAY;
        top += 4;
        at++;
        state = byte === 123 ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
        continue;
      }
      if (byte === 34 || (byte === 39 && this.spark)) {
        const close = this.scanString(bytes, at, end, complete);
        if (close < 0) return close === RAN_OUT ? INCOMPLETE : BROKEN;
        tape[top] = this.stringKind;
        tape[top + 1] = at + 1;
        tape[top + 2] = close;
        at = close + 1;
      } else {
        const last = this.scanScalar(bytes, at, end, complete, EXPECTED[state] as string);
        if (last < 0) return last === RAN_OUT ? INCOMPLETE : BROKEN;
        tape[top] = this.numberKind;
        tape[top + 2] = last;
        at = last;
      }
      top += 4;
      if (depth === 0) return this.done(at);
      state = EXPECT_COMMA_OR_END;
    }
  }

  /** Index of the quote that ends the string whose quote is at `start`, RAN_OUT or FAILED. Sets `stringKind`. */
  private scanString(bytes: Uint8Array, start: number, end: number, complete: boolean): number {
    const quote = bytes[start] as number;
    let at = start + 1;
    let ascii = true;
    this.stringKind = STRING;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        if (!ascii) {
          const bad = invalidUtf8At(bytes, start + 1, at);
          if (bad !== -1) return this.failed(bad, 'bytes that are not UTF-8 inside a string');
        }
        return at;
      }
      if (byte >= 128) ascii = false;
      else if (byte === 92) {
        this.stringKind = ESCAPED;
        const length = this.escapeLength(bytes, at, end);
        if (length === FAILED) return FAILED;
        if (length === RAN_OUT) break;
        at += length - 1;
      } else if (byte < 32) {
        const what =
          byte === 10 || byte === 13 ? 'a string is not closed on its line' : `a string holds the raw ${named(byte)}`;
        return this.failed(at, what);
      }
    }
    return complete ? this.failed(end, 'a string is not closed') : RAN_OUT;
  }

  /** Number of bytes of the escape at `start`, RAN_OUT or FAILED. */
  private escapeLength(bytes: Uint8Array, start: number, end: number): number {
    if (start + 1 >= end) return RAN_OUT;
    switch (bytes[start + 1]) {
      case 34: // " \ / b f n r t
      case 92:
      case 47:
      case 98:
      case 102:
      case 110:
      case 114:
      case 116:
        return 2;
      case 39:
        return this.spark ? 2 : this.failed(start + 1, "the escape \\' is not JSON");
      case 117:
        for (let at = start + 2; at < start + 6; at++) {
          if (at >= end) return RAN_OUT;
          if (hexDigit(bytes[at] as number) < 0) return this.failed(at, 'expected four hexadecimal digits after \\u');
        }
        return 6;
      default:
        return this.failed(start + 1, `a backslash before ${named(bytes[start + 1] as number)} is no JSON escape`);
    }
  }

  /** Index behind the number or literal at `start`, RAN_OUT or FAILED. Sets `numberKind`. */
  private scanScalar(bytes: Uint8Array, start: number, end: number, complete: boolean, expected: string): number {
    const byte = bytes[start] as number;
    switch (byte) {
      case 116:
        return this.scanWord(bytes, start, end, complete, 'true', TRUE);
      case 102:
        return this.scanWord(bytes, start, end, complete, 'false', FALSE);
      case 110:
        return this.scanWord(bytes, start, end, complete, 'null', NULL);
    }
    if (this.spark) {
      if (byte === 78) return this.scanWord(bytes, start, end, complete, 'NaN', NON_NUMERIC);
      if (byte === 73) return this.scanWord(bytes, start, end, complete, 'Infinity', NON_NUMERIC);
      if (byte === 43 || (byte === 45 && bytes[start + 1] === 73 && start + 1 < end)) {
        const short = start + 2 < end && bytes[start + 2] === 78;
        return this.scanWord(
          bytes,
          start,
          end,
          complete,
          `${byte === 43 ? '+' : '-'}${short ? 'INF' : 'Infinity'}`,
          NON_NUMERIC,
        );
      }
    }
    if (byte === 45 || (byte >= 48 && byte <= 57)) return this.scanNumber(bytes, start, end, complete);
    return this.failed(start, `expected ${expected}, found ${named(byte)}`);
  }

  private scanWord(
    bytes: Uint8Array,
    start: number,
    end: number,
    complete: boolean,
    word: string,
    kind: number,
  ): number {
    for (let i = 1; i < word.length; i++) {
      if (start + i >= end)
        return complete ? this.failed(end, `expected ${word}, found the end of the input`) : RAN_OUT;
      if (bytes[start + i] !== word.charCodeAt(i)) {
        return this.failed(start + i, `expected ${word}, found ${named(bytes[start + i] as number)} in it`);
      }
    }
    this.numberKind = kind;
    return start + word.length;
  }

  /** `-? (0 | [1-9] [0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?` */
  private scanNumber(bytes: Uint8Array, start: number, end: number, complete: boolean): number {
    let at = bytes[start] === 45 ? start + 1 : start;
    this.numberKind = INTEGER;
    const first = at;
    if (at < end && bytes[at] === 48) at++;
    else at = digitsEnd(bytes, at, end);
    if (at === first) return this.noDigit(bytes, at, end, complete);
    if (at < end && bytes[at] === 46) {
      this.numberKind = NUMBER;
      const fraction = at + 1;
      at = digitsEnd(bytes, fraction, end);
      if (at === fraction) return this.noDigit(bytes, at, end, complete);
    }
    if (at < end && (bytes[at] === 101 || bytes[at] === 69)) {
      this.numberKind = NUMBER;
      at++;
      if (at < end && (bytes[at] === 43 || bytes[at] === 45)) at++;
      const exponent = at;
      at = digitsEnd(bytes, exponent, end);
      if (at === exponent) return this.noDigit(bytes, at, end, complete);
    }
    return at === end && !complete ? RAN_OUT : at;
  }

  private noDigit(bytes: Uint8Array, at: number, end: number, complete: boolean): number {
    if (at < end) return this.failed(at, `expected a digit, found ${named(bytes[at] as number)}`);
    return complete ? this.failed(at, 'expected a digit, found the end of the input') : RAN_OUT;
  }

  private grow(): Int32Array {
    const tape = new Int32Array(Math.min(Math.max(FIRST_ENTRIES * 4, this.tape.length * 2), MAX_ENTRIES * 4));
    tape.set(this.tape);
    this.tape = tape;
    return tape;
  }

  private done(end: number): Outcome {
    this.end = end;
    return VALUE;
  }

  private unexpectedEnd(at: number, state: number, depth: number): Outcome {
    const container = this.tape[this.open[depth] as number];
    const expected = EXPECTED[state] ?? (container === OBJECT ? '"," or "}"' : '"," or "]"');
    return this.fail(at, `expected ${expected}, found the end of the input`);
  }

  private unexpected(at: number, expected: string): Outcome {
    return this.fail(at, `expected ${expected}, found ${named(this.bytes[at] as number)}`);
  }

  private fail(at: number, reason: string): Outcome {
    this.failed(at, reason);
    return BROKEN;
  }

  private failed(at: number, problem: string): number {
    this.errorAt = at;
    this.reason = `not JSON: ${problem}`;
    return FAILED;
  }

  private exceeded(at: number, reason: string): Outcome {
    this.errorAt = at;
    this.reason = reason;
    return BROKEN;
  }
}

function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] as number) >= 48 && (bytes[at] as number) <= 57) at++;
  return at;
}

/** The value of a hexadecimal digit, -1 for any other byte. */
export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** A byte as people name it, for messages. */
export function named(byte: number): string {
  if (byte === 10 || byte === 13) return 'line break';
  if (byte > 32 && byte < 127) return byte === 34 ? 'a double quote' : `"${String.fromCharCode(byte)}"`;
  return `byte 0x${byte.toString(16).padStart(2, '0').toUpperCase()}`;
}
