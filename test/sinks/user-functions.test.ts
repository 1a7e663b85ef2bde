import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type Batch, batchOf } from '../../src/batch.ts';
import { ioError } from '../../src/errors.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { field, LONG, struct } from '../../src/schema.ts';
import type { SinkBatch } from '../../src/sink.ts';
import { type ForeachWriter, foreachSink } from '../../src/sinks/foreach.ts';
import { type ForeachBatchFunction, foreachBatchSink } from '../../src/sinks/foreach-batch.ts';
import { SharedRows } from '../../src/sinks/shared-rows.ts';
import { lineFormat } from '../sources/line-format.ts';
import { newFolder, removeFolders } from '../sources/support.ts';

afterEach(removeFolders);

const SCHEMA = struct([field('v', LONG)]);

async function* rowsOf(...values: number[]): AsyncGenerator<Batch> {
  for (const value of values) yield batchOf(SCHEMA, [[value]]);
}

function batch(batchId: number, rows: AsyncIterable<Batch>): SinkBatch {
  return { batchId, schema: SCHEMA, batchTimeMs: 0, outputMode: 'append', rows, signal: new AbortController().signal };
}

describe('foreach', () => {
  /** A writer that writes down its calls. */
  function recorder(given: Partial<ForeachWriter> = {}) {
    const events: unknown[] = [];
    const writer: ForeachWriter = {
      open(partitionId, epochId) {
        events.push(['open', partitionId, epochId]);
        return given.open?.(partitionId, epochId) ?? true;
      },
      process(row) {
        events.push(['process', row.v]);
        return given.process?.(row);
      },
      close(error) {
        events.push(['close', error]);
        return given.close?.(error);
      },
    };
    return { events, sink: foreachSink(writer) };
  }

  test('opens, processes each row, closes; also for a batch without rows', async () => {
    const { events, sink } = recorder({ process: async () => {} });
    await sink.write(batch(5, rowsOf(1, 2)));
    await sink.write(batch(6, rowsOf()));
    expect(events).toEqual([
      ['open', 0, 5],
      ['process', 1],
      ['process', 2],
      ['close', null],
      ['open', 0, 6],
      ['close', null],
    ]);
  });

  test('open that returns false skips the rows, and they are read all the same; close is called', async () => {
    let read = 0;
    async function* counted() {
      for (const rows of [[[1]], [[2]]]) {
        read++;
        yield batchOf(SCHEMA, rows);
      }
    }
    const { events, sink } = recorder({ open: () => false });
    await sink.write(batch(0, counted()));
    expect(events).toEqual([
      ['open', 0, 0],
      ['close', null],
    ]);
    expect(read).toBe(2);
  });

  test("an error in open is the user's, and close is not called", async () => {
    const cause = new Error('no database');
    const { events, sink } = recorder({
      open() {
        throw cause;
      },
    });
    await expect(sink.write(batch(0, rowsOf(1)))).rejects.toMatchObject({
      code: 'USER_FUNCTION_ERROR',
      category: 'user',
      cause,
    });
    expect(events).toEqual([['open', 0, 0]]);
  });

  test.each([
    [
      'thrown',
      (error: Error) => {
        throw error;
      },
    ],
    ['rejected', (error: Error) => Promise.reject(error)],
  ])('an error %s by process is given to close and fails the batch', async (_, fail) => {
    const cause = new Error('bad row');
    const { events, sink } = recorder({ process: () => fail(cause) });
    await expect(sink.write(batch(0, rowsOf(1, 2)))).rejects.toMatchObject({ code: 'USER_FUNCTION_ERROR', cause });
    expect(events).toEqual([
      ['open', 0, 0],
      ['process', 1],
      ['close', cause],
    ]);
  });

  test('a failure elsewhere is given to close and stays what it is', async () => {
    const failure = ioError('SOURCE_FILE_CHANGED', 'gone');
    async function* failing() {
      yield batchOf(SCHEMA, [[1]]);
      throw failure;
    }
    const { events, sink } = recorder();
    await expect(sink.write(batch(0, failing()))).rejects.toBe(failure);
    expect(events.at(-1)).toEqual(['close', failure]);
  });

  test('an error in close fails the batch', async () => {
    const { sink } = recorder({ close: () => Promise.reject(new Error('flush')) });
    await expect(sink.write(batch(0, rowsOf(1)))).rejects.toThrow(/close function given to foreach.*flush/);
  });
});

describe('foreachBatch', () => {
  const sinkOf = (call: ForeachBatchFunction) =>
    foreachBatchSink({ disk: nodeDisk, queryId: 'abcdefgh-1', formats: { csv: lineFormat }, call });

  test('gives rows, counts and columns, as often as they are asked for', async () => {
    const seen: unknown[] = [];
    const sink = sinkOf(async (rows, batchId) => {
      seen.push(batchId, await rows.count(), await rows.toArray(), rows.schema);
      for await (const row of rows.rows()) seen.push(row.v);
    });
    await sink.write(batch(3, rowsOf(1, 2)));
    expect(seen).toEqual([
      3,
      2,
      [{ v: 1 }, { v: 2 }].map((row) => Object.assign(Object.create(null), row)),
      SCHEMA,
      1,
      2,
    ]);
  });

  test('rows that the function leaves are read to their end', async () => {
    let read = 0;
    async function* counted() {
      for (let v = 0; v < 3; v++) {
        read++;
        yield batchOf(SCHEMA, [[v]]);
      }
    }
    await sinkOf(async (rows) => {
      for await (const _ of rows.rows()) break;
    }).write(batch(0, counted()));
    expect(read).toBe(3);
  });

  test('batch.write names files after the batch, once, and keeps to its folder', async () => {
    const out = newFolder();
    const sink = sinkOf(async (rows, batchId) => {
      const written = await rows.write.csv(out, { batchId });
      expect(written.rows).toBe(2);
    });
    await sink.write(batch(0, rowsOf(1, 2)));
    await sink.write(batch(0, rowsOf(1, 2)));
    expect(readdirSync(out).sort()).toEqual(['_clickstream', 'part-000000000-00000-abcdefgh.txt']);
    const other = foreachBatchSink({
      disk: nodeDisk,
      queryId: 'another',
      formats: { csv: lineFormat },
      call: async (rows) => void (await rows.write.csv(out)),
    });
    await expect(other.write(batch(0, rowsOf(1)))).rejects.toMatchObject({ code: 'OUTPUT_OWNED_BY_OTHER_QUERY' });
  });

  test('the same rows may go to two places at once', async () => {
    const [a, b] = [newFolder(), newFolder()];
    await sinkOf(async (rows) => {
      await Promise.all([rows.write.csv(a), rows.write.csv(b)]);
    }).write(batch(0, rowsOf(1, 2, 3)));
    for (const folder of [a, b]) {
      expect(nodeDisk.stat(join(folder, 'part-000000000-00000-abcdefgh.txt')).size).toBe(6);
    }
  });

  test("a user's error is wrapped; one of ours that passes through is not", async () => {
    const cause = new TypeError('x is undefined');
    const failing = sinkOf(() => {
      throw cause;
    });
    await expect(failing.write(batch(7, rowsOf()))).rejects.toMatchObject({ code: 'USER_FUNCTION_ERROR', cause });
    const changed = ioError('SOURCE_FILE_CHANGED', 'changed');
    // biome-ignore lint/correctness/useYield: it fails before its first row
    async function* gone(): AsyncGenerator<Batch> {
      throw changed;
    }
    const reading = sinkOf(async (rows) => void (await rows.count()));
    await expect(reading.write(batch(7, gone()))).rejects.toBe(changed);
  });
});

describe('rows that are read twice', () => {
  test('are kept while they are few', async () => {
    const shared = new SharedRows(rowsOf(1, 2, 3));
    const count = async () => {
      let rows = 0;
      for await (const rowsOfBatch of shared) rows += rowsOfBatch.length;
      return rows;
    };
    expect(await Promise.all([count(), count(), count()])).toEqual([3, 3, 3]);
    expect(await count()).toBe(3);
  });

  test('are had again from a source that repeats, else refused', async () => {
    const repeatable = { isRepeatable: true, [Symbol.asyncIterator]: () => rowsOf(1, 2, 3) };
    for (const [source, works] of [
      [repeatable, true],
      [rowsOf(1, 2, 3), false],
    ] as const) {
      const shared = new SharedRows(source, 8);
      const values = async () => {
        const found: number[] = [];
        for await (const rows of shared) found.push(rows.length);
        return found.length;
      };
      expect(await values()).toBe(3);
      if (works) expect(await values()).toBe(3);
      else await expect(values()).rejects.toMatchObject({ code: 'BATCH_TOO_LARGE_TO_REUSE' });
    }
  });
});
