import { describe, expect, test } from '@jest/globals';
import { refusalOf, textOf, typedTextOf } from './evaluate.ts';

describe('arrays', () => {
  test.each([
    ['array()', '[] array<void>'],
    ["array(1, '2')", '["1","2"] array<string>'],
    ['array_contains(array(1, null), 2)', 'NULL boolean'],
    ["array_contains(array(double('NaN')), double('NaN'))", 'true boolean'],
    ['array_position(array(1, null, 3), 3)', '3 bigint'],
    ['array_append(array(1), null)', '[1,null] array<int>'],
    ['array_append(null, 1)', 'NULL array<int>'],
    ['array_insert(array(5, 4, 3, 2), -1, 1)', '[5,4,3,2,1] array<int>'],
    ['array_insert(array(1), 4, 9)', '[1,null,null,9] array<int>'],
    ['array_insert(array(1, 2), -4, 9)', '[9,null,1,2] array<int>'],
    ['array_distinct(array(array(1), array(1), null, null))', '[[1],null] array<array<int>>'],
    ['array_union(array(1, null), array(null, 2))', '[1,null,2] array<int>'],
    ['array_except(array(1, 1, null), array(1))', '[null] array<int>'],
    ['array_intersect(array(1L, 2L), array(2, 3))', '[2] array<bigint>'],
    ['arrays_overlap(array(1, null), array(2))', 'NULL boolean'],
    ["array_join(array('a', null), '-')", 'a string'],
    ["array_join(array('a', null), '-', null)", 'NULL string'],
    ["array_max(array(1D, double('NaN')))", 'NaN double'],
    ['array_repeat(null, 2)', '[null,null] array<void>'],
    ['size(null)', '-1 int'],
    ['array_size(null)', 'NULL int'],
    ['get(array(1, 2), -1)', 'NULL int'],
    ['slice(array(1, 2, 3), -5, 2)', '[] array<int>'],
    ['flatten(array(array(1), null))', 'NULL array<int>'],
    ['arrays_zip(array(1), array(2, 3))', '[{"0":1,"1":2},{"0":null,"1":3}] array<struct<0:int,1:int>>'],
    ["sort_array(array('b', null, 'a'), false)", '["b","a",null] array<string>'],
    ['array_sort(array(3, null, 1))', '[1,3,null] array<int>'],
    ['array_sort(array(1, 2, 3), (a, b) -> b - a)', '[3,2,1] array<int>'],
    ['element_at(array(1, 2), -3)', 'NULL int'],
    ['array_compact(array(1, null))', '[1] array<int>'],
    ['reverse(array(1, 2))', '[2,1] array<int>'],
  ])('%s', (sql, expected) => {
    expect(typedTextOf(sql)).toBe(expected);
  });

  test.each([
    ["array_contains(array(1), 'a')", 'DATATYPE_MISMATCH'],
    ['array_contains(array(1), null)', 'DATATYPE_MISMATCH'],
    ["sort_array(array('b'), '1')", 'DATATYPE_MISMATCH'],
    ["sort_array(array('b'), cast(NULL as boolean))", 'DATATYPE_MISMATCH'],
    ['sort_array(array(map(1, 2)))', 'DATATYPE_MISMATCH'],
    ['element_at(array(1), 0)', 'INVALID_INDEX_OF_ZERO'],
    ['try_element_at(array(1), 0)', 'INVALID_INDEX_OF_ZERO'],
    ['slice(array(1), 0, 1)', 'INVALID_PARAMETER_VALUE'],
    ['array_insert(array(1), 0, 1)', 'INVALID_INDEX_OF_ZERO'],
    ["size('abc')", 'DATATYPE_MISMATCH'],
    ['array_sort(array(1, 2), (a, b) -> cast(null as int))', 'COMPARATOR_RETURNS_NULL'],
  ])('%s is refused', (sql, code) => {
    expect(refusalOf(sql)).toBe(code);
  });
});

describe('maps', () => {
  test.each([
    ["map(1, 'a', 2L, null)", '{1:"a",2:null} map<bigint,string>'],
    ['map_concat()', '{} map<string,string>'],
    ["map_from_entries(array(struct(1, 'a'), null))", 'NULL map<int,string>'],
    ["map_contains_key(map(1.0, 'a'), 1)", 'true boolean'],
    ["element_at(map('a', 1), 'b')", 'NULL int'],
    ["str_to_map('a=1&b', '&', '=')", '{"a":"1","b":null} map<string,string>'],
    ["map_entries(map('a', 1))", '[{"key":"a","value":1}] array<struct<key:string,value:int>>'],
  ])('%s', (sql, expected) => {
    expect(typedTextOf(sql)).toBe(expected);
  });

  test.each([
    ["map(1, 'a', 1, 'b')", 'DUPLICATED_MAP_KEY'],
    ["map(null, 'a')", 'NULL_MAP_KEY'],
    ['map(1)', 'WRONG_NUM_ARGS'],
    ["map_contains_key(map(1, 'a'), '1')", 'DATATYPE_MISMATCH'],
    ['map_from_arrays(array(1), array(1, 2))', 'INVALID_PARAMETER_VALUE'],
  ])('%s is refused', (sql, code) => {
    expect(refusalOf(sql)).toBe(code);
  });
});

describe('lambdas', () => {
  test.each([
    ['transform(array(1, 2), (x, i) -> x * 10 + i)', '[10,21]'],
    ['transform(array(1, null), x -> coalesce(x, 0))', '[1,0]'],
    ['transform(array(array(1, 2)), x -> transform(x, y -> y + size(x)))', '[[3,4]]'],
    ['filter(array(0, 2, 3), (x, i) -> x > i)', '[2,3]'],
    ['exists(array(1, null), x -> x > 1)', 'NULL'],
    ['forall(array(1, null), x -> x > 0)', 'NULL'],
    ['forall(array(), x -> true)', 'true'],
    ['aggregate(array(1, 2), 0, (a, x) -> a + x, a -> a * 10)', '30'],
    ['reduce(array(1, null), 0, (a, x) -> a + x)', 'NULL'],
    ['zip_with(array(1), array(1, 2), (x, y) -> x + y)', '[2,null]'],
    ['transform_keys(map(1, 2), (k, v) -> k + v)', '{3:2}'],
    ['map_zip_with(map(1, 2), map(3, 4), (k, a, b) -> coalesce(a, b))', '{1:2,3:4}'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test.each([
    ['filter(array(1), x -> x)', 'DATATYPE_MISMATCH'],
    ["aggregate(array(1), 0, (a, x) -> concat(a, 'x'))", 'DATATYPE_MISMATCH'],
    ['transform_keys(map(1, 2, 3, 4), (k, v) -> 1)', 'DUPLICATED_MAP_KEY'],
    ['transform(array(1), 2)', 'INVALID_LAMBDA_FUNCTION_CALL'],
  ])('%s is refused', (sql, code) => {
    expect(refusalOf(sql)).toBe(code);
  });
});

describe('sequence', () => {
  test.each([
    ['sequence(5, 1)', '[5,4,3,2,1]'],
    ['sequence(1, 10, 4)', '[1,5,9]'],
    ['sequence(9223372036854775806, 9223372036854775807)', '[9223372036854775806,9223372036854775807]'],
    ["sequence(date'2018-01-31', date'2018-04-01', interval 1 month)", '[2018-01-31,2018-02-28,2018-03-31]'],
    ["sequence(date'2018-01-01', date'2018-01-03')", '[2018-01-01,2018-01-02,2018-01-03]'],
    [
      "sequence(timestamp'2018-01-01 00:00:00', timestamp'2018-01-01 01:00:00', interval 30 minutes)",
      '[2018-01-01 00:00:00,2018-01-01 00:30:00,2018-01-01 01:00:00]',
    ],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('a step that leads away is an error', () => {
    expect(refusalOf('sequence(1, 5, -1)')).toBe('INVALID_PARAMETER_VALUE');
    expect(refusalOf('sequence(1, 5, 0)')).toBe('INVALID_PARAMETER_VALUE');
    expect(refusalOf("sequence('a', 'b')")).toBe('DATATYPE_MISMATCH');
  });
});
