import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runCommandLine } from '../../src/cli/main.ts';
import { createFakeIo } from '../cli/fake-io.ts';
import { BIN, buildProduct, type CliResult, type RunningCli, startProcess } from '../support/cli.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const root = join(import.meta.dirname, '..', '..');
const PRELOAD = join(root, 'test', 'support', 'report-loads.cjs');

/** What a process loaded. */
interface Loads {
  /** Of dist/command/. */
  readonly scripts: readonly string[];
  /** Those of them that Node had to compile: without the code that the build kept. */
  readonly compiled: readonly string[];
  /** Node's own modules. */
  readonly builtins: readonly string[];
  /** How often the kernel was compiled. */
  readonly kernels: number;
}

const PIPELINE = `sources:
  events: { format: json, path: in, schema: "user STRING, clicks LONG" }
sink: { format: console }
checkpoint: state
`;
const BAD_PIPELINE = `name: 7
source: { format: json, path: [] }
steps: [{ limit: -1 }, { filter: x, drop: y }]
sink: { format: console }
`;
const BAD_TESTS = 'tests: [{ name: 1, steps: [{ when: 5 }] }]\n';

let work: Workspace;
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('start-up');
});
afterEach(() => work.remove());

function start(words: readonly string[], bin: string, flags: readonly string[] = []): RunningCli {
  const env = { ...process.env, NODE_OPTIONS: '', LOADS_FILE: work.path('loads.json') };
  return startProcess(process.execPath, [...flags, '--require', PRELOAD, bin, ...words], work.dir, env);
}

const loads = (): Loads => JSON.parse(readFileSync(work.path('loads.json'), 'utf8')) as Loads;

async function run(words: readonly string[], bin = BIN, flags: readonly string[] = []): Promise<CliResult & Loads> {
  const result = await start(words, bin, flags).ended;
  return { ...result, ...loads() };
}

const TASK1 = ['task1', '--once', '--settle', '0', '--in', 'json', '--out', 'csv', '--checkpoint', 'state/task1'];
const TASK2 = ['task2', '--once', '--settle', '0', '--in', 'csv', '--out', 'parquet', '--checkpoint', 'state/task2'];

describe('a run loads what it uses', () => {
  test('with nothing to do: no library, no kernel, and few modules of Node', async () => {
    await run(['generate', '--files', '2', '--out', 'json', '--seed', '7', '--start', '2026-01-01T00:00:00Z']);
    expect(await run(TASK1)).toMatchObject({ code: 0, scripts: ['clickstream.cjs'], kernels: 1 });
    expect(await run([...TASK2, '--drain'])).toMatchObject({
      code: 0,
      scripts: ['clickstream.cjs', 'hyparquet-writer.cjs'],
      kernels: 1,
    });

    for (const words of [TASK1, TASK2]) {
      const { code, stderr, scripts, builtins, kernels } = await run(words);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('0 rows from 0 files') });
      expect({ scripts, kernels }).toEqual({ scripts: ['clickstream.cjs'], kernels: 0 });
      const dear = ['crypto', 'fs/promises', 'perf_hooks', 'readline', 'tty', 'worker_threads'];
      expect(dear.filter((name) => builtins.includes(name))).toEqual([]);
    }
  });

  test('yargs for help and mistakes alone', async () => {
    const scripts = ['clickstream.cjs', 'yargs.cjs'];
    expect(await run(['--help'])).toMatchObject({ code: 0, scripts });
    expect(await run(['task1', '--onec'])).toMatchObject({ code: 2, scripts });
    expect(await run(['--version'])).toMatchObject({ code: 0, scripts: ['clickstream.cjs'] });
  });

  test('for pipeline files yaml, and the checks that the build made: they say what ajv says here', async () => {
    work.deliver('good.yaml', PIPELINE);
    work.deliver('bad.yaml', BAD_PIPELINE);
    work.deliver('bad.test.yaml', BAD_TESTS);
    const scripts = ['clickstream.cjs', 'shapes.cjs', 'yaml.cjs'];
    expect(await run(['lint', 'good.yaml'])).toMatchObject({ code: 0, scripts });

    for (const words of [
      ['lint', work.path('bad.yaml')],
      ['test', work.path('bad.test.yaml')],
    ]) {
      const here = createFakeIo();
      const code = await runCommandLine(words, here);
      expect(here.out() + here.err()).toMatch(/VALUE_INVALID/);
      expect(await run(words)).toMatchObject({ code, stdout: here.out(), stderr: here.err() });
    }
  });

  test('chokidar to watch', async () => {
    await run(['generate', '--files', '1', '--out', 'json']);
    const words = ['task1', '--settle', '0', '--json', '--in', 'json', '--out', 'csv', '--checkpoint', 'state'];
    const watching = start(words, BIN);
    await watching.printed('"batchId"');
    watching.kill('SIGTERM');
    expect(await watching.ended).toMatchObject({ code: 0 });
    expect(loads()).toMatchObject({ scripts: ['chokidar.cjs', 'clickstream.cjs'] });
  });
});

describe('the code that the build kept', () => {
  /** A package of our own, to damage. */
  let bin: string;
  let script: string;
  let code: string;

  beforeEach(() => {
    for (const part of ['bin', 'dist/command', 'package.json']) {
      cpSync(join(root, part), work.path('package', part), { recursive: true });
    }
    bin = work.path('package/bin/clickstream.js');
    const command = work.path('package/dist/command');
    const kept = readdirSync(command).filter((name) => /^clickstream\.cjs\..*\.code$/.test(name));
    expect(kept).toEqual([`clickstream.cjs.${process.version}-${process.platform}-${process.arch}.code`]);
    script = join(command, 'clickstream.cjs');
    code = join(command, kept[0] as string);
  });

  test('spares Node compiling', async () => {
    expect(await run(['--version'], bin)).toMatchObject({ code: 0, compiled: [] });
    expect(await run(['--help'], bin)).toMatchObject({ code: 0, compiled: [] });
  });

  test.each<[string, () => void]>([
    ['is missing', () => rmSync(code)],
    ['is empty', () => truncateSync(code, 0)],
    ['is cut short', () => truncateSync(code, 100_000)],
    ['is damaged', () => replaceByte(code, 50_000)],
    ['has a damaged checksum', () => replaceByte(code, 4)],
  ])('is left aside when it %s', async (_state, damage) => {
    damage();
    expect(await run(['--version'], bin)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      compiled: ['clickstream.cjs'],
    });
  });

  test('is left aside when the script was changed, be it by one letter', async () => {
    const text = readFileSync(script, 'latin1');
    writeFileSync(script, text.replace('`unknown ${', '`unKnown ${'));
    expect(await run(['tsk1'], bin)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unKnown command "tsk1"'),
      compiled: ['clickstream.cjs'],
    });
  });

  test('is left aside by a V8 with other flags', async () => {
    expect(await run(['--version'], bin, ['--no-opt'])).toMatchObject({ code: 0, compiled: ['clickstream.cjs'] });
  });
});

function replaceByte(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 0x55;
  writeFileSync(path, bytes);
}
