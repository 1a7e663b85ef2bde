import { readFileSync, utimesSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { systemClock } from '../../src/clock.ts';
import { exceedsRatio, type RejectCount } from '../../src/engine/reject-limit.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { createSession, type MicroBatch, type QueryConf, type StreamingQuery } from '../../src/index.ts';
import { quarantine } from '../../src/pipeline/care/quarantine.ts';
import { createWorkspace, dataFiles, filesBelow, rejects, type Workspace } from '../support/workspace.ts';

const count = (rows: number, rejected: number): RejectCount => ({ rows, rejected });

describe('the share of rejects that is too much', () => {
  const over = (ratio: number, batch: RejectCount, ...before: RejectCount[]) => exceedsRatio(ratio, batch, before);

  test('is more than the ratio, not the ratio itself', () => {
    expect(over(0.05, count(1000, 50))).toBeNull();
    expect(over(0.05, count(1000, 51))).toEqual(count(1000, 51));
  });

  test('a batch of few rows counts as a hundred', () => {
    expect(over(0.05, count(10, 5))).toBeNull();
    expect(over(0.05, count(10, 6))).toEqual(count(10, 6));
  });

  test('and is judged together with those before it, newest first, until they are a hundred', () => {
    const halfBroken = [count(10, 10), count(10, 10), count(10, 10), count(10, 10), count(10, 10)];
    expect(over(0.5, count(10, 10), ...halfBroken.slice(1))).toBeNull();
    expect(over(0.5, count(10, 10), ...halfBroken)).toEqual(count(60, 60));
    expect(over(0.5, count(10, 10), count(90, 0), ...halfBroken)).toBeNull();
    expect(over(0.05, count(1000, 10), ...halfBroken)).toBeNull();
  });

  test('with 0 it is any reject, with 1 never', () => {
    expect(over(0, count(1_000_000, 1))).not.toBeNull();
    expect(over(1, count(200, 200))).toBeNull();
  });

  test('a batch without rejects is never to blame', () => expect(over(0, count(10, 0), count(10, 10))).toBeNull());
});

describe('a query with maxRejectRatio', () => {
  let work: Workspace;
  beforeEach(() => {
    work = createWorkspace('rejects');
  });
  afterEach(() => work.remove());

  /** A file that is a batch: rows that fit, then records that do not. */
  function deliver(name: string, good: number, bad: number): void {
    const lines = [...Array(good).keys()].map((n) => `{"n":${n}}`);
    const path = work.deliver(`in/${name}`, `${[...lines, ...Array(bad).fill('{"n":"x"}')].join('\n')}\n`);
    const seconds = 1_700_000_000 + Number.parseInt(name, 10);
    utimesSync(path, seconds, seconds);
  }

  async function run(conf: QueryConf, write?: (batch: MicroBatch) => Promise<void>): Promise<StreamingQuery> {
    const writer = createSession()
      .readStream.format('json')
      .schema('n LONG')
      .options({ maxFilesPerTrigger: 1, settle: 0 })
      .load(work.path('in'))
      .writeStream.option('checkpointLocation', work.path('checkpoint'))
      .trigger({ availableNow: true })
      .conf(conf);
    return write === undefined
      ? await writer.format('csv').start(work.path('out'))
      : await writer.foreachBatch(write).option('rejectsPath', work.path('out')).start();
  }

  const rows = () =>
    dataFiles(work.path('out'), '.csv').flatMap((file) => readFileSync(file, 'utf8').trim().split('\n'));
  const commits = () => filesBelow(work.path('checkpoint', 'commits'));

  test('stops before the batch commits; its rejects can be looked at, its output cannot', async () => {
    deliver('1.json', 200, 1);
    deliver('2.json', 150, 50);
    const query = await run({ maxRejectRatio: 0.1 });
    await expect(query.awaitTermination()).rejects.toMatchObject({
      code: 'REJECT_RATIO_EXCEEDED',
      category: 'data',
      message: expect.stringMatching(
        /^Batch 1 has 50 rejected records among 200 rows, and maxRejectRatio .* allows 0\.1\. The first: .*2\.json, line 151: .*part-000000001-rejected-\w+\.ndjson/,
      ),
    });
    expect(commits()).toEqual(['0']);
    expect(rows()).toHaveLength(200);
    expect(rejects(work.path('out'), 'rejected')).toHaveLength(51);
  });

  test('goes on with the very batch under a higher ratio', async () => {
    deliver('1.json', 150, 50);
    await expect((await run({ maxRejectRatio: 0.1 })).awaitTermination()).rejects.toThrow('Batch 0');
    deliver('2.json', 100, 0);
    // However often it stops there, the batch does not count as one that crashes.
    for (let start = 0; start < 4; start++) {
      await expect((await run({ maxRejectRatio: 0.1 })).awaitTermination()).rejects.toThrow('Batch 0');
    }
    await (await run({ maxRejectRatio: 0.3 })).awaitTermination();
    expect(commits()).toEqual(['0', '1']);
    expect(rows()).toHaveLength(250);
    expect(rejects(work.path('out'), 'rejected')).toHaveLength(50);
  });

  test('goes on without a file that was set aside, under the same ratio', async () => {
    deliver('1.json', 100, 0);
    deliver('2.json', 50, 50);
    await expect((await run({ maxRejectRatio: 0.3 })).awaitTermination()).rejects.toThrow(
      `clickstream checkpoint quarantine ${work.path('checkpoint')} FILE`,
    );
    const checkpoint = await Checkpoint.open(nodeDisk, work.path('checkpoint'));
    quarantine(nodeDisk, systemClock, checkpoint, work.path('in', '2.json'));
    checkpoint.close();
    await (await run({ maxRejectRatio: 0.3 })).awaitTermination();
    expect(rows()).toHaveLength(100);
    expect(rejects(work.path('out'), 'rejected')).toEqual([]);
  });

  test('remembers small batches over a restart', async () => {
    for (let file = 1; file <= 5; file++) deliver(`${file}.json`, 0, 10);
    await (await run({ maxRejectRatio: 0.5 })).awaitTermination();
    deliver('6.json', 0, 10);
    await expect((await run({ maxRejectRatio: 0.5 })).awaitTermination()).rejects.toThrow(
      'Batch 5 has 10 rejected records among 10 rows (with the batches before it: 60 of 60 rows)',
    );
  });

  test('stops a foreachBatch too, whatever its function does', async () => {
    deliver('1.json', 100, 100);
    const write = (batch: MicroBatch) => batch.write.csv(work.path('out')).then(() => {});
    const ignore = async () => {};
    const swallowing = (batch: MicroBatch) => write(batch).catch(() => {});
    const catching = (batch: MicroBatch) =>
      write(batch).catch((cause) => {
        throw new Error('my own', { cause });
      });
    for (const call of [write, ignore, swallowing, catching]) {
      await expect((await run({ maxRejectRatio: 0.1 }, call)).awaitTermination()).rejects.toMatchObject({
        code: 'REJECT_RATIO_EXCEEDED',
      });
      expect(rejects(work.path('out'), 'rejected')).toHaveLength(100);
    }
    expect(rows()).toEqual([]);
    expect(commits()).toEqual([]);
  });

  test.each([-0.1, 1.5, Number.NaN, '0.1' as unknown as number])('%p is refused', async (maxRejectRatio) => {
    await expect(run({ maxRejectRatio })).rejects.toThrow(/maxRejectRatio is a share .* For example: 0\.05/);
  });

  test('a setting that there is not is refused', async () => {
    await expect(run({ maxRejectRato: 1 } as QueryConf)).rejects.toThrow('Did you mean "maxRejectRatio"?');
  });
});
