import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../../src/clock.ts';
import { createSession } from '../../src/pipeline/session.ts';
import { task1 } from '../../src/pipelines/task1.ts';
import { task2 } from '../../src/pipelines/task2.ts';
import { clicksCsv, clickText } from '../support/clicks-text.ts';
import type { ModelDisk } from '../support/model-disk.ts';

const IN = '/model/in';
const OUT = '/model/out';
const CHECKPOINT = '/model/checkpoint';

/** task2 twice: --drain also runs a batch without data that was owed, and would hide that it was forgotten. */
export const MODEL_TASKS = ['task1', 'task2', 'task2 --drain'] as const;
export type ModelTask = (typeof MODEL_TASKS)[number];

const SCHEMA = join(import.meta.dirname, '..', '..', 'schemas', 'click-event.schema.json');

/** Puts a task's input on the disk: three batches of a few rows, with a broken record or a late row among them. */
export function deliverInput(disk: ModelDisk, task: ModelTask): void {
  const at = (seconds: number) => `2026-01-01T00:00:${String(seconds).padStart(2, '0')}.000001Z`;
  if (task === 'task1') {
    disk.writeFile(`${IN}/1.json`, `[${clickText(at(1))}, ${clickText(at(2))}]`);
    disk.writeFile(`${IN}/2.ndjson`, `${clickText(at(3))}\n{"Analytics": \n${clickText(at(4))}\n`);
    disk.writeFile(`${IN}/3.ndjson`, `${clickText(at(5), 7)}\n`);
  } else {
    disk.writeFile(`${IN}/1.csv`, clicksCsv(at(1), at(2), at(31)));
    disk.writeFile(`${IN}/2.csv`, clicksCsv(at(33), at(45)));
    disk.writeFile(`${IN}/3.csv`, clicksCsv(at(3), at(46)));
  }
}

/** Runs a task on the disk until everything is done, as a process of its own would. Rejects with what stopped it. */
export async function runOnModel(disk: ModelDisk, task: ModelTask): Promise<void> {
  const session = createSession({ disk, clock: stillClock() });
  const settings = {
    ...{ in: IN, out: OUT, checkpoint: CHECKPOINT, timezone: 'UTC' },
    ...{ maxFilesPerTrigger: 1, settleMs: 0, poll: false, sparkManifest: false },
    trigger: { kind: 'availableNow' } as const,
  };
  const drain = task === 'task2 --drain';
  const windows = { window: '10 seconds', slide: null, watermark: '5 seconds', drain, console: false };
  const query =
    task === 'task1'
      ? await task1({ ...settings, schema: SCHEMA, mode: 'reject' }, session)
      : await task2({ ...settings, ...windows, parquetWriter: 'hyparquet-writer' }, session);
  await query.awaitTermination();
}

/** Time stands still: nothing that a run writes may depend on it. */
function stillClock(): Clock {
  return { nowMs: () => 1_767_225_600_000, monotonicMs: () => 0, sleep: async () => {} };
}

/** Every output file by name: the hash of its bytes; the query's id is taken out. */
export function modelOutput(disk: ModelDisk): Record<string, string> {
  const files = disk.files().filter((path) => path.startsWith(`${OUT}/`));
  const text = (path: string) => Buffer.from(disk.readFile(path)).toString('latin1');
  const mark = files.find((path) => path.endsWith('/_clickstream/owner.json'));
  const id = mark === undefined ? 'none' : (JSON.parse(text(mark)) as { queryId: string }).queryId;
  const output: Record<string, string> = {};
  for (const path of files) {
    const content = text(path).replaceAll(id, 'QUERY');
    output[path.slice(OUT.length + 1).replaceAll(id.slice(0, 8), 'QUERY')] = createHash('sha256')
      .update(content, 'latin1')
      .digest('hex')
      .slice(0, 16);
  }
  return output;
}

/** Unfinished files that a run which ended well should have taken away. */
export function modelLeftovers(disk: ModelDisk): string[] {
  return disk.files().filter((path) => path.endsWith('.tmp') || path.endsWith('/lock'));
}
