import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../src/clock.ts';
import { DATE, decimal, field, LONG, STRING, struct, TIMESTAMP } from '../../src/schema.ts';
import { memoryStream } from '../../src/sources/memory.ts';
import { rateSource, valueAtSecond } from '../../src/sources/rate.ts';
import { socketSource } from '../../src/sources/socket.ts';
import { collect, handClock, nextSplits, until } from './support.ts';

describe('memory', () => {
  const schema = struct([field('k', STRING), field('t', TIMESTAMP), field('d', DATE), field('n', decimal(9, 2))]);

  test('an offset is a number of addData calls; one without rows counts', async () => {
    const stream = memoryStream(struct([field('v', LONG)]));
    const source = stream.source();
    expect(await nextSplits(source, await source.initialOffset())).toBeNull();
    stream.addData([{ v: 1 }, { v: 2n }]);
    expect(stream.addData([])).toBe(2);
    const first = await nextSplits(source, 0);
    expect(first).toEqual({ end: 2, splits: [{ start: 0, end: 2 }] });
    expect(await nextSplits(source, 2)).toBeNull();
    expect((await collect(stream.source(), first?.splits ?? [])).rows).toEqual([[1], [2]]);
  });

  test('takes values as people write them', async () => {
    const stream = memoryStream(schema);
    stream.addData([
      { k: 'a', t: '2024-01-01T00:00:00.000001Z', d: '2024-01-01', n: '-1.5' },
      { t: new Date(1), n: 2n },
      { t: '2024-01-01 01:00:00+01:00' },
    ]);
    expect((await collect(stream.source(), [{ start: 0, end: 1 }])).rows).toEqual([
      ['a', 1704067200000001, 19723, -150n],
      [null, 1000, null, 200n],
      [null, 1704067200000000, null, null],
    ]);
    expect(() => stream.addData([{ k: 1 }])).toThrow(/Column "k" is string; found number 1/);
    expect(() => stream.addData([{ q: 1 }])).toThrow(/column "q", which the schema does not have/);
  });

  test('availableNow takes what is there; new data wakes', async () => {
    const stream = memoryStream(struct([field('v', LONG)]));
    const source = stream.source();
    let woken = 0;
    source.onData?.(() => woken++);
    stream.addData([{ v: 1 }]);
    await source.prepareForAvailableNow?.();
    stream.addData([{ v: 2 }]);
    expect(woken).toBe(2);
    expect(await source.latestOffset(0, {})).toBe(1);
    await source.close();
    stream.addData([]);
    expect(woken).toBe(2);
  });
});

describe('rate', () => {
  test('counts upwards by the second, from the time in its offset', async () => {
    const clock = handClock();
    const source = rateSource(clock, { rowsPerSecond: 2 });
    const start = await source.initialOffset();
    expect(await nextSplits(source, start)).toBeNull();
    clock.advance(2500);
    const next = await nextSplits(source, start);
    const again = rateSource(handClock(), { rowsPerSecond: 99 });
    const startMicros = 1_700_000_000_000_000;
    const rows = [0, 1, 2, 3].map((value) => [startMicros + value * 500_000, value]);
    expect((await collect(again, next?.splits ?? [])).rows).toEqual(rows);
    expect(next?.end).toEqual({ startMs: 1_700_000_000_000, seconds: 2 });
  });

  test('partitions share the values', async () => {
    const clock = handClock();
    const source = rateSource(clock, { rowsPerSecond: 5000, numPartitions: 2 });
    const start = await source.initialOffset();
    clock.advance(2000);
    const { rows, input } = await collect(source, (await nextSplits(source, start))?.splits ?? []);
    expect(rows.slice(0, 3).map(([, value]) => value)).toEqual([0, 2, 4]);
    expect(rows.map(([, value]) => value as number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10_000 }, (_, i) => i),
    );
    expect(input).toBe(10_000);
  });

  test('ramps up as Spark does', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((seconds) => valueAtSecond(seconds, 10, 4))).toEqual([0, 2, 6, 12, 20, 30, 40]);
  });

  test('a wrong option is refused', () => {
    expect(() => rateSource(systemClock, { rowsPerSecond: 0 })).toThrow(/rowsPerSecond/);
  });
});

describe('socket', () => {
  async function server() {
    const sockets: Socket[] = [];
    const listening = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const { port } = listening.address() as { port: number };
    return {
      port,
      async send(text: string | Uint8Array) {
        await until(() => sockets.length > 0);
        sockets[0]?.write(text);
      },
      end: () => sockets[0]?.end(),
      close: () => void listening.close(),
    };
  }

  test('lines are rows; uncommitted ones can be read again; committed ones are forgotten', async () => {
    const peer = await server();
    const source = socketSource(systemClock, { host: '127.0.0.1', port: peer.port });
    const bytes = Buffer.from('one\r\ntwo é\nthr');
    await peer.send(bytes.subarray(0, 10));
    await peer.send(bytes.subarray(10));
    let end: unknown = 0;
    const reach = async (offset: number) => {
      while (end !== offset) {
        end = await source.latestOffset(0, {});
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await reach(2);
    const splits = await source.plan(0, 2);
    for (let i = 0; i < 2; i++) expect((await collect(source, splits)).rows).toEqual([['one'], ['two é']]);
    await source.commit?.(0, 2, splits);
    expect((await collect(source, splits)).rows).toEqual([]);
    await peer.send('ee\n');
    await reach(3);
    expect((await collect(source, [{ start: 2, end: 3 }])).rows).toEqual([['three']]);
    await peer.send('last');
    peer.end();
    await reach(4);
    await source.close();
    peer.close();
  });

  test('after a restart it goes on counting, and what was not committed is gone', async () => {
    const peer = await server();
    const source = socketSource(systemClock, { host: '127.0.0.1', port: peer.port, includeTimestamp: true });
    async function* entries() {
      yield { batchId: 0, offset: 5, splits: [{ start: 0, end: 5 }] };
    }
    await source.restore?.(entries());
    expect((await collect(source, [{ start: 0, end: 5 }])).rows).toEqual([]);
    expect(await source.latestOffset(5, {})).toBe(5);
    await source.close();
    peer.close();
  });

  test('a server that is not there is a plain error', async () => {
    const peer = await server();
    peer.close();
    const source = socketSource(systemClock, { host: '127.0.0.1', port: peer.port });
    let woken = false;
    source.onData?.(() => {
      woken = true;
    });
    await until(() => woken);
    await expect(source.latestOffset(0, {})).rejects.toMatchObject({ code: 'SOCKET_CONNECTION_FAILED' });
    await source.close();
  });
});
