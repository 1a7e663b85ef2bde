import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Command } from '../../src/cli/command.ts';
import { task1, task1Settings } from '../../src/cli/commands/task1.ts';
import { task2, task2Settings } from '../../src/cli/commands/task2.ts';
import { parseFast } from '../../src/cli/parse.ts';

function parse(command: Command, words: readonly string[]) {
  const args = parseFast(command, words);
  if (args === null) throw new Error('not plainly right');
  return args;
}

const first = (...words: string[]) =>
  task1Settings(parse(task1, words) as unknown as Parameters<typeof task1Settings>[0]);
const second = (...words: string[]) =>
  task2Settings(parse(task2, words) as unknown as Parameters<typeof task2Settings>[0]);

describe('options of the two tasks', () => {
  test('defaults: the folders of the original, watching', () => {
    expect(first()).toEqual({
      in: 'data/json_files',
      out: 'data/csv_files',
      checkpoint: 'checkpoints/task1',
      schema: join(import.meta.dirname, '..', '..', 'schemas', 'click-event.schema.json'),
      mode: 'reject',
      trigger: { kind: 'default' },
      maxFilesPerTrigger: 1000,
      settleMs: 500,
      changedFiles: 'ignore',
      poll: false,
      timezone: 'UTC',
      maxRejectRatio: undefined,
      escapeFormulas: false,
      sparkManifest: false,
      fresh: false,
      yes: false,
      json: false,
      quiet: false,
      exitCodeIfEmpty: null,
    });
    expect(second()).toMatchObject({ window: '10 seconds', slide: null, watermark: '30 seconds', drain: false });
  });

  test('when batches start', () => {
    expect(first('--once').trigger).toEqual({ kind: 'availableNow' });
    expect(first('--interval', '2s').trigger).toEqual({ kind: 'processingTime', intervalMs: 2000 });
    expect(first('--interval', '0').trigger).toEqual({ kind: 'default' });
    expect(() => first('--interval', '2s', '--once')).toThrow('Give one of them');
  });

  test('windows', () => {
    expect(second('--window', '10s', '--slide', '5 seconds')).toMatchObject({ window: '10s', slide: '5 seconds' });
    expect(() => second('--slide', '11s')).toThrow('--slide must be longer than 0');
    expect(() => second('--slide', '0s')).toThrow('--slide must be longer than 0');
    expect(() => second('--window', '0s')).toThrow('--window must be longer than 0');
    expect(() => second('--watermark', 'soon')).toThrow('"soon" is not a duration');
  });

  test('files that change after they were read', () => {
    expect(first('--changed-files', 'reprocess').changedFiles).toBe('reprocess');
    expect(second('--changed-files', 'fail').changedFiles).toBe('fail');
    expect(() => first('--changed-files', 'again')).toThrow('--changed-files must be one of');
  });

  test('guards, off unless asked for', () => {
    const guarded = ['--max-reject-ratio', '0.05'];
    expect(first(...guarded, '--escape-formulas')).toMatchObject({ maxRejectRatio: 0.05, escapeFormulas: true });
    expect(second()).toMatchObject({ maxRejectRatio: undefined, maxFutureSkew: undefined });
    expect(second(...guarded, '--max-future-skew', '5m')).toMatchObject({ maxRejectRatio: 0.05, maxFutureSkew: '5m' });
  });

  test.each([
    [['--max-reject-ratio', '5'], 'must lie between 0 and 1'],
    [['--max-future-skew', 'soon'], 'is not a duration'],
    [['--drain'], 'needs --once'],
    [['--console', '--json'], 'both print on stdout'],
    [['--parquet-writer', 'parquetsjs-lite'], 'Did you mean "parquetjs-lite"?'],
    [['--max-files-per-trigger', '0'], 'whole number from 1 on'],
    [['--exit-code-if-empty', '256'], 'from 0 to 255'],
    [['--timezone', 'Mars/Olympus'], 'is not a time zone'],
    [['--settle', 'now'], 'is not a duration'],
  ])('%p is refused', (words, message) => expect(() => second(...words)).toThrow(message));
});
