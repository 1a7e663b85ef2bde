import type { Int64 } from '../../batch.ts';

/** Numbers from the bytes of a field. Every function takes `bytes[start .. end)` whole or gives null. */

const MINUS = 45;
const PLUS = 43;
const DOT = 46;
const ZERO = 48;
const LOWER_E = 101;
const MAX_LONG = 9223372036854775807n;
const latin1 = new TextDecoder('latin1');

/** Powers of ten that a double holds exactly. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** `[+-]digits` within 64 bits, exact. */
export function parseLong(bytes: Uint8Array, start: number, end: number): Int64 | null {
  let p = start;
  const negative = bytes[p] === MINUS;
  if (p < end && (negative || bytes[p] === PLUS)) p++;
  if (p >= end) return null;
  while (p < end - 1 && bytes[p] === ZERO) p++;
  if (end - p > 19) return null;
  if (end - p > 15) return parseLongExact(bytes, p, end, negative);
  let value = 0;
  for (; p < end; p++) {
    const digit = (bytes[p] as number) - ZERO;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  // 0 - value, because -0 is no integer.
  return negative ? 0 - value : value;
}

function parseLongExact(bytes: Uint8Array, start: number, end: number, negative: boolean): Int64 | null {
  for (let p = start; p < end; p++) {
    const digit = (bytes[p] as number) - ZERO;
    if (digit < 0 || digit > 9) return null;
  }
  const magnitude = BigInt(latin1.decode(bytes.subarray(start, end)));
  if (magnitude > (negative ? MAX_LONG + 1n : MAX_LONG)) return null;
  const value = negative ? -magnitude : magnitude;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** A number split into its parts: digits without the dot, and the power of ten they are multiplied by. */
interface Decimal {
  readonly negative: boolean;
  /** Digits of whole part and fraction, without leading zeros. */
  readonly digits: string;
  readonly exponent: number;
}

/**
 * A double: `[+-]digits[.digits][e[+-]digits]`, `.5` and `5.` too, correctly rounded; or `NaN`, `Inf`, `Infinity` with an
 * optional sign, as Spark's CSV reader takes them (`UnivocityParser`). A number too large for a double gives an infinity.
 */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number | null {
  let p = start;
  const negative = bytes[p] === MINUS;
  if (p < end && (negative || bytes[p] === PLUS)) p++;
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  let seenDot = false;
  for (; p < end; p++) {
    const byte = bytes[p] as number;
    if (byte === DOT && !seenDot) {
      seenDot = true;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
    digits++;
    if (seenDot) scale++;
  }
  if (digits === 0) return namedDouble(bytes, start, end);
  // Both operands exact, one rounding: Clinger's fast path.
  if (p === end && digits <= 15) {
    const value = scale === 0 ? mantissa : mantissa / (EXACT_POWERS[scale] as number);
    return negative ? -value : value;
  }
  if (p < end && !isExponent(bytes, p, end)) return null;
  return Number(latin1.decode(bytes.subarray(start, end)));
}

function isExponent(bytes: Uint8Array, start: number, end: number): boolean {
  let p = start;
  if (((bytes[p++] as number) | 32) !== LOWER_E) return false;
  if (bytes[p] === MINUS || bytes[p] === PLUS) p++;
  if (p >= end) return false;
  for (; p < end; p++) {
    const digit = (bytes[p] as number) - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

function namedDouble(bytes: Uint8Array, start: number, end: number): number | null {
  if (end - start > 9) return null;
  switch (latin1.decode(bytes.subarray(start, end))) {
    case 'NaN':
      return Number.NaN;
    case 'Inf':
    case '+Inf':
    case 'Infinity':
    case '+Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Inf':
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return null;
  }
}

/**
 * A decimal, exact, as its unscaled value. Digits behind `scale` are rounded half up, as Spark does
 * (`Decimal.apply(BigDecimal, precision, scale)`), or with `exact` give null unless they are zeros. Null too when the
 * value needs more than `precision` digits.
 */
export function parseDecimal(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: number,
  scale: number,
  exact: boolean,
): bigint | null {
  const parts = decimalParts(bytes, start, end);
  if (parts === null) return null;
  const { negative, digits } = parts;
  if (digits === '') return 0n;
  // Digits of the value above the last kept one; compared before anything is built, so that 1e999999999 costs nothing.
  const kept = digits.length + parts.exponent + scale;
  if (kept > precision) return null;
  const whole = kept <= 0 ? '' : digits.length >= kept ? digits.slice(0, kept) : digits.padEnd(kept, '0');
  const rest = kept < 0 ? `0${digits}` : digits.slice(kept);
  let value = whole === '' ? 0n : BigInt(whole);
  if (/[1-9]/.test(rest)) {
    if (exact) return null;
    if (rest >= '5') value += 1n;
    if (value.toString().length > precision) return null;
  }
  return negative ? -value : value;
}

function decimalParts(bytes: Uint8Array, start: number, end: number): Decimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(latin1.decode(bytes.subarray(start, end)));
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  return {
    negative: sign === '-',
    digits: (whole + fraction).replace(/^0+/, ''),
    exponent: Number(exponent) - fraction.length,
  };
}
