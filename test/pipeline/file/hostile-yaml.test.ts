import { describe, expect, test } from '@jest/globals';
import { checkPipeline } from '../../../src/pipeline/file/build-pipeline.ts';

async function codesOf(text: string): Promise<string[]> {
  const { problems } = await checkPipeline('p.yaml', text, { environment: {} });
  return [...new Set(problems.map(({ code }) => code))];
}

async function messagesOf(text: string): Promise<string> {
  const { problems } = await checkPipeline('p.yaml', text, { environment: {} });
  return problems.map(({ message }) => message).join('\n');
}

describe('YAML that would take all memory, or end the process, is a mistake like any other', () => {
  test.each<[what: string, text: string]>([
    ['open brackets', `sources: ${'['.repeat(100_000)}`],
    ['closed brackets', `sources: ${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['open braces', '{a: '.repeat(100_000)],
    ['lists of lists', `${'- '.repeat(100_000)}x`],
    ['keys of keys', `${'? '.repeat(100_000)}x`],
    ['indentation', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('%s', async (_what, text) => {
    expect(await codesOf(text)).toEqual(['YAML_SYNTAX']);
    expect(await messagesOf(text)).toContain('nested too deep');
  });

  test('keys that are keys of keys', async () => {
    expect(await codesOf('sources: {}\n'.concat('{s: {}\n'.repeat(300)))).toContain('YAML_SYNTAX');
    expect(await messagesOf('sources: { [a, b]: 1 }')).toContain('A key must be a text');
    expect(await messagesOf(`sources: ${'{? '.repeat(60)}x${'}'.repeat(60)}`)).toContain('A key must be a text');
  });

  test('aliases that double with each level', async () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    expect(await messagesOf(`a0: &a0 [x, x]\n${levels.join('\n')}`)).toContain('too large or has no end');
  });

  test('an alias within what it stands for', async () => {
    expect(await messagesOf('sources: &s\n  a: *s\n')).toContain('too large or has no end');
  });

  test('an alias of nothing, as a value and as a key', async () => {
    expect(await messagesOf('from: *s')).toBe(
      '*s stands for what is marked with &s further up, and nothing is. Put quotes around a text that begins with "*".',
    );
    expect(await messagesOf('? *a')).toContain('*a stands for what is marked with &a');
    expect(await codesOf('? *a')).toEqual(['YAML_SYNTAX']);
  });

  test('aliases that are what they look like are followed', async () => {
    const text = `sources:
  one: &files { format: csv, path: in, schema: a INT }
  two: *files
from: one
steps: [{ union: two }]
sink: { format: console }
`;
    expect(await messagesOf(text)).toBe('');
  });
});
