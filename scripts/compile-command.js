// Keeps what V8 compiles of the command line's scripts beside them (bin/code-cache.js). Called by the build, with the folder that is to become dist/.
// V8 compiles a function when it is first called, so each command that people wait for runs once here.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeFile, compileScript, encodeCode, runScript } from '../bin/code-cache.js';

const root = join(import.meta.dirname, '..');
const main = join(process.argv[2], 'command', 'clickstream.cjs');
const loaded = new Map();
const work = mkdtempSync(join(tmpdir(), 'clickstream-build-'));
try {
  const { runCommandLine } = load(main);
  for (const words of commandLines()) await run(runCommandLine, words);
} catch (error) {
  // The product works without, and its tests say what is wrong with it.
  console.error('The command line will start more slowly: a run of it failed while it was compiled.', error);
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const [path, { source, script }] of loaded) {
  writeFileSync(codeFile(path), encodeCode(source, script.createCachedData()));
}

function load(path) {
  if (!loaded.has(path)) {
    const source = readFileSync(path);
    const script = compileScript(path, source);
    loaded.set(path, { source, script, exports: runScript(path, script, load) });
  }
  return loaded.get(path).exports;
}

function commandLines() {
  const [json, csv, parquet] = ['json', 'csv', 'parquet'].map((name) => join(work, name));
  const task1 = ['task1', '--once', '--in', json, '--out', csv, '--checkpoint', join(work, 'task1')];
  const task2 = ['task2', '--once', '--in', csv, '--out', parquet, '--checkpoint', join(work, 'task2')];
  return [
    ['generate', '--files', '3', '--seed', '42', '--out', json],
    [...task1, '--settle', '0'],
    task1,
    [...task2, '--settle', '0', '--drain'],
    task2,
    ['status', '--checkpoint', join(work, 'task2')],
    ['lint', join(root, 'examples', 'clickstream-task1.pipeline.yaml')],
    ['--help'],
  ];
}

async function run(runCommandLine, words) {
  let text = '';
  const output = {
    write: (part) => {
      text += part;
    },
    isTTY: false,
    columns: 100,
  };
  const code = await runCommandLine(words, {
    stdout: output,
    stderr: output,
    env: {},
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now(), sleep: (ms) => sleep(ms) },
    onSignal: () => () => {},
    exit: (exitCode) => process.exit(exitCode),
    ask: null,
  });
  if (code !== 0) throw new Error(`clickstream ${words.join(' ')} ended with ${code}:\n${text}`);
}
