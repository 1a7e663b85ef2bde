/**
 * Seeded bugs: each is built into a copy of the sources, and a named test must turn red.
 *
 *   npm run test:mutants -- [--only TEXT]...
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createWorkspace } from '../support/workspace.ts';
import { MUTANTS, type Mutant } from './mutant-list.ts';

const root = join(import.meta.dirname, '..', '..');
const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const mutants = MUTANTS.filter(({ name }) => values.only?.some((text) => name.includes(text)) ?? true);

/** A test that runs this long will not end. */
const LIMIT_MS = 180_000;

const work = createWorkspace('mutants');
try {
  process.exitCode = main() ? 0 : 1;
} finally {
  work.remove();
}

function main(): boolean {
  for (const name of ['src', 'test', 'schemas', 'package.json', 'jest.config.js']) {
    cpSync(join(root, name), work.path(name), { recursive: true });
  }
  mkdirSync(work.path('dist'));
  symlinkSync(join(root, 'node_modules'), work.path('node_modules'));
  for (const test of new Set(mutants.map((mutant) => mutant.caughtBy))) {
    if (failingTests(test).length > 0) throw new Error(`${test} fails without any mutant`);
  }
  let survivors = 0;
  for (const mutant of mutants) {
    const failed = withMutant(mutant, () => failingTests(mutant.caughtBy));
    if (failed.length === 0) survivors++;
    console.log(
      `${failed.length > 0 ? 'caught  ' : 'SURVIVED'}  ${mutant.name}  (${mutant.caughtBy}${failed.length > 0 ? `: ${failed[0]}` : ''})`,
    );
  }
  console.log(`${mutants.length - survivors} passed, ${survivors} failed`);
  return survivors === 0 && mutants.length > 0;
}

function withMutant<T>(mutant: Mutant, act: () => T): T {
  const path = work.path(mutant.file);
  const original = readFileSync(path, 'utf8');
  let text = original;
  for (const [from, to] of mutant.edits) {
    if (text.split(from).length !== 2) throw new Error(`${mutant.name}: ${mutant.file} must hold once: ${from}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(path, text);
  try {
    return act();
  } finally {
    writeFileSync(path, original);
  }
}

/** Names of the tests that fail; a file that does not even load is no catch. */
function failingTests(test: string): string[] {
  const report = work.path('report.json');
  rmSync(report, { force: true });
  const jest = join('node_modules', 'jest', 'bin', 'jest.js');
  const words = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, test];
  const options = { cwd: work.dir, stdio: 'ignore', timeout: LIMIT_MS, killSignal: 'SIGKILL' } as const;
  const { signal } = spawnSync(process.execPath, [...words, '--runInBand', '--json', '--outputFile', report], options);
  if (signal !== null) return ['it does not end'];
  const result = JSON.parse(readFileSync(report, 'utf8')) as {
    numTotalTests: number;
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  if (result.numTotalTests === 0) throw new Error(`${test} does not load`);
  return result.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName }) => fullName);
}
