import {
  ABSENT,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  DOUBLED_TEXT,
  EMPTY_NULL,
  EMPTY_TEXT,
  END,
  ESCAPED_TEXT,
  FIELD,
  FIELD_NULL_BASE,
  LONG_LITERAL,
  NARROW,
  NULLABLE,
  NUMBER_TEXT,
  OP_BYTES,
  PRESENT,
  QUOTED_NULL,
  SAFE_INTEGER,
  SKIP_FIELD,
  SKIP_VALUE,
  SMALL_INTEGER,
  TEXT,
  TIMESTAMP,
  UTC_DEFAULT,
} from '../ops';
import { clearFurthest, furthest, NO } from './cursor';
import { escape, inputEnd, nullSize, oneLine, quote, separator } from './input';
import { decimal, double, safeInteger, skipNumber, smallInteger } from './number';
import { a, b, difference, flagsOf, hasMiddle, kindOf, literalSize, validityOf, valuesOf } from './operation';
import { isNull, skipValue, word } from './skip';
import { escapedTextEnd, fieldEnd, hasDoubled, plainTextEnd, quotedEnd } from './text';
import { date, timestamp } from './time';

/** More than any scalar whose end does not show in `furthest`. */
const LOOK_AHEAD: usize = 64;
const LF = 10;
const CR = 13;

/** Whether a shape failed so near to the end of the input that it may be for want of bytes. */
export let maybeCut: bool = false;

export function setMaybeCut(cut: bool): void {
  maybeCut = cut;
}

/** The record at hand does not fit, as far as `p` and `margin` bytes on tell. */
export function failed(p: usize, margin: usize): usize {
  if (max(p, furthest) + margin >= inputEnd) maybeCut = true;
  clearFurthest();
  return NO;
}

/** Runs a shape at `start`, its values into row `row` of the columns; the address behind the record, or NO. */
export function record(shape: usize, start: usize, row: u32): usize {
  let p = start;
  for (let op = <usize>load<u32>(shape); ; op += OP_BYTES) {
    const different = difference(op, p);
    if (different != 0 && (different != <u32>LONG_LITERAL || !hasMiddle(op, p))) {
      return failed(p, <usize>literalSize(op) + LOOK_AHEAD);
    }
    p += literalSize(op);
    const kind = kindOf(op);
    if (kind == END) {
      withoutBytes(op + OP_BYTES, row);
      return p;
    }
    if (kind >= <u32>SKIP_VALUE) {
      p = skipped(kind, op, p);
      if (p == NO) return NO;
      continue;
    }
    const end = value(kind, op, p, row);
    if (end != NO) {
      store<u8>(validityOf(op) + row, 1);
      p = end;
    } else {
      p = otherwise(kind, op, p, row);
      if (p == NO) return NO;
    }
  }
  return NO;
}

/** The address behind a value that is written in a rarer way, or that is none. */
export function otherwise(kind: u32, op: usize, p: usize, row: u32): usize {
  const end = rareValue(kind, op, p, row);
  if (end != NO) {
    store<u8>(validityOf(op) + row, 1);
    return end;
  }
  const behind = missingEnd(op, p);
  if (behind == NO) return failed(p, LOOK_AHEAD);
  setMissing(op, row);
  return behind;
}

/** A text with escapes, or a field in quotes. */
function rareValue(kind: u32, op: usize, p: usize, row: u32): usize {
  if ((flagsOf(op) & FIELD) == 0) return kind == TEXT ? escapedText(op, p, row) : NO;
  if (<u32>load<u8>(p) != quote) return NO;
  if (kind == TEXT) return quotedText(op, p, row);
  const end = anyValue(kind, op, p + 1, row);
  return end != NO && <u32>load<u8>(end) == quote ? end + 1 : NO;
}

function escapedText(op: usize, p: usize, row: u32): usize {
  if (load<u8>(p) != 34) return NO;
  let end = plainTextEnd(p + 1);
  if (end != NO) return NO;
  end = escapedTextEnd();
  if (end == NO) return NO;
  setText(op, row, p + 1, <u32>(end - p - 1) | <u32>ESCAPED_TEXT);
  return end + 1;
}

function quotedText(op: usize, p: usize, row: u32): usize {
  const end = quotedEnd(p + 1, quote, escape);
  if (end == NO) return NO;
  const size = <u32>(end - p - 1);
  if (size == 0 && (flagsOf(op) & EMPTY_TEXT) == 0) return NO;
  if ((flagsOf(op) & QUOTED_NULL) != 0 && size == nullSize && isNullText(p + 1)) return NO;
  setText(op, row, p + 1, hasDoubled ? size | <u32>DOUBLED_TEXT : size);
  return end + 1;
}

// @ts-ignore: decorator
@inline
function setText(op: usize, row: u32, from: usize, size: u32): void {
  const span = valuesOf(op) + (<usize>row << 3);
  store<u32>(span, <u32>from);
  store<u32>(span, size, 4);
}

// @ts-ignore: decorator
@inline
function withoutBytes(first: usize, row: u32): void {
  let op = first;
  for (; kindOf(op) == ABSENT; op += OP_BYTES) setMissing(op, row);
  for (; kindOf(op) == PRESENT; op += OP_BYTES) store<u8>(validityOf(op) + row, 1);
}

/** The address behind a value that no column takes. */
// @ts-ignore: decorator
@inline
export function skipped(kind: u32, op: usize, p: usize): usize {
  const end = kind == SKIP_FIELD ? anyFieldEnd(p) : skipValue(p, inputEnd, oneLine, a(op), b(op));
  return end == NO ? failed(p, LOOK_AHEAD) : end;
}

function anyFieldEnd(p: usize): usize {
  if (<u32>load<u8>(p) != quote) return fieldEnd(p, separator, quote);
  const end = quotedEnd(p + 1, quote, escape);
  return end == NO ? NO : end + 1;
}

/** Tells that a value did not fit. */
export function misfit(p: usize): usize {
  return failed(p, LOOK_AHEAD);
}

function setMissing(op: usize, row: u32): void {
  store<u8>(validityOf(op) + row, 0);
  if (flagsOf(op) & NARROW) store<u32>(valuesOf(op) + (<usize>row << 2), 0);
  else store<u64>(valuesOf(op) + (<usize>row << 3), 0);
}

/** The address behind what stands for no value, where none fits; nothing that does is a value of any kind. */
export function missingEnd(op: usize, p: usize): usize {
  const flags = flagsOf(op);
  if ((flags & NULLABLE) == 0) return NO;
  if ((flags & FIELD) == 0) return isNull(p) ? p + 4 : NO;
  if (isFieldEnd(p)) return p;
  if (<u32>load<u8>(p) != quote) return nullSize != 0 && isNullText(p) && isFieldEnd(p + nullSize) ? p + nullSize : NO;
  if ((flags & EMPTY_NULL) != 0 && <u32>load<u8>(p, 1) == quote) return p + 2;
  if ((flags & QUOTED_NULL) == 0 || nullSize == 0 || !isNullText(p + 1)) return NO;
  return <u32>load<u8>(p + 1 + nullSize) == quote ? p + 2 + nullSize : NO;
}

export function isNullText(p: usize): bool {
  return memory.compare(p, FIELD_NULL_BASE, nullSize) == 0;
}

function isFieldEnd(p: usize): bool {
  const byte = <u32>load<u8>(p);
  return byte == separator || byte == LF || byte == CR;
}

/** The value of an operation that has a column, at `p`, into row `row`; the address behind it. */
// @ts-ignore: decorator
@inline
function value(kind: u32, op: usize, p: usize, row: u32): usize {
  const values = valuesOf(op);
  switch (kind) {
    case SAFE_INTEGER:
      return safeInteger(p, values + (<usize>row << 3));
    case SMALL_INTEGER:
      return smallInteger(p, values + (<usize>row << 2), a(op), b(op));
    case DOUBLE:
      return double(p, values + (<usize>row << 3));
    case DECIMAL:
      return decimal(p, values + (<usize>row << 3), a(op), b(op));
    case TEXT: {
      const field = (flagsOf(op) & FIELD) != 0;
      if (!field && load<u8>(p) != 34) return NO;
      const from = field ? p : p + 1;
      const end = field ? fieldEnd(p, separator, quote) : plainTextEnd(from);
      if (end == NO) return NO;
      const size = <u32>(end - from);
      // An empty field is null.
      if (field && (size == 0 || (size == nullSize && isNullText(from)))) return NO;
      store<u32>(values + (<usize>row << 3), <u32>from);
      store<u32>(values + (<usize>row << 3), size, 4);
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
      const field = (flagsOf(op) & FIELD) != 0;
      if (!field && load<u8>(p) != 34) return NO;
      const from = field ? p : p + 1;
      const end =
        kind == DATE
          ? date(from, values + (<usize>row << 2))
          : timestamp(from, values + (<usize>row << 3), (flagsOf(op) & UTC_DEFAULT) != 0);
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

/** The value at `p` into row 0 of its column, by all the rules, and not to be read by anybody. */
export function checked(kind: u32, op: usize, p: usize): usize {
  const end = anyValue(kind, op, p, 0);
  return end == NO && kind == TEXT ? escapedText(op, p, 0) : end;
}

export function anyValue(kind: u32, op: usize, p: usize, row: u32): usize {
  return value(kind, op, p, row);
}
