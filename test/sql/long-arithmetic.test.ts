import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalInt64, type Int64 } from '../../src/batch.ts';
import {
  addLong,
  bitAndLong,
  bitOrLong,
  bitXorLong,
  divideLong,
  multiplyLong,
  remainderLong,
  subtractLong,
} from '../../src/sql/long-arithmetic.ts';

/** Values around the borders where doubles stop being exact, where products do, and where 64 bits end. */
const longs = fc
  .tuple(
    fc.constantFrom(0n, 2n ** 26n, 2n ** 31n, 2n ** 52n, 2n ** 53n, 2n ** 62n, 2n ** 63n),
    fc.integer({ min: -4, max: 4 }),
    fc.boolean(),
  )
  .map(([border, near, negative]) => BigInt.asIntN(64, (negative ? -border : border) + BigInt(near)));

const operators: readonly (readonly [string, (a: Int64, b: Int64) => Int64, (a: bigint, b: bigint) => bigint])[] = [
  ['+', addLong, (a, b) => a + b],
  ['-', subtractLong, (a, b) => a - b],
  ['*', multiplyLong, (a, b) => a * b],
  ['/', divideLong, (a, b) => a / b],
  ['%', remainderLong, (a, b) => a % b],
  ['&', bitAndLong, (a, b) => a & b],
  ['|', bitOrLong, (a, b) => a | b],
  ['^', bitXorLong, (a, b) => a ^ b],
];

test.each(operators)('%s is exact, wraps at 64 bits and keeps numbers canonical', (sign, fast, exact) => {
  fc.assert(
    fc.property(longs, longs, (a, b) => {
      fc.pre(b !== 0n || (sign !== '/' && sign !== '%'));
      // Object.is: no -0, and a number exactly where the value is a safe integer.
      const expected = canonicalInt64(BigInt.asIntN(64, exact(a, b)));
      expect(Object.is(fast(canonicalInt64(a), canonicalInt64(b)), expected)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});
