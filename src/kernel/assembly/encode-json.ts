/**
 * Columns to lines of JSON objects. Stops in front of the first row that it has no sure text for (an infinity, a far away time, a text that
 * the room is too small for): that row is the host's. See ../json-rows.ts for the layout.
 */
import {
  CELL_CLOSE,
  CELL_FLAG,
  CELL_INTEGER,
  CELL_OPEN,
  CELL_RAW,
  CELL_REAL,
  CELL_SMALL_INTEGER,
  CELL_TIME,
  JSON_STEP_BYTES,
} from '../ops';
import { booleanText, doubleText, timestampText } from './cell-text';
import { integer } from './digits';
import { setEncoded } from './encoded';

const QUOTE: u8 = 34;
const COMMA: u8 = 44;
const BACKSLASH: u8 = 92;
const OPEN: u8 = 123;
const CLOSE: u8 = 125;
/** `null` */
const NULL: u32 = 0x6c6c756e;
/** Doubles from here on are written with an exponent. */
const EXPONENTIAL: f64 = 1e21;
/** Bytes that one byte of a text becomes at most. */
const ESCAPE_BYTES: usize = 6;

/**
 * Encodes rows `from` to `to` (exclusive) at `out`; gives the row it stopped in front of. From `steps` to `stepsEnd` stand the steps of a row,
 * JSON_STEP_BYTES each, in words: kind, values, validity (0: none), offsets, the field's name as it is written and its size, and of a
 * struct's beginning the step behind its end. `keepNulls`: null fields are written. `fixedBytes`: what a row takes at most besides texts.
 */
export function encodeJson(
  steps: usize,
  stepsEnd: usize,
  from: u32,
  to: u32,
  out: usize,
  outEnd: usize,
  keepNulls: bool,
  fixedBytes: usize,
): u32 {
  const limit = outEnd - fixedBytes;
  let o = out;
  let row = from;
  for (; row < to && o <= limit; row++) {
    const next = object(steps, stepsEnd, row, o, limit, keepNulls);
    if (next == 0) break;
    o = next;
  }
  setEncoded(o - out);
  return row;
}

/** Writes one row; gives the address behind it, or 0. */
@inline
function object(steps: usize, stepsEnd: usize, row: u32, start: usize, limit: usize, keepNulls: bool): usize {
  let o = start;
  store<u8>(o++, OPEN);
  let isFirst = true;
  for (let step = steps; step < stepsEnd; ) {
    const kind = load<u32>(step);
    if (kind == CELL_CLOSE) {
      store<u8>(o++, CLOSE);
      isFirst = false;
      step += <usize>JSON_STEP_BYTES;
      continue;
    }
    const validity = <usize>load<u32>(step, 8);
    const isNull = validity != 0 && load<u8>(validity + row) == 0;
    const next = isNull && kind == CELL_OPEN ? <usize>load<u32>(step, 24) : step + <usize>JSON_STEP_BYTES;
    if (!isNull || keepNulls) {
      if (!isFirst) store<u8>(o++, COMMA);
      o = copy(o, <usize>load<u32>(step, 16), <usize>load<u32>(step, 20));
      isFirst = !isNull && kind == CELL_OPEN;
      if (isNull) {
        store<u32>(o, NULL);
        o += 4;
      } else if (kind == CELL_OPEN) store<u8>(o++, OPEN);
      else {
        o = cell(kind, step, row, o, limit);
        if (o == 0) return 0;
      }
    }
    step = next;
  }
  store<u8>(o, CLOSE);
  store<u8>(o, 10, 1);
  return o + 2;
}

/** Writes one value that is not null; gives the address behind it, or 0. */
@inline
function cell(kind: u32, step: usize, row: u32, o: usize, limit: usize): usize {
  const values = <usize>load<u32>(step, 4);
  switch (kind) {
    case CELL_INTEGER:
      return integer(o, <i64>load<f64>(values + (<usize>row << 3)));
    case CELL_SMALL_INTEGER:
      return integer(o, <i64>load<i32>(values + (<usize>row << 2)));
    case CELL_REAL:
      return real(o, load<f64>(values + (<usize>row << 3)));
    case CELL_TIME: {
      store<u8>(o, QUOTE);
      const end = timestampText(o + 1, load<f64>(values + (<usize>row << 3)), true);
      if (end == 0) return 0;
      store<u8>(end, QUOTE);
      return end + 1;
    }
    case CELL_FLAG:
      return booleanText(o, load<u8>(values + row) == 1);
  }
  const offsets = <usize>load<u32>(step, 12) + (<usize>row << 2);
  const from = values + <usize>load<u32>(offsets);
  const size = <usize>load<u32>(offsets, 4) - <usize>load<u32>(offsets);
  if (kind == CELL_RAW) return o + size > limit ? 0 : copy(o, from, size);
  return o + size * ESCAPE_BYTES > limit ? 0 : text(o, from, size);
}

/** Whole numbers keep `.0`, so that they stay doubles for others. */
@inline
function real(o: usize, value: f64): usize {
  const end = doubleText(o, value);
  if (end == 0 || Math.floor(value) != value || abs(value) >= EXPONENTIAL) return end;
  store<u16>(end, 0x302e); // .0
  return end + 2;
}

/** Sixteen bytes at a time: there is room behind every text, read or written. */
@inline
function copy(o: usize, from: usize, size: usize): usize {
  for (let at: usize = 0; at < size; at += 16) v128.store(o + at, v128.load(from + at));
  return o + size;
}

/** A JSON string of UTF-8, with the escapes that JSON.stringify writes. */
@inline
function text(start: usize, from: usize, size: usize): usize {
  let o = start;
  store<u8>(o++, QUOTE);
  const end = from + size;
  for (let p = from; p < end; ) {
    const x = v128.load(p);
    v128.store(o, x);
    const special = v128.or(
      v128.or(v128.eq<i8>(x, i8x16.splat(QUOTE)), v128.eq<i8>(x, i8x16.splat(BACKSLASH))),
      v128.lt<u8>(x, i8x16.splat(32)),
    );
    const plain = min(min(<usize>16, end - p), <usize>ctz(<u32>v128.bitmask<i8>(special)));
    o += plain;
    p += plain;
    if (p < end && plain < 16) o = escape(o, load<u8>(p++));
  }
  store<u8>(o, QUOTE);
  return o + 1;
}

/** By control character: the letter of its short escape, 0 for none. */
const SHORT_ESCAPES = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 98, 116, 110, 0, 102, 114]);

function escape(o: usize, byte: u32): usize {
  store<u8>(o, BACKSLASH);
  const letter = byte >= 32 ? byte : byte < 14 ? <u32>load<u8>(SHORT_ESCAPES + <usize>byte) : 0;
  if (letter != 0) {
    store<u8>(o, <u8>letter, 1);
    return o + 2;
  }
  store<u32>(o, 0x30303075, 1); // u000
  store<u8>(o, <u8>(48 + (byte >> 4)), 4);
  const low = byte & 15;
  store<u8>(o, <u8>(low < 10 ? 48 + low : 87 + low), 5);
  return o + 6;
}
