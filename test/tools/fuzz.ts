/**
 * Mutation fuzzing of everything that reads what others wrote, guided by coverage: inputs that reach new code are kept and changed further.
 *
 *   npm run test:fuzz -- [--executions 100000] [--seed 1] [--target json|ndjson|csv|text|parquet|pipeline|sql]
 *
 * Per input: no error but the documented ones, no hang over 2 seconds, memory under 512 MB, `Object.prototype` and `Array.prototype` as they
 * were, rows in = rows out + rejected, fast path = plain decoder. What goes wrong is made small and kept in test/fuzz/regressions/, which the
 * unit tests replay.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { MAX_INPUT_BYTES } from '../fuzz/mutate.ts';
import { saveRegression } from '../fuzz/regressions.ts';
import { loadTarget, TARGET_NAMES } from '../fuzz/targets/index.ts';
import { COUNTER, type FuzzMessage, type FuzzWork, HEADER_BYTES, LENGTH } from './fuzz-worker.ts';

const MAX_HANG_MS = 2000;
const MAX_MEMORY_BYTES = 512 * 1024 * 1024;
const LOOK_MS = 100;
const TELL_MS = 60_000;

const { values } = parseArgs({
  options: {
    executions: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
  },
});
const executions = wholeNumber('executions');
const seed = wholeNumber('seed');

if (values.target === undefined) process.exitCode = eachInItsProcess();
else process.exitCode = (await fuzzOne(values.target)) ? 0 : 1;

function wholeNumber(name: 'executions' | 'seed'): number {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`test:fuzz: --${name} is a whole number, not "${values[name]}".`);
  process.exit(2);
}

/** Memory is counted by process, so each target has one. */
function eachInItsProcess(): number {
  let failed = 0;
  for (const target of TARGET_NAMES) {
    const words = [...process.execArgv, process.argv[1] as string, '--target', target];
    const numbers = ['--executions', String(executions), '--seed', String(seed)];
    const { status } = spawnSync(process.execPath, [...words, ...numbers], { stdio: 'inherit' });
    if (status !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

async function fuzzOne(name: string): Promise<boolean> {
  const shared = new SharedArrayBuffer(HEADER_BYTES + MAX_INPUT_BYTES);
  const work: FuzzWork = { target: name, executions, seed, maxMemoryBytes: MAX_MEMORY_BYTES, shared };
  const startedMs = performance.now();
  const { end, problem } = await watched(startWorker(work), shared, name);
  const seconds = (performance.now() - startedMs) / 1000;
  const rate = Math.round(end.executions / seconds);
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `${name.padEnd(8)} ${end.executions} executions in ${seconds.toFixed(0)} s (${rate}/s), ` +
      `${end.corpus} inputs kept, ${end.blocks} blocks reached, at most ${peakMb} MB: ${problem ?? 'nothing wrong'}`,
  );
  console.log(problem === null ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return problem === null;
}

function startWorker(work: FuzzWork): Worker {
  const loader = new URL('./typescript.js', import.meta.url).href;
  const entry = new URL('./fuzz-worker.ts', import.meta.url).href;
  const code = `import('node:module').then(({ register }) => { register('${loader}'); return import('${entry}'); });`;
  return new Worker(code, { eval: true, execArgv: [], workerData: work });
}

interface Watched {
  readonly end: { readonly executions: number; readonly corpus: number; readonly blocks: number };
  readonly problem: string | null;
}

/** Waits for the worker's end, and ends it when one input takes too long. */
async function watched(worker: Worker, shared: SharedArrayBuffer, name: string): Promise<Watched> {
  let end = { executions: 0, corpus: 0, blocks: 0 };
  // Of several the last one counts: the same, made smaller.
  let found: Finding | null = null;
  const { show } = await loadTarget(name);
  const watch = watchForHangs(shared, (input) => {
    found ??= { input, error: `no answer within ${MAX_HANG_MS} ms`, shown: show(input) };
    void worker.terminate();
  });
  let toldMs = performance.now();
  worker.on('message', (message: FuzzMessage) => {
    if (message.kind === 'finding') found = message;
    else end = message;
    if (performance.now() - toldMs < TELL_MS) return;
    toldMs = performance.now();
    console.error(`${name}: ${end.executions} executions, ${end.corpus} inputs kept, ${end.blocks} blocks reached`);
  });
  await new Promise<void>((resolve) => {
    worker.on('error', (error) => {
      const input = currentInput(shared);
      found ??= { input, error: `the thread ended with ${error.stack ?? error.message}`, shown: show(input) };
    });
    worker.on('exit', () => resolve());
  });
  clearInterval(watch);
  return { end, problem: found === null ? null : report(name, found) };
}

/** Time is the processor's: on a busy machine an input may have to wait. */
function watchForHangs(shared: SharedArrayBuffer, onHang: (input: Uint8Array) => void): NodeJS.Timeout {
  const header = new Int32Array(shared, 0, 2);
  let counter = 0;
  let since = process.cpuUsage();
  const timer = setInterval(() => {
    const now = Atomics.load(header, COUNTER);
    if (now !== counter || now % 2 === 0) {
      counter = now;
      since = process.cpuUsage();
      return;
    }
    const { user, system } = process.cpuUsage(since);
    if ((user + system) / 1000 < MAX_HANG_MS) return;
    clearInterval(timer);
    onHang(currentInput(shared));
  }, LOOK_MS);
  return timer;
}

function currentInput(shared: SharedArrayBuffer): Uint8Array {
  const length = Atomics.load(new Int32Array(shared, 0, 2), LENGTH);
  return new Uint8Array(shared, HEADER_BYTES, length).slice();
}

interface Finding {
  readonly input: Uint8Array;
  readonly error: string;
  readonly shown: string;
}

function report(target: string, { input, error, shown }: Finding): string {
  const name = `found-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`;
  const path = saveRegression(target, name, input);
  console.log(`${target}: ${error}\n${shown}\nThe input is kept as ${path}`);
  return error.split('\n')[0] as string;
}
