import type { Int64 } from '../../batch.ts';
import { civilOf, daysInMonth, daysOf, isoDayOfWeek } from './calendar.ts';
import { divideInt64, floorDivInt64, floorModInt64, multiplyInt64, subtractInt64 } from './int64.ts';
import { localToUtc, MICROS_PER_DAY, utcToLocal } from './local-time.ts';
import { addDayTime, addMonths } from './timestamp-add.ts';
import type { Zone } from './zone.ts';

/** Units of time in functions: rounding down to one, adding, counting (Spark's `DateTimeUtils`). */

const UNIT_MICROS: Readonly<Record<string, number>> = {
  MICROSECOND: 1,
  MILLISECOND: 1000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: MICROS_PER_DAY,
  DAYOFYEAR: MICROS_PER_DAY,
  WEEK: 7 * MICROS_PER_DAY,
};

const UNIT_MONTHS: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** The units that timestampadd and timestampdiff know. */
export const TIMESTAMP_UNITS: readonly string[] = [...Object.keys(UNIT_MICROS), ...Object.keys(UNIT_MONTHS)];

const TRUNC_UNITS: Readonly<Record<string, string>> = {
  MICROSECOND: 'MICROSECOND',
  MILLISECOND: 'MILLISECOND',
  SECOND: 'SECOND',
  MINUTE: 'MINUTE',
  HOUR: 'HOUR',
  DAY: 'DAY',
  DD: 'DAY',
  WEEK: 'WEEK',
  MON: 'MONTH',
  MONTH: 'MONTH',
  MM: 'MONTH',
  QUARTER: 'QUARTER',
  YEAR: 'YEAR',
  YYYY: 'YEAR',
  YY: 'YEAR',
};

/** The unit that a format of trunc or date_trunc names, in any case; null when there is none. */
export function truncUnit(format: string): string | null {
  return TRUNC_UNITS[format.toUpperCase()] ?? null;
}

/** The first day of the week (Monday), month, quarter or year; null for a shorter unit. */
export function truncDate(days: number, unit: string): number | null {
  const { year, month } = civilOf(days);
  switch (unit) {
    case 'WEEK':
      return days - isoDayOfWeek(days) + 1;
    case 'MONTH':
      return daysOf(year, month, 1);
    case 'QUARTER':
      return daysOf(year, month - ((month - 1) % 3), 1);
    case 'YEAR':
      return daysOf(year, 1, 1);
    default:
      return null;
  }
}

/** The start of the unit that holds a timestamp, on the local calendar and clock. */
export function truncTimestamp(micros: Int64, unit: string, zone: Zone): Int64 | null {
  // Offsets of old times have odd seconds, but never parts of one.
  if (unit === 'MICROSECOND') return micros;
  if (unit === 'MILLISECOND' || unit === 'SECOND') {
    return subtractInt64(micros, floorModInt64(micros, UNIT_MICROS[unit] as number));
  }
  const local = utcToLocal(micros, zone);
  const days = Number(floorDivInt64(local, MICROS_PER_DAY));
  if (unit === 'MINUTE' || unit === 'HOUR') {
    // By subtraction: in an overlap the instant stays on its side.
    return subtractInt64(micros, floorModInt64(local, UNIT_MICROS[unit] as number));
  }
  const start = unit === 'DAY' ? days : truncDate(days, unit);
  return start === null ? null : localToUtc(start, 0, zone);
}

/** A timestamp `count` units later, or null when it leaves its range. */
export function addUnits(unit: string, count: number, micros: Int64, zone: Zone): Int64 | null {
  const months = UNIT_MONTHS[unit];
  if (months !== undefined) return addMonths(micros, months * count, zone);
  const added = multiplyInt64(UNIT_MICROS[unit] as number, count);
  return added === null ? null : addDayTime(micros, added, zone);
}

/** The whole units from `start` to `end` on the local calendar and clock (`java.time.temporal.ChronoUnit.between`). */
export function unitsBetween(unit: string, start: Int64, end: Int64, zone: Zone): Int64 | null {
  const localStart = utcToLocal(start, zone);
  const localEnd = utcToLocal(end, zone);
  const months = UNIT_MONTHS[unit];
  if (months !== undefined) return Math.trunc(wholeMonths(localStart, localEnd) / months) + 0;
  const difference = subtractInt64(localEnd, localStart);
  return difference === null ? null : divideInt64(difference, UNIT_MICROS[unit] as number);
}

function wholeMonths(localStart: Int64, localEnd: Int64): number {
  const from = civilOf(Number(floorDivInt64(localStart, MICROS_PER_DAY)));
  const to = civilOf(Number(floorDivInt64(localEnd, MICROS_PER_DAY)));
  const months = (to.year - from.year) * 12 + to.month - from.month;
  const dayDifference = to.day - from.day;
  const timeDifference = floorModInt64(localEnd, MICROS_PER_DAY) - floorModInt64(localStart, MICROS_PER_DAY);
  const sign = dayDifference === 0 ? timeDifference : dayDifference;
  if (months > 0 && sign < 0) return months - 1;
  return months < 0 && sign > 0 ? months + 1 : months;
}

/**
 * Months from `start` to `end`, with a fraction of a month of 31 days; whole when both have the same day of the month or
 * both are the last of one (`DateTimeUtils.monthsBetween`). `roundOff` rounds to eight digits.
 */
export function monthsBetween(end: Int64, start: Int64, roundOff: boolean, zone: Zone): number {
  const localEnd = utcToLocal(end, zone);
  const localStart = utcToLocal(start, zone);
  const to = civilOf(Number(floorDivInt64(localEnd, MICROS_PER_DAY)));
  const from = civilOf(Number(floorDivInt64(localStart, MICROS_PER_DAY)));
  const months = (to.year - from.year) * 12 + to.month - from.month;
  const bothLast = to.day === daysInMonth(to.year, to.month) && from.day === daysInMonth(from.year, from.month);
  if (to.day === from.day || bothLast) return months;
  const secondsOfDay = (local: Int64): number => Math.floor(floorModInt64(local, MICROS_PER_DAY) / 1_000_000);
  const seconds = (to.day - from.day) * 86400 + secondsOfDay(localEnd) - secondsOfDay(localStart);
  const difference = months + seconds / (31 * 86400);
  return roundOff ? Math.sign(difference) * (Math.round(Math.abs(difference) * 1e8) / 1e8) + 0 : difference;
}

/** The next day of the week after a date; `dayOfWeek` is 1 Monday to 7 Sunday. */
export function nextDay(days: number, dayOfWeek: number): number {
  const ahead = (dayOfWeek - isoDayOfWeek(days) + 7) % 7;
  return days + (ahead === 0 ? 7 : ahead);
}

const DAY_NAMES = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

/** 1 Monday to 7 Sunday for `MO`, `Mon`, `monday`; null for other texts. */
export function dayOfWeekOfName(text: string): number | null {
  const upper = text.trim().toUpperCase();
  const index = DAY_NAMES.findIndex(
    (name) => upper === name || upper === name.slice(0, 3) || upper === name.slice(0, 2),
  );
  return index < 0 ? null : index + 1;
}
