import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  count,
  createSession,
  type MemoryStream,
  memoryStream,
  parseSchema,
  type QueryConf,
  type RowObject,
  type StreamingQuery,
  sessionWindow,
  window,
} from '../../src/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { catchWarnings } from '../support/warnings.ts';
import { createWorkspace, filesBelow, type Workspace } from '../support/workspace.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

let work: Workspace;
let clock: ManualClock;
let events: MemoryStream;
let windows: RowObject[];
const warnings = catchWarnings();
let query: StreamingQuery | null;

beforeEach(() => {
  work = createWorkspace('future');
  clock = new ManualClock(NOW);
  events = memoryStream(parseSchema('time TIMESTAMP, id LONG'));
  windows = [];
});

afterEach(async () => {
  await query?.stop();
  query = null;
  work.remove();
});

const at = (ms: number) => ({ time: new Date(ms).toISOString(), id: 1 });

async function counts(byWindow: ReturnType<typeof window>, conf: QueryConf, trigger: object = { manual: true }) {
  return await createSession({ clock })
    .readStream.memory(events)
    .withWatermark('time', '0 seconds')
    .groupBy(byWindow, 'id')
    .agg(count().as('n'))
    .writeStream.foreachBatch(async (batch) => void windows.push(...(await batch.toArray())))
    .option('checkpointLocation', work.path('checkpoint'))
    .conf(conf)
    .trigger(trigger as { manual: true })
    .start();
}

const MINUTES = window('time', '1 minute');

async function add(...times: number[]): Promise<void> {
  events.addData(times.map(at));
  while (await query?.runTrigger());
}

const watermark = () => query?.lastProgress?.eventTime.watermark;
const futureEvents = () => query?.recentProgress.flatMap((progress) => progress.futureEvents ?? []);

describe('with maxFutureSkew', () => {
  test('events further ahead are counted in their windows, but do not move the watermark', async () => {
    query = await counts(MINUTES, { maxFutureSkew: '5m' });
    await add(NOW - 3 * MINUTE, NOW + 5 * MINUTE + 1, NOW + 100 * 365 * DAY);
    await add(NOW - 2 * MINUTE);
    await add(NOW - MINUTE);
    expect(watermark()).toBe(new Date(NOW - MINUTE).toISOString());
    expect(windows.map(({ n }) => n)).toEqual([1, 1]);
    expect(query?.lastProgress?.stateOperators[0]?.numRowsTotal).toBe(3);
    expect(query?.lastProgress?.stateOperators[0]?.numRowsDroppedByWatermark).toBe(0);
    expect(futureEvents()).toEqual([{ rowsHeldBack: 2 }]);
    expect(warnings).toEqual([]);
  });

  test('events up to the limit move it', async () => {
    query = await counts(MINUTES, { maxFutureSkew: '5m' });
    await add(NOW + 5 * MINUTE, NOW + 5 * MINUTE + 1);
    expect(watermark()).toBe(new Date(NOW + 5 * MINUTE).toISOString());
  });

  test('a batch of such events alone leaves it where it is', async () => {
    query = await counts(MINUTES, { maxFutureSkew: '0s' });
    await add(NOW + 1);
    expect(watermark()).toBe('1970-01-01T00:00:00.000Z');
    await add(NOW - 1);
    expect(watermark()).toBe(new Date(NOW - 1).toISOString());
  });

  test('a replay judges by the time and the skew that were logged, whatever the clock and the setting say now', async () => {
    query = await counts(MINUTES, { maxFutureSkew: '5m' });
    await add(NOW - MINUTE, NOW + 6 * MINUTE);
    await query.stop();
    for (const file of ['commits/0', 'commits/1', 'offsets/1']) rmSync(work.path('checkpoint', file), { force: true });
    clock.advance(DAY);
    events.addData([]); // the source has its rows still
    query = await counts(MINUTES, {});
    while (await query.runTrigger());
    expect(filesBelow(work.path('checkpoint', 'commits'))).toContain('0');
    expect(watermark()).toBe(new Date(NOW - MINUTE).toISOString());
  });

  test('another setting counts from the next batch on', async () => {
    query = await counts(MINUTES, {});
    await add(NOW);
    await query.stop();
    query = await counts(MINUTES, { maxFutureSkew: '5m' });
    await add(NOW + MINUTE, NOW + DAY);
    expect(watermark()).toBe(new Date(NOW + MINUTE).toISOString());
  });

  test.each([
    ['windows', () => MINUTES, NOW],
    ['sessions', () => sessionWindow('time', '1 minute'), NOW + MINUTE],
  ])('a drain closes the %s of the others, and goes no further', async (_, byWindow, end) => {
    events.addData([at(NOW - 2 * MINUTE), at(NOW - 1), at(NOW + 100 * 365 * DAY)]);
    query = await counts(byWindow(), { maxFutureSkew: '5m', drain: true }, { availableNow: true });
    await query.awaitTermination();
    expect(windows).toHaveLength(2);
    expect(Date.parse(watermark() as string)).toBeLessThanOrEqual(end);
    expect(Date.parse(watermark() as string)).toBeGreaterThan(NOW - 2);
    expect(query.lastProgress?.stateOperators[0]?.numRowsTotal).toBe(1);
  });
});

describe('without it', () => {
  test('a watermark that jumps more than a day ahead is reported, once per jump', async () => {
    query = await counts(MINUTES, {});
    await add(NOW + DAY);
    expect(warnings).toEqual([]);
    await add(NOW + 2 * DAY);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^warning: batch 2 moved the watermark: 2026-01-03T12:00:00\.000Z is 2 days past the batch's own time, 2026-01-01T12:00:00\.000Z\. .*--max-future-skew 5m/,
      ),
    ]);
    await add(NOW + 2 * DAY + MINUTE);
    expect(warnings).toHaveLength(1);
    await add(NOW + 400 * DAY);
    expect(warnings).toHaveLength(2);
    expect(futureEvents()?.[0]).toEqual({
      rowsHeldBack: 0,
      watermarkJump: {
        from: '2026-01-02T12:00:00.000Z',
        to: '2026-01-03T12:00:00.000Z',
        batchTime: '2026-01-01T12:00:00.000Z',
      },
    });
  });
});

test.each(['1 month', '-1s', 'soon', 5 as unknown as string])('%p is no skew', async (maxFutureSkew) => {
  await expect(counts(MINUTES, { maxFutureSkew })).rejects.toThrow(
    /maxFutureSkew is a duration .* "5 minutes" or "5m"/,
  );
});
