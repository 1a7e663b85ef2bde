import type { CalendarInterval, Int64 } from '../../batch.ts';
import { addInt64, int64OrNull } from './int64.ts';

/** Intervals from text (Spark's `IntervalUtils`). */

const MICROS_PER_UNIT: Readonly<Record<string, number>> = {
  hour: 3_600_000_000,
  minute: 60_000_000,
  second: 1_000_000,
  millisecond: 1000,
  microsecond: 1,
};

const SHORT_UNITS: Readonly<Record<string, string>> = {
  us: 'microsecond',
  ms: 'millisecond',
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
};

const MAX_INT32 = 2147483647n;
const MIN_INT32 = -2147483648n;

/** Adds up the parts of an interval. */
class IntervalSum {
  private months = 0n;
  private days = 0n;
  private micros: Int64 | null = 0;

  add(value: bigint, unit: string): void {
    if (unit === 'year') this.months += value * 12n;
    else if (unit === 'month') this.months += value;
    else if (unit === 'week') this.days += value * 7n;
    else if (unit === 'day') this.days += value;
    else this.addMicros(value * BigInt(MICROS_PER_UNIT[unit] as number));
  }

  addMicros(value: bigint): void {
    const micros = int64OrNull(value);
    this.micros = micros === null || this.micros === null ? null : addInt64(this.micros, micros);
  }

  finish(): CalendarInterval | null {
    const fits = (value: bigint): boolean => value >= MIN_INT32 && value <= MAX_INT32;
    if (this.micros === null || !fits(this.months) || !fits(this.days)) return null;
    return { months: Number(this.months), days: Number(this.days), micros: this.micros };
  }
}

const PART =
  /^\s*([+-]?)\s*(\d*)(?:\.(\d{0,9}))?\s+(year|month|week|day|hour|minute|second|millisecond|microsecond)s?(?=\s|$)/;

/**
 * The interval that a text like `1 day -2 hours 3.5 seconds` says, with or without `interval` before it, in any case
 * (`IntervalUtils.stringToInterval`); null for any other text and for values out of range. Only seconds may have a
 * fraction, cut to microseconds.
 */
export function parseInterval(text: string): CalendarInterval | null {
  const lower = text.trim().toLowerCase();
  let rest = /^interval\s/.test(lower) ? lower.slice('interval'.length).trimStart() : lower;
  if (rest === '') return null;
  const sum = new IntervalSum();
  while (rest !== '') {
    const match = PART.exec(rest);
    if (match === null) return null;
    const [whole, signText, digits, fraction, unit] = match as unknown as [string, string, string, string?, string?];
    if (digits === '' && !fraction) return null;
    if (fraction !== undefined && unit !== 'second') return null;
    const sign = signText === '-' ? -1n : 1n;
    sum.add(sign * BigInt(digits), unit as string);
    if (fraction) sum.addMicros(sign * BigInt(fraction.padEnd(6, '0').slice(0, 6)));
    rest = rest.slice(whole.length).trimStart();
  }
  return sum.finish();
}

/**
 * A length of time, for windows, delays and settings: what `parseInterval` takes, or the short form `10s`, `500ms`, `1h30m`
 * (us, ms, s, m, h, d, w). Null for any other text.
 */
export function parseDuration(text: string): CalendarInterval | null {
  const long = parseInterval(text);
  if (long !== null) return long;
  const short = text.trim();
  if (!/^(\d+(us|ms|[smhdw]))+$/.test(short)) return null;
  const sum = new IntervalSum();
  for (const [, digits, unit] of short.matchAll(/(\d+)(us|ms|[smhdw])/g)) {
    sum.add(BigInt(digits as string), SHORT_UNITS[unit as string] as string);
  }
  return sum.finish();
}

/** The months that `[+-]y-m` says, also inside `INTERVAL '…' YEAR TO MONTH`; null for any other text. */
export function parseYearMonth(text: string): number | null {
  const match = /^([+-])?(\d{1,10})-(\d{1,2})$/.exec(literalBody(text, /^year\s+to\s+month$/i));
  if (match === null || Number(match[3]) > 11) return null;
  const months = (match[1] === '-' ? -1n : 1n) * (BigInt(match[2] as string) * 12n + BigInt(match[3] as string));
  return months > MAX_INT32 || months < MIN_INT32 ? null : Number(months);
}

/**
 * The microseconds that `[+-]d h:m:s[.f]` says, also inside `INTERVAL '…' DAY TO SECOND`; null for any other text. Only the days
 * may go beyond what a clock shows.
 */
export function parseDayTime(text: string): Int64 | null {
  const body = literalBody(text, /^day\s+to\s+second$/i);
  const match = /^([+-]?)(\d{1,10}) +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?$/.exec(body);
  if (match === null) return null;
  const [days, hours, minutes, seconds] = match.slice(2, 6).map(BigInt) as [bigint, bigint, bigint, bigint];
  if (hours > 23n || minutes > 59n || seconds > 59n) return null;
  const fraction = BigInt((match[6] ?? '').padEnd(6, '0').slice(0, 6));
  const micros = (((days * 24n + hours) * 60n + minutes) * 60n + seconds) * 1_000_000n + fraction;
  return int64OrNull(match[1] === '-' ? -micros : micros);
}

/** What stands in the quotes of `INTERVAL '…' FIELDS`, or the text itself; `-` before the quotes counts. */
function literalBody(text: string, fields: RegExp): string {
  const trimmed = text.trim();
  const match = /^interval\s+([+-]?)'([^']*)'\s+(.*)$/is.exec(trimmed);
  if (match === null || !fields.test(match[3] as string)) return trimmed;
  const body = match[2] as string;
  if (match[1] !== '-') return body;
  return body.startsWith('-') ? body.slice(1) : `-${body.replace(/^\+/, '')}`;
}
