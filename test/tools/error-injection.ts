import type { Disk } from '../../src/fs/disk.ts';
import { createRandom, type Random } from '../../src/generate/random.ts';
import { randomContent } from '../simulate/content.ts';
import type { Pipeline, RunSettings } from '../simulate/pipeline.ts';
import type { Fate, ProcessEnd } from '../simulate/process.ts';
import type { Delivery } from '../simulate/producer.ts';
import type { PlannedProcess, Scenario } from '../simulate/scenario.ts';
import { runScenario } from '../simulate/simulate.ts';
import { aggregate, flatten } from '../simulate/task-pipelines.ts';
import { Dice } from '../support/dice.ts';

export const ERROR_TASKS = ['task1', 'task2', 'task2 --drain'] as const;
export type ErrorTask = (typeof ERROR_TASKS)[number];

export const ERROR_CODES = ['EIO', 'ENOSPC', 'EMFILE', 'EACCES'] as const;

/** `once`: the operation alone fails; `kind`: and all of its kind after it, also in the next process; `all`: whatever comes after it. */
export const REACHES = ['once', 'kind', 'all'] as const;

export interface ErrorCase {
  readonly at: number;
  readonly op: keyof Disk;
  readonly code: (typeof ERROR_CODES)[number];
  readonly reach: (typeof REACHES)[number];
}

export interface ErrorOutcome extends ErrorCase {
  /** `went on`: the run ended as if nothing had happened; `stopped`: it said what happened and what to do. */
  readonly kind: 'went on' | 'stopped';
  readonly problems: readonly string[];
}

const BATCHES = 5;
const SEED = 11;

/** A task over five files, one per batch, that are there from the start. */
function scenarioOf(task: ErrorTask, fates: readonly Fate[]): Scenario {
  const pipeline: Pipeline = task === 'task1' ? flatten() : aggregate(null);
  const settings: RunSettings = {
    ...{ trigger: { kind: 'availableNow' }, maxFilesPerTrigger: 1, settleMs: 0, latestFirst: false },
    ...{ drain: task === 'task2 --drain', delayMs: task === 'task1' ? null : 5000, filter: undefined },
  };
  const dice = new Dice(createRandom(SEED));
  const [input] = pipeline.inputs;
  if (input === undefined) throw new Error('a task has an input');
  const deliveries = Array.from({ length: BATCHES }, (_, index): Delivery => {
    const content = randomContent(dice, input, index * 20_000);
    return { input, content, atMs: 0, name: `${index}.${input.format}`, manner: { kind: 'rename' } };
  });
  return {
    ...{ seed: SEED, pipeline, deliveries, startMs: Date.UTC(2026, 0, 1), clockFaults: [], ownFileTimes: true },
    processes: fates.map((fate): PlannedProcess => ({ settings, fate, pauseMs: 0 })),
    ...{ hasLinks: true, writeBytes: 1_000_000 },
  };
}

/** Every operation of a task's run, each error, each reach. */
export async function errorCases(task: ErrorTask): Promise<ErrorCase[]> {
  const { ends, problems } = await runScenario(scenarioOf(task, [{ kind: 'none' }]));
  if (problems.length > 0) throw new Error(`${task} fails without any error: ${problems.join('; ')}`);
  const { calls } = ends[0] as ProcessEnd;
  return calls.flatMap(({ op }, at) =>
    ERROR_CODES.flatMap((code) => REACHES.map((reach): ErrorCase => ({ at, op, code, reach }))),
  );
}

/** Some of the cases, at random. */
export function pickCases(cases: readonly ErrorCase[], count: number, random: Random): ErrorCase[] {
  return new Dice(random).shuffle(cases).slice(0, count);
}

/** Runs a task with an error; then, when that is over, to its end. */
export async function runWithError(task: ErrorTask, error: ErrorCase): Promise<ErrorOutcome> {
  const { at, op, code, reach } = error;
  const fates: Fate[] = [{ kind: 'error', at, code, reach, ops: [] }];
  // What lasts is still there when the task is started again.
  if (reach === 'kind') fates.push({ kind: 'error', at: 0, code, reach, ops: [op] });
  if (reach === 'all') fates.push({ kind: 'error', at: 0, code, reach, ops: [] });
  const { ends, problems } = await runScenario(scenarioOf(task, fates));
  const [first] = ends as [ProcessEnd];
  const kind = first.kind === 'failed' ? 'stopped' : 'went on';
  return { ...error, kind, problems: [...problems, ...flushProblems(error, first)] };
}

/**
 * A flush that failed ends the run. Only the folder above one that is there already may be closed to us: nothing of ours is named in it.
 */
function flushProblems({ op, code, reach }: ErrorCase, { kind, error }: ProcessEnd): string[] {
  if (op !== 'fsync' && op !== 'fsyncDirectory') return [];
  const found = (error as { code?: string } | null)?.code ?? 'nothing';
  // Where everything is closed to us from there on, the operation behind it says so.
  const saidNext = reach === 'all' && found === 'PERMISSION_DENIED';
  if (op === 'fsyncDirectory' && code === 'EACCES' && (kind === 'ended' || saidNext)) return [];
  return found === 'FSYNC_FAILED' ? [] : [`a flush that failed was passed over: the run ended with ${found}`];
}
