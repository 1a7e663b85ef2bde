import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { createRandom } from '../../src/generate/random.ts';
import { differences, leftovers } from '../../src/pipeline/testing/crash/compare-output.ts';
import { buildProduct } from '../support/cli.ts';
import { createWorkspace, filesBelow } from '../support/workspace.ts';
import { runWithKills } from '../tools/kill.ts';
import { outputOf, prepareTasks, succeed, TASKS, type TaskName, type TaskRuns } from '../tools/task-runs.ts';

const KILLS = Number(process.env.CLICKSTREAM_KILLS ?? 10);
const SEED = Number(process.env.CLICKSTREAM_SEED ?? 1);

describe(`kill -9 at ${KILLS} random moments (seed ${SEED})`, () => {
  const work = createWorkspace('kill');
  let runs: Record<TaskName, TaskRuns>;

  beforeAll(async () => {
    buildProduct();
    runs = await prepareTasks(work, { files: 3 * KILLS + 30, eventsPerFile: 8, seed: SEED });
  }, 120_000);
  afterAll(() => work.remove());

  test.each(TASKS)(
    '%s: the output is byte for byte that of the uninterrupted run',
    async (task) => {
      await succeed(runs[task].words('golden'), work.dir);
      const golden = outputOf(runs[task].out('golden'));
      expect(Object.keys(golden).some((name) => name.startsWith('_rejects/'))).toBe(true);
      const hits = await runWithKills(runs[task], 'killed', KILLS, createRandom(SEED), work);
      expect(hits).toBe(KILLS);
      expect(differences(golden, outputOf(runs[task].out('killed')))).toEqual([]);
      expect(leftovers(nodeDisk, runs[task].checkpoint('killed'))).toEqual([]);
      const batches = filesBelow(`${runs[task].checkpoint('golden')}/commits`);
      expect(filesBelow(`${runs[task].checkpoint('killed')}/commits`)).toEqual(batches);
    },
    60_000 + KILLS * 10_000,
  );
});
