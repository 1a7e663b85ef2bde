import type { Int64 } from '../batch.ts';
import { findZone, type Zone } from '../sql/values/zone.ts';

/**
 * Dates and timestamps from bytes, by the rules that Spark uses where no pattern is given
 * (`SparkDateTimeUtils.parseTimestampString`, `stringToDate`). Shared by the JSON and the CSV decoder.
 */

/**
 * What a timestamp without a zone of its own means: null for UTC, else the offset of local time from UTC in
 * microseconds (east is positive) at a local time given in microseconds.
 */
export type ZoneOffset = null | ((localMicros: number) => number);

const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_DAY = 86_400_000_000;
const MAX_OFFSET_SECONDS = 18 * 3600;
const MAX_REGION_LENGTH = 64;

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar; NaN when there is no such date. */
export function daysOfCivil(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return Number.NaN;
  // Years begin in March, so that the leap day is the last day of a year.
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// The cursor of the functions below: a parse does not call itself, so one is enough, and nothing is allocated.
let at = 0;

/** Reads up to `maxDigits` digits at the cursor; -1 when there are fewer than `minDigits` or more than `maxDigits`. */
function digits(bytes: Uint8Array, end: number, minDigits: number, maxDigits: number): number {
  const start = at;
  let value = 0;
  while (at < end) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    if (at - start === maxDigits) return -1;
    value = value * 10 + digit;
    at++;
  }
  return at - start < minDigits ? -1 : value;
}

/** Skips `byte` at the cursor, if it is there. */
function skip(bytes: Uint8Array, end: number, byte: number): boolean {
  if (at >= end || bytes[at] !== byte) return false;
  at++;
  return true;
}

function isTrimmed(byte: number): boolean {
  return byte <= 32 || byte === 127;
}

/** `[+-]y…[-[m]m[-[d]d]]` at the cursor, as days; NaN for no match. `dateParts` says how many parts there were. */
let dateParts = 0;
function date(bytes: Uint8Array, end: number, maxYearDigits: number): number {
  const negative = skip(bytes, end, 45);
  if (!negative) skip(bytes, end, 43);
  const year = digits(bytes, end, 4, maxYearDigits);
  let month = 1;
  let day = 1;
  dateParts = 1;
  if (year < 0) return Number.NaN;
  if (skip(bytes, end, 45)) {
    dateParts = 2;
    month = digits(bytes, end, 1, 2);
    if (month > 0 && skip(bytes, end, 45)) {
      dateParts = 3;
      day = digits(bytes, end, 1, 2);
    }
  }
  return daysOfCivil(negative ? -year : year, month, day);
}

/** `[h]h[:[m]m[:[s]s[.f…]]]` at the cursor, as microseconds; -1 for no match. A zone may follow only seconds. */
let mayHaveZone = false;
function timeOfDay(bytes: Uint8Array, end: number): number {
  mayHaveZone = false;
  const hour = digits(bytes, end, 1, 2);
  if (hour < 0 || hour > 23) return -1;
  let minute = 0;
  let second = 0;
  let fraction = 0;
  if (skip(bytes, end, 58)) {
    minute = digits(bytes, end, 1, 2);
    if (minute < 0 || minute > 59) return -1;
    if (skip(bytes, end, 58)) {
      second = digits(bytes, end, 1, 2);
      if (second < 0 || second > 59) return -1;
      mayHaveZone = true;
      if (skip(bytes, end, 46)) fraction = fractionMicros(bytes, end);
    }
  }
  return ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + fraction;
}

/** Digits after the point, cut (not rounded) to microseconds. */
function fractionMicros(bytes: Uint8Array, end: number): number {
  let micros = 0;
  let unit = 100_000;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    micros += digit * unit;
    unit = unit === 1 ? 0 : unit / 10;
  }
  return micros;
}

/**
 * `Z`, `±h[h][:[m]m[:ss]]`, `±hhmm[ss]`, each also behind `UTC`, `GMT` or `UT`, at the cursor up to `end`; seconds
 * east of UTC, NaN for no match (`java.time.ZoneId.of`).
 */
function zoneSeconds(bytes: Uint8Array, end: number): number {
  if (at + 1 === end && bytes[at] === 90) {
    at++;
    return 0;
  }
  if (bytes[at] === 85 && bytes[at + 1] === 84) at += at + 2 < end && bytes[at + 2] === 67 ? 3 : 2;
  else if (bytes[at] === 71 && bytes[at + 1] === 77 && bytes[at + 2] === 84) at += 3;
  if (at === end) return 0;
  if (at > end) return Number.NaN;
  const sign = bytes[at] === 45 ? -1 : 1;
  if (!skip(bytes, end, 43) && !skip(bytes, end, 45)) return Number.NaN;
  const start = at;
  let hour = digits(bytes, end, 1, 6);
  const count = at - start;
  let minute = 0;
  let second = 0;
  if (count <= 2) {
    if (skip(bytes, end, 58)) {
      minute = digits(bytes, end, 1, 2);
      if (skip(bytes, end, 58)) second = digits(bytes, end, 2, 2);
    }
  } else if (count === 4) {
    minute = hour % 100;
    hour = (hour - minute) / 100;
  } else if (count === 6) {
    second = hour % 100;
    minute = ((hour - second) / 100) % 100;
    hour = Math.floor(hour / 10_000);
  } else return Number.NaN;
  if (at !== end || hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 59) return Number.NaN;
  const seconds = (hour * 60 + minute) * 60 + second;
  return seconds > MAX_OFFSET_SECONDS ? Number.NaN : sign * seconds;
}

/**
 * The timestamp written in `bytes[start .. end)`, in microseconds since 1970-01-01T00:00:00Z; null when the text is
 * none, or outside the range of a 64-bit integer. Blanks around it do not count. The form is
 * `[+-]y…[-[m]m[-[d]d[( |T)[h]h[:[m]m[:[s]s[.f…][zone]]]]]]`: the year has 4 to 6 digits, a fraction is cut to
 * microseconds, the zone is `Z`, an offset or a region. A text without zone is local time in `zone`.
 *
 * Unlike Spark, a time of day alone gives null: it would mean a time of today.
 */
export function parseTimestampBytes(bytes: Uint8Array, start: number, end: number, zone: ZoneOffset): Int64 | null {
  let last = end;
  at = start;
  while (at < last && isTrimmed(bytes[at] as number)) at++;
  while (last > at && isTrimmed(bytes[last - 1] as number)) last--;
  const days = date(bytes, last, 6);
  if (Number.isNaN(days)) return null;
  let micros = 0;
  let zoneText = false;
  if (at < last) {
    if (dateParts < 3 || (!skip(bytes, last, 84) && !skip(bytes, last, 32))) return null;
    micros = timeOfDay(bytes, last);
    if (micros < 0) return null;
    zoneText = at < last;
    if (zoneText && !mayHaveZone) return null;
  }
  let offset = 0;
  if (zoneText) {
    while (isTrimmed(bytes[at] as number)) at++;
    const zoneStart = at;
    offset = zoneSeconds(bytes, last) * MICROS_PER_SECOND;
    if (Number.isNaN(offset)) {
      const region = regionAt(bytes, zoneStart, last);
      if (region === null) return null;
      offset = region.offsetMicrosAtLocal(days * MICROS_PER_DAY + micros);
    }
  } else if (zone !== null) {
    offset = zone(days * MICROS_PER_DAY + micros);
  }
  const result = days * MICROS_PER_DAY + (micros - offset);
  return Number.isSafeInteger(result) ? result : exactMicros(days, micros - offset);
}

/** The zone of a name like `Europe/Berlin`. */
function regionAt(bytes: Uint8Array, start: number, end: number): Zone | null {
  if (end - start > MAX_REGION_LENGTH) return null;
  let name = '';
  for (let i = start; i < end; i++) name += String.fromCharCode(bytes[i] as number);
  return findZone(name);
}

function exactMicros(days: number, micros: number): Int64 | null {
  const exact = BigInt(days) * BigInt(MICROS_PER_DAY) + BigInt(micros);
  if (exact !== BigInt.asIntN(64, exact)) return null;
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

/**
 * The date written in `bytes[start .. end)`, in days since 1970-01-01; null when the text is none. Blanks around it do
 * not count. The form is `[+-]y…[-[m]m[-[d]d]]`, the year with 4 to 7 digits; behind a whole date, a blank or `T` and
 * anything may follow.
 */
export function parseDateBytes(bytes: Uint8Array, start: number, end: number): number | null {
  let last = end;
  at = start;
  while (at < last && isTrimmed(bytes[at] as number)) at++;
  while (last > at && isTrimmed(bytes[last - 1] as number)) last--;
  const days = date(bytes, last, 7);
  if (days !== (days | 0)) return null;
  if (at === last) return days;
  return dateParts === 3 && (bytes[at] === 32 || bytes[at] === 84) ? days : null;
}
