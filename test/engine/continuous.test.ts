import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ForeachWriter, StreamingQuery } from '../../src/index.ts';
import { createSession, memoryStream, parseSchema } from '../../src/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settled } from '../support/settled.ts';

let checkpoint: string;
let clock: ManualClock;
let query: StreamingQuery | null;
let stream: ReturnType<typeof memoryStream>;
let seen: unknown[];

beforeEach(() => {
  checkpoint = mkdtempSync(join(tmpdir(), 'continuous-'));
  clock = new ManualClock(300);
  stream = memoryStream(parseSchema('value LONG'));
  seen = [];
  query = null;
});

afterEach(async () => {
  await query?.stop();
  rmSync(checkpoint, { recursive: true, force: true });
});

async function start(fails: (value: unknown) => boolean = () => false): Promise<StreamingQuery> {
  const writer: ForeachWriter = {
    open: (_partition, epoch) => {
      seen.push(`open ${epoch}`);
      return true;
    },
    process: ({ value }) => {
      if (fails(value)) throw new Error('broken');
      seen.push(value);
    },
    close: (error) => {
      seen.push(error === null ? 'close' : 'failed');
    },
  };
  query = await createSession({ clock })
    .readStream.memory(stream)
    .filter('value > 0')
    .writeStream.option('checkpointLocation', join(checkpoint, 'c'))
    .trigger({ continuous: '1 second' })
    .foreach(writer)
    .start();
  await settled(query);
  return query;
}

const add = async (...values: number[]) => {
  stream.addData(values.map((value) => ({ value })));
  await settled(query as StreamingQuery);
};

const advance = async (ms: number) => {
  clock.advance(ms);
  await settled(query as StreamingQuery);
};

const log = (name: string) => readdirSync(join(checkpoint, 'c', name)).filter((file) => /^\d+$/.test(file));

describe('a continuous query', () => {
  test('gives rows on as they come, and records at the ticks how far they came', async () => {
    await start();
    await add(1, -1);
    expect(seen).toEqual(['open 0', 1]);
    await add(2);
    expect(seen).toEqual(['open 0', 1, 2]);
    expect(log('offsets')).toEqual([]);
    await advance(699);
    expect(log('offsets')).toEqual([]);
    await advance(1);
    expect(seen).toEqual(['open 0', 1, 2, 'close', 'open 1']);
    expect([log('offsets'), log('commits')]).toEqual([['0'], ['0']]);
    await advance(1000);
    expect(log('commits')).toEqual(['0', '1']);
    expect(query?.lastProgress).toMatchObject({ batchId: 1, numInputRows: 0 });
    expect(query?.recentProgress[0]).toMatchObject({ numInputRows: 3, sink: { numOutputRows: 2 } });
  });

  test('begins again behind the last committed epoch: at least once', async () => {
    await start((value) => value === 4);
    await add(1);
    await advance(700);
    await add(2);
    await add(3);
    stream.addData([{ value: 4 }]);
    await expect(query?.awaitTermination()).rejects.toMatchObject({ code: 'USER_FUNCTION_ERROR' });
    expect(seen).toEqual(['open 0', 1, 'close', 'open 1', 2, 3, 'failed']);
    seen = [];
    await start();
    expect(seen).toEqual(['open 1', 2, 3, 4]);
  });

  test('runs an epoch that was logged and not committed again as it was logged', async () => {
    await start();
    await add(1);
    await advance(700);
    await query?.stop();
    rmSync(join(checkpoint, 'c', 'commits', '1'));
    stream.addData([{ value: 2 }]);
    seen = [];
    await start();
    expect(seen).toEqual(['open 1', 'close', 'open 2', 2]);
  });

  test('records what came in when it is stopped', async () => {
    await start();
    await add(1);
    await query?.stop();
    expect([log('offsets'), log('commits')]).toEqual([['0'], ['0']]);
    seen = [];
    await start();
    expect(seen).toEqual(['open 1']);
  });

  test('reads a source that gives no hints', async () => {
    const values: unknown[] = [];
    query = await createSession({ clock })
      .readStream.format('rate')
      .option('rowsPerSecond', 2)
      .load()
      .writeStream.trigger({ continuous: '10 seconds' })
      .foreach(({ value }) => {
        values.push(value);
      })
      .start();
    await settled(query);
    await advance(1000);
    expect(values).toEqual([0, 1]);
  });

  test('takes no files', async () => {
    const files = createSession().readStream.format('text').load(checkpoint);
    const writer = files.writeStream.trigger({ continuous: '1 second' }).foreach(() => {});
    await expect(writer.start()).rejects.toMatchObject({ code: 'CONTINUOUS_UNSUPPORTED' });
  });
});
