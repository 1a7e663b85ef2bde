import { afterEach, describe, expect, test } from '@jest/globals';
import { createSession, memoryStream, type StreamingQuery, type TriggerLike } from '../../src/index.ts';
import { field, LONG, struct } from '../../src/schema.ts';
import { SimulatedTime, type WallClockFault } from '../simulate/time.ts';
import { settled } from '../support/settled.ts';

const HOUR_MS = 3_600_000;
const FAULTS: readonly WallClockFault[] = [
  { kind: 'freeze' },
  { kind: 'jump', byMs: -HOUR_MS },
  { kind: 'jump', byMs: 10 * 365 * 24 * HOUR_MS },
];

let query: StreamingQuery;
afterEach(() => query.stop());

/** Rows that come after the wall clock went wrong, and how many of them the query took within five seconds. */
async function takenWhile(fault: WallClockFault, trigger: TriggerLike): Promise<number> {
  const time = new SimulatedTime(Date.UTC(2026, 0, 1));
  const clock = time.clock();
  const session = createSession({ clock });
  const rows = memoryStream(struct([field('n', LONG)]));
  let taken = 0;
  query = await session.readStream
    .memory(rows)
    .writeStream.foreach(() => void taken++)
    .trigger(trigger)
    .start();
  await settled(query);
  time.misadjust(fault);
  for (let second = 0; second < 5; second++) {
    rows.addData([{ n: second }]);
    for (let step = 0; step < 10; step++) {
      time.pass(100);
      await settled(query);
    }
  }
  return taken;
}

describe.each(FAULTS)('a wall clock that does this: %j', (fault) => {
  test('does not hold up ticks: with a clock that stood still, or was set back, none came', async () => {
    expect(await takenWhile(fault, { processingTime: '1 second' })).toBeGreaterThanOrEqual(4);
  });

  test('does not hold up a query that runs whenever there is data', async () => {
    expect(await takenWhile(fault, { processingTime: '0 seconds' })).toBeGreaterThanOrEqual(4);
  });

  test('does not hold up a continuous query', async () => {
    expect(await takenWhile(fault, { continuous: '1 second' })).toBeGreaterThanOrEqual(4);
  });
});
