import { describe, expect, test } from '@jest/globals';
import { errorCodeOf, typedTextOf } from './evaluate.ts';

describe('intervals of numbers', () => {
  test.each([
    ['make_interval()', '0 seconds interval'],
    ['make_interval(1, -2, 3, 4, 5, 6, 7.5)', '10 months 25 days 5 hours 6 minutes 7.5 seconds interval'],
    ['make_interval(200000000)', 'NULL interval'],
    ['make_dt_interval(-1, 2)', '-0 22:00:00.000000000 interval day to second'],
    ['make_dt_interval(1, NULL)', 'NULL interval day to second'],
    ['make_ym_interval(0, -14)', '-1-2 interval year to month'],
  ])('%s is %s', (sql, wanted) => {
    expect(typedTextOf(sql)).toBe(wanted);
  });

  test.each(['make_ym_interval(200000000)', 'make_dt_interval(2147483647)'])('%s does not fit', (sql) => {
    expect(errorCodeOf(sql)).toBe('ARITHMETIC_OVERFLOW');
  });
});
