import {
  ABSENT,
  BOOLEAN,
  CUT,
  DATE,
  DECIMAL,
  DOUBLE,
  ELEMENTS,
  FIELD,
  FULL,
  LINES,
  LITERAL,
  MISS,
  NARROW,
  NULLABLE,
  NUMBER_TEXT,
  OP_BYTES,
  OVER,
  PRESENT,
  PROGRAM_BASE,
  ROWS,
  SAFE_INTEGER,
  SHAPE_BYTES,
  SHORT_LITERAL,
  SKIP_FIELD,
  SKIP_VALUE,
  SMALL_INTEGER,
  TEXT,
  TIMESTAMP,
  UTC_DEFAULT,
} from '../ops';
import { clearFurthest, furthest, NO } from './cursor';
import { decimal, double, safeInteger, skipNumber, smallInteger } from './number';
import { isNull, skipValue, word } from './skip';
import { fieldEnd, plainTextEnd } from './text';
import { date, timestamp } from './time';

/** More than any scalar whose end does not show in `furthest`. */
const LOOK_AHEAD: usize = 64;
const LF = 10;
const CR = 13;

// What a run found; see `Kernel` for the meaning.
/** Rows, stop, address behind the last record, address of the record that did not fit, bytes of the records, address behind the last line end between records. */
const RESULT = memory.data(6 * 4, 16);

export function result(): usize {
  return RESULT;
}

let separator: u32 = 0;
let quote: u32 = 0;
let inputEnd: usize = 0;
let oneLine: bool = false;
/** Whether a shape failed so near to the end of the input that it may be for want of bytes. */
let maybeCut: bool = false;
/** The shape that fitted last is tried first. */
let favourite: u32 = 0;

/** `size` bytes at `p` are those at `text`; `tail` has a bit for each of the last ones. */
// @ts-ignore: decorator
@inline
function sameBytes(p: usize, text: usize, size: u32, tail: u32): bool {
  let at: u32 = 0;
  for (; at + 16 <= size; at += 16) {
    if (!v128.all_true<i8>(v128.eq<i8>(v128.load(p + at), v128.load(text + at)))) return false;
  }
  return (<u32>v128.bitmask<i8>(v128.eq<i8>(v128.load(p + at), v128.load(text + at))) & tail) == tail;
}

/** The value of an operation that has a column, at `p`; the address behind it. */
// @ts-ignore: decorator
@inline
function value(kind: u32, op: usize, p: usize, row: u32): usize {
  const values = <usize>load<u32>(op, 8);
  const flags = load<u32>(op, 4);
  switch (kind) {
    case SAFE_INTEGER:
      return safeInteger(p, values + (<usize>row << 3));
    case SMALL_INTEGER:
      return smallInteger(p, values + (<usize>row << 2), load<i64>(op, 16), load<i64>(op, 24));
    case DOUBLE:
      return double(p, values + (<usize>row << 3));
    case DECIMAL:
      return decimal(p, values + (<usize>row << 3), load<i64>(op, 16), load<i64>(op, 24));
    case TEXT: {
      const field = (flags & FIELD) != 0;
      if (!field && load<u8>(p) != 34) return NO;
      const from = field ? p : p + 1;
      const end = field ? fieldEnd(p, separator, quote) : plainTextEnd(from);
      // An empty field is null, and this column has no null.
      if (end == NO || (field && end == from)) return NO;
      store<u32>(values + (<usize>row << 3), <u32>from);
      store<u32>(values + (<usize>row << 3), <u32>(end - from), 4);
      return field ? end : end + 1;
    }
    case NUMBER_TEXT: {
      const end = skipNumber(p);
      store<u32>(values + (<usize>row << 3), <u32>p);
      store<u32>(values + (<usize>row << 3), <u32>(end - p), 4);
      return end;
    }
    case TIMESTAMP:
    case DATE: {
      const field = (flags & FIELD) != 0;
      if (!field && load<u8>(p) != 34) return NO;
      const from = field ? p : p + 1;
      const end =
        kind == DATE
          ? date(from, values + (<usize>row << 2))
          : timestamp(from, values + (<usize>row << 3), (flags & UTC_DEFAULT) != 0);
      if (field || end == NO) return end;
      return load<u8>(end) == 34 ? end + 1 : NO;
    }
    case BOOLEAN: {
      store<i32>(values + (<usize>row << 2), load<u8>(p) == 116 ? 1 : 0);
      return word(p);
    }
  }
  return NO;
}

// @ts-ignore: decorator
@inline
function isEmptyField(p: usize): bool {
  const byte = <u32>load<u8>(p);
  return byte == separator || byte == LF || byte == CR;
}

/** Runs a shape at `p`; the address behind the record, or NO. */
function record(shape: usize, start: usize, row: u32): usize {
  let p = start;
  const last = <usize>load<u32>(shape, 4);
  for (let op = <usize>load<u32>(shape); op < last; op += OP_BYTES) {
    const kind = load<u32>(op);
    if (kind == SHORT_LITERAL) {
      if (((load<u64>(p) ^ load<u64>(op, 16)) & load<u64>(op, 24)) != 0) return failed(p, LOOK_AHEAD);
      p += load<u32>(op, 12);
    } else if (kind == LITERAL) {
      const size = load<u32>(op, 12);
      if (!sameBytes(p, load<u32>(op, 8), size, load<u32>(op, 16))) return failed(p, <usize>size + LOOK_AHEAD);
      p += size;
    } else if (kind == SKIP_VALUE) {
      const end = skipValue(p, inputEnd, oneLine, load<i64>(op, 16), load<i64>(op, 24));
      if (end == NO) return failed(p, LOOK_AHEAD);
      p = end;
    } else if (kind == SKIP_FIELD) {
      const end = fieldEnd(p, separator, quote);
      if (end == NO) return failed(p, LOOK_AHEAD);
      p = end;
    } else {
      const validity = <usize>load<u32>(op, 12) + row;
      if (kind == PRESENT) store<u8>(validity, 1);
      else if (kind == ABSENT || isMissing(op, p)) {
        store<u8>(validity, 0);
        if (load<u32>(op, 4) & NARROW) store<u32>(<usize>load<u32>(op, 8) + (<usize>row << 2), 0);
        else store<u64>(<usize>load<u32>(op, 8) + (<usize>row << 3), 0);
        if (kind != ABSENT && (load<u32>(op, 4) & FIELD) == 0) p += 4;
      } else {
        const end = value(kind, op, p, row);
        if (end == NO) return failed(p, LOOK_AHEAD);
        store<u8>(validity, 1);
        p = end;
      }
    }
  }
  return p;
}

// @ts-ignore: decorator
@inline
function isMissing(op: usize, p: usize): bool {
  const flags = load<u32>(op, 4);
  if ((flags & NULLABLE) == 0) return false;
  return (flags & FIELD) != 0 ? isEmptyField(p) : isNull(p);
}

function failed(p: usize, margin: usize): usize {
  if (max(p, furthest) + margin >= inputEnd) maybeCut = true;
  clearFurthest();
  return NO;
}

// @ts-ignore: decorator
@inline
function shapeAt(index: u32): usize {
  return <usize>PROGRAM_BASE + <usize>index * <usize>SHAPE_BYTES;
}

/** The address behind the record at `p` by the first shape that fits, or NO. */
function anyShape(p: usize, shapes: u32, row: u32): usize {
  maybeCut = false;
  if (favourite >= shapes) favourite = 0;
  const behind = record(shapeAt(favourite), p, row);
  if (behind != NO) return behind;
  for (let shape: u32 = 0; shape < shapes; shape++) {
    if (shape == favourite) continue;
    const behind = record(shapeAt(shape), p, row);
    if (behind != NO) {
      favourite = shape;
      return behind;
    }
  }
  return NO;
}

function isBlank(byte: u32): bool {
  return byte == 32 || byte == 9;
}

/** The address behind the line end at `p`, which is LF or CR LF; NO for anything else. */
// @ts-ignore: decorator
@inline
function lineEnd(p: usize): usize {
  const byte = load<u8>(p);
  if (byte == LF) return p + 1;
  return byte == CR && load<u8>(p, 1) == LF ? p + 2 : NO;
}

/**
 * Decodes records from `start` to `end` by the shapes at the start of the program: at most `maxRows`, none longer than
 * `maxRecord`, and none that begins when `maxBytes` are reached.
 */
export function decode(
  start: usize,
  end: usize,
  shapes: u32,
  between: i32,
  maxRows: u32,
  maxRecord: u32,
  maxBytes: u32,
  separatorByte: u32,
  quoteByte: u32,
  comment: u32,
): void {
  separator = separatorByte;
  quote = quoteByte;
  inputEnd = end;
  oneLine = between == LINES;
  let p = start;
  let row: u32 = 0;
  let stop: u32 = FULL;
  let behind = start;
  let bytes: u32 = 0;
  let lineStart: usize = 0;
  let nextLineStart: usize = 0;
  while (row < maxRows && bytes < maxBytes) {
    if (p >= end) {
      stop = OVER;
      break;
    }
    let first = p;
    if (between == LINES) while (isBlank(load<u8>(first))) first++;
    else if (between == ROWS && <u32>load<u8>(p) == comment) {
      stop = MISS;
      break;
    }
    let close = anyShape(first, shapes, row);
    let next = close;
    if (between >= LINES && close != NO) {
      if (between == LINES) while (isBlank(load<u8>(close))) close++;
      next = lineEnd(close);
      if (close + 2 > end) maybeCut = true;
    }
    if (next == NO || next > end || close - p > maxRecord) {
      stop = maybeCut || next > end ? CUT : MISS;
      break;
    }
    row++;
    bytes += <u32>(close - p);
    behind = next;
    if (nextLineStart != 0) lineStart = nextLineStart;
    p = next;
    if (between >= LINES) continue;
    nextLineStart = 0;
    let commas = between == ELEMENTS ? 1 : 0;
    for (; p < end; p++) {
      const byte = load<u8>(p);
      if (byte == LF || byte == CR) nextLineStart = p + 1;
      else if (!isBlank(byte)) {
        if (commas == 0 || byte != 44) break;
        commas = 0;
      }
    }
    if (commas != 0) {
      stop = OVER;
      break;
    }
  }
  store<u32>(RESULT, row);
  store<u32>(RESULT, stop, 4);
  store<u32>(RESULT, <u32>behind, 8);
  store<u32>(RESULT, <u32>p, 12);
  store<u32>(RESULT, bytes, 16);
  store<u32>(RESULT, <u32>lineStart, 20);
}
