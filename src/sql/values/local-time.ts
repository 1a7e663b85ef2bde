import type { Int64 } from '../../batch.ts';
import { addInt64, floorDivInt64, int64OrNull } from './int64.ts';
import type { Zone } from './zone.ts';

/** Timestamps are microseconds since 1970-01-01T00:00:00Z; a local time is the same count as if its zone were UTC. */

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_DAY = 86_400_000_000;

/** The microseconds of a day and a time of day, or null when they do not fit 64 bits. */
export function microsOfDays(days: number, microsOfDay = 0): Int64 | null {
  const micros = days * MICROS_PER_DAY + microsOfDay;
  if (Number.isSafeInteger(micros)) return micros;
  return int64OrNull(BigInt(days) * BigInt(MICROS_PER_DAY) + BigInt(microsOfDay));
}

/** The local time of an instant. At the far ends, where it would not fit 64 bits, the instant itself. */
export function utcToLocal(micros: Int64, zone: Zone): Int64 {
  const offset = zone.fixedOffsetMicros ?? zone.offsetMicrosAtUtc(micros);
  return offset === 0 ? micros : (addInt64(micros, offset) ?? micros);
}

/** The instant of a local date and time of day, or null when it does not fit 64 bits. */
export function localToUtc(days: number, microsOfDay: number, zone: Zone): Int64 | null {
  const local = microsOfDays(days, microsOfDay);
  if (local === null) return null;
  const offset = zone.fixedOffsetMicros ?? zone.offsetMicrosAtLocal(local);
  return offset === 0 ? local : addInt64(local, -offset);
}

/** The local date of an instant. */
export function daysOfMicros(micros: Int64, zone: Zone): number {
  return Number(floorDivInt64(utcToLocal(micros, zone), MICROS_PER_DAY));
}
