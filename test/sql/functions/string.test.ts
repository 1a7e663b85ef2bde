import { describe, expect, test } from '@jest/globals';
import { refusalOf, textOf, typedTextOf } from './evaluate.ts';

describe('parts of texts', () => {
  test.each([
    ["substring('Spark SQL', 0, 2)", 'Sp'],
    ["substring('abc', -5, 3)", 'a'],
    ["substring('a😀b', 2, 1)", '😀'],
    ["substring('abc', 2, -1)", ''],
    ["hex(substring(binary('abc'), -2))", '6263'],
    ["left('abcd', -2)", ''],
    ["left('abcd', 'a')", 'NULL'],
    ["right('abcd', '2')", 'cd'],
    ["right('abcd', 0)", ''],
    ["right('abcd', null)", 'NULL'],
    ["lpad('hi', 5, '??')", '???hi'],
    ["lpad('hi', 1)", 'h'],
    ["rpad('hi', 5, '')", 'hi'],
    ["hex(lpad(binary('a'), 3))", '000061'],
    ["lpad(binary('a'), 3, '-')", '--a'],
    ["trim('  x\t ')", 'x\t'],
    ["trim(BOTH 'ab' FROM 'abcba')", 'c'],
    ["ltrim('ab', 'abcba')", 'cba'],
    ["btrim('abcba', '')", 'abcba'],
    ["overlay('Spark SQL' PLACING 'ANSI ' FROM 7 FOR 0)", 'Spark ANSI SQL'],
    ["overlay('Spark SQL', 'CORE', 7)", 'Spark CORE'],
    ["split_part('11.12.13', '.', -4)", ''],
    ["split_part('abc', '', 1)", 'abc'],
    ["substring_index('www.apache.org', '.', -2)", 'apache.org'],
    ["substring_index('aaaa', 'aa', 2)", 'a'],
    ["substring_index('abc', '.', 0)", ''],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('part 0 is an error', () => {
    expect(refusalOf("split_part('a', '.', 0)")).toBe('INVALID_INDEX_OF_ZERO');
  });
});

describe('searching', () => {
  test.each([
    ["locate('bar', 'foobarbar', 5)", '7'],
    ["locate('a', 'abc', 0)", '0'],
    ["locate('a', 'abc', null)", '0'],
    ["locate('', 'abc', 3)", '1'],
    ["instr('a😀b', 'b')", '3'],
    ["find_in_set('a,b', 'a,b')", '0'],
    ["contains(12, '1')", 'true'],
    ["startswith(binary('abc'), binary('ab'))", 'true'],
    ["endswith('Spark', null)", 'NULL'],
    ["levenshtein('kitten', 'sitting', 2)", '-1'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });
});

describe('joining', () => {
  test.each([
    ['concat()', ' string'],
    ["concat('a', 1, true)", 'a1true string'],
    ["concat(binary('a'), binary('b'))", 'ab binary'],
    ['concat(array(1), array(2L))', '[1,2] array<bigint>'],
    ["concat('a', null)", 'NULL string'],
    ["concat_ws(',', 'a', null, array('b', null, 'c'))", 'a,b,c string'],
    ["concat_ws(',', 1, 2)", '1,2 string'],
    ["concat_ws('s')", ' string'],
    ["elt(3, 'a', 'b')", 'NULL string'],
    ["elt(2, 'a', 1)", '1 string'],
    ["decode(null, 1, 'a', null, 'b')", 'b string'],
    ["decode(1, '1', 'a', 'x')", 'a string'],
  ])('%s', (sql, expected) => {
    expect(typedTextOf(sql)).toBe(expected);
  });

  test('arrays and strings do not go together', () => {
    expect(refusalOf("concat(array(1), 'a')")).toBe('DATATYPE_MISMATCH');
    expect(refusalOf('concat_ws()')).toBe('WRONG_NUM_ARGS');
  });
});

describe('bytes', () => {
  test.each([
    ["hex(encode('é', 'UTF-16'))", 'FEFF00E9'],
    ["hex(encode('é', 'ISO-8859-1'))", 'E9'],
    ["hex(encode('é', 'US-ASCII'))", '3F'],
    ["decode(unhex('FEFF0061'), 'utf-16')", 'a'],
    ["octet_length('é')", '2'],
    ["base64('')", ''],
    ["length(base64(repeat('x', 60)))", '82'],
    ["unbase64('Y W J j')", 'abc'],
    ["try_to_binary('a!', 'base64')", 'NULL'],
    ["to_binary('616263')", 'abc'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('an unknown character set is an error', () => {
    expect(refusalOf("encode('a', 'klingon')")).toBe('INVALID_PARAMETER_VALUE');
    expect(refusalOf("to_binary('a!', 'base64')")).toBe('CONVERSION_INVALID_INPUT');
  });
});

describe('other', () => {
  test.each([
    ["initcap('the hEADING-line  x')", 'The Heading-line  X'],
    ["soundex('Ashcraft')", 'A261'],
    ["soundex('#abc')", '#abc'],
    ["translate('abcba', 'ab', 'x')", 'xcx'],
    ["replace('abc', '', 'x')", 'abc'],
    ["repeat('x', -1)", ''],
    ["ascii('😀')", '128512'],
    ['chr(256 + 65)', 'A'],
    ['chr(-1)', ''],
    ["reverse('a😀')", '😀a'],
    ["mask('AbCD123-@$#', 'Q', 'q', 'd', 'o')", 'QqQQdddoooo'],
    ["mask('AbCD123-@$#', null)", 'AxCDnnn-@$#'],
    ["luhn_check('79927398714')", 'false'],
    ["url_encode('a b&c=~')", 'a+b%26c%3D%7E'],
    ["url_decode('a+b%26%C3%A9')", 'a b&é'],
    ["parse_url('http://u@h.org:80/p/a?q=1&r=2#x', 'QUERY', 'r')", '2'],
    ["parse_url('http://u@h.org:80/p/a?q=1#x', 'AUTHORITY')", 'u@h.org:80'],
    ["parse_url('http://h.org', 'QUERY')", 'NULL'],
    ["parse_url('http://h.org?q', 'FILE')", '?q'],
    ["parse_url('a b', 'HOST')", 'NULL'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });
});

describe('formats', () => {
  test.each([
    ['format_number(12332.123456, 4)', '12,332.1235'],
    ['format_number(2.5D, 0)', '2'],
    ['format_number(-1234567, 1)', '-1,234,567.0'],
    ['format_number(1, -1)', 'NULL'],
    ["format_number(0.5, '#.##')", '.5'],
    ["format_number(1234.5, '#,##0.00')", '1,234.50'],
    [
      "format_string('%5d|%-5s|%05.1f|%x|%,d|%%', 42, 'ab', 3.14159D, 255, 1234567)",
      '   42|ab   |003.1|ff|1,234,567|%',
    ],
    ["format_string('%2$s %1$s', 'a', 'b')", 'b a'],
    ["format_string('%s', null)", 'null'],
    ["format_string('%e', 12345.678D)", '1.234568e+04'],
    ["to_number('454', '999')", '454'],
    ["to_number('12,454.8-', '99,999.9S')", '-12454.8'],
    ["to_number('<12>', '99PR')", '-12'],
    ["try_to_number('abc', '999')", 'NULL'],
    ["to_char(454, '999')", '454'],
    ["to_char(454.00, '000D00')", '454.00'],
    ["to_char(78.12, '$99.99')", '$78.12'],
    ["to_char(-12454.8, '99G999D9S')", '12,454.8-'],
    ["to_char(111.11, '99.9')", '##.#'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('a format that does not fit its value is an error', () => {
    expect(refusalOf("format_string('%d', 'a')")).toBe('INVALID_FORMAT');
    expect(refusalOf("to_number('abc', '999')")).toBe('INVALID_FORMAT');
    expect(refusalOf("to_number('1', 'xyz')")).toBe('INVALID_FORMAT');
  });
});
