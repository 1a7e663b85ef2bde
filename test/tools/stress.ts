/**
 * Real processes: a writer that drops files (by rename, by copying, slowly), both tasks watching, and a killer that ends them with SIGKILL or
 * SIGTERM again and again. At the end every event is in the windows exactly once.
 *
 * A batch that was killed three times is not run again by itself (exit code 65). Its input is good, so this does what an operator would:
 * `checkpoint retry`.
 *
 *   npm run test:stress -- [--kills 40] [--rows 20000] [--seed 1]
 */
import { closeSync, copyFileSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { createRandom, type Random } from '../../src/generate/random.ts';
import { buildProduct, type CliResult, type RunningCli, runCli, startCli } from '../support/cli.ts';
import { type ClickEvent, clickEvents, sumsByWindow } from '../support/click-events.ts';
import { clickText } from '../support/clicks-text.ts';
import { readWindows } from '../support/windows.ts';
import { createWorkspace } from '../support/workspace.ts';
import { succeed } from './task-runs.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '40' },
    rows: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});
const KILLS = Number(values.kills);
const ROWS = Number(values.rows);
const SEED = Number(values.seed);
const SHORTEST_MS = 50;
const LONGEST_MS = 2000;
const MAX_ROWS_PER_FILE = 99;

buildProduct();
const work = createWorkspace('stress');
// Its files rest a little before they are taken, as not all of them come by rename; those of task2 do.
const TASK1: Task = {
  checkpoint: 'state/task1',
  words: ['task1', '--in', 'json', '--out', 'csv', '--checkpoint', 'state/task1', '--quiet'],
};
// No row may come too late: which ones did would depend on the batches.
const WINDOWS = ['--watermark', '1000 days'];
const FOLDERS2 = ['--in', 'csv', '--out', 'parquet', '--checkpoint', 'state/task2', '--settle', '0', '--quiet'];
const TASK2: Task = { checkpoint: 'state/task2', words: ['task2', ...FOLDERS2, ...WINDOWS] };
const TASKS = [TASK1, TASK2] as const;
/** In a row: with only good input, a batch runs after one. */
const MAX_RETRIES = 3;

interface Task {
  readonly checkpoint: string;
  readonly words: readonly string[];
}

interface Ends {
  SIGKILL: number;
  SIGTERM: number;
  /** How often a batch had been killed too often to be run again by itself. */
  retries: number;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  work.remove();
}

async function main(): Promise<boolean> {
  const startedMs = performance.now();
  const writing = { done: false };
  const [events, ends] = await Promise.all([
    write(createRandom(SEED), writing),
    killBoth(createRandom(-SEED), writing),
  ]);
  await finish(TASK1, ['--once'], ends);
  await finish(TASK2, ['--once', '--drain'], ends);
  const expected = sumsByWindow(events, 10);
  const found = await readWindows(work.path('parquet'));
  const equal = JSON.stringify(found) === JSON.stringify(expected);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  console.log(
    `${events.length} rows, ${ends.SIGKILL} SIGKILL and ${ends.SIGTERM} SIGTERM in ${seconds} s, ${ends.retries} times a batch ` +
      `that was killed three times was tried again: ` +
      `${found.length} windows, ${equal ? 'equal' : 'DIFFERENT'}`,
  );
  const count = found.reduce((sum, window) => sum + window.events, 0);
  if (!equal) console.log(`  ${events.length} rows were written, ${count} are in the windows`);
  console.log(equal ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return equal;
}

/** Drops files of 0 to 99 rows until all are there; spread over the time of the kills. */
async function write(random: Random, writing: { done: boolean }): Promise<ClickEvent[]> {
  const events: ClickEvent[] = [];
  const slow: Promise<void>[] = [];
  const pauseMs = (KILLS * (SHORTEST_MS + LONGEST_MS)) / 2 / (ROWS / (MAX_ROWS_PER_FILE / 2));
  for (let file = 0; events.length < ROWS; file++) {
    const count = Math.min(random.integer(0, MAX_ROWS_PER_FILE), ROWS - events.length);
    const texts = Array.from({ length: count }, () => {
      const second = random.integer(0, 3599);
      const time = new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
      return clickText(time, random.integer(1, 10), random.integer(100, 99_999) / 100);
    });
    const text = `[${texts.join(', ')}]`;
    slow.push(drop(`${String(file).padStart(6, '0')}.json`, text, random));
    events.push(...clickEvents(text));
    await delay(random.fraction() * 2 * pauseMs);
  }
  await Promise.all(slow);
  writing.done = true;
  return events;
}

/** Half of the files come whole, by rename. A copy, and what is written slowly, is an array: whole when it is closed. */
async function drop(name: string, text: string, random: Random): Promise<void> {
  const way = random.fraction();
  if (way < 0.5) {
    work.deliver(`json/${name}`, text);
    return;
  }
  const target = work.path('json', name);
  mkdirSync(work.path('json'), { recursive: true });
  if (way < 0.75) {
    const source = work.path('producer.json');
    writeFileSync(source, text);
    copyFileSync(source, target);
    return;
  }
  // All choices first: files are written side by side, and the seed is to give the same ones.
  const pausesMs = Array.from({ length: 1 + random.integer(0, 9) }, () => random.integer(0, 60));
  const pieceLength = Math.ceil(text.length / pausesMs.length);
  const file = openSync(target, 'w');
  for (const [i, pauseMs] of pausesMs.entries()) {
    writeSync(file, text.slice(i * pieceLength, (i + 1) * pieceLength));
    await delay(pauseMs);
  }
  closeSync(file);
}

/** Keeps both tasks running, and ends one of them after a random time, until there were enough kills and all is written. */
async function killBoth(random: Random, writing: { readonly done: boolean }): Promise<Ends> {
  const ends: Ends = { SIGKILL: 0, SIGTERM: 0, retries: 0 };
  const start = ({ words }: Task) => startCli(words, work.dir);
  const running: RunningCli[] = TASKS.map(start);
  while (ends.SIGKILL + ends.SIGTERM < KILLS || !writing.done) {
    await delay(random.integer(SHORTEST_MS, LONGEST_MS));
    const which = random.integer(0, 1);
    const signal = random.fraction() < 0.7 ? 'SIGKILL' : 'SIGTERM';
    const task = TASKS[which] as Task;
    if (await end(running[which] as RunningCli, signal)) ends[signal]++;
    else await retry(task, ends);
    running[which] = start(task);
  }
  for (const [which, process] of running.entries()) {
    if (!(await end(process, 'SIGTERM'))) await retry(TASKS[which] as Task, ends);
  }
  return ends;
}

/** Whether it was the signal that ended the process: false when it had stopped by itself, at a batch that was killed too often. */
async function end(process: RunningCli, wanted: 'SIGKILL' | 'SIGTERM'): Promise<boolean> {
  const early = !process.isRunning();
  process.kill(wanted);
  const result = await process.ended;
  if (isKilledTooOften(result)) return false;
  const { code, signal, stdout, stderr } = result;
  // A signal that comes before the process listens for it ends it at once, which is as good as a kill.
  if (!early && (signal !== null || code === 0)) return true;
  throw new Error(`a task ended by itself with ${code}:\n${stdout}${stderr}`);
}

async function finish({ checkpoint, words }: Task, more: readonly string[], ends: Ends): Promise<void> {
  for (let i = 0; i < MAX_RETRIES; i++) {
    const result = await runCli([...words, ...more], work.dir);
    if (result.code === 0) return;
    if (!isKilledTooOften(result)) throw new Error(`${words[0]} ended with ${result.code}:\n${result.stderr}`);
    await retry({ checkpoint, words }, ends);
  }
  throw new Error(`${words[0]} was tried ${MAX_RETRIES} times in peace, and is still not at the end`);
}

function isKilledTooOften({ code, stderr }: CliResult): boolean {
  return code === EXIT_CODES.badInput && /crashed \d+ times.*the process died/s.test(stderr);
}

async function retry({ checkpoint }: Task, ends: Ends): Promise<void> {
  await succeed(['checkpoint', 'retry', checkpoint], work.dir);
  ends.retries++;
}
