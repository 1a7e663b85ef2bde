import type { CalendarInterval, Int64 } from '../../batch.ts';
import { divideInt64 } from './int64.ts';
import { MICROS_PER_DAY, MICROS_PER_SECOND } from './local-time.ts';
import { fractionText } from './timestamp.ts';

/** Intervals as text (Spark's `IntervalUtils.toYearMonthIntervalString`, `toDayTimeIntervalString`, `CalendarInterval.toString`). */

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** `1-2`, `-0-3`. */
export function yearMonthText(months: number): string {
  const size = Math.abs(months);
  return `${months < 0 ? '-' : ''}${Math.floor(size / 12)}-${size % 12}`;
}

/** `INTERVAL '1-2' YEAR TO MONTH`. */
export function yearMonthLiteral(months: number): string {
  return `INTERVAL '${yearMonthText(months)}' YEAR TO MONTH`;
}

interface DayTimeParts {
  readonly sign: string;
  /** `d HH:mm:ss` */
  readonly text: string;
  readonly fractionMicros: number;
}

function dayTimeParts(micros: Int64): DayTimeParts {
  const days = Math.abs(Number(divideInt64(micros, MICROS_PER_DAY)));
  const rest = Math.abs(Number(BigInt(micros) % BigInt(MICROS_PER_DAY)));
  const seconds = Math.floor(rest / MICROS_PER_SECOND);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return {
    sign: micros < 0 ? '-' : '',
    text: `${days} ${two(hours)}:${two(minutes % 60)}:${two(seconds % 60)}`,
    fractionMicros: rest % MICROS_PER_SECOND,
  };
}

/** `1 02:03:04.500000000`, as Hive prints it: always nine digits. */
export function dayTimeHiveText(micros: Int64): string {
  const { sign, text, fractionMicros } = dayTimeParts(micros);
  return `${sign}${text}.${String(fractionMicros).padStart(6, '0')}000`;
}

/** `INTERVAL '1 02:03:04.5' DAY TO SECOND`. */
export function dayTimeLiteral(micros: Int64): string {
  const { sign, text, fractionMicros } = dayTimeParts(micros);
  const fraction = fractionMicros === 0 ? '' : `.${fractionText(fractionMicros)}`;
  return `INTERVAL '${sign}${text}${fraction}' DAY TO SECOND`;
}

/** `1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds`, parts that are zero left out; `0 seconds` for nothing. */
export function calendarIntervalText(interval: CalendarInterval): string {
  const parts: string[] = [];
  const add = (value: number | bigint, unit: string): void => {
    if (Number(value) !== 0) parts.push(`${value} ${unit}`);
  };
  add(Math.trunc(interval.months / 12), 'years');
  add(interval.months % 12, 'months');
  add(interval.days, 'days');
  const micros = BigInt(interval.micros);
  add(micros / 3_600_000_000n, 'hours');
  add((micros % 3_600_000_000n) / 60_000_000n, 'minutes');
  const rest = Number(micros % 60_000_000n);
  if (rest !== 0) {
    const size = Math.abs(rest);
    const fraction = size % MICROS_PER_SECOND;
    const tail = fraction === 0 ? '' : `.${fractionText(fraction)}`;
    parts.push(`${rest < 0 ? '-' : ''}${Math.floor(size / MICROS_PER_SECOND)}${tail} seconds`);
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}
