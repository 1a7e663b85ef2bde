import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { type OutputHashes, outputHashes } from '../../src/pipeline/testing/crash/compare-output.ts';
import { runCli } from '../support/cli.ts';
import { dataFiles, type Workspace } from '../support/workspace.ts';

export const TASKS = ['task1', 'task2'] as const;
export type TaskName = (typeof TASKS)[number];

export interface InputShape {
  readonly files: number;
  readonly eventsPerFile: number;
  readonly seed: number;
}

/** A task over an input that stays as it is: one file per batch, in an order that is given by the files' times. */
export interface TaskRuns {
  readonly task: TaskName;
  /** The command line of a bounded run into folders of its own, named `name`. */
  words(name: string): string[];
  out(name: string): string;
  checkpoint(name: string): string;
}

/**
 * Makes the input of both tasks: events with late and broken ones among them. task2 reads what task1 made of them, and its watermark is
 * short, so that there are late rows.
 */
export async function prepareTasks(work: Workspace, shape: InputShape): Promise<Record<TaskName, TaskRuns>> {
  const size = ['--files', String(shape.files), '--events', String(shape.eventsPerFile), '--seed', String(shape.seed)];
  const mistakes = ['--late', '0.2', '--max-late', '40s', '--corrupt', '0.1', '--format', 'ndjson'];
  const times = ['--start', '2026-01-01T00:00:00Z', '--step', '2s'];
  await succeed(['generate', '--out', 'json', '--quiet', ...size, ...mistakes, ...times], work.dir);
  fixTimes(readdirSync(work.path('json')).map((name) => work.path('json', name)));
  const runs = { task1: taskRuns(work, 'task1', 'json', []), task2: taskRuns(work, 'task2', 'task1-input/out', TASK2) };
  await succeed(runs.task1.words('input'), work.dir);
  fixTimes(dataFiles(runs.task1.out('input'), '.csv'));
  return runs;
}

const TASK2 = ['--watermark', '5 seconds', '--drain'];

function taskRuns(work: Workspace, task: TaskName, input: string, options: readonly string[]): TaskRuns {
  const folder = (name: string) => work.path(`${task}-${name}`);
  const out = (name: string) => join(folder(name), 'out');
  const checkpoint = (name: string) => join(folder(name), 'checkpoint');
  return {
    task,
    out,
    checkpoint,
    words: (name) => [
      task,
      ...['--in', work.path(input), '--out', out(name), '--checkpoint', checkpoint(name)],
      ...['--once', '--settle', '0', '--max-files-per-trigger', '1', '--quiet'],
      ...options,
    ],
  };
}

/** Input is taken in the order of (mtime, path); with times of its own each file has its batch. */
function fixTimes(paths: readonly string[]): void {
  for (const [index, path] of [...paths].sort().entries())
    utimesSync(path, 1_700_000_000 + index, 1_700_000_000 + index);
}

export async function succeed(words: readonly string[], cwd: string): Promise<void> {
  const { code, stderr } = await runCli(words, cwd);
  if (code !== 0) throw new Error(`clickstream ${words.join(' ')} ended with ${code}:\n${stderr}`);
}

/** Every file of an output folder by name: the hash of its bytes, without what each run has anew. */
export function outputOf(folder: string): OutputHashes {
  return outputHashes(nodeDisk, folder);
}
