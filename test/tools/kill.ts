import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../src/generate/random.ts';
import { startCli } from '../support/cli.ts';
import { filesBelow, type Workspace } from '../support/workspace.ts';
import type { TaskRuns } from './task-runs.ts';

/**
 * Runs a task to its end with kill -9 on the way: each run is killed a few random milliseconds after it has logged a random number of
 * further batches. Returns how many kills hit a run that was going on.
 */
export async function runWithKills(runs: TaskRuns, name: string, kills: number, random: Random, work: Workspace) {
  let hits = 0;
  for (let kill = 0; kill < kills; kill++) {
    const process = startCli(runs.words(name), work.dir);
    const target = loggedBatches(runs, name) + random.integer(0, 2);
    while (process.isRunning() && loggedBatches(runs, name) < target) await delay(1);
    await delay(random.integer(0, 12));
    if (process.isRunning()) process.kill('SIGKILL');
    const { code, signal, stderr } = await process.ended;
    if (signal === 'SIGKILL') hits++;
    else if (code !== 0) throw new Error(`${runs.task} failed after ${kill} kills with code ${code}:\n${stderr}`);
    else break;
  }
  const { code, stderr } = await startCli(runs.words(name), work.dir).ended;
  if (code !== 0) throw new Error(`${runs.task} failed after ${hits} kills with code ${code}:\n${stderr}`);
  return hits;
}

function loggedBatches(runs: TaskRuns, name: string): number {
  const batches = filesBelow(`${runs.checkpoint(name)}/offsets`).filter((file) => /^\d+$/.test(file));
  return Math.max(-1, ...batches.map(Number)) + 1;
}
