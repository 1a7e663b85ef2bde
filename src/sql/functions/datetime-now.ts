import type { Cell, Int64 } from '../../batch.ts';
import { dataError, didYouMean } from '../../errors.ts';
import { DATE, type DataType, LONG, STRING, TIMESTAMP } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { addUnits, TIMESTAMP_UNITS, unitsBetween } from '../values/datetime-units.ts';
import { subtractInt64 } from '../values/int64.ts';
import { daysOfMicros } from '../values/local-time.ts';
import { zone } from '../values/zone.ts';
import { boundTo, checkCount, type Expected, implicitArgs, literal, refuseType } from './bind.ts';

/** The batch's time, units of time, and the time of a window. */

/** A function of the batch's time alone: the same for all rows of a batch, and when the batch is run again. */
function batchTime(
  name: string,
  aliases: readonly string[],
  usage: string,
  type: DataType,
  make: (timeZone: string) => (batchTimeMs: number) => Cell,
): FunctionSpec {
  return {
    name,
    aliases,
    group: 'datetime',
    usage,
    example: [`${name}() IS NOT NULL`, 'true'],
    bind(args, context) {
      checkCount(context, args, 0, 0);
      return boundTo([], type);
    },
    implement: (_types, _type, context) => ({
      kind: 'call',
      fn: make(context.timeZone),
      nulls: 'see',
      usesBatchTime: true,
    }),
  };
}

/** The unit is a constant text, made by the parser of a bare word. */
function bindUnit(
  takes: readonly Expected[],
  type: DataType,
): (args: readonly TypedExpr[], context: BindContext) => Bound {
  return (args, context) => {
    checkCount(context, args, 3, 3);
    const unit = args[0] as TypedExpr;
    const name = unit.kind === 'literal' && typeof unit.value === 'string' ? unit.value.toUpperCase() : '';
    if (!TIMESTAMP_UNITS.includes(name)) {
      throw analysisError(
        'INVALID_PARAMETER_VALUE',
        `${context.name}: the unit must be one of ${TIMESTAMP_UNITS.join(', ')}, written without quotes.${didYouMean(name, TIMESTAMP_UNITS)}`,
      );
    }
    return boundTo([literal(name, STRING), ...implicitArgs(context, args.slice(1), takes)], type, true);
  };
}

const timestampAdd: FunctionSpec = {
  name: 'timestampadd',
  group: 'datetime',
  usage: 'A timestamp a number of units later: timestampadd(UNIT, count, timestamp).',
  example: ["timestampadd(MONTH, -1, timestamp'2022-01-31 00:00:00')", '2021-12-31 00:00:00'],
  bind: bindUnit(['int', 'timestamp'], TIMESTAMP),
  implement(_types, _type, context) {
    const local = zone(context.timeZone);
    const fn = (unit: string, count: number, micros: Int64): Int64 => {
      const moved = addUnits(unit, count, micros, local);
      if (moved === null)
        throw dataError('DATETIME_OVERFLOW', `timestampadd: ${count} ${unit} lead beyond the range of a timestamp.`);
      return moved;
    };
    return { kind: 'call', fn, nulls: 'propagate' };
  },
};

const timestampDiff: FunctionSpec = {
  name: 'timestampdiff',
  group: 'datetime',
  usage: 'The whole units from one timestamp to another: timestampdiff(UNIT, start, end).',
  example: ["timestampdiff(MONTH, timestamp'2021-01-30', timestamp'2022-02-28')", '12'],
  bind: bindUnit(['timestamp', 'timestamp'], LONG),
  implement(_types, _type, context) {
    const local = zone(context.timeZone);
    const fn = (unit: string, start: Int64, end: Int64): Int64 | null => unitsBetween(unit, start, end, local);
    return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
  },
};

function bindWindowTime(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 1, 1);
  const [window] = args as [TypedExpr];
  const { type } = window;
  const isWindow =
    type.kind === 'struct' &&
    type.fields.map((field) => `${field.name} ${field.type.kind}`).join() === 'start timestamp,end timestamp';
  if (!isWindow) refuseType(context, 0, 'a window (a struct of the timestamps start and end)', type);
  return boundTo([window], TIMESTAMP);
}

const windowTime: FunctionSpec = {
  name: 'window_time',
  group: 'datetime',
  usage: 'The time of a window: its last microsecond.',
  example: [
    "window_time(named_struct('start', timestamp'2021-01-01 00:00:00', 'end', timestamp'2021-01-01 00:05:00'))",
    '2021-01-01 00:04:59.999999',
  ],
  bind: bindWindowTime,
  implement: () => ({
    kind: 'call',
    fn: (window: readonly Cell[]) => subtractInt64(window[1] as Int64, 1),
    nulls: 'propagate',
    mayBeNull: true,
  }),
};

const currentTimezone: FunctionSpec = {
  name: 'current_timezone',
  group: 'datetime',
  usage: "The session's time zone.",
  example: ['length(current_timezone()) > 0', 'true'],
  bind(args, context) {
    checkCount(context, args, 0, 0);
    return boundTo([], STRING);
  },
  implement: (_types, _type, context) => ({ kind: 'call', fn: () => context.timeZone, nulls: 'see' }),
};

export const datetimeNowFunctions: readonly FunctionSpec[] = [
  batchTime('current_timestamp', ['now', 'localtimestamp'], "The batch's time.", TIMESTAMP, () => (ms) => ms * 1000),
  batchTime('current_date', ['curdate'], "The date of the batch's time.", DATE, (timeZone) => {
    const local = zone(timeZone);
    return (ms) => daysOfMicros(ms * 1000, local);
  }),
  currentTimezone,
  timestampAdd,
  timestampDiff,
  windowTime,
];
