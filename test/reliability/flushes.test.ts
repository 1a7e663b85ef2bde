import { describe, expect, test } from '@jest/globals';
import { ModelDisk } from '../support/model-disk.ts';
import { deliverInput, type ModelTask, runOnModel } from '../tools/model-tasks.ts';

/** What a batch flushes, in order: files by their final place, folders with a slash. docs/guarantees.md lists them. */
async function flushesOfBatch(task: ModelTask, batchId: number): Promise<string[]> {
  const disk = new ModelDisk();
  deliverInput(disk, task);
  await runOnModel(disk, task);
  const flushes = flushesOf(disk.calls);
  const start = flushes.indexOf(`checkpoint/offsets/${batchId}`);
  return flushes.slice(start, flushes.indexOf(`checkpoint/offsets/${batchId + 1}`));
}

function flushesOf(calls: ModelDisk['calls']): string[] {
  return calls
    .filter(({ op }) => op === 'fsync' || op === 'fsyncDirectory')
    .map(({ op, path }) => (op === 'fsync' ? finalPlace(path) : `${path}/`).replace(/^\/(model\/)?/, ''));
}

/** `.part-000000001-00000-0123abcd.csv.5f0e-1.tmp` is to become `part-000000001-00000-QUERY.csv`. */
function finalPlace(path: string): string {
  return path.replace(/\/\.([^/]+)\.[0-9a-f]{8}-\w+\.tmp$/, '/$1').replace(/-[0-9a-f]{8}(?=\.\w+$)/, '-QUERY');
}

/** What else a batch does on the disk from its start to its end, by operation. */
async function operationsOfBatch(task: ModelTask, batchId: number): Promise<Record<string, number>> {
  const disk = new ModelDisk();
  deliverInput(disk, task);
  await runOnModel(disk, task);
  const begin = disk.calls.findIndex(({ path }) => path.includes(`offsets/.${batchId}.`));
  const end = disk.calls.findLastIndex(({ path }) => path.includes(`commits/.${batchId}.`));
  const counts: Record<string, number> = {};
  for (const { op } of disk.calls.slice(begin, end + 1)) {
    if (!op.startsWith('fsync')) counts[op] = (counts[op] ?? 0) + 1;
  }
  return counts;
}

describe('a batch flushes', () => {
  test('in task1: the log of its start, its output and rejects, the log of its end', async () => {
    expect(await flushesOfBatch('task1', 1)).toEqual([
      'checkpoint/offsets/1',
      'checkpoint/offsets/',
      'out/part-000000001-00000-QUERY.csv',
      'out/',
      // The first rejects of a query make a folder: first the folder above is made safe, then the new one in it.
      '',
      'out/',
      'out/_rejects/part-000000001-rejected-QUERY.ndjson',
      'out/_rejects/',
      'checkpoint/commits/1',
      'checkpoint/commits/',
    ]);
  });

  test('in task2: also its state', async () => {
    expect(await flushesOfBatch('task2', 1)).toEqual([
      'checkpoint/offsets/1',
      'checkpoint/offsets/',
      'out/part-000000001-00000-QUERY.parquet',
      'out/',
      'checkpoint/state/0/1.delta',
      'checkpoint/state/0/',
      'checkpoint/commits/1',
      'checkpoint/commits/',
    ]);
  });
});

test('a start with nothing to do flushes its lock, and the folders in which a killed process may have left names', async () => {
  const disk = new ModelDisk();
  deliverInput(disk, 'task2');
  await runOnModel(disk, 'task2');
  const before = disk.calls.length;
  await runOnModel(disk, 'task2');
  expect(flushesOf(disk.calls.slice(before))).toEqual([
    '',
    'checkpoint/lock',
    // Holds for the names of the logs' folders too.
    'checkpoint/',
    'checkpoint/offsets/',
    'checkpoint/commits/',
    'checkpoint/sources/',
    'checkpoint/sources/0/',
    'checkpoint/state/',
    'checkpoint/state/0/',
  ]);
});

test('beside its flushes, a batch makes, names and reads its files, and nothing else', async () => {
  // Batch 2 has no rejects, and is not the first of its process.
  expect(await operationsOfBatch('task1', 2)).toEqual({
    // The log of its start, its output, the log of its end: each under a temporary name until it is whole.
    ...{ create: 3, write: 3, fstat: 3 + 1, close: 3 + 1 },
    ...{ link: 2, unlink: 2, rename: 1, setTime: 1 },
    // Its input file, which must be the same before and after; and whether the output folder is there.
    ...{ openRead: 1, read: 1, stat: 1 + 1 },
  });
});
