import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { refusalOf, textOf, typedTextOf } from './evaluate.ts';

describe('rounding', () => {
  test.each([
    ['round(2.675D, 2)', '2.68 double'],
    ['round(-2.5)', '-3 decimal(2,0)'],
    ['round(float(2.345), 2)', '2.35 float'],
    ['round(4503599627370495.5D, 0)', '4.503599627370496E15 double'],
    ['round(1234.567, -2)', '1200 decimal(5,0)'],
    ['bround(3.5)', '4 decimal(2,0)'],
    ['round(127Y, -1)', '-126 tinyint'],
    ['round(cast(NaN as double))', null],
    ["round(double('Infinity'), 2)", 'Infinity double'],
    ['round(5, null)', 'NULL int'],
    ['ceil(-0.1)', '0 decimal(1,0)'],
    ['ceil(1.5D)', '2 bigint'],
    ["floor('-1.5')", '-2 bigint'],
    ['ceil(3.14115, -3)', '1000 decimal(4,0)'],
    ["floor(double('NaN'))", '0 bigint'],
    ['ceil(1e30D)', '9223372036854775807 bigint'],
  ])('%s', (sql, expected) => {
    if (expected === null) expect(refusalOf(sql)).toBe('UNRESOLVED_COLUMN');
    else expect(typedTextOf(sql)).toBe(expected);
  });

  test('the scale must be constant', () => {
    expect(refusalOf('floor(2.5, null)')).toBe('REQUIRES_CONSTANT_INT');
    expect(refusalOf("floor(2.5, 'a')")).toBe('REQUIRES_CONSTANT_INT');
    expect(refusalOf('floor(2.5, 0, 0)')).toBe('WRONG_NUM_ARGS');
  });
});

describe('arithmetic', () => {
  test.each([
    ['abs(-2147483648)', '-2147483648 int'],
    ["abs('-2.5')", '2.5 double'],
    ['pmod(-10, 3)', '2 int'],
    ['pmod(-10, -3)', '-1 int'],
    ['pmod(-7.5, 2)', '0.5 decimal(2,1)'],
    ['pmod(3, 0)', 'NULL int'],
    ['try_add(2147483647, 1)', 'NULL int'],
    ['try_add(9223372036854775807, 1)', 'NULL bigint'],
    ['try_multiply(3037000500L, 3037000500L)', 'NULL bigint'],
    ['try_divide(1, 0.5)', '2.000000 decimal(8,6)'],
    ["greatest(1, null, double('NaN'), 2)", 'NaN double'],
    ["least('b', 'a', null)", 'a string'],
    ['greatest(1, 2.5)', '2.5 decimal(11,1)'],
    ["try_add(date'2021-01-01', 1)", '2021-01-02 date'],
    ['try_divide(interval 2 month, 0)', 'NULL interval year to month'],
    ["signum(interval '-1' day)", '-1.0 double'],
    ['isnan(null)', 'false boolean'],
    ["nanvl(double('NaN'), 1)", '1.0 double'],
  ])('%s', (sql, expected) => {
    expect(typedTextOf(sql)).toBe(expected);
  });

  test('greatest makes no strings of numbers, and orders no maps', () => {
    expect(refusalOf("greatest(1, 'a')")).toBe('DATATYPE_MISMATCH');
    expect(refusalOf('greatest(map(1, 2), map(1, 2))')).toBe('DATATYPE_MISMATCH');
    expect(refusalOf('greatest(1)')).toBe('WRONG_NUM_ARGS');
  });
});

describe('bits and bases', () => {
  test.each([
    ['shiftleft(1, 33)', '2 int'],
    ['shiftleft(1L, 63)', '-9223372036854775808 bigint'],
    ['shiftrightunsigned(-1, 28)', '15 int'],
    ['shiftrightunsigned(-1L, 60)', '15 bigint'],
    ['bit_count(-1)', '64 int'],
    ['bit_count(true)', '1 int'],
    ['bit_get(11, 1)', '1 tinyint'],
    ['bin(-1)', `${'1'.repeat(64)} string`],
    ["hex('Spark SQL')", '537061726B2053514C string'],
    ['hex(-1)', 'FFFFFFFFFFFFFFFF string'],
    ["unhex('GG')", 'NULL binary'],
    ["hex(unhex('123'))", '0123 string'],
    ["conv('100', 2, 10)", '4 string'],
    ['conv(-10, 16, -10)', '-16 string'],
    ["conv('-1', 10, 16)", 'FFFFFFFFFFFFFFFF string'],
    ["conv('9223372036854775808', 10, 16)", '8000000000000000 string'],
    ["conv('1z', 10, 10)", '1 string'],
    ["conv('', 10, 10)", 'NULL string'],
    ["conv('99999999999999999999', 10, 10)", '18446744073709551615 string'],
    ['factorial(20)', '2432902008176640000 bigint'],
    ['factorial(21)', 'NULL bigint'],
  ])('%s', (sql, expected) => {
    expect(typedTextOf(sql)).toBe(expected);
  });

  test('a bit beyond the type is an error', () => {
    expect(refusalOf('bit_get(11, 32)')).toBe('INVALID_PARAMETER_VALUE');
    expect(refusalOf("bit_count('1')")).toBe('DATATYPE_MISMATCH');
  });
});

describe('functions of doubles', () => {
  test.each([
    ['log(10, 100)', '2.0'],
    ['log(0)', 'NULL'],
    ['ln(-1)', 'NULL'],
    ['log1p(-1)', 'NULL'],
    ['acos(2)', 'NaN'],
    ['rint(2.5D)', '2.0'],
    ['rint(-0.4D)', '-0.0'],
    ['width_bucket(5.3, 10.6, 0.2, 5)', '3'],
    ['width_bucket(5.3, 1, 1, 5)', 'NULL'],
    ['hypot(3, 4)', '5.0'],
    ["sqrt('16')", '4.0'],
    ['sqrt(-1)', 'NaN'],
    ['pow(2, 0.5)', '1.4142135623730951'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });
});

test('conv there and back gives the number', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.integer({ min: 2, max: 36 }), (value, base) => {
      expect(textOf(`conv(conv('${value}', 10, ${base}), ${base}, 10)`)).toBe(String(value));
    }),
    { numRuns: 30 },
  );
});
