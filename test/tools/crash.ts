/**
 * Crash-point enumeration: every system call by which a task touches the disk is made its last one (kill -9 on entry), then the task is
 * started again, and its output must be byte for byte that of the run that was left alone.
 *
 *   npm run test:crash -- [--task task1] [--sample K] [--pairs K] [--seed N] [--batches 5]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { createRandom, type Random } from '../../src/generate/random.ts';
import { differences, leftovers, type OutputHashes } from '../../src/pipeline/testing/crash/compare-output.ts';
import { inParallel } from '../../src/pipeline/testing/crash/in-parallel.ts';
import { BIN, buildProduct, type CliResult, runCli, startProcess } from '../support/cli.ts';
import { createWorkspace } from '../support/workspace.ts';
import { outputOf, prepareTasks, succeed, TASKS, type TaskRuns } from './task-runs.ts';

const CALLS = [
  ...['write', 'pwrite64', 'writev', 'fsync', 'fdatasync', 'rename', 'link', 'unlink', 'mkdir', 'rmdir', 'openat'],
  ...['ftruncate', 'close'],
];
/** A run may make a few calls more or fewer than the one that was counted: writes that wake other threads. */
const SLACK = 3;
const WORKERS = 2;

/** The `n`-th call (1-based) of a kind by the main thread, which does all of our disk access. */
interface Point {
  readonly call: string;
  readonly n: number;
}

interface Outcome {
  readonly points: readonly Point[];
  /** Whether the process was killed there; else the run ended before it got so far. */
  readonly reached: boolean;
  readonly problems: readonly string[];
}

const { values } = parseArgs({
  options: {
    task: { type: 'string' },
    sample: { type: 'string' },
    pairs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    batches: { type: 'string', default: '5' },
  },
});

if (spawnSync('strace', ['-V']).status !== 0) {
  console.log('skipped: strace is not installed; it puts the kill at the system call');
  process.exit(0);
}
buildProduct();
const work = createWorkspace('crash');
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  work.remove();
}

async function main(): Promise<boolean> {
  const seed = Number(values.seed);
  const runs = await prepareTasks(work, { files: Number(values.batches), eventsPerFile: 3, seed });
  let passed = 0;
  let failed = 0;
  for (const task of TASKS.filter((name) => values.task === undefined || values.task === name)) {
    const outcomes = await crashTask(runs[task], createRandom(seed));
    const bad = outcomes.filter(({ problems }) => problems.length > 0);
    for (const { points, problems } of bad.slice(0, 20)) {
      console.log(`  FAILED ${task} ${points.map(describe).join(', then ')}: ${problems.slice(0, 3).join('; ')}`);
    }
    failed += bad.length;
    passed += outcomes.length - bad.length;
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

async function crashTask(runs: TaskRuns, random: Random): Promise<Outcome[]> {
  await succeed(runs.words('golden'), work.dir);
  const golden = outputOf(runs.out('golden'));
  const counted = await countPoints(runs);
  const all = counted.flatMap(({ call, first, last }) =>
    Array.from({ length: last - first + 1 }, (_, i): Point => ({ call, n: first + i })),
  );
  const single = values.sample === undefined ? all : pick(all, Number(values.sample), random);
  const pairs = Array.from({ length: Number(values.pairs) }, () => [...pick(all, 1, random), ...pick(all, 1, random)]);
  const startedMs = performance.now();
  const outcomes = await inParallel([...single.map((point) => [point]), ...pairs], WORKERS, (points, index) =>
    crashAt(runs, `crash${index}`, points, golden),
  );
  console.log(`\n${runs.task}: ${all.length} points of a ${values.batches}-batch run, ${single.length} of them tried`);
  const row = (cells: readonly unknown[]) => console.log(`  ${cells.map((cell) => String(cell).padStart(9)).join('')}`);
  row(['call', 'points', 'tried', 'killed', 'failed']);
  const singles = outcomes.filter(({ points }) => points.length === 1);
  for (const { call, first, last } of counted) {
    const own = singles.filter(({ points }) => points[0]?.call === call);
    row([call, last - first + 1, own.length, own.filter(({ reached }) => reached).length, countFailed(own)]);
  }
  row(['all', all.length, singles.length, singles.filter(({ reached }) => reached).length, countFailed(singles)]);
  const twice = outcomes.filter(({ points }) => points.length === 2);
  row(['twice', '-', twice.length, twice.filter(({ reached }) => reached).length, countFailed(twice)]);
  console.log(`  ${Math.round((performance.now() - startedMs) / 1000)} s`);
  return outcomes;
}

function countFailed(outcomes: readonly Outcome[]): number {
  return outcomes.filter(({ problems }) => problems.length > 0).length;
}

function describe({ call, n }: Point): string {
  return `${call} ${n}`;
}

interface CallRange {
  readonly call: string;
  readonly first: number;
  readonly last: number;
}

/** Runs once under strace and finds, per kind of call, which ones come after the task first touched its folders. */
async function countPoints(runs: TaskRuns): Promise<CallRange[]> {
  const log = work.path(`${runs.task}.strace`);
  const folder = dirname(runs.out('counted'));
  await mustSucceed(strace(['-y', '-o', log], runs.words('counted')));
  const counts = new Map<string, number>();
  const firsts = new Map<string, number>();
  let touched = false;
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const call = /^(\w+)\(/.exec(line)?.[1];
    if (call === undefined) continue;
    touched ||= line.includes(folder);
    const n = (counts.get(call) ?? 0) + 1;
    counts.set(call, n);
    if (touched && !firsts.has(call)) firsts.set(call, n);
  }
  await checkOtherThreads(runs, log);
  return CALLS.filter((call) => firsts.has(call)).map((call) => {
    const first = Math.max(1, (firsts.get(call) as number) - SLACK);
    return { call, first, last: (counts.get(call) as number) + SLACK };
  });
}

/** Calls are counted in the main thread only: no other one may touch our folders. */
async function checkOtherThreads(runs: TaskRuns, log: string): Promise<void> {
  const folder = dirname(runs.out('threads'));
  const process = strace(['-f', '-y', '-o', log], runs.words('threads'));
  await mustSucceed(process);
  const lines = readFileSync(log, 'utf8').split('\n');
  const main = /^\d+/.exec(lines[0] as string)?.[0];
  const others = lines.filter((line) => line.includes(folder) && !line.startsWith(`${main} `));
  if (others.length > 0)
    throw new Error(`calls of other threads are not enumerated:\n${others.slice(0, 5).join('\n')}`);
}

async function mustSucceed(running: { readonly ended: Promise<CliResult> }): Promise<void> {
  const { code, stderr } = await running.ended;
  if (code !== 0) throw new Error(`the traced run ended with ${code}:\n${stderr}`);
}

function strace(options: readonly string[], words: readonly string[]) {
  // One pool thread and no io_uring: the same calls in every run.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };
  const trace = ['-qq', '-e', `trace=${CALLS.join(',')}`, '-e', 'signal=none'];
  return startProcess('strace', [...trace, ...options, process.execPath, BIN, ...words], work.dir, env);
}

/** Runs with a kill at each point in turn, then to the end, and compares. */
async function crashAt(runs: TaskRuns, name: string, points: readonly Point[], golden: OutputHashes): Promise<Outcome> {
  let reached = true;
  const problems: string[] = [];
  for (const { call, n } of points) {
    const inject = ['-o', '/dev/null', '-e', `inject=${call}:signal=SIGKILL:when=${n}`];
    const { code, signal, stderr } = await strace(inject, runs.words(name)).ended;
    if (signal === 'SIGKILL' || code === 137) continue;
    reached = false;
    if (code !== 0) problems.push(`the run under strace ended with ${code}: ${stderr.trim()}`);
  }
  const { code, stderr } = await runCli(runs.words(name), work.dir);
  if (code !== 0) problems.push(`the restart ended with ${code}: ${stderr.trim()}`);
  else {
    problems.push(...differences(golden, outputOf(runs.out(name))));
    problems.push(...leftovers(nodeDisk, runs.checkpoint(name)).map((file) => `left behind: checkpoint/${file}`));
  }
  rmSync(dirname(runs.out(name)), { recursive: true, force: true });
  return { points, reached, problems };
}

function pick<T>(items: readonly T[], count: number, random: Random): T[] {
  const left = [...items];
  return Array.from(
    { length: Math.min(count, items.length) },
    () => left.splice(random.integer(0, left.length - 1), 1)[0] as T,
  );
}
