import type { CalendarInterval, Cell, Int64 } from '../../batch.ts';
import { BYTE, DATE, type DataType, decimal, INT, LONG, TIMESTAMP } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { civilOf, dayOfYear, isoDayOfWeek, isoWeek } from '../values/calendar.ts';
import { divideInt64, floorModInt64 } from '../values/int64.ts';
import { MICROS_PER_DAY, utcToLocal } from '../values/local-time.ts';
import { zone } from '../values/zone.ts';
import { boundTo, checkCount, implicitArgs } from './bind.ts';
import { type CellFunction, scalar } from './define.ts';

/** Fields of dates, timestamps and intervals. */

const HOUR = 3_600_000_000;
const MINUTE = 60_000_000;
const SECONDS_WITH_FRACTION = decimal(8, 6);

type DateField = (days: number) => number;

const quarter: DateField = (days) => Math.floor((civilOf(days).month + 2) / 3);
const dayOfWeek: DateField = (days) => (isoDayOfWeek(days) % 7) + 1;

function dateField(
  name: string,
  usage: string,
  example: [string, string],
  run: DateField,
  alias?: string,
): FunctionSpec {
  return scalar('datetime', {
    name,
    aliases: alias === undefined ? [] : [alias],
    usage,
    example,
    takes: ['date'],
    returns: INT,
    run,
  });
}

type TimeField = (microsOfDay: number) => number;

const hourOf: TimeField = (micros) => Math.floor(micros / HOUR);
const minuteOf: TimeField = (micros) => Math.floor(micros / MINUTE) % 60;
const secondOf: TimeField = (micros) => Math.floor(micros / 1_000_000) % 60;

function ofLocalTime(field: TimeField, timeZone: string): CellFunction {
  const local = zone(timeZone);
  return (micros: Int64) => field(floorModInt64(utcToLocal(micros, local), MICROS_PER_DAY));
}

/** The time of day in UTC, without a call in generated loops. */
const utcTimes = {
  hour: (micros: Int64): number => hourOf(microsOfUtcDay(micros)),
  minute: (micros: Int64): number => minuteOf(microsOfUtcDay(micros)),
  second: (micros: Int64): number => secondOf(microsOfUtcDay(micros)),
} as const;

function microsOfUtcDay(micros: Int64): number {
  if (typeof micros === 'bigint') return floorModInt64(micros, MICROS_PER_DAY);
  return micros - Math.floor(micros / MICROS_PER_DAY) * MICROS_PER_DAY;
}

function timeField(
  name: keyof typeof utcTimes,
  usage: string,
  example: [string, string],
  field: TimeField,
): FunctionSpec {
  return scalar('datetime', {
    name,
    usage,
    example,
    takes: ['timestamp'],
    returns: INT,
    make: (_types, _type, context) =>
      zone(context.timeZone).fixedOffsetMicros === 0 ? utcTimes[name] : ofLocalTime(field, context.timeZone),
  });
}

/** How one field of `extract` is computed from a source of one kind. */
interface Field {
  /** What the source is cast to. */
  readonly source: DataType;
  readonly type: DataType;
  readonly make: (timeZone: string) => CellFunction;
}

const ofDate = (run: DateField): Field => ({ source: DATE, type: INT, make: () => run });
const ofTime = (run: TimeField): Field => ({
  source: TIMESTAMP,
  type: INT,
  make: (timeZone) => ofLocalTime(run, timeZone),
});

const DATETIME_FIELDS: Readonly<Record<string, Field>> = {
  YEAR: ofDate((days) => civilOf(days).year),
  YEAROFWEEK: ofDate((days) => isoWeek(days).year),
  QUARTER: ofDate(quarter),
  MONTH: ofDate((days) => civilOf(days).month),
  WEEK: ofDate((days) => isoWeek(days).week),
  DAY: ofDate((days) => civilOf(days).day),
  DAYOFWEEK: ofDate(dayOfWeek),
  DAYOFWEEK_ISO: ofDate(isoDayOfWeek),
  DOY: ofDate(dayOfYear),
  HOUR: ofTime(hourOf),
  MINUTE: ofTime(minuteOf),
  SECOND: {
    source: TIMESTAMP,
    type: SECONDS_WITH_FRACTION,
    make: () => (micros: Int64) => BigInt(floorModInt64(micros, MINUTE)),
  },
};

const remainder = (micros: Int64, divisor: number): Int64 => Number(BigInt(micros) % BigInt(divisor));

/** Parts of an interval given as months, days and microseconds. Each keeps the sign of the interval. */
const INTERVAL_FIELDS: Readonly<Record<string, readonly [DataType, (interval: CalendarInterval) => Cell]>> = {
  YEAR: [INT, ({ months }) => Math.trunc(months / 12) + 0],
  MONTH: [BYTE, ({ months }) => (months % 12) + 0],
  DAY: [INT, ({ days }) => days],
  HOUR: [LONG, ({ micros }) => divideInt64(micros, HOUR)],
  MINUTE: [BYTE, ({ micros }) => divideInt64(remainder(micros, HOUR), MINUTE)],
  SECOND: [SECONDS_WITH_FRACTION, ({ micros }) => BigInt(remainder(micros, MINUTE))],
};

const YEAR_MONTH_FIELDS = ['YEAR', 'MONTH'];
const DAY_TIME_FIELDS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];

function intervalField(source: DataType, name: string): Field | null {
  const known = INTERVAL_FIELDS[name];
  if (known === undefined) return null;
  const [type, part] = known;
  if (source.kind === 'calendarInterval') return { source, type, make: () => part };
  if (source.kind === 'yearMonthInterval') {
    if (!YEAR_MONTH_FIELDS.includes(name)) return null;
    return { source, type, make: () => (months: number) => part({ months, days: 0, micros: 0 }) };
  }
  if (!DAY_TIME_FIELDS.includes(name)) return null;
  const make = () => (value: Int64) => {
    const micros = remainder(value, MICROS_PER_DAY);
    return part({ months: 0, days: Number(divideInt64(value, MICROS_PER_DAY)), micros });
  };
  return { source, type: name === 'HOUR' ? BYTE : type, make };
}

const FIELD_ALIASES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'YEAR Y YEARS YR YRS',
    'YEAROFWEEK',
    'QUARTER QTR',
    'MONTH MON MONS MONTHS',
    'WEEK W WEEKS',
    'DAY D DAYS',
    'DAYOFWEEK DOW',
    'DAYOFWEEK_ISO DOW_ISO',
    'DOY',
    'HOUR H HOURS HR HRS',
    'MINUTE M MIN MINS MINUTES',
    'SECOND S SEC SECONDS SECS',
  ].flatMap((line) => line.split(' ').map((alias, _, names) => [alias, names[0] as string])),
);

function findField(name: string, source: DataType): Field | null {
  const field = FIELD_ALIASES[name.toUpperCase()];
  if (field === undefined) return null;
  const isInterval = source.kind.endsWith('Interval');
  return isInterval ? intervalField(source, field) : (DATETIME_FIELDS[field] as Field);
}

function bindExtract(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 2, 2);
  const [fieldArg, source] = args as [TypedExpr, TypedExpr];
  if (fieldArg.kind !== 'literal' || typeof fieldArg.value !== 'string') {
    throw analysisError('NON_FOLDABLE_ARGUMENT', `${context.name}: the field must be a constant text such as 'YEAR'.`);
  }
  const field = findField(fieldArg.value, source.type);
  if (field === null) {
    throw analysisError(
      'INVALID_EXTRACT_FIELD',
      `${context.name}: "${fieldArg.value}" is no field of the value. Fields are ${[...new Set(Object.values(FIELD_ALIASES))].join(', ')}; intervals have ${Object.keys(INTERVAL_FIELDS).join(', ')}.`,
    );
  }
  const bound =
    field.source === source.type ? [source] : implicitArgs(context, [source], [field.source.kind as 'date']);
  return boundTo([fieldArg, ...bound], field.type);
}

const extract: FunctionSpec = {
  name: 'extract',
  aliases: ['date_part', 'datepart'],
  group: 'datetime',
  usage: 'A field of a date, timestamp or interval: extract(FIELD FROM source) or date_part(field, source).',
  example: ["extract(week FROM timestamp'2019-08-12 01:00:00.123456')", '33'],
  bind: bindExtract,
  implement(types, _type, context) {
    const field = findField(context.constants[0] as string, types[1] as DataType) as Field;
    const part = field.make(context.timeZone) as (source: Cell) => Cell;
    return { kind: 'call', fn: (_field: Cell, source: Cell) => part(source), nulls: 'propagate' };
  },
};

export const datetimePartFunctions: readonly FunctionSpec[] = [
  dateField('year', 'The year of a date.', ["year('2016-07-30')", '2016'], (days) => civilOf(days).year),
  dateField('quarter', 'The quarter of a date, 1 to 4.', ["quarter('2016-08-31')", '3'], quarter),
  dateField('month', 'The month of a date, 1 to 12.', ["month('2016-07-30')", '7'], (days) => civilOf(days).month),
  dateField(
    'day',
    'The day of the month, 1 to 31.',
    ["day('2009-07-30')", '30'],
    (days) => civilOf(days).day,
    'dayofmonth',
  ),
  dateField('dayofyear', 'The day of the year, 1 to 366.', ["dayofyear('2016-04-09')", '100'], dayOfYear),
  dateField('dayofweek', 'The day of the week, 1 Sunday to 7 Saturday.', ["dayofweek('2009-07-30')", '5'], dayOfWeek),
  dateField(
    'weekday',
    'The day of the week, 0 Monday to 6 Sunday.',
    ["weekday('2009-07-30')", '3'],
    (days) => isoDayOfWeek(days) - 1,
  ),
  dateField(
    'weekofyear',
    'The ISO week of the year, 1 to 53.',
    ["weekofyear('2008-02-20')", '8'],
    (days) => isoWeek(days).week,
  ),
  timeField('hour', 'The hour of a timestamp, 0 to 23.', ["hour('2009-07-30 12:58:59')", '12'], hourOf),
  timeField('minute', 'The minute of a timestamp, 0 to 59.', ["minute('2009-07-30 12:58:59')", '58'], minuteOf),
  timeField('second', 'The second of a timestamp, 0 to 59.', ["second('2009-07-30 12:58:59')", '59'], secondOf),
  extract,
];
