// Where benchmarks keep things: nothing lies in the project but the results.
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** Everything that outlives a run: made data, Python packages. `--clean` deletes it. */
export const CACHE = join(tmpdir(), 'clickstream-bench');
export const RESULTS = join(ROOT, 'bench', 'results.json');
export const COMMAND = join(ROOT, 'bin', 'clickstream.js');

/** A file of the benchmarks themselves. */
export const benchFile = (...names) => join(ROOT, 'bench', ...names);

/** An empty folder for one work's outputs, and how to be rid of it. */
export function scratchFolder(work) {
  const folder = join(CACHE, 'scratch', `${work}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return { path: (...names) => join(folder, ...names), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Throws unless the cache's disk has room for `bytes` and a fifth more. */
export function needRoom(bytes, what) {
  mkdirSync(CACHE, { recursive: true });
  const { bavail, bsize } = statfsSync(CACHE);
  if (bavail * bsize >= bytes * 1.2) return;
  const gigabytes = (count) => `${(count / 1e9).toFixed(1)} GB`;
  throw new Error(
    `${what} needs ${gigabytes(bytes * 1.2)}, but ${CACHE} has ${gigabytes(bavail * bsize)} left. ` +
      'Set TMPDIR to another disk, take fewer --events, or make room with --clean.',
  );
}

export function clean() {
  rmSync(CACHE, { recursive: true, force: true });
}
