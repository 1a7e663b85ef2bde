/**
 * Columns to rows of CSV. Stops in front of the first row that it has no sure text for (a text that may need quotes, an infinity, a
 * far away time): that row is the host's. See ../csv-rows.ts for the layout.
 */
import { decimalSize, digits, integer, two } from './digits';
import { shortest } from './double-text';

const INTEGER: u32 = 0;
const DOUBLE: u32 = 1;
const TIMESTAMP: u32 = 2;
const TEXT: u32 = 3;
const BOOLEAN: u32 = 4;
const SMALL_INTEGER: u32 = 5;

/** Bytes that any cell but a text takes at most, with its separator. */
const CELL_BYTES: usize = 40;

let written: usize = 0;

/** Bytes that the last `encodeCsv` wrote. */
export function csvBytes(): usize {
  return written;
}

/**
 * Encodes rows `from` to `to` (exclusive) at `out`; gives the row it stopped in front of. `columns` points at `count` records of four
 * words: kind, values, validity (0: none), offsets. `bytesAt` points at 256 flags: 1 not in a text, 2 not at its start, 4 not at its end.
 * A text as long as `nullSize` may be the null text; it is the host's.
 */
export function encodeCsv(
  columns: usize,
  count: u32,
  from: u32,
  to: u32,
  out: usize,
  outEnd: usize,
  separator: u32,
  nullText: usize,
  nullSize: u32,
  flags: usize,
): u32 {
  let o = out;
  let row = from;
  for (; row < to; row++) {
    const start = o;
    if (o + <usize>count * (CELL_BYTES + <usize>nullSize) > outEnd) break;
    let done = true;
    for (let c: u32 = 0; c < count; c++) {
      const column = columns + (<usize>c << 4);
      if (c > 0) store<u8>(o++, <u8>separator);
      const validity = <usize>load<u32>(column, 8);
      if (validity != 0 && load<u8>(validity + row) == 0) {
        memory.copy(o, nullText, nullSize);
        o += nullSize;
        continue;
      }
      const next = cell(column, row, o, outEnd - <usize>count * CELL_BYTES, nullSize, flags);
      if (next == 0) {
        done = false;
        break;
      }
      o = next;
    }
    if (!done) {
      o = start;
      break;
    }
    store<u8>(o++, 10);
  }
  written = o - out;
  return row;
}

/** Writes one cell; gives the address behind it, or 0. */
@inline
function cell(column: usize, row: u32, o: usize, limit: usize, nullSize: u32, flags: usize): usize {
  const values = <usize>load<u32>(column, 4);
  switch (load<u32>(column)) {
    case INTEGER: {
      const value = load<f64>(values + (<usize>row << 3));
      const whole = <i64>value;
      return integer(o, whole);
    }
    case SMALL_INTEGER:
      return integer(o, <i64>load<i32>(values + (<usize>row << 2)));
    case DOUBLE:
      return double(o, load<f64>(values + (<usize>row << 3)));
    case TIMESTAMP:
      return timestamp(o, load<f64>(values + (<usize>row << 3)));
    case BOOLEAN: {
      const yes = load<u8>(values + row) == 1;
      if (yes) {
        store<u32>(o, 0x65757274); // true
        return o + 4;
      }
      store<u32>(o, 0x736c6166); // fals
      store<u8>(o, 101, 4); // e
      return o + 5;
    }
    default:
      return text(column, values, row, o, limit, nullSize, flags);
  }
}

@inline
function text(column: usize, bytes: usize, row: u32, o: usize, limit: usize, nullSize: u32, flags: usize): usize {
  const offsets = <usize>load<u32>(column, 12) + (<usize>row << 2);
  const start = <usize>load<u32>(offsets);
  const size = <usize>load<u32>(offsets, 4) - start;
  if (size == 0 || size == nullSize || o + size > limit) return 0;
  const p = bytes + start;
  if (load<u8>(flags + load<u8>(p)) & 2 || load<u8>(flags + load<u8>(p + size - 1)) & 4) return 0;
  for (let i: usize = 0; i < size; i++) {
    const byte = load<u8>(p + i);
    if (load<u8>(flags + byte) & 1) return 0;
    store<u8>(o + i, byte);
  }
  return o + size;
}

const LARGEST: f64 = 1e15;
const POWERS = memory.data<f64>([1, 10, 100, 1e3, 1e4, 1e5, 1e6]);

/** What a product with a power of ten may be off by, when the double is a decimal of so many places. */
const NEAR: f64 = 1e-15;

/**
 * The shortest text of a double. A decimal with at most six places and fifteen digits in all needs no search: it is given back by every
 * reader, and no shorter one is.
 */
@inline
function double(o: usize, value: f64): usize {
  const size = abs(value);
  if (!(size < LARGEST) || size == 0) return value == 0 && 1 / value > 0 ? zero(o) : shortest(o, value);
  for (let places: u32 = 0; places <= 6; places++) {
    const power = load<f64>(POWERS + (<usize>places << 3));
    const product = size * power;
    const scaled = nearest(product);
    if (scaled >= LARGEST) break;
    if (abs(product - scaled) > product * NEAR || scaled / power != size) continue;
    if (value < 0) store<u8>(o++, 45);
    const whole = <u64>scaled;
    if (places == 0) return digits(o, whole, decimalSize(whole));
    const unit = <u64>power;
    const front = whole / unit;
    o = digits(o, front, decimalSize(front));
    store<u8>(o++, 46);
    return digits(o, whole - front * unit, places);
  }
  return shortest(o, value);
}

@inline
function zero(o: usize): usize {
  store<u8>(o, 48);
  return o + 1;
}

const DAY: f64 = 86400000000;
/** The years 1000 to 9999: their texts have four digits and no sign. */
const FIRST: f64 = -30610224000000000;
const LAST: f64 = 253402300800000000;

let lastDay: i32 = i32.MIN_VALUE;
let lastYear: u32 = 0;
let lastMonth: u32 = 0;
let lastDayOfMonth: u32 = 0;

/** ISO 8601 in UTC; as many digits of the second as it needs: none, three or six. */
@inline
function timestamp(o: usize, micros: f64): usize {
  if (!(micros >= FIRST && micros < LAST)) return 0;
  const day = Math.floor(micros / DAY);
  const ofDay = <u64>(micros - day * DAY);
  if (<i32>day != lastDay) civil(<i32>day);
  two(o, lastYear / 100);
  two(o + 2, lastYear % 100);
  store<u8>(o, 45, 4);
  two(o + 5, lastMonth);
  store<u8>(o, 45, 7);
  two(o + 8, lastDayOfMonth);
  store<u8>(o, 84, 10);
  const second = <u32>(ofDay / 1000000);
  const fraction = <u32>(ofDay - <u64>second * 1000000);
  two(o + 11, second / 3600);
  store<u8>(o, 58, 13);
  two(o + 14, (second / 60) % 60);
  store<u8>(o, 58, 16);
  two(o + 17, second % 60);
  o += 19;
  if (fraction != 0) {
    store<u8>(o++, 46);
    o = fraction % 1000 == 0 ? digits(o, fraction / 1000, 3) : digits(o, fraction, 6);
  }
  store<u8>(o++, 90);
  return o;
}

/** Writes a time as a cell; gives the address behind it, or 0. */
export function timestampText(o: usize, micros: f64): usize {
  return timestamp(o, micros);
}

/** Days since 1970 to year, month and day (Hinnant, chrono-compatible low-level date algorithms). */
function civil(day: i32): void {
  const z = day + 719468;
  const era = (z >= 0 ? z : z - 146096) / 146097;
  const dayOfEra = z - era * 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shifted = (5 * dayOfYear + 2) / 153;
  lastMonth = <u32>(shifted < 10 ? shifted + 3 : shifted - 9);
  lastYear = <u32>(yearOfEra + era * 400 + (lastMonth <= 2 ? 1 : 0));
  lastDayOfMonth = <u32>(dayOfYear - (153 * shifted + 2) / 5 + 1);
  lastDay = day;
}
