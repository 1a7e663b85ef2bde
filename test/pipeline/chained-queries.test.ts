import { expect, test } from '@jest/globals';
import { createSession, type DataFrame } from '../../src/index.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT, IN, OUT } from '../support/model-query.ts';

// A query over what another one wrote, on a clock that tells how long was waited for files to rest.

const SETTLE_MS = 3_600_000;

class CountingClock {
  waitedMs = 0;
  readonly nowMs = () => 0;
  readonly monotonicMs = () => this.waitedMs;
  readonly sleep = async (ms: number) => void (this.waitedMs += ms);
}

async function outputOf(partitionBy: string[] = []): Promise<ModelDisk> {
  const disk = new ModelDisk();
  disk.writeFile(`${IN}/a`, '{"k":"x","n":1}\n{"k":"y","n":2}\n');
  const table = createSession({ disk, clock: new CountingClock() })
    .readStream.format('json')
    .schema('k STRING, n LONG')
    .options({ poll: true })
    .load(IN);
  const writer = table.writeStream.format('json').option('checkpointLocation', CHECKPOINT);
  const query = await writer
    .partitionBy(...partitionBy)
    .trigger({ availableNow: true })
    .start(OUT);
  await query.awaitTermination();
  return disk.nextProcess();
}

/** Reads the output folder to its end: the numbers, and how long was waited for them. */
async function readOutput(disk: ModelDisk): Promise<{ numbers: unknown[]; waitedMs: number }> {
  const clock = new CountingClock();
  const numbers: unknown[] = [];
  const table: DataFrame = createSession({ disk, clock })
    .readStream.format('json')
    .schema('n LONG')
    .options({ settle: `${SETTLE_MS}ms`, poll: true })
    .load(OUT);
  const query = await table.writeStream
    .foreach(({ n }) => void numbers.push(n))
    .trigger({ availableNow: true })
    .start();
  await query.awaitTermination();
  return { numbers: numbers.sort(), waitedMs: clock.waitedMs };
}

test('output of another query appears whole, and is not waited for', async () => {
  expect(await readOutput(await outputOf())).toEqual({ numbers: [1, 2], waitedMs: 0 });
});

test('nor is that in partition folders, below the mark of the folder', async () => {
  expect(await readOutput(await outputOf(['k']))).toEqual({ numbers: [1, 2], waitedMs: 0 });
});

test('what others put there must rest, whatever its name', async () => {
  const disk = await outputOf();
  disk.writeFile(`${OUT}/part-000000000-00000-deadbeef.json`, '{"n":3}\n');
  expect(await readOutput(disk)).toEqual({ numbers: [1, 2, 3], waitedMs: SETTLE_MS });
});

test('nobody is believed whose mark is damaged', async () => {
  const disk = await outputOf();
  disk.writeFile(`${OUT}/_clickstream/owner.json`, '{"version":1}\n');
  expect(await readOutput(disk)).toEqual({ numbers: [1, 2], waitedMs: SETTLE_MS });
});
