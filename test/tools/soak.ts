/**
 * Both tasks watch their folders for hours, while a producer delivers files, old files are removed, and now and then one of the tasks is
 * killed. Memory and open descriptors must stay flat, the checkpoints bounded, and at the end every event counts once.
 *
 *   npm run test:soak -- [--hours N | --minutes N] [--seed 1]
 */
import { existsSync, readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/generate/random.ts';
import { buildProduct, type RunningCli, startCli } from '../support/cli.ts';
import { cents, clickEvents, sumsByWindow, type WindowSums } from '../support/click-events.ts';
import { clickText } from '../support/clicks-text.ts';
import { readWindows } from '../support/windows.ts';
import { createWorkspace, filesBelow } from '../support/workspace.ts';
import { judge, type Sample } from './soak-verdict.ts';
import { succeed } from './task-runs.ts';

const { values } = parseArgs({
  options: { hours: { type: 'string' }, minutes: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const HOURS = values.hours === undefined ? Number(values.minutes ?? 20) / 60 : Number(values.hours);
if (!(HOURS > 0)) {
  console.error('test:soak: --hours or --minutes is a number above 0. Try: npm run test:soak -- --minutes 20');
  process.exit(2);
}
const random = createRandom(Number(values.seed));
const SECONDS = HOURS * 3600;
const FILE_EVERY_MS = 250;
const EVENTS_PER_FILE = 10;
const SAMPLE_EVERY_SECONDS = Math.min(30, Math.max(2, SECONDS / 600));
/** Often in a short run, so that there are several; as long as a warmed-up life needs in a long one. */
const KILL_EVERY_SECONDS = Math.min(1800, Math.max(60, SECONDS / 6));
const ROW_EVERY_SECONDS = SECONDS / 12;
/** Long after both tasks have read them. */
const KEEP_SECONDS = 300;

buildProduct();
const work = createWorkspace('soak');
const common = (task: string) => ['--checkpoint', `state/${task}`, '--settle', '0', '--quiet'];
const WORDS = {
  task1: ['task1', '--in', 'json', '--out', 'csv', ...common('task1')],
  task2: ['task2', '--in', 'csv', '--out', 'parquet', ...common('task2'), '--watermark', '60 seconds'],
} as const;
type TaskName = keyof typeof WORDS;
const TASKS: readonly TaskName[] = ['task1', 'task2'];

/** A task that is kept running. */
class WatchedTask {
  readonly samples: Sample[] = [];
  life = 0;
  private process: RunningCli;
  private startedSeconds: number;

  constructor(readonly name: TaskName) {
    this.process = startCli(WORDS[name], work.dir);
    this.startedSeconds = nowSeconds();
  }

  sample(): void {
    const { pid } = this.process.child;
    if (!this.process.isRunning() || pid === undefined) return;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    this.samples.push({
      seconds: nowSeconds(),
      life: this.life,
      ageSeconds: nowSeconds() - this.startedSeconds,
      rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      checkpointKb: sizeOf(work.path('state', this.name)) / 1024,
    });
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const early = !this.process.isRunning();
    this.process.kill(signal);
    const { code, signal: endedBy, stdout, stderr } = await this.process.ended;
    if (early || (endedBy === null && code !== 0)) {
      throw new Error(`${this.name} ended by itself with ${code}:\n${stdout}${stderr}`);
    }
  }

  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.end(signal);
    this.process = startCli(WORDS[this.name], work.dir);
    this.startedSeconds = nowSeconds();
    this.life++;
  }
}

const startedMs = performance.now();
function nowSeconds(): number {
  return (performance.now() - startedMs) / 1000;
}

if (existsSync('/proc/self/status')) {
  try {
    process.exitCode = (await main()) ? 0 : 1;
  } finally {
    work.remove();
  }
} else {
  console.log('skipped: memory and descriptors are read from /proc, which this system does not have');
  work.remove();
}

async function main(): Promise<boolean> {
  const tasks = TASKS.map((name) => new WatchedTask(name));
  const expected = new Map<string, WindowSums>();
  let files = 0;
  let kills = 0;
  let nextSample = 0;
  let nextRow = ROW_EVERY_SECONDS;
  let nextKill = KILL_EVERY_SECONDS;
  printRow(['minutes', 'files', 'kills', ...TASKS.flatMap((name) => [`${name} MB`, 'open', 'checkpoint KB'])]);
  while (nowSeconds() < SECONDS) {
    deliver(files++, expected);
    if (nowSeconds() >= nextSample) {
      nextSample += SAMPLE_EVERY_SECONDS;
      for (const task of tasks) task.sample();
      removeOld('json');
      removeOld('csv');
    }
    if (nowSeconds() >= nextRow) {
      nextRow += ROW_EVERY_SECONDS;
      printRow([(nowSeconds() / 60).toFixed(1), String(files), String(kills), ...tasks.flatMap(cellsOf)]);
    }
    if (nowSeconds() >= nextKill && nowSeconds() < SECONDS - KILL_EVERY_SECONDS / 2) {
      nextKill += KILL_EVERY_SECONDS;
      await tasks[kills++ % 2]?.restart(random.fraction() < 0.7 ? 'SIGKILL' : 'SIGTERM');
    }
    await delay(FILE_EVERY_MS);
  }
  for (const task of tasks) await task.end('SIGTERM');
  await succeed([...WORDS.task1, '--once'], work.dir);
  await succeed([...WORDS.task2, '--once', '--drain'], work.dir);
  const differences = compare(await readWindows(work.path('parquet')), expected);
  return report(tasks, files, kills, differences);
}

/** A file of events of about now, some of them some seconds late. */
function deliver(file: number, expected: Map<string, WindowSums>): void {
  const texts = Array.from({ length: EVENTS_PER_FILE }, () => {
    const time = new Date(Date.now() - random.integer(0, 10_000)).toISOString();
    return clickText(time, random.integer(1, 10), random.integer(100, 99_999) / 100);
  });
  const text = `[${texts.join(', ')}]`;
  work.deliver(`json/${String(file).padStart(9, '0')}.json`, text);
  for (const window of sumsByWindow(clickEvents(text), 10)) {
    const sum = expected.get(window.start);
    if (sum === undefined) {
      expected.set(window.start, window);
      continue;
    }
    sum.events += window.events;
    sum.clicks += window.clicks;
    sum.impressions += window.impressions;
    sum.quantity += window.quantity;
    sum.price = cents(sum.price + window.price);
  }
}

/** What is long read is removed, as somebody who runs this for months does. */
function removeOld(folder: string): void {
  const oldestMs = Date.now() - KEEP_SECONDS * 1000;
  if (!existsSync(work.path(folder))) return;
  for (const name of readdirSync(work.path(folder))) {
    if (!/^[^._].*\.(json|csv)$/.test(name)) continue;
    const path = work.path(folder, name);
    if (statSync(path).mtimeMs < oldestMs) unlinkSync(path);
  }
}

function compare(found: readonly WindowSums[], expected: ReadonlyMap<string, WindowSums>): number {
  const texts = new Set(found.map((window) => JSON.stringify(window)));
  const wanted = new Set([...expected.values()].map((window) => JSON.stringify(window)));
  const missing = [...wanted].filter((text) => !texts.has(text)).length;
  const others = found.filter((window) => !wanted.has(JSON.stringify(window))).length;
  return Math.max(missing, others, Math.abs(found.length - expected.size));
}

function report(tasks: readonly WatchedTask[], files: number, kills: number, differences: number): boolean {
  let isGood = differences === 0;
  for (const { name, samples } of tasks) {
    const verdict = judge(samples);
    const { slopeMbPerHour, measuredHours, memoryIsFlat, descriptorsAreConstant, checkpointIsBounded } = verdict;
    isGood &&= memoryIsFlat && descriptorsAreConstant && checkpointIsBounded;
    const most = Math.max(...samples.map(({ descriptors }) => descriptors));
    console.log(
      `${name}: memory ${slopeMbPerHour.toFixed(1)} MB/h over ${measuredHours.toFixed(2)} h after warm-up, at most ` +
        `${Math.max(...samples.map(({ rssMb }) => rssMb)).toFixed(0)} MB: ${memoryIsFlat ? 'flat' : 'GROWS'}; ` +
        `at most ${most} descriptors: ${descriptorsAreConstant ? 'constant' : 'GROW'}; ` +
        `checkpoint at most ${Math.max(...samples.map(({ checkpointKb }) => checkpointKb)).toFixed(0)} KB: ${checkpointIsBounded ? 'bounded' : 'GROWS'}`,
    );
  }
  const rows = files * EVENTS_PER_FILE;
  console.log(`${files} files, ${rows} events, ${kills} kills: ${differences} windows differ`);
  console.log(isGood ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return isGood;
}

function cellsOf({ samples }: WatchedTask): string[] {
  const last = samples.at(-1);
  if (last === undefined) return ['-', '-', '-'];
  return [last.rssMb.toFixed(0), String(last.descriptors), last.checkpointKb.toFixed(0)];
}

function printRow(cells: readonly string[]): void {
  console.log(cells.map((cell) => cell.padStart(13)).join(' '));
}

/** Bytes of all files below a folder, as they are at some moment: files come and go. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of filesBelow(folder)) {
    try {
      bytes += statSync(join(folder, name)).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return bytes;
}
