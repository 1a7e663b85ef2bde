import { describe, expect, test } from '@jest/globals';
import { refusalOf, textOf } from './evaluate.ts';

describe('from_json', () => {
  test.each([
    [`from_json('{"a":1, "b":"x"}', 'a BIGINT, b STRING')`, '{"a":1,"b":"x"}'],
    [`from_json('{"a":"x", "b":2}', 'a INT, b INT')`, '{"a":null,"b":2}'],
    [`from_json('{"a":1.0}', 'a INT')`, '{"a":null}'],
    [`from_json('{"a":1', 'a INT')`, '{"a":null}'],
    [`from_json('', 'a INT')`, 'NULL'],
    [`from_json('{"a":{"b": [1, 2.50]}}', 'a STRING')`, `{"a":"{"b":[1,2.5]}"}`],
    [`from_json('[{"a":1}, {"a":2}]', 'a INT')`, '{"a":1}'],
    [`from_json('{"a":1}', 'array<struct<a:int>>')`, '[{"a":1}]'],
    [`from_json('[1, "2", 3]', 'array<int>')`, 'NULL'],
    [`from_json('[null, {"a":2}]', 'array<struct<a:int>>')`, '[null,{"a":2}]'],
    [`from_json('{"a":1,"b":2}', 'map<string,int>')`, '{"a":1,"b":2}'],
    [`from_json("{'a':1}", 'a INT')`, '{"a":1}'],
    [`from_json('{"a":9223372036854775807}', 'a BIGINT')`, '{"a":9223372036854775807}'],
    [`from_json('{"a":9223372036854775808}', 'a BIGINT')`, '{"a":null}'],
    [`from_json('{"a":0.10}', 'a DECIMAL(5,3)')`, '{"a":0.100}'],
    [`from_json('{"a":1}', 'a TIMESTAMP')`, '{"a":1970-01-01 00:00:01}'],
    [`from_json('{"a":NaN}', 'a DOUBLE')`, '{"a":NaN}'],
    [`from_json('{"a":"x"}', 'a INT, _corrupt_record STRING')`, `{"a":null,"_corrupt_record":"{"a":"x"}"}`],
    [`from_json('{"a":1}', schema_of_json('{"a":0}'))`, '{"a":1}'],
    [`from_json('{a:1}', 'a INT', map('allowUnquotedFieldNames', 'true'))`, '{"a":1}'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test.each([
    [`from_json('{}', 1)`, 'INVALID_SCHEMA'],
    [`from_json('{}', 'a Nonsense')`, 'PARSE_SYNTAX_ERROR'],
    [`from_json('{}', 'a INT', map('mode', 1))`, 'INVALID_OPTIONS'],
    [`from_json('{}', 'a INT', named_struct('mode', 'x'))`, 'INVALID_OPTIONS'],
    [`from_json('{}', 'a INT', map('mod', 'x'))`, 'INVALID_OPTIONS'],
    [`from_json('{}', 'a INT', map('mode', 'DROPMALFORMED'))`, 'PARSE_MODE_UNSUPPORTED'],
    [`from_json('{', 'a INT', map('mode', 'FAILFAST'))`, 'MALFORMED_RECORD_IN_PARSING'],
    [`from_json('1', 'int')`, 'DATATYPE_MISMATCH'],
    [`from_json('{}', 'map<int,int>')`, 'DATATYPE_MISMATCH'],
  ])('%s is refused', (sql, code) => {
    expect(refusalOf(sql)).toBe(code);
  });
});

describe('to_json', () => {
  test.each([
    [`to_json(named_struct('a', 1, 'b', null))`, '{"a":1}'],
    [`to_json(named_struct('a', null), map('ignoreNullFields', 'false'))`, '{"a":null}'],
    [`to_json(map('a', null))`, '{"a":null}'],
    [`to_json(array(1, null))`, '[1,null]'],
    [`to_json(named_struct('t', timestamp'2015-08-26 00:00:00'))`, '{"t":"2015-08-26T00:00:00.000Z"}'],
    [
      `to_json(named_struct('d', date'2015-08-26', 'x', 1e10D, 'n', double('NaN')))`,
      '{"d":"2015-08-26","x":1.0E10,"n":"NaN"}',
    ],
    [`to_json(map(named_struct('a', 1, 'b', 2), 3))`, '{"[1,2]":3}'],
    [`to_json(named_struct('s', 'a"b\\\\c\\n\u0001é'))`, '{"s":"a\\"b\\\\c\\n\\u0001é"}'],
    [`to_json(named_struct('b', binary('abc')))`, '{"b":"YWJj"}'],
    [`to_json(named_struct('a', array(1, 2)), map('pretty', 'true'))`, '{\n  "a" : [ 1, 2 ]\n}'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('only structs, maps and arrays', () => {
    expect(refusalOf('to_json(1)')).toBe('DATATYPE_MISMATCH');
    expect(refusalOf('to_json()')).toBe('WRONG_NUM_ARGS');
  });
});

describe('get_json_object', () => {
  const json = '{"a":[{"b":1,"c":"x"},{"b":[2,3]},{"b":null}],"d e":"f","n":1.10}';
  test.each([
    ['$.a[0].b', '1'],
    ['$.a[0].c', 'x'],
    ['$.a[*].b', '[1,[2,3]]'],
    ['$.a[*].c', '"x"'],
    ['$.a[1]', '{"b":[2,3]}'],
    ["$[\\'d e\\']", 'f'],
    ['$.n', '1.1'],
    ['$.a[9]', 'NULL'],
    ['$.a[2].b', 'NULL'],
    ['a', 'NULL'],
    ['$.*', '[{"b":1,"c":"x"},{"b":[2,3]},{"b":null}]'],
  ])('%s', (path, expected) => {
    expect(textOf(`get_json_object('${json}', '${path}')`)).toBe(expected);
  });

  test('of no JSON it is null', () => {
    expect(textOf("get_json_object('{', '$.a')")).toBe('NULL');
  });
});

describe('schemas and lengths', () => {
  test.each([
    [`schema_of_json('{"c1":0, "b":[1, 2.5], "x":null}')`, 'STRUCT<b: ARRAY<DOUBLE>, c1: BIGINT, x: STRING>'],
    [
      `schema_of_json('{"c1":01, "c2":0.1}', map('allowNumericLeadingZeros', 'true', 'prefersDecimal', 'true'))`,
      'STRUCT<c1: BIGINT, c2: DECIMAL(1,1)>',
    ],
    [`schema_of_json('{"c1":1}', map('primitivesAsString', 'true'))`, 'STRUCT<c1: STRING>'],
    [`json_array_length('[1,[2,3],{"a":[4]}]')`, '3'],
    [`json_array_length('[1,2')`, 'NULL'],
    [`json_object_keys('{"a":1,"b":{"c":2}}')`, '["a","b"]'],
    [`json_object_keys('{"key": 45, "random_string"}')`, 'NULL'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('they take strings only', () => {
    expect(refusalOf('json_array_length(2)')).toBe('DATATYPE_MISMATCH');
    expect(refusalOf('schema_of_json(null)')).toBe('DATATYPE_MISMATCH');
  });
});

describe('CSV', () => {
  test.each([
    [`from_csv('1, 3.14', 'a INT, f FLOAT')`, '{"a":1,"f":3.14}'],
    [`from_csv('1, 2', 'a INT, b INT')`, '{"a":1,"b":null}'],
    [`from_csv('"a,b";', 'x STRING, y STRING', map('sep', ';'))`, '{"x":"a,b","y":null}'],
    [`from_csv('1,2,3', 'a INT, _corrupt_record STRING')`, '{"a":1,"_corrupt_record":"1,2,3"}'],
    [`to_csv(named_struct('a', 'x,y', 'b', null, 'c', ''))`, '"x,y",,""'],
    [`to_csv(named_struct('d', date'2020-01-02'), map('dateFormat', 'dd/MM/yyyy'))`, '02/01/2020'],
    [`schema_of_csv('1,1.5,true,2020-01-01,x')`, 'STRUCT<_c0: INT, _c1: DOUBLE, _c2: BOOLEAN, _c3: DATE, _c4: STRING>'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('the schema is a struct', () => {
    expect(refusalOf("from_csv('1', 'Array<int>')")).toBe('PARSE_SYNTAX_ERROR');
  });
});
