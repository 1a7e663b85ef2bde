// One measured process, from its start to its end.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchFile, ROOT } from './folders.js';

const PEAK_FILE = join(tmpdir(), `clickstream-bench-peak-${process.pid}`);

/**
 * Runs a command to its end.
 *
 * @param command `{ program?, args, env? }`; without `program`, node runs the script `args[0]`
 * @param measuresMemory costs about a millisecond of the process's start
 * @returns seconds (wall), peakBytes (resident; null where it is not known), stdout
 */
export function runProcess({ program = null, args, env = {} }, measuresMemory = true) {
  const preload = measuresMemory ? ['-r', benchFile('lib', 'peak-memory.cjs')] : [];
  const words = program === null ? [...preload, ...args] : args;
  const options = {
    cwd: ROOT,
    env: { ...process.env, ...env, ...(measuresMemory ? { BENCH_PEAK_FILE: PEAK_FILE } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 30,
  };
  rmSync(PEAK_FILE, { force: true });
  const started = performance.now();
  const result = spawnSync(program ?? process.execPath, words, options);
  const seconds = (performance.now() - started) / 1000;
  if (result.status !== 0) {
    const said = `${result.stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
    throw new Error(
      `${[program ?? 'node', ...args].join(' ')} ended with ${result.status ?? result.signal ?? result.error}\n${said}`,
    );
  }
  return { seconds, peakBytes: readPeak(), stdout: `${result.stdout}` };
}

function readPeak() {
  try {
    return Number(readFileSync(PEAK_FILE, 'utf8'));
  } catch {
    return null;
  } finally {
    rmSync(PEAK_FILE, { force: true });
  }
}

/** The last line of a program's output, which is its result as JSON. */
export function resultLine(stdout) {
  return JSON.parse(stdout.trim().split('\n').at(-1));
}
