import { describe, expect, test } from '@jest/globals';
import { col, createSession, memoryStream, parseSchema } from '../../src/index.ts';

describe('the queries of a session', () => {
  test('are listed while they run, and listeners hear of their life', async () => {
    const session = createSession();
    const heard: string[] = [];
    session.streams.addListener({
      onQueryStarted: ({ name }) => void heard.push(`started ${name}`),
      onQueryProgress: ({ progress }) => void heard.push(`batch ${progress.batchId}: ${progress.numInputRows} rows`),
      onQueryTerminated: ({ exception }) => void heard.push(`ended ${exception?.message ?? 'well'}`),
    });
    const input = memoryStream(parseSchema('a LONG'));
    input.addData([{ a: 1 }, { a: 2 }]);
    const query = await session.readStream.memory(input).writeStream.format('memory').queryName('t').start();
    expect(session.streams.active).toEqual([query]);
    expect(session.streams.get(query.id)).toBe(query);
    await query.processAllAvailable();
    await query.stop();
    expect(session.streams.active).toEqual([]);
    expect(heard).toEqual(['started t', 'batch 0: 2 rows', 'ended well']);
    expect(await session.sql('SELECT sum(a) AS s FROM t').collect()).toEqual([{ s: 3 }]);
  });

  test('the first that fails ends the wait for any', async () => {
    const session = createSession();
    const input = memoryStream(parseSchema('a LONG'));
    const rows = session.readStream.memory(input).select(col('a'));
    const calm = await rows.writeStream.foreach(() => {}).start();
    await rows.writeStream
      .foreach(() => {
        throw new Error('no more');
      })
      .start();
    input.addData([{ a: 1 }]);
    await expect(session.streams.awaitAnyTermination()).rejects.toThrow('no more');
    await calm.stop();
    await session.streams.awaitAnyTermination();
  });

  test('a listener that throws ends nothing', async () => {
    const session = createSession();
    session.streams.addListener({
      onQueryProgress: () => {
        throw new Error('deaf');
      },
    });
    const input = memoryStream(parseSchema('a LONG'));
    const query = await session.readStream
      .memory(input)
      .writeStream.foreach(() => {})
      .start();
    input.addData([{ a: 1 }]);
    await query.processAllAvailable();
    expect(query.isActive).toBe(true);
    await query.stop();
    expect(query.exception).toBeNull();
  });
});
