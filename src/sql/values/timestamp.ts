import type { Int64 } from '../../batch.ts';
import { civilOf, daysOfChecked } from './calendar.ts';
import { floorDivInt64, floorModInt64 } from './int64.ts';
import { localToUtc, MICROS_PER_DAY, MICROS_PER_SECOND, utcToLocal } from './local-time.ts';
import { findZone, type Zone } from './zone.ts';

/**
 * Dates and timestamps as text where no pattern is given. Reading follows Spark's `SparkDateTimeUtils`
 * (`parseTimestampString`, `stringToTimestamp`, `stringToDate`), writing its `FractionTimestampFormatter`.
 */

const CODE_0 = 48;
const CODE_SPACE = 32;
const CODE_PLUS = 43;
const CODE_MINUS = 45;
const CODE_DOT = 46;
const CODE_COLON = 58;
const CODE_T = 84;

// The cursor of the functions below. A parse does not call itself, so one is enough, and the hot path allocates nothing.
let at = 0;
let end = 0;
let dateParts = 0;
let mayHaveZone = false;

/** The start of `text` without blanks and control characters around it, in `at` and `end`. */
function trim(text: string): void {
  at = 0;
  end = text.length;
  while (at < end && isTrimmed(text.charCodeAt(at))) at++;
  while (end > at && isTrimmed(text.charCodeAt(end - 1))) end--;
}

function isTrimmed(code: number): boolean {
  return code <= CODE_SPACE || code === 127;
}

/** A number of `min` to `max` digits at the cursor; -1 for fewer or more. */
function digits(text: string, min: number, max: number): number {
  const start = at;
  let value = 0;
  while (at < end) {
    const digit = text.charCodeAt(at) - CODE_0;
    if (digit < 0 || digit > 9) break;
    if (at - start === max) return -1;
    value = value * 10 + digit;
    at++;
  }
  return at - start < min ? -1 : value;
}

function skip(text: string, code: number): boolean {
  if (at >= end || text.charCodeAt(at) !== code) return false;
  at++;
  return true;
}

/** `[+-]y…[-[m]m[-[d]d]]` at the cursor as days, or null. `dateParts` says how many parts there were. */
function parseDays(text: string, maxYearDigits: number): number | null {
  const negative = skip(text, CODE_MINUS);
  if (!negative) skip(text, CODE_PLUS);
  const year = digits(text, 4, maxYearDigits);
  if (year < 0) return null;
  let month = 1;
  let day = 1;
  dateParts = 1;
  if (skip(text, CODE_MINUS)) {
    dateParts = 2;
    month = digits(text, 1, 2);
    if (month > 0 && skip(text, CODE_MINUS)) {
      dateParts = 3;
      day = digits(text, 1, 2);
    }
  }
  return daysOfChecked(negative ? -year : year, month, day);
}

/** `[h]h[:[m]m[:[s]s[.f…]]]` at the cursor as microseconds, or -1. A zone may follow only where seconds were. */
function parseTimeOfDay(text: string): number {
  mayHaveZone = false;
  let minute = 0;
  let second = 0;
  let fraction = 0;
  const hour = digits(text, 1, 2);
  if (hour < 0 || hour > 23) return -1;
  if (skip(text, CODE_COLON)) {
    minute = digits(text, 1, 2);
    if (minute < 0 || minute > 59) return -1;
    if (skip(text, CODE_COLON)) {
      second = digits(text, 1, 2);
      if (second < 0 || second > 59) return -1;
      mayHaveZone = true;
      if (skip(text, CODE_DOT)) fraction = parseFraction(text);
    }
  }
  return ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + fraction;
}

/** Digits behind the point, cut to microseconds. */
function parseFraction(text: string): number {
  let micros = 0;
  let unit = 100_000;
  for (; at < end; at++) {
    const digit = text.charCodeAt(at) - CODE_0;
    if (digit < 0 || digit > 9) break;
    micros += digit * unit;
    unit = unit === 1 ? 0 : unit / 10;
  }
  return micros;
}

/**
 * The timestamp that `text` says: `[+-]y…[-[m]m[-[d]d[( |T)[h]h[:[m]m[:[s]s[.f…][zone]]]]]]`, blanks around it
 * ignored. The year has 4 to 6 digits; a fraction is cut to microseconds; without a zone it is local time in `zone`. Null for
 * any other text, and for one outside 64 bits of microseconds.
 *
 * Unlike Spark, a time of day alone gives null: Spark takes today's date for it.
 */
export function parseTimestamp(text: string, zone: Zone): Int64 | null {
  trim(text);
  const days = parseDays(text, 6);
  if (days === null) return null;
  let microsOfDay = 0;
  let ownZone = zone;
  if (at < end) {
    if (dateParts < 3 || (!skip(text, CODE_T) && !skip(text, CODE_SPACE))) return null;
    microsOfDay = parseTimeOfDay(text);
    if (microsOfDay < 0) return null;
    if (at < end) {
      const found = mayHaveZone ? findZone(text.slice(at, end).trim()) : null;
      if (found === null) return null;
      ownZone = found;
    }
  }
  return localToUtc(days, microsOfDay, ownZone);
}

/**
 * The date that `text` says, in days since 1970-01-01: `[+-]y…[-[m]m[-[d]d]]`, the year with 4 to 7 digits; behind a
 * whole date, a blank or `T` and anything may follow. Null for any other text.
 */
export function parseDate(text: string): number | null {
  trim(text);
  const days = parseDays(text, 7);
  if (days === null || at === end) return days;
  const next = text.charCodeAt(at);
  return dateParts === 3 && (next === CODE_SPACE || next === CODE_T) ? days : null;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** A year with at least four digits and, beyond 9999 or below 0, its sign (`java.time`'s EXCEEDS_PAD). */
export function yearText(year: number): string {
  if (year >= 1000 && year <= 9999) return `${year}`;
  const digits = `${Math.abs(year)}`.padStart(4, '0');
  return year < 0 ? `-${digits}` : year > 9999 ? `+${digits}` : digits;
}

// The last formatted day: rows next to each other are mostly of one day.
let lastDays = 0;
let lastDateText = '1970-01-01';

/** `yyyy-MM-dd`. */
export function formatDate(days: number): string {
  if (days !== lastDays) {
    const { year, month, day } = civilOf(days);
    lastDateText = `${yearText(year)}-${two(month)}-${two(day)}`;
    lastDays = days;
  }
  return lastDateText;
}

/** `HH:mm:ss` and, unless it is zero, `.` and the fraction without trailing zeros. */
function timeText(microsOfDay: number): string {
  const seconds = Math.floor(microsOfDay / MICROS_PER_SECOND);
  const fraction = microsOfDay - seconds * MICROS_PER_SECOND;
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const text = `${two(hours)}:${two(minutes - hours * 60)}:${two(seconds - minutes * 60)}`;
  return fraction === 0 ? text : `${text}.${fractionText(fraction)}`;
}

/** Microseconds (1 to 999999) as the digits behind a point, without trailing zeros. */
export function fractionText(micros: number): string {
  let digits = 6;
  let rest = micros;
  while (rest % 10 === 0) {
    rest /= 10;
    digits--;
  }
  return `${rest}`.padStart(digits, '0');
}

function formatLocal(local: Int64, separator: string): string {
  const days = Number(floorDivInt64(local, MICROS_PER_DAY));
  return formatDate(days) + separator + timeText(floorModInt64(local, MICROS_PER_DAY));
}

/** What CAST AS STRING gives: `yyyy-MM-dd HH:mm:ss[.f…]` of local time in `zone`, trailing zeros cut. */
export function formatTimestamp(micros: Int64, zone: Zone): string {
  return formatLocal(utcToLocal(micros, zone), ' ');
}

/** `yyyy-MM-ddTHH:mm:ss[.f…]Z` in UTC, trailing zeros of the fraction cut: exact, and read back by `parseTimestamp`. */
export function isoTimestamp(micros: Int64): string {
  return `${formatLocal(micros, 'T')}Z`;
}
