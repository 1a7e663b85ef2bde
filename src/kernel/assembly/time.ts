import { digit, NO } from './cursor';

const MICROS_PER_DAY: i64 = 86400000000;
const MAX_SAFE: i64 = 9007199254740991;
const MAX_OFFSET_MINUTES: u32 = 18 * 60;

// Records in a row are mostly of the same day: the date read last, as bytes and as days.
let lastYearMonth: u64 = 0;
let lastDay: u32 = u32.MAX_VALUE;
let lastDays: i32 = 0;

/** Reads `yyyy-MM-dd` at `p` into `lastDays`; false when there is no such date from year 1 on. */
function knownDate(p: usize): bool {
  const yearMonth = load<u64>(p);
  const day = <u32>load<u16>(p, 8);
  if (yearMonth == lastYearMonth && day == lastDay) return true;
  if (load<u8>(p, 4) != 45 || load<u8>(p, 7) != 45) return false;
  for (let i: usize = 0; i < 10; i++) if (i != 4 && i != 7 && digit(p + i) > 9) return false;
  const year = <i32>(digit(p) * 1000 + digit(p + 1) * 100 + digit(p + 2) * 10 + digit(p + 3));
  const month = <i32>(digit(p + 5) * 10 + digit(p + 6));
  const dayOfMonth = <i32>(digit(p + 8) * 10 + digit(p + 9));
  if (year < 1 || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) return false;
  lastYearMonth = yearMonth;
  lastDay = day;
  lastDays = daysOfCivil(year, month, dayOfMonth);
  return true;
}

function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Years begin in March, so that the leap day is the last day of a year. */
function daysOfCivil(year: i32, month: i32, day: i32): i32 {
  const shifted = month <= 2 ? year - 1 : year;
  const era = shifted / 400;
  const yearOfEra = shifted - era * 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

/** `yyyy-MM-dd` */
export function date(p: usize, to: usize): usize {
  if (!knownDate(p)) return NO;
  store<i32>(to, lastDays);
  return p + 10;
}

/** The sixteen bytes that a time began with last, up to the minute, once they were found right; and the time. */
const LAST_MINUTE = memory.data(16, 16);
let minuteMicros: f64 = 0;
/** A double holds all times of the minute exactly. */
let isSafeMinute: bool = false;

// @ts-ignore: decorator
@inline
function isLastMinute(p: usize): bool {
  return <u32>v128.bitmask<i8>(v128.eq<i8>(v128.load(p), v128.load(LAST_MINUTE))) == 0xffff;
}

/** Whether the minute at `p` is the one that was read last, and its times may be decoded. */
// @ts-ignore: decorator
@inline
export function isKnownMinute(p: usize): bool {
  return isLastMinute(p) && isSafeMinute;
}

/** `:ss.SSSZ` behind the minute: `:00.000Z` becomes zeros. */
// @ts-ignore: decorator
@inline
function secondOf(p: usize): u64 {
  return load<u64>(p, 16) ^ 0x5a3030302e30303a;
}

/** Whether `:ss.SSSZ` stands behind what is to be the minute of a time at `p`. */
// @ts-ignore: decorator
@inline
export function isPlainSecond(p: usize): bool {
  // What is too large carries into the highest bit of its byte.
  const second = secondOf(p);
  return ((second | (second + 0x7f7676767f767a7f)) & 0x8080808080808080) == 0;
}

/** The time at `p` in microseconds, of which `isPlainSecond` and `isKnownMinute` are true. */
// @ts-ignore: decorator
@inline
export function timeOfSecond(p: usize): f64 {
  // Pairs of digits are 0 and tens of seconds, seconds and 0, hundreds and tens of milliseconds, milliseconds and 0.
  const pairs = ((secondOf(p) * 0xa01) >> 8) & 0x00ff00ff00ff00ff;
  const fours = ((pairs * 0x640001) >> 16) & 0x0000ffff0000ffff;
  return minuteMicros + <f64>(((<i32>fours) * 1000 + <i32>(fours >> 32)) * 100);
}

/** Whether at `p` is the text `yyyy-MM-ddTHH:mm:ss.SSSZ` of a time with a fraction. */
// @ts-ignore: decorator
@inline
export function isPlainTime(p: usize): bool {
  return isPlainSecond(p) && secondOf(p) >> 32 != 0 && (isLastMinute(p) || isMinute(p));
}

/** Whether at `p` is the text `yyyy-MM-ddTHH:mm`, and `:00` behind it would make a time. */
function isMinute(p: usize): bool {
  if (!knownDate(p) || load<u8>(p, 10) != 84) return false;
  const time = (load<u64>(p, 11) & 0xffffffffff) ^ (TIME_ZEROS & 0xffffffffff);
  if (!isTimeOfDay(time)) return false;
  v128.store(LAST_MINUTE, v128.load(p));
  const micros = <i64>lastDays * MICROS_PER_DAY + <i64>minuteOf(time) * 60000000;
  minuteMicros = <f64>micros;
  isSafeMinute = micros < MAX_SAFE - 60000000 && micros >= -MAX_SAFE;
  return true;
}

/** `00:00:00` */
const TIME_ZEROS: u64 = 0x30303a30303a3030;

/** Whether the bytes of `HH:mm:ss`, without those of `00:00:00`, are a time. */
// @ts-ignore: decorator
@inline
function isTimeOfDay(time: u64): bool {
  // Digits are 0 to 9 and colons 0; what is too large carries into the highest bit of its byte.
  if (((time | (time + 0x76767f76767f7676)) & 0x8080808080808080) != 0) return false;
  // Tens of minutes and seconds to 5; of hours to 2, and 2 is followed by 0 to 3.
  if (((time + 0x007a00007a000000) & 0x0080000080000000) != 0) return false;
  return (time & 15) * 10 + ((time >> 8) & 15) < 24;
}

/** Minutes since midnight. */
// @ts-ignore: decorator
@inline
function minuteOf(time: u64): u64 {
  const hour = (time & 15) * 10 + ((time >> 8) & 15);
  return hour * 60 + ((time >> 24) & 15) * 10 + ((time >> 32) & 15);
}

/** `yyyy-MM-dd[T ]HH:mm:ss[.f…][Z|±HH:mm]`, the fraction cut to microseconds. */
export function timestamp(start: usize, to: usize, utcDefault: bool): usize {
  if (!knownDate(start)) return NO;
  const between = load<u8>(start, 10);
  if (between == 84) isMinute(start);
  else if (between != 32) return NO;
  const time = load<u64>(start, 11) ^ TIME_ZEROS;
  if (!isTimeOfDay(time)) return NO;
  const second = ((time >> 48) & 15) * 10 + ((time >> 56) & 15);
  let micros = <i64>lastDays * MICROS_PER_DAY + <i64>(minuteOf(time) * 60 + second) * 1000000;
  let p = start + 19;
  if (load<u8>(p) == 46) {
    const first = ++p;
    let fraction: u32 = 0;
    let next = digit(p);
    if (next > 9) return NO;
    do {
      if (p - first < 6) fraction = fraction * 10 + next;
      next = digit(++p);
    } while (next <= 9);
    for (let digits = p - first; digits < 6; digits++) fraction *= 10;
    micros += fraction;
  }
  const zone = load<u8>(p);
  if (zone == 90) p++;
  else if (zone == 43 || zone == 45) {
    const h1 = digit(p + 1);
    const h2 = digit(p + 2);
    const m1 = digit(p + 4);
    const m2 = digit(p + 5);
    if (h1 > 9 || h2 > 9 || load<u8>(p, 3) != 58 || m1 > 5 || m2 > 9) return NO;
    const minutes = (h1 * 10 + h2) * 60 + m1 * 10 + m2;
    if (minutes > MAX_OFFSET_MINUTES) return NO;
    micros -= (zone == 45 ? -<i64>minutes : <i64>minutes) * 60000000;
    p += 6;
  } else if (!utcDefault) return NO;
  if (micros > MAX_SAFE || micros < -MAX_SAFE) return NO;
  store<f64>(to, <f64>micros);
  return p;
}
