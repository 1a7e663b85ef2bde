import type { CalendarInterval, Cell, Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, CALENDAR_INTERVAL, type DataType, formatType } from '../../schema.ts';
import { castTo, commonTypeWithoutString } from '../coercion.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { divideInt64 } from '../values/int64.ts';
import { daysOfMicros, localToUtc, MICROS_PER_DAY } from '../values/local-time.ts';
import { addCalendarInterval } from '../values/timestamp-add.ts';
import { type Zone, zone } from '../values/zone.ts';
import { wrapInt } from './arithmetic-cells.ts';
import { boundTo, checkCount, isIntegral, refuseType } from './bind.ts';
import { differentTypes } from './collection-args.ts';

const MAX_LENGTH = 2147483632;
const INTERVALS = ['dayTimeInterval', 'yearMonthInterval', 'calendarInterval'];

export const sequenceFunctions: readonly FunctionSpec[] = [
  {
    name: 'sequence',
    group: 'collection',
    usage: 'Whole numbers, dates or timestamps from a start to an end (both included) in steps.',
    example: ['sequence(1, 5)', '[1,2,3,4,5]'],
    bind: bindSequence,
    implement([type, , step], _result, { timeZone }) {
      const kind = type as DataType;
      const fn = isIntegral(kind) ? numbers(kind) : moments(kind, step as DataType | undefined, zone(timeZone));
      return { kind: 'call', fn, nulls: 'propagate' };
    },
  },
];

function bindSequence(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 2, 3);
  const [start, stop, step] = args as readonly [TypedExpr, TypedExpr, TypedExpr | undefined];
  const withNumbers = isIntegral(start.type) && step !== undefined ? [step.type] : [];
  const type = commonTypeWithoutString([start.type, stop.type, ...withNumbers]);
  if (type === null)
    throw differentTypes(
      context,
      args.map((arg) => arg.type),
    );
  const isMoment = type.kind === 'date' || type.kind === 'timestamp';
  if (!isIntegral(type) && !isMoment) refuseType(context, 0, 'whole numbers, dates or timestamps', type);
  if (step !== undefined && isMoment && !INTERVALS.includes(step.type.kind)) {
    if (step.type.kind !== 'string') refuseType(context, 2, `an interval, for ${formatType(type)}`, step.type);
  }
  const stepType = isMoment ? (step?.type.kind === 'string' ? CALENDAR_INTERVAL : step?.type) : type;
  const bound = [castTo(start, type), castTo(stop, type)];
  if (step !== undefined) bound.push(castTo(step, stepType as DataType));
  return boundTo(bound, array(type));
}

function numbers(type: DataType): (start: Int64, stop: Int64, step?: Int64) => Cell {
  return (start, stop, step) => {
    const by = BigInt(step ?? (start <= stop ? 1 : -1));
    const from = BigInt(start);
    const distance = BigInt(stop) - from;
    checkStep(by === 0n ? distance === 0n : distance === 0n || distance > 0n === by > 0n, start, stop, step ?? by);
    const length = by === 0n ? 1n : distance / by + 1n;
    checkLength(length);
    if (typeof start === 'number' && typeof stop === 'number') {
      const small = Number(by);
      return Array.from({ length: Number(length) }, (_, i) => start + i * small);
    }
    return Array.from({ length: Number(length) }, (_, i) => wrapInt(from + BigInt(i) * by, type));
  };
}

function checkStep(ok: boolean, start: unknown, stop: unknown, step: unknown): void {
  if (ok) return;
  throw dataError('INVALID_PARAMETER_VALUE', `sequence: no steps of ${step} lead from ${start} to ${stop}.`);
}

function checkLength(length: bigint): void {
  if (length <= MAX_LENGTH) return;
  throw dataError(
    'COLLECTION_SIZE_LIMIT_EXCEEDED',
    `sequence: ${length} elements are too many; at most ${MAX_LENGTH} fit.`,
  );
}

const ONE_DAY: CalendarInterval = { months: 0, days: 1, micros: 0 };

/** Each element is the start plus i steps, so that ends of months do not wander (Spark's `TemporalSequenceImpl`). */
function moments(type: DataType, stepType: DataType | undefined, timeZone: Zone): (...cells: never[]) => Cell {
  const toMicros = (cell: Int64): Int64 => (type.kind === 'date' ? (localToUtc(Number(cell), 0, timeZone) ?? 0) : cell);
  const fromMicros = (micros: Int64): Int64 => (type.kind === 'date' ? daysOfMicros(micros, timeZone) : micros);
  return (start: Int64, stop: Int64, step?: Cell) => {
    const by = stepOf(step, stepType, start <= stop);
    const [from, to] = [toMicros(start), toMicros(stop)];
    const sign = Math.sign(by.months * 28 + by.days + Number(by.micros) / MICROS_PER_DAY);
    checkStep(from === to || (sign > 0 ? from < to : sign < 0 && from > to), start, stop, JSON.stringify(by));
    if (sign === 0 || from === to) return [start];
    const result: Cell[] = [];
    for (let i = 0; ; i++) {
      const micros = addCalendarInterval(
        from,
        { months: by.months * i, days: by.days * i, micros: times(by.micros, i) },
        timeZone,
      );
      if (micros === null || (sign > 0 ? micros > to : micros < to)) return result;
      result.push(fromMicros(micros));
    }
  };
}

function times(micros: Int64, count: number): Int64 {
  return wrapInt(BigInt(micros) * BigInt(count), { kind: 'long' });
}

function stepOf(step: Cell | undefined, type: DataType | undefined, upward: boolean): CalendarInterval {
  if (step === undefined || step === null) return upward ? ONE_DAY : { ...ONE_DAY, days: -1 };
  if (type?.kind === 'yearMonthInterval') return { months: step as number, days: 0, micros: 0 };
  if (type?.kind !== 'dayTimeInterval') return step as CalendarInterval;
  // Whole days move on the calendar, the rest on the clock.
  const days = Number(divideInt64(step as Int64, MICROS_PER_DAY));
  return { months: 0, days, micros: wrapInt(BigInt(step as Int64) % BigInt(MICROS_PER_DAY), { kind: 'long' }) };
}
