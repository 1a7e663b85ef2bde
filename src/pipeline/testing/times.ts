import { configError } from '../../errors.ts';
import { parseDuration } from '../../sql/values/interval.ts';
import { parseTimestamp } from '../../sql/values/timestamp.ts';
import { zone } from '../../sql/values/zone.ts';

/** A time as a test writes it, microseconds since the epoch. Errors: TEST_INVALID. */
export function timeMicros(text: string, timeZone = 'UTC'): number {
  const micros = parseTimestamp(text, zone(timeZone));
  if (micros !== null) return Number(micros);
  throw configError('TEST_INVALID', `"${text}" is no time. Write it as 2026-01-01T00:00:00Z.`);
}

/** A length of time as a test writes it. Errors: TEST_INVALID. */
export function durationMs(text: string): number {
  const interval = parseDuration(text);
  if (interval === null || interval.months !== 0) {
    throw configError('TEST_INVALID', `"${text}" is no duration. Write it as "10 seconds" or "10s".`);
  }
  return interval.days * 86_400_000 + Number(interval.micros) / 1000;
}
