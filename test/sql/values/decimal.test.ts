import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  decimalOfDouble,
  decimalOfText,
  decimalText,
  decimalToDouble,
  divideRounded,
  fitDecimal,
  fitsPrecision,
  parseDecimal,
  type Rounding,
  rescale,
} from '../../../src/sql/values/decimal.ts';

const unscaled = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n });
const scales = fc.integer({ min: 0, max: 38 });

describe('decimal', () => {
  test.each<[Rounding, number[]]>([
    // 2.5, 1.5, 0.5, -0.5, -1.5, -2.5, 2.4, -2.6
    ['halfUp', [3, 2, 1, -1, -2, -3, 2, -3]],
    ['halfEven', [2, 2, 0, 0, -2, -2, 2, -3]],
    ['floor', [2, 1, 0, -1, -2, -3, 2, -3]],
    ['ceiling', [3, 2, 1, 0, -1, -2, 3, -2]],
    ['down', [2, 1, 0, 0, -1, -2, 2, -2]],
  ])('rounds %s', (rounding, wanted) => {
    const tenths = [25n, 15n, 5n, -5n, -15n, -25n, 24n, -26n];
    expect(tenths.map((value) => Number(rescale(value, 1, 0, rounding)) + 0)).toEqual(wanted);
    expect(tenths.map((value) => Number(divideRounded(-value, -10n, rounding)) + 0)).toEqual(wanted);
  });

  test('text is read back exactly', () => {
    fc.assert(
      fc.property(unscaled, scales, (value, scale) => {
        expect(parseDecimal(decimalText(value, scale))).toEqual({ unscaled: value, scale });
        expect(decimalOfText(decimalText(value, scale), 38, scale)).toBe(value);
      }),
    );
  });

  test('a double is the nearest one, and comes back through its shortest text', () => {
    fc.assert(
      fc.property(unscaled, scales, (value, scale) => {
        expect(decimalToDouble(value, scale)).toBe(Number(decimalText(value, scale)));
      }),
    );
    fc.assert(
      fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (value) => {
        const exact = decimalOfDouble(value, 38, 20);
        if (Math.abs(value) > 1e-3 || value === 0) expect(decimalToDouble(exact as bigint, 20) + 0).toBe(value + 0);
      }),
    );
  });

  test.each([
    ['0.1', 10, 2, 10n],
    ['1e3', 10, 2, 100000n],
    ['1.005', 10, 2, 101n],
    ['-1.005', 10, 2, -101n],
    ['99.995', 4, 2, null],
    ['.5', 3, 1, 5n],
    ['5.', 3, 1, 50n],
    ['1e-1000000000', 10, 2, 0n],
    ['1e1000000000', 10, 2, null],
    ['0e1000000000', 10, 2, 0n],
    ['0.004', 10, 2, 0n],
    ['0.005', 10, 2, 1n],
    ['.', 10, 2, null],
    ['', 10, 2, null],
    ['1 2', 10, 2, null],
    ['0x10', 10, 2, null],
    ['NaN', 10, 2, null],
  ])('%s as decimal(%i,%i)', (text, precision, scale, wanted) => {
    expect(decimalOfText(text, precision, scale)).toBe(wanted);
  });

  test('a value that needs more digits does not fit', () => {
    expect(fitsPrecision(99n, 2)).toBe(true);
    expect(fitsPrecision(-100n, 2)).toBe(false);
    expect(fitDecimal(9995n, 3, 3, 2)).toBeNull();
    expect(fitDecimal(9994n, 3, 3, 2)).toBe(999n);
  });
});
