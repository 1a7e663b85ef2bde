import type { Random } from '../../src/generate/random.ts';
import { differences } from '../../src/pipeline/testing/crash/compare-output.ts';
import { CHANGES } from '../../src/pipeline/testing/crash/crash-disk.ts';
import { ModelDisk, PowerLoss } from '../support/model-disk.ts';
import { deliverInput, type ModelTask, modelLeftovers, modelOutput, runOnModel } from './model-tasks.ts';

const CHANGING: ReadonlySet<string> = new Set(CHANGES);

export interface PowerCuts {
  /** Operations before which the power was cut. */
  cuts: number;
  /** Disks that such a cut may leave, each started on again. */
  states: number;
  /** Those of them where the power was cut once more, during recovery. */
  twice: number;
  /** Those of them where the process was killed first and the power was lost while the next one recovered: what was not safe stayed so. */
  killedFirst: number;
  /** What went wrong, in words that repeat it. */
  violations: string[];
}

export interface PowerCutOptions {
  readonly random: Random;
  /** Random subsets of what was not safe yet, per cut. */
  readonly subsets: number;
  /** Kills with a loss of power during the recovery, per cut. */
  readonly kills: number;
  /** Cuts to try; all unless given. */
  readonly sample?: number;
}

/**
 * Cuts the power before every operation of a task's run, leaves every disk that the cut may leave (nothing kept of what was not
 * safe, all kept, each single change lost, random subsets, some with torn writes), starts the task again on each, and compares its output with that of
 * the run that was left alone.
 */
export async function cutPower(task: ModelTask, options: PowerCutOptions): Promise<PowerCuts> {
  const { random } = options;
  const whole = freshDisk(task);
  await runOnModel(whole, task);
  const golden = modelOutput(whole);
  const result: PowerCuts = { cuts: 0, states: 0, twice: 0, killedFirst: 0, violations: [] };
  for (const at of cutsOf(whole, options)) {
    result.cuts++;
    const disk = await cutAt(freshDisk(task), task, at);
    for (const { name, survivor } of statesAfter(disk, options)) {
      result.states++;
      const where = `${task}, power cut before operation ${at} (${opText(whole, at)}), ${name}`;
      if (result.states % 10 === 0) {
        result.twice++;
        const again = await cutAt(survivor(), task, random.integer(0, 120));
        await check(again.crash({ survive: () => random.fraction() < 0.5 }), `${where}, and again`);
      } else await check(survivor(), where);
    }
    for (let i = 0; i < options.kills; i++) {
      result.states++;
      result.killedFirst++;
      const killed = (await cutAt(freshDisk(task), task, at)).nextProcess();
      const delay = random.integer(0, 150);
      await cutAt(killed, task, killed.calls.length + delay);
      const keep = random.fraction();
      const survivor = killed.crash({ survive: () => random.fraction() < keep });
      await check(
        survivor,
        `${task}, killed before operation ${at} (${opText(whole, at)}), power lost ${delay} operations later`,
      );
    }
  }
  return result;

  async function check(disk: ModelDisk, where: string): Promise<void> {
    try {
      await runOnModel(disk, task);
      const problems = [
        ...differences(golden, modelOutput(disk)),
        ...modelLeftovers(disk).map((path) => `left ${path}`),
      ];
      if (problems.length > 0) result.violations.push(`${where}: ${problems.join('; ')}`);
    } catch (error) {
      result.violations.push(`${where}: ${(error as Error).message}`);
    }
  }
}

export function freshDisk(task: ModelTask): ModelDisk {
  const disk = new ModelDisk();
  deliverInput(disk, task);
  return disk;
}

/** Numbers of the operations before which a cut makes a difference, and the end. */
function cutsOf(whole: ModelDisk, { sample, random }: PowerCutOptions): number[] {
  const all = [...whole.calls.keys()].filter((at) => CHANGING.has(whole.calls[at]?.op ?? ''));
  all.push(whole.calls.length);
  if (sample === undefined) return all;
  return all.filter(() => random.fraction() < sample / all.length);
}

/** Runs a task until the power is cut before operation `at`. */
export async function cutAt(disk: ModelDisk, task: ModelTask, at: number): Promise<ModelDisk> {
  disk.powerOffAt(at);
  try {
    await runOnModel(disk, task);
  } catch (error) {
    if (!(error instanceof PowerLoss) && !hasCause(error)) throw error;
  }
  return disk;
}

function hasCause(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof PowerLoss) return true;
  return false;
}

function opText(disk: ModelDisk, at: number): string {
  const call = disk.calls[at];
  return call === undefined ? 'the end' : `${call.op} ${call.path.replace(/[0-9a-f]{8}-\w+\.tmp$/, '*.tmp')}`;
}

function* statesAfter(disk: ModelDisk, { subsets, random }: PowerCutOptions) {
  const pending = disk.pending();
  yield { name: 'nothing kept', survivor: () => disk.crash() };
  yield { name: 'all kept', survivor: () => disk.settled() };
  for (const lost of pending.keys()) {
    const { op, path } = pending[lost] as (typeof pending)[number];
    yield { name: `only ${op} ${path} lost`, survivor: () => disk.crash({ survive: (_, index) => index !== lost }) };
  }
  if (pending.length < 2) return;
  for (let i = 0; i < subsets; i++) {
    const kept = pending.map(() => random.fraction() < 0.5);
    const tornAt = random.fraction() < 0.3 ? 512 * random.integer(0, 3) : undefined;
    const options = { survive: (_: unknown, index: number) => kept[index] === true, tornAt };
    yield { name: `kept ${kept.map(Number).join('')}, torn at ${tornAt}`, survivor: () => disk.crash(options) };
  }
}
