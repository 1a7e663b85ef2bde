import { describe, expect, test } from '@jest/globals';
import { ClickstreamError } from '../../src/errors.ts';
import { parseExpression, parseQuery, parseSchema, parseType } from '../../src/sql/parser.ts';
import { errorCodeOf } from './functions/evaluate.ts';

function errorOf(act: () => unknown): { code: string; message: string } | null {
  try {
    act();
    return null;
  } catch (error) {
    if (error instanceof ClickstreamError) return error;
    throw error;
  }
}

const TOO_COMPLEX = { code: 'FAILED_TO_PARSE_TOO_COMPLEX' };

describe('what is nested without end is an error, not the end of the process', () => {
  test.each<[what: string, text: (times: number) => string]>([
    ['brackets', (times) => `${'('.repeat(times)}1${')'.repeat(times)}`],
    ['open brackets', (times) => '('.repeat(times)],
    ['calls', (times) => `${'abs('.repeat(times)}1${')'.repeat(times)}`],
    ['casts', (times) => `${'cast('.repeat(times)}1${' AS INT)'.repeat(times)}`],
    ['cases', (times) => `${'CASE WHEN true THEN '.repeat(times)}1${' END'.repeat(times)}`],
    ['lists of IN', (times) => `${'1 IN ('.repeat(times)}1${')'.repeat(times)}`],
    ['lambdas', (times) => 'transform(a, x -> '.repeat(times)],
    ['signs', (times) => `${'- '.repeat(times)}1`],
    ['NOT', (times) => `${'NOT '.repeat(times)}true`],
    ['indexes within each other', (times) => `${'a['.repeat(times)}1${']'.repeat(times)}`],
    ['a chain of sums', (times) => `1${' + 1'.repeat(times)}`],
    ['a chain of AND', (times) => `true${' AND true'.repeat(times)}`],
    ['a chain of indexes', (times) => `a${'[0]'.repeat(times)}`],
    ['a chain of fields', (times) => `f(1)${'.a'.repeat(times)}`],
  ])('%s', (_what, text) => {
    for (const times of [2000, 20_000]) expect(errorOf(() => parseExpression(text(times)))).toMatchObject(TOO_COMPLEX);
  });

  test('types, schemas and queries', () => {
    expect(errorOf(() => parseType('ARRAY<'.repeat(20_000)))).toMatchObject(TOO_COMPLEX);
    expect(errorOf(() => parseSchema(`a ${'STRUCT<a: '.repeat(20_000)}`))).toMatchObject(TOO_COMPLEX);
    expect(errorOf(() => parseQuery('('.repeat(20_000)))).toMatchObject(TOO_COMPLEX);
    expect(errorOf(() => parseQuery('SELECT * FROM ('.repeat(20_000)))).toMatchObject(TOO_COMPLEX);
    expect(errorOf(() => parseQuery(`SELECT * FROM a${' JOIN b'.repeat(20_000)}`))).toMatchObject(TOO_COMPLEX);
  });

  test('a name of 20,000 parts is read', () => {
    expect(parseExpression(`a${'.b'.repeat(20_000)}`)).toMatchObject({ kind: 'name' });
  });
});

describe('what people, and programs that write SQL, nest is read and runs', () => {
  test.each([
    ['brackets', `${'('.repeat(100)}1${')'.repeat(100)}`],
    ['calls', `${'abs('.repeat(100)}1${')'.repeat(100)}`],
    ['conditions', `${'CASE WHEN true THEN '.repeat(100)}1${' END'.repeat(100)}`],
    ['a chain of sums', `1${' + 1'.repeat(900)}`],
    ['a chain of OR', `1 = 2${' OR 1 = 2'.repeat(900)}`],
    ['a list of IN', `1 IN (${new Array(20_000).fill(2).join(', ')})`],
  ])('%s', (_what, text) => expect(errorCodeOf(text)).toBeNull());
});

test('a mistake in a long text is shown with what stands around it', () => {
  const { message } = errorOf(() => parseExpression(`${'a + '.repeat(500)}§${' + a'.repeat(500)}`)) ?? { message: '' };
  const [, place, line = '', caret = ''] = message.split('\n');
  expect(place).toBe('at line 1, column 2001');
  expect(line.length).toBeLessThan(140);
  expect(line[caret.indexOf('^')]).toBe('§');
  expect(line).toMatch(/^ {2}….*…$/);
});
