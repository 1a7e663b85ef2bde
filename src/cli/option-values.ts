import { usageError } from './exit-codes.ts';

/** A whole number from `least` on. */
export function countOption(option: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw usageError(`--${option} must be a whole number from ${least} on, found ${value}.`);
}

/** A share, 0 to 1. */
export function shareOption(option: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw usageError(`--${option} is a share and must lie between 0 and 1, found ${value}.`);
}

/** A point in time, ISO 8601 with up to six digits of fraction, UTC when it has no zone; microseconds since 1970. */
export function microsOption(option: string, text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?(Z|[+-]\d\d:?\d\d)?)?$/i.exec(
    text.trim(),
  );
  const [, day, clock = '00:00', fraction = '', zone = 'Z'] = match ?? [];
  const millis = Date.parse(`${day}T${clock}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  if (Number.isNaN(millis)) {
    throw usageError(`--${option}: "${text}" is not a time; write for example 2026-01-01T00:00:00Z.`);
  }
  return millis * 1000 + Number(fraction.padEnd(6, '0'));
}
