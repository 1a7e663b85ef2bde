import { expect, test } from '@jest/globals';
import { refusalOf, typedTextOf } from './evaluate.ts';

test.each([
  ["typeof(named_struct('a', 1))", 'struct<a:int> string'],
  ['typeof(null)', 'void string'],
  ['equal_null(null, null)', 'true boolean'],
  ["equal_null(1, '1')", 'true boolean'],
  ['zeroifnull(cast(null as decimal(3,1)))', '0.0 decimal(3,1)'],
  ['nullifzero(5)', '5 int'],
  ["bigint('12')", '12 bigint'],
  ['decimal(1.6)', '2 decimal(10,0)'],
])('%s', (sql, expected) => {
  expect(typedTextOf(sql)).toBe(expected);
});

test('raise_error and a failed assert_true stop the query with the message', () => {
  expect(refusalOf("raise_error('no')")).toBe('USER_RAISED_EXCEPTION');
  expect(refusalOf('assert_true(1 > 2)')).toBe('USER_RAISED_EXCEPTION');
});
