import { parseDuration } from '../sql/values/interval.ts';
import { usageError } from './exit-codes.ts';

const MICROS_PER_DAY = 86_400_000_000;

/**
 * A duration on the command line, in microseconds: as Spark writes it (`10 seconds`, `1 minute 30 seconds`) or short
 * (`2s`, `500ms`, `1h30m`), and `0`. Days have 24 hours; months have no fixed length and are refused.
 *
 * @throws ClickstreamError USAGE
 */
export function durationMicros(option: string, text: string): number {
  if (/^\s*0\s*$/.test(text)) return 0;
  const interval = parseDuration(text);
  const micros = interval === null ? Number.NaN : interval.days * MICROS_PER_DAY + Number(interval.micros);
  if (interval?.months === 0 && Number.isSafeInteger(micros) && micros >= 0) return micros;
  throw usageError(`--${option}: "${text}" is not a duration; write for example 2s, 500ms, 10m or "10 seconds".`);
}

/** As `durationMicros`, in milliseconds, with the fraction. */
export function durationMs(option: string, text: string): number {
  return durationMicros(option, text) / 1000;
}
