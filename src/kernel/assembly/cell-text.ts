/** Values as their texts, the same in all formats. Each gives the address behind the text, or 0 for a value that is the host's. */
import { decimalSize, digits, two } from './digits';
import { shortest } from './double-text';

const LARGEST: f64 = 1e15;
const POWERS = memory.data<f64>([1, 10, 100, 1e3, 1e4, 1e5, 1e6]);

/** What a product with a power of ten may be off by, when the double is a decimal of so many places. */
const NEAR: f64 = 1e-15;

/**
 * The shortest text of a double. A decimal with at most six places and fifteen digits in all needs no search: it is given back by every
 * reader, and no shorter one is.
 */
@inline
export function doubleText(o: usize, value: f64): usize {
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

/** ISO 8601 in UTC; as many digits of the second as it needs: none (three with `keepsMillis`), three or six. */
export function timestampText(o: usize, micros: f64, keepsMillis: bool): usize {
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
  if (keepsMillis || fraction != 0) {
    store<u8>(o++, 46);
    o = fraction % 1000 == 0 ? digits(o, fraction / 1000, 3) : digits(o, fraction, 6);
  }
  store<u8>(o++, 90);
  return o;
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

/** true or false. */
@inline
export function booleanText(o: usize, yes: bool): usize {
  if (yes) {
    store<u32>(o, 0x65757274); // true
    return o + 4;
  }
  store<u32>(o, 0x736c6166); // fals
  store<u8>(o, 101, 4); // e
  return o + 5;
}
