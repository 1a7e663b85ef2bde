import { canonicalInt64, type Int64 } from '../../batch.ts';

/** Arithmetic on canonical 64-bit integers (src/batch.ts). `null` means that the result leaves 64 bits. */

export const MIN_INT64 = -9223372036854775808n;
export const MAX_INT64 = 9223372036854775807n;

/** A bigint in canonical form, or null when it needs more than 64 bits. */
export function int64OrNull(value: bigint): Int64 | null {
  return value < MIN_INT64 || value > MAX_INT64 ? null : canonicalInt64(value);
}

/** A bigint cut to its low 64 bits, as Java's long arithmetic does. */
export function wrapInt64(value: bigint): Int64 {
  return canonicalInt64(BigInt.asIntN(64, value));
}

export function addInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return int64OrNull(BigInt(a) + BigInt(b));
}

export function subtractInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return int64OrNull(BigInt(a) - BigInt(b));
}

export function multiplyInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // `+ 0` turns -0 into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return int64OrNull(BigInt(a) * BigInt(b));
}

/** The quotient rounded down, for a positive divisor below 2^53. */
export function floorDivInt64(a: Int64, divisor: number): Int64 {
  if (typeof a === 'number') {
    // The division may round up to a whole number; the remainder tells.
    const quotient = Math.floor(a / divisor);
    return quotient * divisor > a ? quotient - 1 : quotient;
  }
  const wide = BigInt(divisor);
  const quotient = a / wide;
  return canonicalInt64(a % wide < 0n ? quotient - 1n : quotient);
}

/** The remainder with the divisor's sign, for a positive divisor below 2^53. */
export function floorModInt64(a: Int64, divisor: number): number {
  const rest = typeof a === 'number' ? a % divisor : Number(a % BigInt(divisor));
  return rest < 0 ? rest + divisor : rest + 0;
}

/** The quotient rounded towards zero, as Java's `/`. */
export function divideInt64(a: Int64, divisor: number): Int64 {
  if (typeof a === 'number') return Math.trunc((a - (a % divisor)) / divisor) + 0;
  return canonicalInt64(a / BigInt(divisor));
}

/** A double as Java's `(long)` makes it: cut towards zero, held at the ends of the range, NaN is 0. */
export function int64OfDouble(value: number): Int64 {
  if (Number.isNaN(value)) return 0;
  const whole = Math.trunc(value) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  if (whole >= 2 ** 63) return MAX_INT64;
  if (whole <= -(2 ** 63)) return MIN_INT64;
  return BigInt(whole);
}
