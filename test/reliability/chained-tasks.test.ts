import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parquetReadObjects } from 'hyparquet';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import type { ClickstreamError } from '../../src/errors.ts';
import { createRandom } from '../../src/generate/random.ts';
import { createSession } from '../../src/index.ts';
import { task1 } from '../../src/pipelines/task1.ts';
import { task2 } from '../../src/pipelines/task2.ts';
import { clickText } from '../support/clicks-text.ts';
import { ModelDisk } from '../support/model-disk.ts';

const SCHEMA = join(import.meta.dirname, '..', '..', 'schemas', 'click-event.schema.json');
const FILES = 3;

/** Both tasks on one disk, the second over what the first writes; `drain` closes all windows. */
async function run(task: 'task1' | 'task2', disk: ModelDisk, drain = false): Promise<void> {
  const clock = { nowMs: () => 1_767_225_600_000, monotonicMs: () => 0, sleep: async () => {} };
  const session = createSession({ disk, clock });
  const settings = {
    ...{ checkpoint: `/state/${task}`, timezone: 'UTC', maxFilesPerTrigger: 1, settleMs: 0, poll: true },
    ...{ sparkManifest: false, trigger: { kind: 'availableNow' } as const },
  };
  const windows = { window: '10 seconds', slide: null, watermark: '1000 days', drain, console: false };
  const query =
    task === 'task1'
      ? await task1({ ...settings, in: '/json', out: '/csv', schema: SCHEMA, mode: 'reject' }, session)
      : await task2(
          { ...settings, ...windows, in: '/csv', out: '/parquet', parquetWriter: 'hyparquet-writer' },
          session,
        );
  await query.awaitTermination();
}

/** As an operator runs it, who lets a batch run again that was killed three times. */
async function runToEnd(task: 'task1' | 'task2', disk: ModelDisk, drain = false): Promise<void> {
  try {
    await run(task, disk, drain);
  } catch (error) {
    if ((error as ClickstreamError).code !== 'BATCH_CRASHED') throw error;
    const checkpoint = await Checkpoint.open(disk, `/state/${task}`);
    checkpoint.attempts.clear();
    checkpoint.close();
    await run(task, disk, drain);
  }
}

function freshDisk(): ModelDisk {
  const disk = new ModelDisk();
  for (let n = 0; n < FILES; n++) {
    disk.writeFile(`/json/${n}.ndjson`, `${clickText(`2026-01-01T00:00:0${n}Z`, n + 1)}\n`);
  }
  return disk;
}

/** The disk of a task that was killed once it had begun the commit of its second batch. */
async function killAtCommit(task: 'task1' | 'task2', disk: ModelDisk): Promise<ModelDisk> {
  disk.beforeCall = (_, path) => {
    if (path.startsWith(`/state/${task}/commits/.1.`)) disk.powerOffAt(0);
  };
  await run(task, disk).catch(() => {});
  return disk.nextProcess();
}

/** Starts both again, until all is done; the events and clicks in all windows. */
async function finish(disk: ModelDisk): Promise<{ events: number; clicks: number }> {
  const first = disk.nextProcess();
  await runToEnd('task1', first);
  const second = first.nextProcess();
  await runToEnd('task2', second, true);
  const rows: Record<string, unknown>[] = [];
  for (const path of second.files().filter((name) => name.startsWith('/parquet/part-'))) {
    rows.push(...(await parquetReadObjects({ file: Uint8Array.from(second.readFile(path)).buffer })));
  }
  const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name]), 0);
  return { events: sum('events'), clicks: sum('clicks') };
}

const ALL = { events: FILES, clicks: (FILES * (FILES + 1)) / 2 };

describe('both tasks die, with a batch of the second one logged over a file that the first one will write again', () => {
  test('killed: the second goes on; it stopped at a file that had nothing new but its time', async () => {
    const disk = await killAtCommit('task2', await killAtCommit('task1', freshDisk()));
    expect(disk.files().filter((path) => path.startsWith('/csv/part-'))).toHaveLength(2);
    expect(disk.files()).toContain('/state/task2/offsets/1');
    expect(await finish(disk)).toEqual(ALL);
  });

  test('by loss of power: the second goes on, whatever was lost', async () => {
    const random = createRandom(5);
    for (let i = 0; i < 30; i++) {
      const disk = await killAtCommit('task2', await killAtCommit('task1', freshDisk()));
      expect(await finish(disk.crash({ survive: () => random.fraction() < 0.5 }))).toEqual(ALL);
    }
  });
});

test('both tasks die again and again at any moment, alone or with the machine: every event is counted once', async () => {
  const random = createRandom(6);
  for (let life = 0; life < 40; life++) {
    let disk = freshDisk();
    for (let death = random.integer(1, 5); death > 0; death--) {
      const task = random.fraction() < 0.5 ? 'task1' : 'task2';
      disk.powerOffAt(disk.calls.length + random.integer(0, 250));
      await run(task, disk).catch(() => {});
      const keep = random.fraction();
      const survive = () => random.fraction() < keep;
      disk = random.fraction() < 0.5 ? disk.nextProcess() : disk.crash({ survive });
    }
    expect({ life, ...(await finish(disk)) }).toEqual({ life, ...ALL });
  }
});
