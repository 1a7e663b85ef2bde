import { usageError } from './exit-codes.ts';

const MICROS_OF_UNIT: Readonly<Record<string, number>> = {
  us: 1,
  microsecond: 1,
  ms: 1000,
  millisecond: 1000,
  s: 1_000_000,
  second: 1_000_000,
  m: 60_000_000,
  minute: 60_000_000,
  h: 3_600_000_000,
  hour: 3_600_000_000,
  d: 86_400_000_000,
  day: 86_400_000_000,
};

/**
 * A duration on the command line, in microseconds: `2s`, `500ms`, `1.5 m`, `10 seconds`, and `0`.
 *
 * @throws ClickstreamError USAGE
 */
export function durationMicros(option: string, text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = (match?.[2] ?? '').toLowerCase();
  const microsOfUnit = MICROS_OF_UNIT[unit] ?? MICROS_OF_UNIT[unit.replace(/s$/, '')];
  const number = Number(match?.[1]);
  if (match !== null && unit === '' && number === 0) return 0;
  const micros = Math.round(number * (microsOfUnit ?? Number.NaN));
  if (!Number.isSafeInteger(micros)) {
    throw usageError(`--${option}: "${text}" is not a duration; write for example 2s, 500ms, 10m or "10 seconds".`);
  }
  return micros;
}

/** As `durationMicros`, in milliseconds, with the fraction. */
export function durationMs(option: string, text: string): number {
  return durationMicros(option, text) / 1000;
}
