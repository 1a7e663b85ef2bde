import type { Int64 } from '../batch.ts';
import { wrapInt64 } from './values/int64.ts';

/**
 * Arithmetic on 64-bit integers as Java does it: results wrap around. Small numbers take the first lines, which V8 inlines into
 * generated loops; a result that a double cannot hold exactly is computed again with bigints.
 */

const MAX_SAFE = 9007199254740991;

export function addLong(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= MAX_SAFE && sum >= -MAX_SAFE) return sum;
  }
  return wrapInt64(BigInt(a) + BigInt(b));
}

export function subtractLong(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (difference <= MAX_SAFE && difference >= -MAX_SAFE) return difference;
  }
  return wrapInt64(BigInt(a) - BigInt(b));
}

export function multiplyLong(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    // `+ 0` turns -0 into 0.
    const product = a * b + 0;
    if (product <= MAX_SAFE && product >= -MAX_SAFE) return product;
  }
  return wrapInt64(BigInt(a) * BigInt(b));
}

/** The quotient cut towards zero; the divisor is not zero. */
export function divideLong(a: Int64, b: Int64): Int64 {
  // Taking the remainder off first leaves a division without rest, which a double gets right.
  if (typeof a === 'number' && typeof b === 'number') return (a - (a % b)) / b + 0;
  return wrapInt64(BigInt(a) / BigInt(b));
}

/** The remainder with the sign of the dividend; the divisor is not zero. */
export function remainderLong(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    // Of 32-bit integers V8 has a remainder of its own; that of doubles is a call. `| 0` and `+ 0` turn -0 into 0.
    const dividend = a | 0;
    const divisor = b | 0;
    return dividend === a && divisor === b ? (dividend % divisor) | 0 : (a % b) + 0;
  }
  return wrapInt64(BigInt(a) % BigInt(b));
}

export function bitAndLong(a: Int64, b: Int64): Int64 {
  return wrapInt64(BigInt(a) & BigInt(b));
}

export function bitOrLong(a: Int64, b: Int64): Int64 {
  return wrapInt64(BigInt(a) | BigInt(b));
}

export function bitXorLong(a: Int64, b: Int64): Int64 {
  return wrapInt64(BigInt(a) ^ BigInt(b));
}
