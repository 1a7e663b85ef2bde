import type { Cell, Int64 } from '../../batch.ts';
import { DATE, type DataType, LONG, STRING, TIMESTAMP } from '../../schema.ts';
import { castTo } from '../coercion.ts';
import type { BindContext, Bound, FunctionSpec, ImplementContext } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { strictTimestampParser, timestampFormatter } from '../values/datetime-pattern.ts';
import { floorDivInt64, multiplyInt64, wrapInt64 } from '../values/int64.ts';
import { daysOfMicros, localToUtc } from '../values/local-time.ts';
import { zone } from '../values/zone.ts';
import { boundTo, checkCount, type Expected, implicitArgs, literal } from './bind.ts';
import { scalar } from './define.ts';

/** Timestamps and dates to text and back by patterns. */

const DEFAULT_PATTERN = 'yyyy-MM-dd HH:mm:ss';

/** `make` for the pattern of each row; a constant pattern is compiled, and refused, before any row. */
function byPattern<F>(constant: Cell | undefined, make: (pattern: string) => F): (pattern: string) => F {
  let known = typeof constant === 'string' ? constant : null;
  let made = known === null ? null : make(known);
  return (pattern) => {
    if (made === null || pattern !== known) {
      made = make(pattern);
      known = pattern;
    }
    return made;
  };
}

/** Timestamps from what to_timestamp and its like take: dates and timestamps are taken as they are, texts by the pattern. */
function readerOf(
  source: DataType,
  constant: Cell | undefined,
  timeZone: string,
): (value: Cell, pattern: string) => Int64 | null {
  if (source.kind === 'timestamp') return (value) => value as Int64;
  if (source.kind === 'date') {
    const local = zone(timeZone);
    return (value) => localToUtc(value as number, 0, local);
  }
  const parser = byPattern(constant, (pattern) => strictTimestampParser(pattern, timeZone));
  return (value, pattern) => parser(pattern)(value as string);
}

/** A function of a text, date or timestamp and an optional pattern. Without pattern it is a cast. */
function bindTo(type: DataType, takes: Expected): (args: readonly TypedExpr[], context: BindContext) => Bound {
  return (args, context) => {
    checkCount(context, args, 1, 2);
    const [source] = implicitArgs(context, args.slice(0, 1), [takes]) as [TypedExpr];
    if (args.length === 1) return boundTo([castTo(source, type)], type, source.type.kind === 'string');
    const text = source.type.kind === 'date' || source.type.kind === 'timestamp' ? source : castTo(source, STRING);
    return boundTo([text, ...implicitArgs(context, args.slice(1), ['string'])], type, true);
  };
}

function implementTo(toResult: (timeZone: string) => (micros: Int64) => Cell): FunctionSpec['implement'] {
  return (types: readonly DataType[], _type: DataType, context: ImplementContext) => {
    if (types.length === 1) return { kind: 'inline', code: ([value]) => value as string };
    const read = readerOf(types[0] as DataType, context.constants[1], context.timeZone);
    const result = toResult(context.timeZone);
    const fn = (value: Cell, pattern: string): Cell => {
      const micros = read(value, pattern);
      return micros === null ? null : result(micros);
    };
    return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
  };
}

const SOURCES: Expected = ['string', 'date', 'timestamp'];

function toTimestamp(name: string, usage: string, example: [string, string]): FunctionSpec {
  return {
    name,
    group: 'datetime',
    usage,
    example,
    bind: bindTo(TIMESTAMP, ['string', 'date', 'timestamp', 'numeric']),
    implement: implementTo(() => (micros) => micros),
  };
}

const toDate: FunctionSpec = {
  name: 'to_date',
  group: 'datetime',
  usage: 'The date that a text says, by a pattern if there is one; null when the text does not fit.',
  example: ["to_date('2016-12-31', 'yyyy-MM-dd')", '2016-12-31'],
  bind: bindTo(DATE, SOURCES),
  implement: implementTo((timeZone) => {
    const local = zone(timeZone);
    return (micros) => daysOfMicros(micros, local);
  }),
};

/** Seconds since 1970 of a text by a pattern, of a date or of a timestamp. */
function bindSeconds(args: readonly TypedExpr[], context: BindContext): Bound {
  const all = args.length === 1 ? [...args, literal(DEFAULT_PATTERN, STRING)] : args;
  return boundTo(implicitArgs(context, all, [SOURCES, 'string']), LONG, true);
}

const implementSeconds = implementTo(() => (micros) => floorDivInt64(micros, 1_000_000));

const toUnixTimestamp: FunctionSpec = {
  name: 'to_unix_timestamp',
  group: 'datetime',
  usage:
    'The seconds since 1970-01-01 UTC of a date, a timestamp, or a text by a pattern (yyyy-MM-dd HH:mm:ss unless given).',
  example: ["to_unix_timestamp('2016-04-08', 'yyyy-MM-dd')", '1460073600'],
  bind(args, context) {
    checkCount(context, args, 1, 2);
    return bindSeconds(args, context);
  },
  implement: implementSeconds,
};

const unixTimestamp: FunctionSpec = {
  ...toUnixTimestamp,
  name: 'unix_timestamp',
  usage: 'As to_unix_timestamp; without arguments the seconds of the batch time.',
  example: ["unix_timestamp('2016-04-08', 'yyyy-MM-dd')", '1460073600'],
  bind(args, context) {
    checkCount(context, args, 0, 2);
    return args.length === 0 ? boundTo([], LONG) : bindSeconds(args, context);
  },
  implement(types, type, context) {
    if (types.length > 0) return implementSeconds(types, type, context);
    return {
      kind: 'call',
      fn: (batchTimeMs: number) => Math.floor(batchTimeMs / 1000),
      nulls: 'see',
      usesBatchTime: true,
    };
  },
};

export const datetimeTextFunctions: readonly FunctionSpec[] = [
  scalar('datetime', {
    name: 'date_format',
    usage: 'A timestamp written by a pattern.',
    example: ["date_format('2016-04-08', 'y')", '2016'],
    takes: ['timestamp', 'string'],
    returns: STRING,
    make: (_types, _type, context) => {
      const formatter = byPattern(context.constants[1], (pattern) => timestampFormatter(pattern, context.timeZone));
      return (micros: Int64, pattern: string) => formatter(pattern)(micros);
    },
  }),
  toDate,
  toTimestamp(
    'to_timestamp',
    'The timestamp that a text says, by a pattern if there is one; null when the text does not fit.',
    ["to_timestamp('2016-12-31', 'yyyy-MM-dd')", '2016-12-31 00:00:00'],
  ),
  toTimestamp('try_to_timestamp', 'As to_timestamp.', ["try_to_timestamp('foo', 'yyyy-MM-dd')", 'NULL']),
  toUnixTimestamp,
  unixTimestamp,
  scalar('datetime', {
    name: 'from_unixtime',
    usage: 'Seconds since 1970-01-01 UTC written by a pattern (yyyy-MM-dd HH:mm:ss unless given).',
    example: ["from_unixtime(0, 'yyyy-MM-dd')", '1970-01-01'],
    takes: ['long', 'string'],
    defaults: [literal(DEFAULT_PATTERN, STRING)],
    returns: STRING,
    make: (_types, _type, context) => {
      const formatter = byPattern(context.constants[1], (pattern) => timestampFormatter(pattern, context.timeZone));
      return (seconds: Int64, pattern: string) =>
        formatter(pattern)(multiplyInt64(seconds, 1_000_000) ?? wrapInt64(BigInt(seconds) * 1_000_000n));
    },
  }),
];
