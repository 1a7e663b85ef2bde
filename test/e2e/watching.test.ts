import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildProduct, type RunningCli, runCli, startCli } from '../support/cli.ts';
import { clicksArray } from '../support/clicks-text.ts';
import { until } from '../support/until.ts';
import { readWindows } from '../support/windows.ts';
import { createWorkspace, dataFiles, type Workspace } from '../support/workspace.ts';

const FOLDERS1 = ['task1', '--in', 'json', '--out', 'csv', '--checkpoint', 'state/task1'];
const FOLDERS2 = ['task2', '--in', 'csv', '--out', 'parquet', '--checkpoint', 'state/task2'];
const TIME_LIMIT = 120_000;

let work: Workspace;
let running: RunningCli[];
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('watch');
  running = [];
});
afterEach(async () => {
  for (const process of running) process.kill('SIGKILL');
  await Promise.all(running.map((process) => process.ended));
  work.remove();
});

function start(...words: string[]): RunningCli {
  const process = startCli(words, work.dir);
  running.push(process);
  return process;
}

const csvFiles = () => dataFiles(work.path('csv'), '.csv');
const hasCheckpoint = (name: string) => readdirSync(work.path('state', name)).includes('lock');
const isWatching = (name: string) =>
  until(() => {
    try {
      return hasCheckpoint(name);
    } catch {
      return false;
    }
  }, `${name} watches`);

describe('left watching', () => {
  test('files dropped by rename go all the way to windows; task2 may start first and folders may be missing', async () => {
    const second = start(...FOLDERS2, '--settle', '0');
    await isWatching('task2');
    const first = start(...FOLDERS1);
    await isWatching('task1');
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'));
    await until(() => csvFiles().length === 1, 'task1 writes the first file');
    work.deliver('json/b.json', clicksArray('2026-01-01T00:01:00Z'));
    await until(async () => (await readWindows(work.path('parquet'))).length === 1, 'task2 closes the first window');
    expect(await readWindows(work.path('parquet'))).toEqual([
      {
        start: '2026-01-01T00:00:00.000Z',
        end: '2026-01-01T00:00:10.000Z',
        events: 2,
        clicks: 2,
        impressions: 20,
        quantity: 4,
        price: 3,
      },
    ]);

    const { stdout } = await runCli(['status', '--checkpoint', 'state/task2'], work.dir);
    expect(stdout).toContain('2026-01-01T00:00:30.000Z');

    first.kill('SIGTERM');
    second.kill('SIGINT');
    expect(await first.ended).toMatchObject({ code: 0, signal: null });
    expect(await second.ended).toMatchObject({ code: 0, signal: null });
    expect((await second.ended).stderr).toContain('3 rows from 2 files');
  }, 120_000);

  test.each(['--poll', '--interval=100ms'])(
    'with %s too',
    async (option) => {
      const process = start(...FOLDERS1, option);
      await isWatching('task1');
      work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
      await until(() => csvFiles().length === 1, 'the file is there');
      process.kill('SIGTERM');
      expect(await process.ended).toMatchObject({ code: 0 });
    },
    TIME_LIMIT,
  );

  test(
    'a file in a folder that appears later is seen',
    async () => {
      const process = start('task1', '--in', 'deep/er/json', '--out', 'csv', '--checkpoint', 'state/task1');
      await isWatching('task1');
      work.deliver('deep/er/json/a.json', clicksArray('2026-01-01T00:00:01Z'));
      await until(() => csvFiles().length === 1, 'the file is there');
      process.kill('SIGTERM');
      expect(await process.ended).toMatchObject({ code: 0 });
    },
    TIME_LIMIT,
  );
});

describe('a checkpoint', () => {
  test(
    'takes one process; the second says who holds it, and exits with 75',
    async () => {
      const first = start(...FOLDERS1);
      await isWatching('task1');
      const second = await runCli(FOLDERS1, work.dir);
      expect(second.code).toBe(75);
      expect(second.stderr).toContain(`process ${first.child.pid} on `);
      expect(second.stderr).toContain('One query at a time');
      expect(first.isRunning()).toBe(true);
      first.kill('SIGKILL');
      await first.ended;
      const third = await runCli([...FOLDERS1, '--once'], work.dir);
      expect(third).toMatchObject({ code: 0 });
    },
    TIME_LIMIT,
  );

  test(
    'of eight processes that start at once, one works',
    async () => {
      for (let file = 0; file < 5; file++) work.deliver(`json/${file}.json`, clicksArray('2026-01-01T00:00:01Z'));
      const all = Array.from({ length: 8 }, () => start(...FOLDERS1));
      const isOver = () => all.filter((process) => process.isRunning()).length === 1 && csvFiles().length > 0;
      await until(isOver, 'all but one ended');
      const survivor = all.find((process) => process.isRunning()) as RunningCli;
      survivor.kill('SIGTERM');
      const codes = (await Promise.all(all.map((process) => process.ended))).map(({ code }) => code);
      expect(codes.sort()).toEqual([0, ...Array(7).fill(75)]);
      const rows = csvFiles().flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(1));
      expect(rows).toHaveLength(5);
    },
    TIME_LIMIT,
  );
});

describe('signals', () => {
  /** A run that is busy for long: many small batches. */
  async function busyRun(...words: string[]): Promise<RunningCli> {
    for (let file = 0; file < 1500; file++) work.deliver(`json/${file}.json`, clicksArray('2026-01-01T00:00:01Z'));
    const process = start(...FOLDERS1, '--settle', '0', '--max-files-per-trigger', '1', ...words);
    await until(() => csvFiles().length > 0, 'the first batch is done');
    return process;
  }

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    '%s ends a bounded run with %i, between batches; the next run goes on',
    async (signal, code) => {
      const process = await busyRun('--once');
      process.kill(signal);
      expect(await process.ended).toMatchObject({ code, signal: null });
      const before = csvFiles().length;
      expect(before).toBeLessThan(1500);
      expect(readdirSync(work.path('state/task1/commits'))).toEqual(readdirSync(work.path('state/task1/offsets')));
      const rest = await runCli([...FOLDERS1, '--once', '--settle', '0'], work.dir);
      expect(rest.stderr).toContain(`${(1500 - before).toLocaleString('en')} rows`);
    },
    TIME_LIMIT,
  );

  test(
    'a second one exits at once',
    async () => {
      const process = await busyRun('--once');
      process.child.kill('SIGSTOP');
      process.kill('SIGINT');
      process.kill('SIGTERM');
      process.child.kill('SIGCONT');
      const { code } = await process.ended;
      expect([130, 143]).toContain(code);
    },
    TIME_LIMIT,
  );
});
