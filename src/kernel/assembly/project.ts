/**
 * Records to rows of text without columns between: a wanted value stays where it is, when its text is what the encoder would write. A slot
 * knows where each column's text is and how long; when the record is read, ./project-rows.ts writes the slots in the order of the output.
 */
import {
  ABSENT,
  AT_END,
  AT_START,
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  EMPTY_TEXT_BASE,
  END,
  HOST_AT_START,
  IN_TEXT,
  LONG_LITERAL,
  NULL_TEXT_BASE,
  NUMBER_TEXT,
  OP_BYTES,
  SAFE_INTEGER,
  SCRATCH_BASE,
  SCRATCH_BYTES,
  SKIP_VALUE,
  SLOTS_BASE,
  SMALL_INTEGER,
  TEXT,
  TEXT_FLAGS_BASE,
  TIMESTAMP,
  UTC_DEFAULT,
  WANTED_BASE,
} from '../ops';
import { timestampText } from './cell-text';
import { NO, stopAt } from './cursor';
import { decimal, digitCount, eightBytes, safeInteger, skipNumber, smallInteger } from './number';
import { a, b, columnOf, difference, flagsOf, hasMiddle, kindOf, literalSize } from './operation';
import { checked, failed, misfit, missingEnd, skipped } from './record';
import { word } from './skip';
import { textStops, wideCharacter } from './text';
import { date, isPlainTime, timestamp } from './time';

const MINUS: u8 = 45;
const DOT: u8 = 46;
const ZERO: u8 = 48;
const QUOTE: u8 = 34;

/** Digits behind `0.` that cannot make a number so small that it is written with an exponent. */
const SURE_PLACES: u32 = 6;
/** More than any scalar whose end does not show. */
const LOOK_AHEAD: usize = 64;

/** Of CSV. */
export let separator: u32 = 0;
let quote: u32 = 0;
let nullSize: u32 = 0;
let emptySize: u32 = 0;
/** Cells of CSV otherwise. */
export let isJson: bool = false;

/** `quoteByte`: of a text that needs quotes; 256 for one that is left to the host. */
export function startSlots(
  separatorByte: u32,
  quoteByte: u32,
  nullBytes: u32,
  emptyBytes: u32,
  writesJson: bool,
): void {
  separator = separatorByte;
  quote = quoteByte;
  nullSize = nullBytes;
  emptySize = emptyBytes;
  isJson = writesJson;
}

// @ts-ignore: decorator
@inline
function setSlot(slot: usize, from: usize, size: u32): void {
  store<u64>(slot, (<u64>size << 32) | <u64>from);
}

/** Runs a shape at `start`, its values into slots; the address behind the record, or NO. */
export function slots(shape: usize, start: usize): usize {
  let p = start;
  for (let op = <usize>load<u32>(shape); ; op += OP_BYTES) {
    const different = difference(op, p);
    if (different != 0 && (different != <u32>LONG_LITERAL || !hasMiddle(op, p))) {
      return failed(p, <usize>literalSize(op) + LOOK_AHEAD);
    }
    p += literalSize(op);
    const kind = kindOf(op);
    if (kind == END) {
      withoutBytes(op + OP_BYTES);
      return p;
    }
    if (kind >= <u32>SKIP_VALUE) {
      p = skipped(kind, op, p);
      if (p == NO) return NO;
      continue;
    }
    const column = columnOf(op);
    const slot = slotOf(column);
    let end = text(kind, op, p, slot, column);
    if (end == NO) {
      end = otherwise(kind, op, p, slot, column);
      if (end == NO) return misfit(p);
    }
    p = end;
  }
  return NO;
}

/** The address behind a value without text of its own, or one that is not wanted. */
function otherwise(kind: u32, op: usize, p: usize, slot: usize, column: u32): usize {
  const behind = missingEnd(op, p);
  if (behind != NO) {
    setSlot(slot, NULL_TEXT_BASE, nullSize);
    return behind;
  }
  return load<u8>(<usize>WANTED_BASE + <usize>column) != 0 ? NO : checked(kind, op, p);
}

// @ts-ignore: decorator
@inline
function withoutBytes(first: usize): void {
  for (let op = first; kindOf(op) == ABSENT; op += OP_BYTES) setSlot(slotOf(columnOf(op)), NULL_TEXT_BASE, nullSize);
}

// @ts-ignore: decorator
@inline
function slotOf(column: u32): usize {
  return <usize>SLOTS_BASE + (<usize>column << 3);
}

/** Sets the slot of a value at `p` to its text; the address behind it, or NO. */
// @ts-ignore: decorator
@inline
function text(kind: u32, op: usize, p: usize, slot: usize, column: u32): usize {
  switch (kind) {
    case SAFE_INTEGER:
      return wholeText(p, slot);
    case SMALL_INTEGER: {
      const end = smallInteger(p, scratchOf(column), a(op), b(op));
      return end == NO ? NO : integerSlot(p, end, slot);
    }
    case DOUBLE:
      return isJson ? realText(p, slot, column, <u32>a(op)) : doubleText(p, slot, <u32>a(op));
    case DECIMAL:
      return decimalText(p, slot, column, a(op), b(op));
    case TEXT:
      return stringText(p, slot);
    case NUMBER_TEXT:
      return numberText(p, slot, column);
    case TIMESTAMP:
      return timeText(p, slot, column, (flagsOf(op) & UTC_DEFAULT) != 0);
    case DATE: {
      if (load<u8>(p) != QUOTE || date(p + 1, scratchOf(column)) == NO || load<u8>(p, 11) != QUOTE) return NO;
      if (isJson) setSlot(slot, p, 12);
      else setSlot(slot, p + 1, 10);
      return p + 12;
    }
    case BOOLEAN: {
      const end = word(p);
      setSlot(slot, p, <u32>(end - p));
      return end;
    }
  }
  return NO;
}

// @ts-ignore: decorator
@inline
function scratchOf(column: u32): usize {
  return <usize>SCRATCH_BASE + <usize>column * <usize>SCRATCH_BYTES;
}

// @ts-ignore: decorator
@inline
function wholeText(p: usize, slot: usize): usize {
  const bytes = eightBytes(p);
  const count = digitCount(bytes);
  if (count - 1 < 7 && (count == 1 || (bytes & 0xff) != 0)) {
    setSlot(slot, p, <u32>count);
    return p + <usize>count;
  }
  return longerWhole(p, slot);
}

function longerWhole(p: usize, slot: usize): usize {
  const end = safeInteger(p, slot);
  return end == NO ? NO : integerSlot(p, end, slot);
}

/** There is no -0 among whole numbers. */
function integerSlot(p: usize, end: usize, slot: usize): usize {
  const from = load<u16>(p) == 0x302d ? p + 1 : p;
  setSlot(slot, from, <u32>(end - from));
  return end;
}

/**
 * A decimal of at most 15 digits (6 for a float) is the shortest text of its value, once zeros at its end are cut: no two such decimals have
 * the same value. Others are the host's.
 */
// @ts-ignore: decorator
@inline
function doubleText(p: usize, slot: usize, maxDigits: u32): usize {
  const end = positiveDouble(p, slot, maxDigits);
  return end != NO || load<u8>(p) != MINUS ? end : negativeDouble(p, slot, maxDigits);
}

// @ts-ignore: decorator
@inline
function positiveDouble(p: usize, slot: usize, maxDigits: u32): usize {
  // The end is found first and the rest checked beside it: what follows waits for the end alone.
  const x = v128.load(p);
  const dots = <u32>v128.bitmask<i8>(v128.eq<i8>(x, i8x16.splat(DOT)));
  const digits = <u32>v128.bitmask<i8>(v128.le<u8>(v128.sub<i8>(x, i8x16.splat(ZERO)), i8x16.splat(9)));
  const size = <u32>ctz(~(digits | dots));
  const end = p + <usize>size;
  const whole = min(size, <u32>ctz(dots));
  const isDecimal = whole < size;
  if (whole == 0 || size == 16 || (<u32>load<u8>(end) | 32) == 101) return NO;
  if (whole > 1 && load<u8>(p) == ZERO) return NO;
  if (!isDecimal) {
    if (size > maxDigits) return NO;
    setSlot(slot, p, size);
    return end;
  }
  const places = size - whole - 1;
  if (places == 0 || size - 1 > maxDigits || (dots & ((1 << size) - 1)) != <u32>1 << whole) return NO;
  if (places > SURE_PLACES && load<u8>(p) == ZERO) return NO;
  if (load<u8>(end - 1) == ZERO) cutZeros(p, end, slot);
  else setSlot(slot, p, size);
  return end;
}

/** Sets the slot to the number from `p` to `end` without the zeros at its end. */
function cutZeros(p: usize, end: usize, slot: usize): void {
  let textEnd = end;
  while (load<u8>(textEnd - 1) == ZERO) textEnd--;
  if (load<u8>(textEnd - 1) == DOT) textEnd--;
  setSlot(slot, p, <u32>(textEnd - p));
}

function negativeDouble(p: usize, slot: usize, maxDigits: u32): usize {
  const end = positiveDouble(p + 1, slot, maxDigits);
  if (end != NO) setSlot(slot, p, load<u32>(slot, 4) + 1);
  return end;
}

/** Of JSON: whole numbers have `.0` behind. */
function realText(p: usize, slot: usize, column: u32, maxDigits: u32): usize {
  const end = doubleText(p, slot, maxDigits);
  if (end == NO) return NO;
  const from = <usize>load<u32>(slot);
  const size = load<u32>(slot, 4);
  for (let at = from; at < from + <usize>size; at++) if (load<u8>(at) == DOT) return end;
  // At most 16 digits and a sign.
  const scratch = scratchOf(column);
  v128.store(scratch, v128.load(from));
  v128.store(scratch + 16, v128.load(from + 16));
  store<u16>(scratch + <usize>size, 0x302e); // .0
  setSlot(slot, scratch, size + 2);
  return end;
}

/** As many digits behind the point as the type has. */
function decimalText(p: usize, slot: usize, column: u32, scale: i64, limit: i64): usize {
  const scratch = scratchOf(column);
  const end = decimal(p, scratch, scale, limit);
  if (end == NO) return NO;
  const from = load<i64>(scratch) == 0 && load<u8>(p) == MINUS ? p + 1 : p;
  let dot = from + 1;
  while (dot < end && load<u8>(dot) != DOT) dot++;
  const places = dot < end ? <i64>(end - dot - 1) : 0;
  if (places == scale) {
    setSlot(slot, from, <u32>(end - from));
    return end;
  }
  let o = scratch;
  for (let at = from; at < end; at++) store<u8>(o++, load<u8>(at));
  if (dot == end) store<u8>(o++, DOT);
  for (let missing = scale - places; missing > 0; missing--) store<u8>(o++, ZERO);
  setSlot(slot, scratch, <u32>(o - scratch));
  return end;
}

/** Whether a text may only be written in quotes. */
// @ts-ignore: decorator
@inline
function needsQuotes(from: usize, size: u32): bool {
  if (load<u8>(<usize>TEXT_FLAGS_BASE + <usize>load<u8>(from)) & AT_START) return true;
  if (load<u8>(<usize>TEXT_FLAGS_BASE + <usize>load<u8>(from + size - 1)) & AT_END) return true;
  return size == nullSize && memory.compare(from, NULL_TEXT_BASE, size) == 0;
}

/** A JSON string without escapes. In quotes it is CSV's as it is JSON's. */
// @ts-ignore: decorator
@inline
function stringText(p: usize, slot: usize): usize {
  if (load<u8>(p) != QUOTE) return NO;
  const from = p + 1;
  let end = from;
  let special: u32 = 0;
  while (true) {
    const x = v128.load(end);
    const specials = v128.or(v128.eq<i8>(x, i8x16.splat(<i8>separator)), v128.eq<i8>(x, i8x16.splat(<i8>quote)));
    const stopBits = textStops(x);
    const specialBits = <u32>v128.bitmask<i8>(specials);
    if (stopBits == 0) {
      special |= specialBits;
      end += 16;
      continue;
    }
    const before = <u32>ctz(stopBits);
    special |= specialBits & ((1 << before) - 1);
    end += before;
    const byte = <u32>load<u8>(end);
    if (byte == QUOTE) break;
    const behind = byte < 128 ? NO : wideCharacter(end);
    if (behind == NO) return stopAt(end);
    end = behind;
  }
  const size = <u32>(end - from);
  if (isJson) setSlot(slot, p, size + 2);
  else if (size == 0) setSlot(slot, EMPTY_TEXT_BASE, emptySize);
  else {
    if (load<u8>(<usize>TEXT_FLAGS_BASE + <usize>load<u8>(from)) & HOST_AT_START) return NO;
    if (special == 0 && !needsQuotes(from, size)) setSlot(slot, from, size);
    else if (quote == QUOTE) setSlot(slot, p, size + 2);
    else return NO;
  }
  return end + 1;
}

/** The text of a number in a column of texts. */
function numberText(p: usize, slot: usize, column: u32): usize {
  const end = skipNumber(p);
  if (end == NO) return NO;
  const size = <u32>(end - p);
  if (isJson) {
    if (size > <u32>SCRATCH_BYTES - 2) return NO;
    const scratch = scratchOf(column);
    store<u8>(scratch, QUOTE);
    memory.copy(scratch + 1, p, size);
    store<u8>(scratch + 1 + <usize>size, QUOTE);
    setSlot(slot, scratch, size + 2);
    return end;
  }
  for (let at = p; at < end; at++) if (load<u8>(<usize>TEXT_FLAGS_BASE + <usize>load<u8>(at)) & IN_TEXT) return NO;
  if ((load<u8>(<usize>TEXT_FLAGS_BASE + <usize>load<u8>(p)) & HOST_AT_START) || needsQuotes(p, size)) return NO;
  setSlot(slot, p, size);
  return end;
}

/** ISO 8601 in UTC with no (in JSON three), three or six digits of the second, as few as there can be; other forms are written anew. */
// @ts-ignore: decorator
@inline
function timeText(p: usize, slot: usize, column: u32, utcDefault: bool): usize {
  if (load<u8>(p) != QUOTE) return NO;
  if (isPlainTime(p + 1) && load<u8>(p, 25) == QUOTE) {
    if (isJson) setSlot(slot, p, 26);
    else setSlot(slot, p + 1, 24);
    return p + 26;
  }
  return otherTime(p + 1, slot, column, utcDefault);
}

function otherTime(from: usize, slot: usize, column: u32, utcDefault: bool): usize {
  const scratch = scratchOf(column);
  const end = timestamp(from, scratch, utcDefault);
  if (end == NO || load<u8>(end) != QUOTE) return NO;
  const micros = load<f64>(scratch);
  const behind = timestampText(scratch + 1, micros, isJson);
  if (behind == 0) return NO;
  if (isJson) {
    store<u8>(scratch, QUOTE);
    store<u8>(behind, QUOTE);
    setSlot(slot, scratch, <u32>(behind + 1 - scratch));
  } else setSlot(slot, scratch + 1, <u32>(behind - scratch - 1));
  return end + 1;
}
