import { describe, expect, test } from '@jest/globals';
import { compileJavaRegex } from '../../../src/sql/functions/java-regex.ts';
import { RegexError } from '../../../src/sql/functions/pattern-text.ts';
import { refusalOf, textOf } from './evaluate.ts';

/** The first match and its groups, by Java's numbers. */
function matchOf(pattern: string, text: string): readonly (string | undefined)[] | null {
  const { regex, groups } = compileJavaRegex(pattern);
  const match = regex.exec(text);
  return match === null ? null : groups.map((group) => match[group]);
}

describe('patterns of Java', () => {
  test.each<[pattern: string, text: string, found: readonly (string | undefined)[] | null]>([
    ['a.c', 'a\u0085c', null],
    ['(?s)a.c', 'a\nc', ['a\nc']],
    ['abc$', 'abc\n', ['abc']],
    ['abc\\z', 'abc\n', null],
    ['(?i)straße', 'STRAßE', ['STRAßE']],
    ['a(?i)b', 'aB', ['aB']],
    ['a(?i)b', 'AB', null],
    ['(?i)[a-f]+', 'xABCdef', ['ABCdef']],
    ['(?i)é', 'É', null],
    ['(?iu)é', 'É', ['É']],
    ['a*+a', 'aaa', null],
    ['(a+)b(?>c+)(d)', 'aabccd', ['aabccd', 'aa', 'd']],
    ['(?>a|ab)c', 'abc', null],
    ['(x)(?>(a)|b)++(y)\\3', 'xaayy', ['xaayy', 'x', 'a', 'y']],
    ['[a-z&&[^bc]]+', 'abcd', ['a']],
    ['[a-c[x-z]]+', 'axzd', ['axz']],
    ['[^a-c[x]]', 'axd', ['d']],
    ['\\Qa.b\\E+', 'a.bb', ['a.bb']],
    ['\\p{Upper}\\p{L}\\p{IsLatin}', 'Abé', ['Abé']],
    ['\\h+', 'a\u00a0 b', ['\u00a0 ']],
    ['\\s', '\u00a0', null],
    ['(?<year>\\d{4})-\\k<year>', '2020-2020', ['2020-2020', '2020']],
    ['(?x) a b # words\n c', 'abc', ['abc']],
    ['(?m)^b$', 'a\nb\nc', ['b']],
    ['\\x41\\u0042\\x{43}', 'ABC', ['ABC']],
    ['[\\w-]+', 'a-b', ['a-b']],
    ['.', '😀', ['😀']],
  ])('%s on %j', (pattern, text, found) => {
    expect(matchOf(pattern, text)).toEqual(found);
  });

  test.each(['(', ')', '[', '*a', 'a{', '[]', 'a\\', '\\y', '(?<n>a', '\\p{Nonsense}', '(?z)a', '\\G'])(
    '%s is refused',
    (pattern) => {
      expect(() => compileJavaRegex(pattern)).toThrow(RegexError);
    },
  );
});

describe('functions', () => {
  test.each([
    ["regexp_replace('100-200', '(\\\\d+)-(\\\\d+)', '$2-$1')", '200-100'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a group's name in a replacement of Java
    ["regexp_replace('abc', '(?<x>b)', '[${x}]')", 'a[b]c'],
    ["regexp_replace('abc', 'b', '\\\\$')", 'a$c'],
    ["regexp_replace('abc', '', '-')", '-a-b-c-'],
    ["regexp_replace('abcabc', '^a|a', 'x', 4)", 'abcxbc'],
    ["regexp_extract('abc', '(x)', 1)", ''],
    ["regexp_extract_all('a1b22', '[a-z](\\\\d+)')", '["1","22"]'],
    ["regexp_count('aaa', 'a')", '3'],
    ["regexp_instr('abc', 'c')", '3'],
    ["regexp_substr('abc', 'x')", 'NULL'],
    ["split('a1b2', '\\\\d')", '["a","b",""]'],
    ["split('a1b2c', '\\\\d', 2)", '["a","b2c"]'],
    ["split('abc', '', 2)", '["a","b"]'],
    ["split('', ',')", '[""]'],
    ["split('ab', '(?=b)')", '["a","b"]'],
    ["'a_c' like 'a\\\\_c'", 'true'],
    ["'abc' like 'a_c'", 'true'],
    ["'a\nc' like 'a%c'", 'true'],
    ["'abc' ilike '%B%'", 'true'],
    ["'a%' like 'a#%' escape '#'", 'true'],
    ["'abc' rlike '^b'", 'false'],
    ["'abc' rlike null", 'NULL'],
  ])('%s', (sql, expected) => {
    expect(textOf(sql)).toBe(expected);
  });

  test('groups and patterns that do not exist are errors', () => {
    expect(refusalOf("regexp_extract('1a', '(\\\\d)', 2)")).toBe('INVALID_PARAMETER_VALUE');
    expect(refusalOf("regexp_extract('1a', '(', 0)")).toBe('INVALID_PARAMETER_VALUE');
    expect(refusalOf("regexp_replace('a', 'a', '$1')")).toBe('INVALID_PARAMETER_VALUE');
    expect(refusalOf("regexp_replace('a', 'a', 'b', 0)")).toBe('DATATYPE_MISMATCH');
    expect(refusalOf("'a' like 'm\\\\nx'")).toBe('INVALID_FORMAT');
  });
});
