import type { Int64 } from '../../batch.ts';
import { BOOLEAN, DATE, DOUBLE, INT, TIMESTAMP } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo } from '../coercion.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { addMonthsToDays, civilOf, daysInMonth, daysOf } from '../values/calendar.ts';
import { int64OfText } from '../values/cast-text.ts';
import {
  dayOfWeekOfName,
  monthsBetween,
  nextDay,
  truncDate,
  truncTimestamp,
  truncUnit,
} from '../values/datetime-units.ts';
import { zone } from '../values/zone.ts';
import { boundTo, checkCount, exactArgs, implicitArgs, literal } from './bind.ts';
import { scalar } from './define.ts';

/** Functions that move dates and cut them to units. */

/** The days of date_add may be an int or shorter, or a constant text of one (Spark: `StringLiteralCoercion`). */
function bindDays(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 2, 2);
  const [date, days] = args as [TypedExpr, TypedExpr];
  const start = implicitArgs(context, [date], ['date']);
  if (days.kind === 'literal' && typeof days.value === 'string') {
    const value = int64OfText(days.value, false);
    if (value === null || value < -2147483648 || value > 2147483647) {
      throw analysisError(
        'SECOND_FUNCTION_ARGUMENT_NOT_INTEGER',
        `${context.name}: the number of days must be an integer, not "${days.value}".`,
      );
    }
    return boundTo([...start, literal(value, INT)], DATE);
  }
  const [count] = exactArgs(context, [days], [['int', 'short', 'byte']]) as [TypedExpr];
  return boundTo([...start, castTo(count, INT)], DATE);
}

function daysFunction(name: string, aliases: string[], usage: string, result: string, sign: 1 | -1): FunctionSpec {
  return {
    name,
    aliases,
    group: 'datetime',
    usage,
    example: [`${name}('2016-07-30', 1)`, result],
    bind: bindDays,
    // Days wrap at 32 bits, as in Java.
    implement: () => ({ kind: 'inline', code: ([date, days]) => `(${date} ${sign === 1 ? '+' : '-'} ${days} | 0)` }),
  };
}

export const datetimeDateFunctions: readonly FunctionSpec[] = [
  daysFunction('date_add', ['dateadd'], 'The date a number of days later.', '2016-07-31', 1),
  daysFunction('date_sub', [], 'The date a number of days earlier.', '2016-07-29', -1),
  scalar('datetime', {
    name: 'datediff',
    aliases: ['date_diff'],
    usage: 'The days from the second date to the first.',
    example: ["datediff('2009-07-31', '2009-07-30')", '1'],
    takes: ['date', 'date'],
    returns: INT,
    inline: ([end, start]) => `(${end} - ${start} | 0)`,
  }),
  scalar('datetime', {
    name: 'add_months',
    usage: 'The date a number of months later; a day that the month does not have becomes its last.',
    example: ["add_months('2016-08-31', 1)", '2016-09-30'],
    takes: ['date', ['int', 'yearMonthInterval']],
    returns: DATE,
    mayBeNull: true,
    run: addMonthsToDays,
  }),
  scalar('datetime', {
    name: 'months_between',
    usage:
      'The months from the second timestamp to the first, with a fraction in months of 31 days, rounded to 8 digits unless told otherwise.',
    example: ["months_between('1997-02-28 10:30:00', '1996-10-30')", '3.94959677'],
    takes: ['timestamp', 'timestamp', 'boolean'],
    defaults: [literal(true, BOOLEAN)],
    returns: DOUBLE,
    make: (_types, _type, context) => {
      const local = zone(context.timeZone);
      return (end: Int64, start: Int64, roundOff: boolean) => monthsBetween(end, start, roundOff, local);
    },
  }),
  scalar('datetime', {
    name: 'last_day',
    usage: 'The last day of the month of a date.',
    example: ["last_day('2009-01-12')", '2009-01-31'],
    takes: ['date'],
    returns: DATE,
    run: (days: number) => {
      const { year, month } = civilOf(days);
      return daysOf(year, month, daysInMonth(year, month));
    },
  }),
  scalar('datetime', {
    name: 'next_day',
    usage: 'The first date after the given one that is on the named day of the week.',
    example: ["next_day('2015-01-14', 'TU')", '2015-01-20'],
    takes: ['date', 'string'],
    returns: DATE,
    mayBeNull: true,
    run: (days: number, name: string) => {
      const dayOfWeek = dayOfWeekOfName(name);
      return dayOfWeek === null ? null : nextDay(days, dayOfWeek);
    },
  }),
  scalar('datetime', {
    name: 'trunc',
    usage: 'The first day of the year, quarter, month or week (Monday) of a date; null for another unit.',
    example: ["trunc('2019-08-04', 'week')", '2019-07-29'],
    takes: ['date', 'string'],
    returns: DATE,
    mayBeNull: true,
    run: (days: number, format: string) => {
      const unit = truncUnit(format);
      return unit === null ? null : truncDate(days, unit);
    },
  }),
  scalar('datetime', {
    name: 'date_trunc',
    usage: 'The start of the unit (year to microsecond) that holds a timestamp; null for an unknown unit.',
    example: ["date_trunc('HOUR', '2015-03-05T09:32:05.359')", '2015-03-05 09:00:00'],
    takes: ['string', 'timestamp'],
    returns: TIMESTAMP,
    mayBeNull: true,
    make: (_types, _type, context) => {
      const local = zone(context.timeZone);
      return (format: string, micros: Int64) => {
        const unit = truncUnit(format);
        return unit === null ? null : truncTimestamp(micros, unit, local);
      };
    },
  }),
];
