import type { Int64 } from '../../batch.ts';
import { civilOf, daysOf, daysOfChecked, isLeapYear } from './calendar.ts';
import type { ParsedFields } from './datetime-pattern-parse.ts';
import { localToUtc } from './local-time.ts';
import type { Zone } from './zone.ts';

/**
 * The instant that parsed fields mean, or null when they contradict each other or name no time. What is missing is taken from
 * 1970-01-01 00:00:00 (Spark's `DateTimeFormatterHelper.toZonedDateTime`, strict resolver).
 */
export function resolveDateTime(fields: ParsedFields, zone: Zone): Int64 | null {
  const days = resolveDate(fields);
  const seconds = resolveSeconds(fields);
  if (days === null || seconds === null) return null;
  const micros = Math.floor((fields.nanos ?? 0) / 1000);
  return localToUtc(days, seconds * 1_000_000 + micros, fields.zone ?? zone);
}

function resolveDate({ numbers }: ParsedFields): number | null {
  const year = resolveYear(numbers);
  if (year === null) return null;
  const month = numbers.get('month');
  const day = numbers.get('day');
  const dayOfYear = numbers.get('dayOfYear');
  if (dayOfYear === undefined || (month !== undefined && day !== undefined)) {
    const days = daysOfChecked(year, month ?? 1, day ?? 1);
    const agrees = days === null || dayOfYear === undefined || days - daysOf(year, 1, 1) + 1 === dayOfYear;
    return agrees ? days : null;
  }
  if (dayOfYear < 1 || dayOfYear > (isLeapYear(year) ? 366 : 365)) return null;
  const days = daysOf(year, 1, 1) + dayOfYear - 1;
  const civil = civilOf(days);
  if ((month !== undefined && civil.month !== month) || (day !== undefined && civil.day !== day)) return null;
  return days;
}

function resolveYear(numbers: ReadonlyMap<string, number>): number | null {
  const yearOfEra = numbers.get('yearOfEra');
  if (yearOfEra === undefined) return numbers.get('year') ?? 1970;
  if (yearOfEra < 1) return null;
  return numbers.get('era') === 0 ? 1 - yearOfEra : yearOfEra;
}

function resolveSeconds({ numbers }: ParsedFields): number | null {
  const hour = resolveHour(numbers);
  const minute = numbers.get('minute') ?? 0;
  const second = numbers.get('second') ?? 0;
  if (hour === null || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return null;
  return (hour * 60 + minute) * 60 + second;
}

/** A value from `first` to `first + count - 1`, where the last one stands for 0 when `first` is 1. */
function clock(value: number | undefined, first: number, count: number): number | null | undefined {
  if (value === undefined) return undefined;
  return value < first || value >= first + count ? null : value % count;
}

function resolveHour(numbers: ReadonlyMap<string, number>): number | null {
  const half = numbers.get('half');
  const said = [clock(numbers.get('hourOfDay'), 0, 24), clock(numbers.get('clockHourOfDay'), 1, 24)];
  const ofHalf = [clock(numbers.get('hourOfHalf'), 0, 12), clock(numbers.get('clockHourOfHalf'), 1, 12)];
  if (said.includes(null) || ofHalf.includes(null)) return null;
  const hours = said.filter((hour) => hour !== undefined) as number[];
  const halfHours = ofHalf.filter((hour) => hour !== undefined) as number[];
  if (half !== undefined) hours.push(...halfHours.map((hour) => hour + half * 12));
  const hour = hours[0];
  if (hour === undefined) return halfHours[0] ?? (half === 1 ? 12 : 0);
  // Every way to say the hour must say the same.
  if (hours.some((one) => one !== hour) || halfHours.some((one) => one !== hour % 12)) return null;
  return half === undefined || Math.floor(hour / 12) === half ? hour : null;
}
