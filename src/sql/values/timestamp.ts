import type { Int64 } from '../../batch.ts';
import { civilOf, daysInMonth, daysOf, daysOfChecked } from './calendar.ts';
import { floorDivInt64, floorModInt64 } from './int64.ts';
import { localToUtc, MICROS_PER_DAY, MICROS_PER_SECOND, utcToLocal } from './local-time.ts';
import { findZone, UTC_ZONE, type Zone } from './zone.ts';

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
const CODE_Z = 90;

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
  const common = parseCommonForm(text, zone);
  return common === null ? parseAnyForm(text, zone) : common;
}

/** Two digits at `index`; NaN for anything else. */
function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - CODE_0;
  const ones = text.charCodeAt(index + 1) - CODE_0;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** The form that machines write, `yyyy-MM-dd( |T)HH:mm:ss[.f…][Z]`, several times faster; null for all others. */
function parseCommonForm(text: string, zone: Zone): Int64 | null {
  const length = text.length;
  if (length < 19 || text.charCodeAt(4) !== CODE_MINUS || text.charCodeAt(7) !== CODE_MINUS) return null;
  if (text.charCodeAt(13) !== CODE_COLON || text.charCodeAt(16) !== CODE_COLON) return null;
  const separator = text.charCodeAt(10);
  if (separator !== CODE_T && separator !== CODE_SPACE) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return null;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return null;
  let index = 19;
  let fraction = 0;
  if (index < length && text.charCodeAt(index) === CODE_DOT) {
    let unit = 100_000;
    for (index++; index < length; index++) {
      const digit = text.charCodeAt(index) - CODE_0;
      if (digit < 0 || digit > 9) break;
      fraction += digit * unit;
      unit = unit === 1 ? 0 : unit / 10;
    }
  }
  const isUtc = index === length - 1 && text.charCodeAt(index) === CODE_Z;
  if (index !== length && !isUtc) return null;
  const microsOfDay = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + fraction;
  return localToUtc(daysOf(year, month, day), microsOfDay, isUtc ? UTC_ZONE : zone);
}

function parseAnyForm(text: string, zone: Zone): Int64 | null {
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
      const found = mayHaveZone ? parseZone(text) : null;
      if (found === null) return null;
      ownZone = found;
    }
  }
  return localToUtc(days, microsOfDay, ownZone);
}

// The last offset read: a producer writes the same one again and again.
let lastOffset = '';
let lastOffsetZone: Zone | null = null;

function offsetZone(offset: string): Zone | null {
  if (offset !== lastOffset) {
    lastOffsetZone = findZone(offset);
    lastOffset = offset;
  }
  return lastOffsetZone;
}

/** The zone behind a time. The common forms `Z` and `±hh:mm` are read without a search. */
function parseZone(text: string): Zone | null {
  const first = text.charCodeAt(at);
  const length = end - at;
  if (length === 1 && first === CODE_Z) return UTC_ZONE;
  if (length === 6 && (first === CODE_PLUS || first === CODE_MINUS)) return offsetZone(text.slice(at, end));
  return findZone(text.slice(at, end).trim());
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

/** `00` to `99` and `000` to `999`: a table is several times faster than padding. */
const TWO_DIGITS = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0'));

/** A year with at least four digits and, beyond 9999 or below 0, its sign (`java.time`'s EXCEEDS_PAD). */
export function yearText(year: number): string {
  if (year >= 1000 && year <= 9999) return `${year}`;
  const digits = `${Math.abs(year)}`.padStart(4, '0');
  return year < 0 ? `-${digits}` : year > 9999 ? `+${digits}` : digits;
}

// The last formatted day and minute: rows next to each other are mostly close in time.
let lastDays = 0;
let lastDateText = '1970-01-01';
let lastMinute = 0;
let lastMinuteText = '00:00:';

/** `yyyy-MM-dd`. */
export function formatDate(days: number): string {
  if (days !== lastDays) {
    const { year, month, day } = civilOf(days);
    lastDateText = `${yearText(year)}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}`;
    lastDays = days;
  }
  return lastDateText;
}

/** `HH:mm:ss` and, unless it is zero, `.` and the fraction without trailing zeros. */
function timeText(microsOfDay: number): string {
  const seconds = Math.floor(microsOfDay / MICROS_PER_SECOND);
  const fraction = microsOfDay - seconds * MICROS_PER_SECOND;
  const minute = Math.floor(seconds / 60);
  if (minute !== lastMinute) {
    const hour = Math.floor(minute / 60);
    lastMinuteText = `${TWO_DIGITS[hour]}:${TWO_DIGITS[minute - hour * 60]}:`;
    lastMinute = minute;
  }
  const text = lastMinuteText + TWO_DIGITS[seconds - minute * 60];
  return fraction === 0 ? text : `${text}.${fractionText(fraction)}`;
}

/** Microseconds (1 to 999999) as the digits behind a point, without trailing zeros. */
export function fractionText(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = micros - millis * 1000;
  const first = THREE_DIGITS[millis] as string;
  return rest === 0 ? withoutTrailingZeros(first) : first + withoutTrailingZeros(THREE_DIGITS[rest] as string);
}

/** Of three digits that are not all zero. */
function withoutTrailingZeros(digits: string): string {
  if (digits.charCodeAt(2) !== CODE_0) return digits;
  return digits.slice(0, digits.charCodeAt(1) !== CODE_0 ? 2 : 1);
}

function formatLocal(local: Int64, separator: string): string {
  const days = Number(floorDivInt64(local, MICROS_PER_DAY));
  const microsOfDay = typeof local === 'number' ? local - days * MICROS_PER_DAY : floorModInt64(local, MICROS_PER_DAY);
  return formatDate(days) + separator + timeText(microsOfDay);
}

/** What CAST AS STRING gives: `yyyy-MM-dd HH:mm:ss[.f…]` of local time in `zone`, trailing zeros cut. */
export function formatTimestamp(micros: Int64, zone: Zone): string {
  return formatLocal(utcToLocal(micros, zone), ' ');
}

/** `yyyy-MM-ddTHH:mm:ss[.f…]Z` in UTC, trailing zeros of the fraction cut: exact, and read back by `parseTimestamp`. */
export function isoTimestamp(micros: Int64): string {
  return `${formatLocal(micros, 'T')}Z`;
}
