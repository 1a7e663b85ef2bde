/** The values of one operation in many records, into its column. */
import {
  ABSENT,
  DOUBLE,
  FIELD,
  NARROW,
  OP_BYTES,
  PRESENT,
  SAFE_INTEGER,
  SKIP_VALUE,
  SMALL_INTEGER,
  TEXT,
  TIMESTAMP,
} from '../ops';
import { clearFurthest, NO } from './cursor';
import { nullSize, quote } from './input';
import { areShortWholes, four, twoShortDoubles } from './number';
import { a, b, flagsOf, kindOf, validityOf, valuesOf } from './operation';
import { anyValue, isNullText, otherwise, skipped } from './record';
import { isPlainField, isPlainText } from './text';
import { isKnownMinute, isPlainSecond, timeOfSecond } from './time';

const QUOTE: u8 = 34;
/** So many values are read in any form where not all of them are plain. */
const GROUP = 4;

/**
 * Values that begin `toStart` bytes behind the marks from place `from` on, and end `toEnd` bytes before those from `to` on: into the column from
 * `row` on. How many records in a row have one that fits.
 */
export function columnValues(
  op: usize,
  from: usize,
  toStart: usize,
  to: usize,
  toEnd: usize,
  stride: usize,
  rows: u32,
  row: u32,
): u32 {
  const kind = kindOf(op);
  if (kind < <u32>SKIP_VALUE) memory.fill(validityOf(op) + row, 1, rows);
  const behind = from + <usize>rows * stride;
  const distance = to - from;
  let place = from;
  while (true) {
    const done = row + <u32>((place - from) / stride);
    place = plainValues(kind, op, place, toStart, distance, toEnd, stride, behind, done);
    if (place == behind) return rows;
    for (let n = 0; n < GROUP && place != behind; n++) {
      const at = <u32>((place - from) / stride);
      const start = <usize>load<u32>(place) + toStart;
      if (!takes(kind, op, start, <usize>load<u32>(place + distance) - toEnd, row + at)) return at;
      place += stride;
    }
  }
}

/**
 * Takes values as far as they are written plainly, some of them several at once; the place of the first that is not taken. Loops without calls keep
 * all they need in registers.
 */
// @ts-ignore: decorator
@inline
function plainValues(
  kind: u32,
  op: usize,
  from: usize,
  toStart: usize,
  distance: usize,
  toEnd: usize,
  stride: usize,
  behind: usize,
  row: u32,
): usize {
  const values = valuesOf(op);
  switch (kind) {
    case SAFE_INTEGER:
      return safeIntegers(values + (<usize>row << 3), from, toStart, distance, toEnd, stride, behind);
    case SMALL_INTEGER:
      return smallIntegers(values + (<usize>row << 2), from, toStart, distance, toEnd, stride, behind, a(op), b(op));
    case DOUBLE:
      return doubles(values + (<usize>row << 3), from, toStart, distance, toEnd, stride, behind);
    case TIMESTAMP: {
      const quotes: usize = (flagsOf(op) & FIELD) != 0 ? 0 : 1;
      return timestamps(values + (<usize>row << 3), from, toStart, distance, toEnd, stride, behind, quotes);
    }
    case TEXT:
      return (flagsOf(op) & FIELD) != 0
        ? fields(values + (<usize>row << 3), from, toStart, distance, toEnd, stride, behind)
        : texts(values + (<usize>row << 3), from, toStart, distance, toEnd, stride, behind);
  }
  return from;
}

/** Whether a value in any form stands from `p` to `end`. */
function takes(kind: u32, op: usize, p: usize, end: usize, row: u32): bool {
  let behind: usize;
  if (kind >= <u32>SKIP_VALUE) behind = skipped(kind, op, p);
  else {
    behind = anyValue(kind, op, p, row);
    if (behind == NO) behind = otherwise(kind, op, p, row);
  }
  clearFurthest();
  return behind == end;
}

/** Whether four records in a row have short whole numbers: `four` has them. */
// @ts-ignore: decorator
@inline
function fourWholes(place: usize, toStart: usize, distance: usize, toEnd: usize, stride: usize): bool {
  const place2 = place + (stride << 1);
  const end0 = <usize>load<u32>(place + distance) - toEnd;
  const end1 = <usize>load<u32>(place + stride + distance) - toEnd;
  const end2 = <usize>load<u32>(place2 + distance) - toEnd;
  const end3 = <usize>load<u32>(place2 + stride + distance) - toEnd;
  return areShortWholes(
    end0,
    end0 - <usize>load<u32>(place) - toStart,
    end1,
    end1 - <usize>load<u32>(place + stride) - toStart,
    end2,
    end2 - <usize>load<u32>(place2) - toStart,
    end3,
    end3 - <usize>load<u32>(place2 + stride) - toStart,
  );
}

function safeIntegers(
  to: usize,
  from: usize,
  toStart: usize,
  distance: usize,
  toEnd: usize,
  stride: usize,
  behind: usize,
): usize {
  let value = to;
  let place = from;
  for (; behind - place >= stride << 2; place += stride << 2) {
    if (!fourWholes(place, toStart, distance, toEnd, stride)) break;
    v128.store(value, f64x2.convert_low_i32x4_s(four));
    v128.store(value, f64x2.convert_low_i32x4_s(i64x2.shuffle(four, four, 1, 1)), 16);
    value += 32;
  }
  return place;
}

function smallIntegers(
  to: usize,
  from: usize,
  toStart: usize,
  distance: usize,
  toEnd: usize,
  stride: usize,
  behind: usize,
  least: i64,
  most: i64,
): usize {
  const smallest = i32x4.splat(<i32>least);
  const largest = i32x4.splat(<i32>most);
  let value = to;
  let place = from;
  for (; behind - place >= stride << 2; place += stride << 2) {
    if (!fourWholes(place, toStart, distance, toEnd, stride)) break;
    if (v128.any_true(v128.or(i32x4.lt_s(four, smallest), i32x4.gt_s(four, largest)))) break;
    v128.store(value, four);
    value += 16;
  }
  return place;
}

function doubles(
  to: usize,
  from: usize,
  toStart: usize,
  distance: usize,
  toEnd: usize,
  stride: usize,
  behind: usize,
): usize {
  let value = to;
  let place = from;
  for (; behind - place >= stride << 1; place += stride << 1) {
    const end0 = <usize>load<u32>(place + distance) - toEnd;
    const end1 = <usize>load<u32>(place + stride + distance) - toEnd;
    const size0 = end0 - <usize>load<u32>(place) - toStart;
    const size1 = end1 - <usize>load<u32>(place + stride) - toStart;
    if (!twoShortDoubles(end0, size0, end1, size1, value)) break;
    value += 16;
  }
  return place;
}

function timestamps(
  to: usize,
  from: usize,
  toStart: usize,
  distance: usize,
  toEnd: usize,
  stride: usize,
  behind: usize,
  quotes: usize,
): usize {
  let value = to;
  let place = from;
  for (; place != behind; place += stride) {
    const p = <usize>load<u32>(place) + toStart + quotes;
    const size = <usize>load<u32>(place + distance) - toEnd - quotes - p;
    const isQuoted = (load<u8>(p - 1) == QUOTE) & (load<u8>(p, 24) == QUOTE);
    if ((quotes != 0 && !isQuoted) || size != 24 || !isPlainSecond(p) || !isKnownMinute(p)) break;
    store<f64>(value, timeOfSecond(p));
    value += 8;
  }
  return place;
}

/** Strings of JSON. */
function texts(
  to: usize,
  from: usize,
  toStart: usize,
  distance: usize,
  toEnd: usize,
  stride: usize,
  behind: usize,
): usize {
  let span = to;
  let place = from;
  for (; place != behind; place += stride) {
    const p = <usize>load<u32>(place) + toStart;
    const end = <usize>load<u32>(place + distance) - toEnd;
    if (<isize>(end - p) < 2 || load<u8>(p) != QUOTE || load<u8>(end - 1) != QUOTE) break;
    if (!isPlainText(p + 1, end - 1)) break;
    store<u64>(span, (<u64>(end - p - 2) << 32) | <u64>(p + 1));
    span += 8;
  }
  return place;
}

/** Fields of rows that are texts. */
function fields(
  to: usize,
  from: usize,
  toStart: usize,
  distance: usize,
  toEnd: usize,
  stride: usize,
  behind: usize,
): usize {
  let span = to;
  let place = from;
  for (; place != behind; place += stride) {
    const p = <usize>load<u32>(place) + toStart;
    const end = <usize>load<u32>(place + distance) - toEnd;
    const size = <u32>(end - p);
    if (size == 0 || (size == nullSize && isNullText(p)) || !isPlainField(p, end, quote)) break;
    store<u64>(span, (<u64>size << 32) | <u64>p);
    span += 8;
  }
  return place;
}

/** The columns that have no bytes in a record, from operation `first` on, in `rows` rows. */
export function columnsWithoutBytes(first: usize, row: u32, rows: u32): void {
  let op = first;
  for (; kindOf(op) == ABSENT; op += OP_BYTES) {
    const width: usize = (flagsOf(op) & NARROW) != 0 ? 2 : 3;
    memory.fill(validityOf(op) + row, 0, rows);
    memory.fill(valuesOf(op) + (<usize>row << width), 0, <usize>rows << width);
  }
  for (; kindOf(op) == PRESENT; op += OP_BYTES) memory.fill(validityOf(op) + row, 1, rows);
}
