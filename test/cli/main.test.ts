import { describe, expect, test } from '@jest/globals';
import { exitCodeOf, usageError } from '../../src/cli/exit-codes.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { reportError } from '../../src/cli/report-error.ts';
import { ClickstreamError, configError, dataError, ioError } from '../../src/errors.ts';
import { createFakeIo } from './fake-io.ts';

async function run(...words: string[]) {
  const io = createFakeIo();
  return { code: await runCommandLine(words, io), out: io.out(), err: io.err() };
}

describe('clickstream', () => {
  test('--version prints the version alone', async () => {
    expect(await run('--version')).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' });
  });

  test('--help, help and -h list the commands', async () => {
    for (const words of [['--help'], ['-h'], ['help']]) {
      const { code, out } = await run(...words);
      expect(code).toBe(0);
      expect(out).toMatch(/Commands:[\s\S]*generate \[kind\] +write files/);
    }
  });

  test('no command: the help, as an error', async () => {
    expect(await run()).toEqual({ code: 2, out: '', err: expect.stringContaining('Commands:') });
  });

  test('help of one command', async () => {
    const { code, out } = await run('help', 'generate');
    expect(code).toBe(0);
    expect(out).toContain('--max-late');
    expect((await run('generate', '--help')).out).toBe(out);
  });

  test.each([
    [['generat'], 'error: unknown command "generat". Did you mean "generate"? `clickstream --help` lists them.\n'],
    [['--fo'], 'error: unknown option "--fo". `clickstream --help` lists them.\n'],
    [['toString'], 'error: unknown command "toString". `clickstream --help` lists them.\n'],
    [['generate', '--fles', '3'], 'error: unknown option --fles. Did you mean "--files"?\n'],
    [['generate', '--late', '2'], 'error: --late is a share and must lie between 0 and 1, found 2.\n'],
  ])('%p is a mistake in usage', async (words, err) => {
    expect(await run(...words)).toEqual({ code: 2, out: '', err });
  });

  test('completion prints a script', async () => {
    expect((await run('completion')).out).toContain('clickstream');
  });
});

describe('exit codes', () => {
  test.each([
    [usageError('x'), 2],
    [configError('SCHEMA_INVALID', 'x'), 78],
    [dataError('MALFORMED', 'x'), 1],
    [ioError('DISK_FULL', 'x'), 1],
    [new ClickstreamError('CHECKPOINT_IN_USE', 'busy', 'x'), 75],
    [new ClickstreamError('USER_FUNCTION', 'user', 'x'), 1],
    [new Error('x'), 1],
    ['x', 1],
  ])('%s: %p', (error, code) => expect(exitCodeOf(error)).toBe(code));
});

describe('reportError', () => {
  const error = ioError('DISK_FULL', 'cannot write a.csv: the disk is full', new Error('ENOSPC'));

  test('one line, without a stack', () => {
    const io = createFakeIo();
    reportError(error, io, false);
    expect(io.err()).toBe('error: cannot write a.csv: the disk is full\n');
  });

  test('--verbose adds the code and the causes', () => {
    const io = createFakeIo();
    reportError(error, io, true);
    expect(io.err()).toBe('error: cannot write a.csv: the disk is full\n  code: DISK_FULL (io)\n  caused by: ENOSPC\n');
  });

  test('CLICKSTREAM_DEBUG adds the stack', () => {
    const io = createFakeIo({ env: { CLICKSTREAM_DEBUG: '1' } });
    reportError(error, io, false);
    expect(io.err()).toMatch(/caused by: ENOSPC\n.*DISK_FULL|caused by: ENOSPC\nClickstreamError: .*\n +at /);
  });

  test('a mistake of ours asks for a report', () => {
    const io = createFakeIo();
    reportError(new ClickstreamError('INTERNAL_ERROR', 'bug', 'internal error: x'), io, false);
    expect(io.err()).toContain('please report it');
  });
});
