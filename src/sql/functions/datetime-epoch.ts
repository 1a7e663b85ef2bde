import type { Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { DATE, type DataType, decimal, INT, LONG, TIMESTAMP } from '../../schema.ts';
import { castTo } from '../coercion.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { daysOfChecked } from '../values/calendar.ts';
import { addInt64, floorDivInt64, int64OfDouble, int64OrNull, multiplyInt64 } from '../values/int64.ts';
import { localToUtc } from '../values/local-time.ts';
import { findZone, zone } from '../values/zone.ts';
import { boundTo, checkCount, implicitArgs } from './bind.ts';
import { type CellFunction, scalar } from './define.ts';

/** Dates and timestamps from numbers and back. */

const SECONDS = decimal(16, 6);

function overflow(what: string): Error {
  return dataError('ARITHMETIC_OVERFLOW', `${what} is beyond the range of a timestamp (64 bits of microseconds).`);
}

function scaled(name: string, factor: number): CellFunction {
  return (value: Int64) => {
    const micros = multiplyInt64(value, factor);
    if (micros === null) throw overflow(`${name}(${value})`);
    return micros;
  };
}

function timestampSeconds(type: DataType): CellFunction {
  switch (type.kind) {
    case 'float':
    case 'double':
      return (value: number) => (Number.isFinite(value) ? int64OfDouble(value * 1_000_000) : null);
    case 'decimal': {
      const divisor = 10n ** BigInt(type.scale);
      return (value: bigint) => {
        const micros = value * 1_000_000n;
        const exact = micros % divisor === 0n ? int64OrNull(micros / divisor) : null;
        if (exact === null) throw overflow('timestamp_seconds: the number of seconds has parts of a microsecond or');
        return exact;
      };
    }
    default:
      return scaled('timestamp_seconds', 1_000_000);
  }
}

/** How a 60th second is taken: only as a whole one, the start of the next minute. Null for no such time of day. */
function microsOfTime(hour: number, minute: number, seconds: bigint): number | null {
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || seconds < 0n || seconds > 60_000_000n) return null;
  return (hour * 60 + minute) * 60_000_000 + Number(seconds);
}

function bindMakeTimestamp(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 6, 7);
  const date = implicitArgs(context, args.slice(0, 5), ['int', 'int', 'int', 'int', 'int']);
  const [seconds] = implicitArgs(context, args.slice(5, 6), ['decimal']) as [TypedExpr];
  const timeZone = implicitArgs(context, args.slice(6), ['string']);
  return boundTo([...date, castTo(seconds, SECONDS), ...timeZone], TIMESTAMP, true);
}

const makeTimestamp: FunctionSpec = {
  name: 'make_timestamp',
  aliases: ['make_timestamp_ltz'],
  group: 'datetime',
  usage:
    'The timestamp of year, month, day, hour, minute and seconds, in a zone if one is given; null when there is no such time.',
  example: ['make_timestamp(2014, 12, 28, 6, 30, 45.887)', '2014-12-28 06:30:45.887'],
  bind: bindMakeTimestamp,
  implement(_types, _type, context) {
    const local = zone(context.timeZone);
    const fn = (
      year: number,
      month: number,
      day: number,
      hour: number,
      minute: number,
      seconds: bigint,
      timeZone?: string,
    ): Int64 | null => {
      const days = daysOfChecked(year, month, day);
      const micros = microsOfTime(hour, minute, seconds);
      const at = timeZone === undefined ? local : findZone(timeZone);
      if (days === null || micros === null || at === null) return null;
      // The last minute's 60th second is tomorrow.
      return micros < 86_400_000_000 ? localToUtc(days, micros, at) : localToUtc(days + 1, 0, at);
    };
    return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
  },
};

/** Reads a timestamp as UTC and gives the same clock time as it is in a zone, or the reverse. */
function shiftFunction(name: string, usage: string, result: string, toLocal: boolean): FunctionSpec {
  return scalar('datetime', {
    name,
    usage,
    example: [`${name}('2016-08-31', 'Asia/Seoul')`, result],
    takes: ['timestamp', 'string'],
    returns: TIMESTAMP,
    mayBeNull: true,
    run: (micros: Int64, timeZone: string) => {
      const at = zone(timeZone);
      return addInt64(micros, toLocal ? at.offsetMicrosAtUtc(micros) : -at.offsetMicrosAtLocal(micros));
    },
  });
}

function unixFunction(unit: string, divisor: number): FunctionSpec {
  return scalar('datetime', {
    name: `unix_${unit}`,
    usage: `The whole ${unit} since 1970-01-01 UTC of a timestamp.`,
    example: [`unix_${unit}(timestamp_micros(1500000))`, `${Math.floor(1_500_000 / divisor)}`],
    takes: ['timestamp'],
    exact: true,
    returns: LONG,
    run: (micros: Int64) => floorDivInt64(micros, divisor),
  });
}

export const datetimeEpochFunctions: readonly FunctionSpec[] = [
  scalar('datetime', {
    name: 'unix_date',
    usage: 'The days since 1970-01-01 of a date.',
    example: ["unix_date(DATE '1970-01-02')", '1'],
    takes: ['date'],
    exact: true,
    returns: INT,
    inline: ([date]) => date as string,
  }),
  unixFunction('seconds', 1_000_000),
  unixFunction('millis', 1000),
  unixFunction('micros', 1),
  scalar('datetime', {
    name: 'date_from_unix_date',
    usage: 'The date a number of days after 1970-01-01.',
    example: ['date_from_unix_date(1)', '1970-01-02'],
    takes: ['int'],
    returns: DATE,
    inline: ([days]) => days as string,
  }),
  scalar('datetime', {
    name: 'timestamp_seconds',
    usage: 'The timestamp a number of seconds after 1970-01-01 UTC; fractions are allowed.',
    example: ['unix_micros(timestamp_seconds(1.5))', '1500000'],
    takes: ['numeric'],
    exact: true,
    returns: TIMESTAMP,
    mayBeNull: true,
    make: ([type]) => timestampSeconds(type as DataType),
  }),
  scalar('datetime', {
    name: 'timestamp_millis',
    usage: 'The timestamp a number of milliseconds after 1970-01-01 UTC.',
    example: ['unix_micros(timestamp_millis(1))', '1000'],
    takes: ['integral'],
    exact: true,
    returns: TIMESTAMP,
    run: scaled('timestamp_millis', 1000),
  }),
  scalar('datetime', {
    name: 'timestamp_micros',
    usage: 'The timestamp a number of microseconds after 1970-01-01 UTC.',
    example: ['unix_micros(timestamp_micros(7))', '7'],
    takes: ['integral'],
    exact: true,
    returns: TIMESTAMP,
    run: (micros: Int64) => micros,
  }),
  scalar('datetime', {
    name: 'make_date',
    usage: 'The date of year, month and day; null when there is no such date.',
    example: ['make_date(2013, 7, 15)', '2013-07-15'],
    takes: ['int', 'int', 'int'],
    returns: DATE,
    mayBeNull: true,
    run: daysOfChecked,
  }),
  makeTimestamp,
  shiftFunction('from_utc_timestamp', 'A UTC time as local time of a zone.', '2016-08-31 09:00:00', true),
  shiftFunction('to_utc_timestamp', 'A local time of a zone as UTC.', '2016-08-30 15:00:00', false),
];
