import type { CalendarInterval, Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import type { DataType } from '../../schema.ts';
import { isIntervalType } from '../coercion.ts';
import type { Implementation, ImplementContext } from '../function-spec.ts';
import { addMonthsToDays } from '../values/calendar.ts';
import { divideRounded, parseDecimal, powerOfTen } from '../values/decimal.ts';
import { addInt64, floorDivInt64, floorModInt64, int64OrNull, multiplyInt64, subtractInt64 } from '../values/int64.ts';
import { localToUtc, MICROS_PER_DAY, utcToLocal } from '../values/local-time.ts';
import { type Zone, zone } from '../values/zone.ts';

/** Arithmetic of dates, timestamps and intervals (`DateTimeUtils.timestampAddInterval` and its kin). Overflow is an error, as in Spark. */

type Fn = (...args: never[]) => number | bigint | CalendarInterval | null;

export function isTimeOperator(argTypes: readonly DataType[]): boolean {
  return argTypes.some((type) => type.kind === 'date' || type.kind === 'timestamp' || isIntervalType(type));
}

/** `name` is `+`, `-`, `*`, `/`, `div` or `negative`; dates, timestamps and intervals come first. */
export function implementTimeOperator(
  name: string,
  argTypes: readonly DataType[],
  context: ImplementContext,
): Implementation {
  const [left, right] = argTypes;
  if (left === undefined) throw new Error('an operator without operands');
  return {
    kind: 'call',
    fn: chooseFn(name, left, right, context.timeZone),
    nulls: 'propagate',
    mayBeNull: name === 'div',
  };
}

function chooseFn(name: string, left: DataType, right: DataType | undefined, timeZone: string): Fn {
  if (name === 'negative') return negateFn(left);
  if (right === undefined) throw new Error(`${name} with one operand`);
  if (name === '*' || name === '/') return scaleFn(name, left, right);
  if (name === 'div') return (a: Int64, b: Int64) => (b === 0 ? null : int64OrNull(BigInt(a) / BigInt(b)));
  const minus = name === '-';
  if (left.kind === 'date') return datePlusFn(right, minus);
  if (left.kind === 'timestamp') return timestampPlusFn(right, minus, zone(timeZone));
  return intervalSumFn(left, minus);
}

function negateFn(type: DataType): Fn {
  if (type.kind !== 'calendarInterval') return (a: Int64) => orOverflow(subtractInt64(0, a));
  return (a: CalendarInterval) => ({
    months: -a.months,
    days: -a.days,
    micros: orOverflow(subtractInt64(0, a.micros)),
  });
}

function datePlusFn(right: DataType, minus: boolean): Fn {
  const sign = minus ? -1 : 1;
  switch (right.kind) {
    case 'date':
      return (a: number, b: number) => (a - b) * MICROS_PER_DAY;
    case 'yearMonthInterval':
      return (a: number, months: number) => orOverflow(addMonthsToDays(a, sign * months));
    case 'dayTimeInterval':
      return (a: number, micros: Int64) => a + sign * Number(floorDivInt64(micros, MICROS_PER_DAY));
    case 'calendarInterval':
      return (a: number, b: CalendarInterval) => orOverflow(addMonthsToDays(a, sign * b.months)) + sign * b.days;
    default:
      return (a: number, days: number) => (a + sign * days) | 0;
  }
}

function timestampPlusFn(right: DataType, minus: boolean, timeZone: Zone): Fn {
  const sign = minus ? -1 : 1;
  switch (right.kind) {
    case 'timestamp':
      // By the clock on the wall, as Spark does: a day in which the clocks change still counts 24 hours.
      return (a: Int64, b: Int64) => orOverflow(subtractInt64(utcToLocal(a, timeZone), utcToLocal(b, timeZone)));
    case 'yearMonthInterval':
      return (a: Int64, months: number) => addToTimestamp(a, sign * months, 0, 0, timeZone);
    case 'dayTimeInterval':
      return (a: Int64, micros: Int64) => {
        const signed = minus ? orOverflow(subtractInt64(0, micros)) : micros;
        const days = Number(floorDivInt64(signed, MICROS_PER_DAY));
        return addToTimestamp(a, 0, days, floorModInt64(signed, MICROS_PER_DAY), timeZone);
      };
    default:
      return (a: Int64, b: CalendarInterval) => {
        const micros = minus ? orOverflow(subtractInt64(0, b.micros)) : b.micros;
        return addToTimestamp(a, sign * b.months, sign * b.days, micros, timeZone);
      };
  }
}

/** Months and days move on the local calendar, microseconds on the line of instants. */
export function addToTimestamp(micros: Int64, months: number, days: number, added: Int64, timeZone: Zone): Int64 {
  if (months === 0 && days === 0) return orOverflow(addInt64(micros, added));
  const local = utcToLocal(micros, timeZone);
  const localDays = Number(floorDivInt64(local, MICROS_PER_DAY));
  const timeOfDay = floorModInt64(local, MICROS_PER_DAY);
  const moved = orOverflow(addMonthsToDays(localDays, months)) + days;
  return orOverflow(addInt64(orOverflow(localToUtc(moved, timeOfDay, timeZone)), added));
}

function intervalSumFn(type: DataType, minus: boolean): Fn {
  const sum = minus ? subtractInt64 : addInt64;
  if (type.kind === 'yearMonthInterval') return (a: number, b: number) => orOverflow(fitInt32(minus ? a - b : a + b));
  if (type.kind === 'dayTimeInterval') return (a: Int64, b: Int64) => orOverflow(sum(a, b));
  return (a: CalendarInterval, b: CalendarInterval) => ({
    months: orOverflow(fitInt32(minus ? a.months - b.months : a.months + b.months)),
    days: orOverflow(fitInt32(minus ? a.days - b.days : a.days + b.days)),
    micros: orOverflow(sum(a.micros, b.micros)),
  });
}

/** Results are rounded half away from zero. */
function scaleFn(name: '*' | '/', interval: DataType, number: DataType): Fn {
  const narrow = interval.kind === 'yearMonthInterval' ? (x: bigint) => fitInt32(Number(x)) : int64OrNull;
  const isFloating = number.kind === 'float' || number.kind === 'double';
  const scale = number.kind === 'decimal' ? number.scale : 0;
  return (a: Int64, b: number | bigint) => {
    if (name === '/' && Number(b) === 0) throw dataError('INTERVAL_DIVIDED_BY_ZERO', 'an interval is divided by zero');
    if (isFloating)
      return orOverflow(narrow(roundDouble(name === '*' ? Number(a) * Number(b) : Number(a) / Number(b))));
    if (name === '*' && scale === 0 && interval.kind === 'dayTimeInterval') return orOverflow(multiplyInt64(a, b));
    const unscaled = BigInt(b);
    const power = powerOfTen(scale);
    const exact =
      name === '*' ? divideRounded(BigInt(a) * unscaled, power) : divideRounded(BigInt(a) * power, unscaled);
    return orOverflow(narrow(exact));
  };
}

function roundDouble(value: number): bigint {
  const parsed = parseDecimal(String(value));
  if (parsed === null) throw overflow();
  return parsed.scale <= 0
    ? parsed.unscaled * powerOfTen(-parsed.scale)
    : divideRounded(parsed.unscaled, powerOfTen(parsed.scale));
}

function fitInt32(value: number): number | null {
  return value === (value | 0) ? value : null;
}

function orOverflow<T>(value: T | null): T {
  if (value === null) throw overflow();
  return value;
}

function overflow(): Error {
  return dataError('ARITHMETIC_OVERFLOW', 'a date, timestamp or interval leaves the range of its type');
}
