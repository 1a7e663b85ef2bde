import { describe, expect, test } from '@jest/globals';
import { componentMatcher, expandBraces, hasWildcard, isGlob, unescapeComponent } from '../../src/fs/glob.ts';

test.each<[string, string[], string[]]>([
  ['*', ['a', '', 'a.b', 'a\nb'], []],
  ['*.json', ['a.json', '.json'], ['a.json5', 'axjson']],
  ['?', ['a', 'ä', '😀'], ['', 'ab']],
  ['[ab]c', ['ac', 'bc'], ['cc', 'abc']],
  ['[a-c]', ['b'], ['d', '-']],
  ['[^a-c]', ['d'], ['b']],
  ['[!a]', ['b'], ['a']],
  ['[]]', [']'], ['[']],
  ['[\\^a]', ['^', 'a'], ['b']],
  ['\\*', ['*'], ['a', '\\*']],
  ['a+(b)|c', ['a+(b)|c'], ['aab']],
])('%s', (pattern, yes, no) => {
  const matches = componentMatcher(pattern);
  expect(yes.filter((name) => !matches(name))).toEqual([]);
  expect(no.filter(matches)).toEqual([]);
});

test.each<[string, string[]]>([
  ['/a/b', ['/a/b']],
  ['/a{b,c}d', ['/abd', '/acd']],
  ['/{a/x,b}/{1,2}', ['/a/x/1', '/a/x/2', '/b/1', '/b/2']],
  ['/{a,b{c,d}}', ['/a', '/bc', '/bd']],
  ['/{,a}', ['/', '/a']],
  ['/\\{a,b\\}', ['/\\{a,b\\}']],
])('%s', (pattern, expanded) => {
  expect(expandBraces(pattern)).toEqual(expanded);
});

describe('errors', () => {
  test.each(['[ab', 'a[', '[z-a]'])('%s', (pattern) => {
    expect(() => componentMatcher(pattern)).toThrow(expect.objectContaining({ code: 'BAD_GLOB' }));
  });
  test('a brace without end', () => {
    expect(() => expandBraces('/{a,b')).toThrow(expect.objectContaining({ code: 'BAD_GLOB' }));
  });
});

test('what is a pattern', () => {
  expect(['/a/b', '/a*', '/a\\*', '/{a}'].map(isGlob)).toEqual([false, true, true, true]);
  expect(['a', 'a*', 'a\\*', 'a\\\\*'].map(hasWildcard)).toEqual([false, true, false, true]);
  expect(unescapeComponent('a\\*\\\\b')).toBe('a*\\b');
});
