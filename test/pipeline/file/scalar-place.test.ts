import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Document, type Scalar } from 'yaml';
import { substitute } from '../../../src/pipeline/file/environment.ts';
import { readYaml } from '../../../src/pipeline/file/yaml-file.ts';

describe('the place of a character of a text', () => {
  test.each([
    ['plain', 'a: price * nope > 1'],
    ['plain over lines', 'a: price\n  * nope\n  > 1'],
    ['single quotes', "a: 'x = ''it''  AND nope > 1'"],
    ['double quotes', 'a: "x = \\"\\u0061\\x62\\" \\\n  AND\\tnope > 1"'],
    ['literal block', 'a: |\n  SELECT\n    nope'],
    ['folded block', 'a: >-\n    SELECT\n    x,\n\n    nope'],
    ['with a comment behind it', 'a: nope # nope'],
    ['in a flow', "a: [1, {b: 'nope'}]"],
  ])('%s', (_, text) => {
    const file = readYaml(text, {});
    const path = text.includes('b:') ? ['a', 1, 'b'] : ['a'];
    const value = path.reduce<unknown>((inner, part) => (inner as Record<string, unknown>)[part], file.value) as string;
    expect(file.placeInText(path, value.indexOf('nope'))).toBe(text.indexOf('nope'));
  });

  test('property: any character that is no space, in any style', () => {
    const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;
    const text = fc.string({ unit: fc.constantFrom(...'ab \'"\\\n#:-,é😀'), minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(text, fc.constantFrom(...styles), (value, style) => {
        const marked = value.trim() === '' ? 'Z' : `${value}Z${value}`;
        const document = new Document({ a: [marked] });
        (document.getIn(['a', 0], true) as Scalar).type = style;
        const written = document.toString();
        const file = readYaml(written, {});
        // The library writes a few texts in plain style that it reads as something else.
        fc.pre((file.value as { a: string[] }).a[0] === marked);
        expect(written[file.placeInText(['a', 0], marked.indexOf('Z'))]).toBe('Z');
      }),
      { numRuns: 300 },
    );
  });
});

describe('environment variables', () => {
  test('values, defaults, escapes and missing names', () => {
    const { text, missing } = substitute(`\${A}/\${B:-b/c}/$\${A}/\${C}/\${D:-}`, { A: 'a' });
    expect(text).toBe(`a/b/c/\${A}/\${C}/`);
    expect(missing).toEqual(['C']);
  });

  test('places are those of the file, not of what was put in', () => {
    const text = `a: x = "\${A}" AND nope`;
    const file = readYaml(text, { A: 'a long text' });
    const value = (file.value as { a: string }).a;
    expect(value).toBe('x = "a long text" AND nope');
    expect(file.placeInText(['a'], value.indexOf('nope'))).toBe(text.indexOf('nope'));
    expect(file.placeInText(['a'], value.indexOf('long'))).toBe(text.indexOf(`\${A}`));
  });

  test('a number stays a number, a quoted one a text', () => {
    expect(readYaml(`a: \${N}\nb: "\${N}"\nc: \${T}`, { N: '10', T: 'true' }).value).toEqual({
      a: 10,
      b: '10',
      c: true,
    });
  });
});
