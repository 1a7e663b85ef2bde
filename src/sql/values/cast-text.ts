import type { Int64 } from '../../batch.ts';
import { int64OrNull } from './int64.ts';

/** Numbers and booleans from text, as CAST reads them (`UTF8String.toLong` and Java's `Double.parseDouble`). */

function isTrimmed(code: number): boolean {
  return code <= 32 || code === 127;
}

/** The text without blanks and control characters around it (`UTF8String.trimAll`). */
export function trimAll(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isTrimmed(text.charCodeAt(start))) start++;
  while (end > start && isTrimmed(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

const WHOLE = /^[+-]?\d+$/;
/** Digits behind the point are checked and dropped; Spark takes even a lone point for 0. */
const WITH_FRACTION = /^([+-]?\d*)\.\d*$/;

/** A 64-bit integer; `fraction` says whether `1.9` is read as 1 or refused (as TRY_CAST does). */
export function int64OfText(text: string, fraction: boolean): Int64 | null {
  let whole = trimAll(text);
  if (!WHOLE.test(whole)) {
    const match = fraction ? WITH_FRACTION.exec(whole) : null;
    if (match === null) return null;
    whole = match[1] as string;
    if (whole === '' || whole === '-' || whole === '+') return 0;
  }
  const value = Number(whole);
  if (Number.isSafeInteger(value)) return value + 0;
  return int64OrNull(BigInt(whole.startsWith('+') ? whole.slice(1) : whole));
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?$/;

const SPECIAL: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

export function doubleOfText(text: string): number | null {
  const trimmed = trimAll(text);
  if (!NUMBER.test(trimmed)) return SPECIAL[trimmed.toLowerCase()] ?? null;
  const last = trimmed.charCodeAt(trimmed.length - 1) | 32;
  return Number(last === 102 || last === 100 ? trimmed.slice(0, -1) : trimmed);
}

const TRUE_TEXTS: ReadonlySet<string> = new Set(['t', 'true', 'y', 'yes', '1']);
const FALSE_TEXTS: ReadonlySet<string> = new Set(['f', 'false', 'n', 'no', '0']);

export function booleanOfText(text: string): boolean | null {
  const lower = trimAll(text).toLowerCase();
  return TRUE_TEXTS.has(lower) ? true : FALSE_TEXTS.has(lower) ? false : null;
}
