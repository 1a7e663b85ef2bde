import { INCOMPLETE, type Tokenizer, VALUE } from './tokenizer.ts';

/** Finds where reading goes on behind text that is not JSON. `records.ts` states the rule. */

/** A stack deeper than this is not followed by `balancedEnd`. */
const MAX_BALANCED_DEPTH = 4096;

export const MORE = -1;
export const NONE = -2;

const LF = 10;
const CR = 13;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

const stack = new Uint8Array(MAX_BALANCED_DEPTH);

/**
 * The end of the object or array that begins at `start` and is broken at `errorAt`, when its brackets pair up and what
 * follows it looks like a next record; NONE when they do not, MORE when the bytes known do not tell. Strings are
 * respected. Behind the error the search ends at a line that begins a new record.
 */
export function balancedEnd(
  bytes: Uint8Array,
  start: number,
  errorAt: number,
  end: number,
  complete: boolean,
  inArray: boolean,
  maxIndent: number,
): number {
  let depth = 0;
  let indent = NONE;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === LF || byte === CR) {
      indent = 0;
      continue;
    }
    if (byte === 32 || byte === 9) {
      if (indent >= 0) indent++;
      continue;
    }
    const opensLine = indent >= 0 && indent <= maxIndent;
    indent = NONE;
    switch (byte) {
      case QUOTE: {
        const close = stringEnd(bytes, at, end);
        if (close < 0) return close === MORE && !complete ? MORE : NONE;
        at = close;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        if (depth === MAX_BALANCED_DEPTH || (opensLine && at >= errorAt)) return NONE;
        stack[depth++] = byte;
        break;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        // An opening bracket is two below its closing one.
        if (depth === 0 || stack[--depth] !== byte - 2) return NONE;
        if (depth === 0) return at < errorAt ? NONE : plausibleBehind(bytes, at + 1, end, complete, inArray);
        break;
      default:
        if (depth === 0) return NONE;
    }
  }
  return complete ? NONE : MORE;
}

/** Index of the quote that closes the string at `start`; NONE when its line ends before, MORE when it is not known. */
function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === LF || byte === CR) return NONE;
    if (byte === BACKSLASH) at++;
  }
  return MORE;
}

/** `at` when what follows there may follow a record: nothing more on the line, a separator, or a next record. */
function plausibleBehind(bytes: Uint8Array, at: number, end: number, complete: boolean, inArray: boolean): number {
  let next = at;
  while (next < end && (bytes[next] === 32 || bytes[next] === 9)) next++;
  if (next === end) return complete ? at : MORE;
  const byte = bytes[next];
  if (byte === LF || byte === CR) return at;
  if (inArray ? byte === COMMA || byte === CLOSE_ARRAY : byte === OPEN_OBJECT || byte === OPEN_ARRAY) return at;
  return NONE;
}

/** `at` when a record, a separator or the end of the input follows there, on this line or a later one. */
function recordBehind(bytes: Uint8Array, at: number, end: number, complete: boolean, inArray: boolean): number {
  let next = at;
  while (next < end && isBlank(bytes[next] as number)) next++;
  if (next === end) return complete ? at : MORE;
  const byte = bytes[next];
  if (inArray && (byte === COMMA || byte === CLOSE_ARRAY)) return at;
  return byte === OPEN_OBJECT || byte === OPEN_ARRAY ? at : NONE;
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === LF || byte === CR;
}

/** Finds the next place where a record may begin. It goes on where it stopped when more bytes come. */
export class ResyncSearch {
  /** Where the search stands, relative to the start of the text given to `next`. */
  at = 1;
  private indent = NONE;

  constructor(
    private readonly tokens: Tokenizer,
    private readonly context: ResyncContext,
    /** The last byte before `at` that is no blank. */
    private previous: number,
  ) {}

  /**
   * Searches `bytes[start + this.at .. end)`: the index of a place where a record may begin, or of the `]` that ends the
   * array; MORE when there is none so far. What lies before `errorAt` is taken only if it reads as a whole value.
   */
  next(bytes: Uint8Array, start: number, errorAt: number, end: number, complete: boolean): number {
    for (let at = start + this.at; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === LF || byte === CR) {
        this.indent = 0;
        continue;
      }
      if (byte === 32 || byte === 9) {
        if (this.indent >= 0) this.indent++;
        continue;
      }
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY || byte === CLOSE_ARRAY) {
        const verdict = this.judge(bytes, at, errorAt, end, complete);
        if (verdict === MORE) {
          this.at = at - start;
          return MORE;
        }
        if (verdict !== NONE) return at;
      }
      this.indent = NONE;
      this.previous = byte;
    }
    this.at = end - start;
    return MORE;
  }

  private judge(bytes: Uint8Array, at: number, errorAt: number, end: number, complete: boolean): number {
    const byte = bytes[at];
    const { inArray, maxIndent, maxRecordBytes } = this.context;
    const opensLine = this.indent >= 0 && this.indent <= maxIndent;
    if (opensLine && at >= errorAt) return byte === CLOSE_ARRAY && !inArray ? NONE : at;
    if (byte === CLOSE_ARRAY) return NONE;
    if (!opensLine) {
      const { previous } = this;
      if (byte !== OPEN_OBJECT) return NONE;
      if (previous !== COMMA && previous !== CLOSE_OBJECT && previous !== CLOSE_ARRAY) return NONE;
      const known = this.knownOpening(bytes, at, end);
      if (known < 0) return known === MORE && !complete ? MORE : NONE;
    }
    const limit = Math.min(end, at + maxRecordBytes + 1);
    const outcome = this.tokens.tokenize(bytes, at, limit, complete && limit === end);
    if (outcome === INCOMPLETE) return limit - at > maxRecordBytes ? NONE : MORE;
    if (outcome !== VALUE || this.tokens.end - at > maxRecordBytes) return NONE;
    const behind = this.tokens.end;
    return at < errorAt
      ? recordBehind(bytes, behind, end, complete, inArray)
      : plausibleBehind(bytes, behind, end, complete, inArray);
  }

  /** `at` when the object there begins as others do, NONE when it does not, MORE when too few bytes are known. */
  private knownOpening(bytes: Uint8Array, at: number, end: number): number {
    let verdict = NONE;
    for (const opening of this.context.openings) {
      let i = 0;
      while (i < opening.length && at + i < end && bytes[at + i] === opening[i]) i++;
      if (i === opening.length) return at;
      if (at + i === end) verdict = MORE;
    }
    return verdict;
  }
}

/** What is known about the broken record and its stream. */
export interface ResyncContext {
  readonly inArray: boolean;
  /** Blanks before the first text of the line on which the broken record begins. */
  readonly maxIndent: number;
  readonly maxRecordBytes: number;
  /** How objects of this stream begin, up to the end of the first name: `{"name"`. */
  readonly openings: readonly Uint8Array[];
}

const MAX_OPENING = 256;

/** How the object at `start` begins, up to the end of its first name, within `end`; null when that is not known. */
export function openingOf(bytes: Uint8Array, start: number, end: number): Uint8Array | null {
  if (bytes[start] !== OPEN_OBJECT) return null;
  let at = start + 1;
  while (at < end && (bytes[at] as number) <= 32) at++;
  if (at >= end || bytes[at] !== QUOTE) return null;
  const close = stringEnd(bytes, at, Math.min(end, start + MAX_OPENING));
  return close < 0 ? null : bytes.slice(start, close + 1);
}
