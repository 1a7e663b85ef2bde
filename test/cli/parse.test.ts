import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Command, defineCommand } from '../../src/cli/command.ts';
import { parseFast } from '../../src/cli/parse.ts';
import { parseWithYargs } from '../../src/cli/with-yargs.ts';

const sample: Command = defineCommand({
  name: 'sample',
  describe: 'a command with an option of each kind',
  positionals: [{ name: 'kind', describe: 'what', choices: ['clicks', 'stocks'], default: 'clicks' }],
  options: {
    out: { type: 'string', describe: 'folder' },
    'max-late': { type: 'string', default: '20s', describe: 'reach' },
    format: { type: 'string', choices: ['array', 'ndjson'], describe: 'format' },
    files: { type: 'number', describe: 'how many' },
    quiet: { type: 'boolean', alias: 'q', describe: 'silence' },
  },
  examples: [],
  run: async () => 0,
});

const runner: Command = defineCommand({
  name: 'runner',
  describe: 'takes files',
  positionals: [{ name: 'file', describe: 'pipeline files', required: true, variadic: true }],
  options: {},
  examples: [],
  run: async () => 0,
});

function attempt<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}

function slowly(command: Command, words: readonly string[]): unknown {
  return attempt(() => {
    const outcome = parseWithYargs([command.name, ...words], [command], '1.0.0', 100);
    return outcome.kind === 'run' ? outcome.args : outcome.text;
  });
}

describe('parseFast', () => {
  test('fills in defaults and reads every kind of option', () => {
    expect(parseFast(sample, [])).toEqual({
      out: undefined,
      'max-late': '20s',
      format: undefined,
      files: undefined,
      quiet: false,
      positionals: { kind: 'clicks' },
    });
    expect(parseFast(sample, ['stocks', '--files=3', '-q', '--max-late', '4s', '--out', 'x y'])).toEqual({
      out: 'x y',
      'max-late': '4s',
      format: undefined,
      files: 3,
      quiet: true,
      positionals: { kind: 'stocks' },
    });
  });

  test('lists of words', () => {
    expect(parseFast(runner, ['a.yaml', 'b.yaml'])).toEqual({ positionals: { file: ['a.yaml', 'b.yaml'] } });
    expect(slowly(runner, ['a.yaml', 'b.yaml'])).toEqual({ positionals: { file: ['a.yaml', 'b.yaml'] } });
    expect(parseFast(runner, [])).toBeNull();
  });

  test('leaves help, unknown options and missing values to yargs', () => {
    for (const words of [['--help'], ['--fles', '3'], ['--files'], ['clicks', 'more'], ['-x']]) {
      expect(parseFast(sample, words)).toBeNull();
    }
  });

  test('words behind -- are no options', () => {
    expect(parseFast(runner, ['--', '-a.yaml'])).toEqual({ positionals: { file: ['-a.yaml'] } });
  });

  // Not among the words: --, behind which yargs forgets positionals.
  test('what it accepts means the same to yargs', () => {
    const words = [
      'clicks',
      'stocks',
      '--out',
      '--out=a',
      '--max-late',
      '--max-late=',
      '--format',
      'array',
      '--format=ndjson',
    ];
    const more = [
      '--files',
      '--files=7',
      '12',
      '0x10',
      '-5',
      '1e3',
      'abc',
      '-q',
      '--quiet',
      '--no-quiet',
      ' ',
      '-qq',
      '--help',
    ];
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words, ...more), { maxLength: 5 }), (line) => {
        const fast = attempt(() => parseFast(sample, line));
        if (fast === null) return;
        if (typeof fast !== 'string') accepted++;
        if (typeof fast === 'string') expect(slowly(sample, line)).toMatch(/^error: /);
        else expect(slowly(sample, line)).toEqual(fast);
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(30);
  });
});

describe('parseWithYargs', () => {
  test.each([
    [['--fles', '3'], 'error: unknown option --fles. Did you mean "--files"?'],
    [['--maxlate', '3'], 'error: unknown option --maxlate. Did you mean "--max-late"?'],
    [['-x'], 'error: unknown option -x.'],
    [['--files'], 'error: --files needs a value.'],
    [['clicks', 'more'], 'error: unexpected argument "more". Options begin with --; see `clickstream sample --help`.'],
  ])('%p', (words, message) => expect(slowly(sample, words)).toBe(message));

  test('a word that is missing is told with all that belong there', () => {
    expect(slowly(runner, [])).toBe(
      'error: runner needs more words: clickstream runner <file..>; see `clickstream runner --help`.',
    );
  });

  test('help lists options, defaults, choices and examples of the command', () => {
    const text = slowly(sample, ['--help']);
    expect(text).toContain('clickstream sample [kind]');
    expect(text).toMatch(/--max-late +reach .*\[default: 20s\]/);
    expect(text).toMatch(/--format .*"array", "ndjson"/);
  });
});

test.each([
  [['--files', 'abc'], '--files must be a number, found "abc".'],
  [['--out', 'a', '--out', 'b'], '--out is given 2 times; it takes one value.'],
  [['--format', 'nsjson'], '--format must be one of array, ndjson, found "nsjson". Did you mean "ndjson"?'],
  [['click'], 'kind must be one of clicks, stocks, found "click". Did you mean "clicks"?'],
  [['--max-late='], '--max-late needs a value (reach).'],
])('mistakes in values are said at once: %p', (words, message) => {
  expect(() => parseFast(sample, words)).toThrow(message);
});
