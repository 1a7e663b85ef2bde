// The peers that are written in Python: installed by the first run that wants them, into the benchmarks' own folder.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFile, CACHE } from '../lib/folders.js';

const REQUIREMENTS = Object.fromEntries(
  readFileSync(benchFile('peers', 'requirements.txt'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('==')),
);
const PACKAGES = { polars: 'polars', spark: 'pyspark' };
const NEWEST_JAVA_NEEDED = 17;
const ready = new Map();

/** The versions that `requirements.txt` asks for. */
export const pythonVersions = () => ({ ...REQUIREMENTS });

/**
 * How to start a Python peer: `{ program, args, env }`, to which the work's own words are added; null, after a printed note, where this
 * machine cannot have it.
 */
export function pythonPeer(name) {
  if (!ready.has(name)) ready.set(name, prepare(name));
  return ready.get(name);
}

function prepare(name) {
  const reason = whatIsMissing(name);
  if (reason !== null) {
    console.log(`${name} is left out: ${reason}`);
    return null;
  }
  const env = { PYTHONPATH: folderOf(name), POLARS_MAX_THREADS: '2', TZ: 'UTC' };
  return { program: 'python3', args: [benchFile('peers', `${name}.py`)], env };
}

function whatIsMissing(name) {
  if (spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']).status !== 0)
    return 'there is no python3 of version 3.10 or newer';
  if (name === 'spark' && javaVersion() < NEWEST_JAVA_NEEDED)
    return `it needs Java ${NEWEST_JAVA_NEEDED} or newer; found ${javaVersion() || 'none'}`;
  return install(name);
}

function folderOf(name) {
  return join(CACHE, 'python', `${name}-${REQUIREMENTS[PACKAGES[name]]}`);
}

/** Null when it is there, else what went wrong. */
function install(name) {
  const folder = folderOf(name);
  const done = `${folder}.installed`;
  if (existsSync(done)) return null;
  const requirement = `${PACKAGES[name]}==${REQUIREMENTS[PACKAGES[name]]}`;
  console.log(`installing ${requirement} into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', folder, requirement];
  const result = spawnSync('python3', words, { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (result.status !== 0) return `pip could not install it: ${result.stderr.trim().split('\n').at(-1)}`;
  writeFileSync(done, '');
  return null;
}

function javaVersion() {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}
