import { describe, expect, test } from '@jest/globals';
import { ModelDisk } from '../support/model-disk.ts';
import { deliverInput, type ModelTask, runOnModel } from '../tools/model-tasks.ts';

/** What a batch flushes, in order: files by their final place, folders with a slash. docs/guarantees.md lists them. */
async function flushesOfBatch(task: ModelTask, batchId: number): Promise<string[]> {
  const disk = new ModelDisk();
  deliverInput(disk, task);
  await runOnModel(disk, task);
  const flushes = disk.calls
    .filter(({ op }) => op === 'fsync' || op === 'fsyncDirectory')
    .map(({ op, path }) => (op === 'fsync' ? finalPlace(path) : `${path}/`).replace(/^\/(model\/)?/, ''));
  const start = flushes.indexOf(`checkpoint/offsets/${batchId}`);
  return flushes.slice(start, flushes.indexOf(`checkpoint/offsets/${batchId + 1}`));
}

/** `.part-000000001-00000-0123abcd.csv.5f0e-1.tmp` is to become `part-000000001-00000-QUERY.csv`. */
function finalPlace(path: string): string {
  return path.replace(/\/\.([^/]+)\.[0-9a-f]{8}-\w+\.tmp$/, '/$1').replace(/-[0-9a-f]{8}(?=\.\w+$)/, '-QUERY');
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
