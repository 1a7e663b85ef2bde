import { expect, test } from '@jest/globals';
import { createSession, memoryStream } from '../../src/index.ts';
import { field, LONG, struct } from '../../src/schema.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT, IN, modelQuery, OUT } from '../support/model-query.ts';
import { settled } from '../support/settled.ts';

test('a batch that is abandoned because it takes too long is no failure; the query ended with "aborted"', async () => {
  const clock = new ManualClock();
  const disk = new ModelDisk();
  disk.writeFile(`${IN}/1.json`, '{"n":1}\n'.repeat(10_000));
  const query = await modelQuery(disk, { clock }).trigger({ manual: true }).start(OUT);
  const batch = query.runTrigger();
  let stopped: Promise<void> = Promise.resolve();
  // While the file is being read, the query is asked to stop, and has no more patience.
  disk.beforeCall = (op, path) => {
    if (op !== 'read' || path !== `${IN}/1.json`) return;
    disk.beforeCall = () => {};
    stopped = query.stop();
    clock.advance(60_000);
  };
  await batch.catch(() => {});
  await stopped;
  expect(query.exception).toBeNull();
  expect(disk.files()).not.toContain(`${CHECKPOINT}/commits/0`);
});

test('a query that waits for its next batch stops at once', async () => {
  const session = createSession({ clock: new ManualClock() });
  const rows = memoryStream(struct([field('n', LONG)]));
  const query = await session.readStream
    .memory(rows)
    .writeStream.foreach(() => {})
    .start();
  await settled(query);
  await query.stop();
  expect(query.isActive).toBe(false);
});

test('a query that is fired by hand serves those who wait for all, and stops', async () => {
  const rows = memoryStream(struct([field('n', LONG)]));
  const seen: unknown[] = [];
  const query = await createSession()
    .readStream.memory(rows)
    .writeStream.trigger({ manual: true })
    .foreach(({ n }) => void seen.push(n))
    .start();
  rows.addData([{ n: 1 }]);
  const waiting = query.processAllAvailable();
  while (await query.runTrigger());
  await waiting;
  expect(seen).toEqual([1]);
  await query.stop();
});
