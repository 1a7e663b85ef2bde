import type { CalendarInterval, Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import {
  CALENDAR_INTERVAL,
  DAY_TIME_INTERVAL,
  type DataType,
  decimal,
  INT,
  YEAR_MONTH_INTERVAL,
} from '../../schema.ts';
import { castTo } from '../coercion.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { int64OrNull } from '../values/int64.ts';
import { boundTo, checkCount, implicitArgs, literal } from './bind.ts';

/** Functions that make intervals of numbers. */

const SECONDS = decimal(18, 6);

/** Up to `ints` whole numbers and, where `withSeconds`, seconds with a fraction behind them; all 0 unless given. */
function bindParts(ints: number, withSeconds: boolean, type: DataType, mayBeNull: boolean) {
  return (args: readonly TypedExpr[], context: BindContext): Bound => {
    checkCount(context, args, 0, ints + (withSeconds ? 1 : 0));
    const whole = implicitArgs(
      context,
      args.slice(0, ints),
      args.slice(0, ints).map(() => 'int' as const),
    );
    const zeros = Array.from({ length: ints - whole.length }, () => literal(0, INT));
    const parts = [...whole, ...zeros];
    if (!withSeconds) return boundTo(parts, type, mayBeNull);
    const seconds = implicitArgs(
      context,
      args.slice(ints),
      args.slice(ints).map(() => 'decimal' as const),
    );
    return boundTo([...parts, castTo(seconds[0] ?? literal(0n, SECONDS), SECONDS)], type, true);
  };
}

function timeMicros(hours: number, minutes: number, seconds: bigint): bigint {
  return BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n + seconds;
}

function fitsInt32(value: number): boolean {
  return value === (value | 0);
}

function overflow(name: string): Error {
  return dataError('ARITHMETIC_OVERFLOW', `${name}: the parts add up to more than an interval holds.`);
}

function makeInterval(
  years: number,
  months: number,
  weeks: number,
  days: number,
  hours: number,
  minutes: number,
  seconds: bigint,
): CalendarInterval | null {
  const micros = int64OrNull(timeMicros(hours, minutes, seconds));
  const allMonths = years * 12 + months;
  const allDays = weeks * 7 + days;
  if (micros === null || !fitsInt32(allMonths) || !fitsInt32(allDays)) return null;
  return { months: allMonths, days: allDays, micros };
}

function makeDayTimeInterval(days: number, hours: number, minutes: number, seconds: bigint): Int64 {
  const micros = int64OrNull(BigInt(days) * 86_400_000_000n + timeMicros(hours, minutes, seconds));
  if (micros === null) throw overflow('make_dt_interval');
  return micros;
}

function makeYearMonthInterval(years: number, months: number): number {
  const all = years * 12 + months;
  if (!fitsInt32(all)) throw overflow('make_ym_interval');
  return all;
}

export const intervalFunctions: readonly FunctionSpec[] = [
  {
    name: 'make_interval',
    group: 'datetime',
    usage: 'An interval of years, months, weeks, days, hours, minutes and seconds; null when it does not fit.',
    example: [
      'make_interval(100, 11, 1, 1, 12, 30, 01.001001)',
      '100 years 11 months 8 days 12 hours 30 minutes 1.001001 seconds',
    ],
    bind: bindParts(6, true, CALENDAR_INTERVAL, true),
    implement: () => ({ kind: 'call', fn: makeInterval, nulls: 'propagate', mayBeNull: true }),
  },
  {
    name: 'make_dt_interval',
    group: 'datetime',
    usage: 'A day-time interval of days, hours, minutes and seconds.',
    example: ['make_dt_interval(1, 12, 30, 01.001001)', '1 12:30:01.001001000'],
    bind: bindParts(3, true, DAY_TIME_INTERVAL, false),
    implement: () => ({ kind: 'call', fn: makeDayTimeInterval, nulls: 'propagate' }),
  },
  {
    name: 'make_ym_interval',
    group: 'datetime',
    usage: 'A year-month interval of years and months.',
    example: ['make_ym_interval(1, 2)', '1-2'],
    bind: bindParts(2, false, YEAR_MONTH_INTERVAL, false),
    implement: () => ({ kind: 'call', fn: makeYearMonthInterval, nulls: 'propagate' }),
  },
];
