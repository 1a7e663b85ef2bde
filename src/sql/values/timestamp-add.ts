import type { CalendarInterval, Int64 } from '../../batch.ts';
import { addMonthsToDays } from './calendar.ts';
import { addInt64, divideInt64, floorDivInt64, floorModInt64, subtractInt64 } from './int64.ts';
import { localToUtc, MICROS_PER_DAY, microsOfDays, utcToLocal } from './local-time.ts';
import type { Zone } from './zone.ts';

/**
 * Timestamps plus intervals (Spark's `DateTimeUtils.timestampAddMonths`, `timestampAddDayTime`, `timestampAddInterval`): months and
 * days move on the local calendar, microseconds on the line of instants. Null means that the result leaves its range.
 */

/** Moves the local date by months, then days, and keeps the local time; in an overlap also the offset, if it can. */
function moveDate(micros: Int64, months: number, days: number, zone: Zone): Int64 | null {
  if (months === 0 && days === 0) return micros;
  const local = utcToLocal(micros, zone);
  const localDays = addMonthsToDays(Number(floorDivInt64(local, MICROS_PER_DAY)), months);
  if (localDays === null) return null;
  const timeOfDay = floorModInt64(local, MICROS_PER_DAY);
  const offset = zone.fixedOffsetMicros ?? zone.offsetMicrosAtUtc(micros);
  const moved = microsOfDays(localDays + days, timeOfDay);
  const kept = moved === null ? null : subtractInt64(moved, offset);
  if (kept !== null && zone.offsetMicrosAtUtc(kept) === offset) return kept;
  return localToUtc(localDays + days, timeOfDay, zone);
}

export function addMonths(micros: Int64, months: number, zone: Zone): Int64 | null {
  return moveDate(micros, months, 0, zone);
}

/** Whole days of the interval are calendar days of `zone`, also across a change of its offset. */
export function addDayTime(micros: Int64, dayTimeMicros: Int64, zone: Zone): Int64 | null {
  const days = divideInt64(dayTimeMicros, MICROS_PER_DAY);
  const rest = BigInt(dayTimeMicros) % BigInt(MICROS_PER_DAY);
  const moved = moveDate(micros, 0, Number(days), zone);
  return moved === null ? null : addInt64(moved, Number(rest));
}

export function addCalendarInterval(micros: Int64, interval: CalendarInterval, zone: Zone): Int64 | null {
  const moved = moveDate(micros, interval.months, interval.days, zone);
  return moved === null ? null : addInt64(moved, interval.micros);
}
