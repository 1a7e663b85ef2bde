import { describe, expect, test } from '@jest/globals';
import type { QueryProgress } from '../../src/cli/progress.ts';
import { type RunningQuery, type RunQueryOptions, runQuery } from '../../src/cli/run-query.ts';
import { ClickstreamError, ioError } from '../../src/errors.ts';
import { createFakeIo } from './fake-io.ts';

const OPTIONS: RunQueryOptions = { watching: false, json: false, quiet: false, exitCodeIfEmpty: null };

/** A query whose batches and end come when the test says. */
function createFakeQuery(reasons: readonly string[] = []) {
  let listener: (progress: QueryProgress) => void = () => {};
  let end: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const stops: (() => void)[] = [];
  const query: RunningQuery = {
    awaitTermination: () => ended,
    stop: () => new Promise((resolve) => stops.push(resolve)),
    onProgress: (added) => {
      listener = added;
    },
    sourceMetrics: [],
    explainEmpty: () => reasons,
  };
  return { query, batch: (progress: QueryProgress) => listener(progress), end, fail, stops };
}

function account(operator: string, counts: Record<string, number>) {
  const none = { in: 0, passed: 0, filtered: 0, late: 0, latePairs: 0, duplicate: 0, rejected: 0 };
  return { operator, ...none, ...counts };
}

const FIRST: QueryProgress = {
  batchId: 0,
  numInputRows: 1200,
  processedRowsPerSecond: 800,
  durationMs: { triggerExecution: 40, addBatch: 30, walCommit: 8 },
  eventTime: { watermark: '2026-01-01T00:00:00.000Z' },
  sources: [{ metrics: { numFiles: 3 } }],
  sink: { numOutputRows: 2 },
  stateOperators: [{ numRowsTotal: 9, customMetrics: { openWindows: 4 } }],
  account: {
    operators: [
      account('read', { in: 1200, passed: 1190, rejected: 10 }),
      account('aggregate', { in: 1190, passed: 2, late: 40, latePairs: 80 }),
    ],
  },
};
const SECOND: QueryProgress = {
  ...FIRST,
  batchId: 1,
  numInputRows: 100,
  account: { operators: [account('aggregate', { in: 100, passed: 1 }), account('read', { in: 100, passed: 100 })] },
};

/** Lets what was resolved be noticed. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe('runQuery', () => {
  test('a bounded run ends with the account of its rows, added up over its batches', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    const run = runQuery(fake.query, OPTIONS, io);
    fake.batch(FIRST);
    fake.batch(SECOND);
    io.advance(2000);
    fake.end();
    expect(await run).toBe(0);
    expect(io.out()).toBe('');
    expect(io.err().split('\n')).toEqual([
      '1,300 rows from 6 files in 2 batches, 2.0 s (650 rows/s)',
      '',
      'operator      in  passed  filtered  late  duplicate  rejected  late pairs',
      '---------  -----  ------  --------  ----  ---------  --------  ----------',
      'read       1,300   1,290         0     0          0        10           0',
      'aggregate  1,290       3         0    40          0         0          80',
      '',
      'time: addBatch 60 ms, walCommit 16 ms',
      '',
    ]);
  });

  test('tells of rows that did not move the watermark', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    const run = runQuery(fake.query, OPTIONS, io);
    for (const batchId of [0, 1]) fake.batch({ ...FIRST, batchId, futureEvents: { rowsHeldBack: 600 + batchId } });
    fake.end();
    await run;
    expect(io.err()).toContain('\n1,201 rows dated too far ahead did not move the watermark\n');
  });

  test('tells of rows of which values were lost', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    const run = runQuery(fake.query, OPTIONS, io);
    for (const batchId of [0, 1]) {
      fake.batch({
        ...FIRST,
        batchId,
        sources: [{ metrics: { numFiles: 1, numRowsWithRepeatedNames: 600 + batchId } }],
      });
    }
    fake.end();
    await run;
    expect(io.err()).toContain('\n1,201 rows had a name more than once: the last value counted\n');
  });

  test('tells of files that changed after they were read, also when no batch came after', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    const run = runQuery(
      { ...fake.query, sourceMetrics: [{ numChangedFiles: 1199 }, {}, { numChangedFiles: 1 }] },
      OPTIONS,
      io,
    );
    fake.end();
    await run;
    expect(io.err()).toContain('\n1,200 input files changed after being read\n');
  });

  test('says why nothing came out', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery(['2 windows are open', 'the watermark is 2026-01-01T00:00:00Z']);
    const run = runQuery(fake.query, OPTIONS, io);
    fake.batch({ batchId: 0, numInputRows: 5, account: { operators: [account('aggregate', { in: 5, passed: 0 })] } });
    fake.end();
    await run;
    expect(io.err()).toContain('Nothing came out:\n  2 windows are open\n  the watermark is 2026-01-01T00:00:00Z\n');
  });

  test('--json: one object per batch on stdout, one line each', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    const run = runQuery(fake.query, { ...OPTIONS, json: true, quiet: true }, io);
    fake.batch(FIRST);
    fake.batch(SECOND);
    fake.end();
    await run;
    expect(
      io
        .out()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([FIRST, SECOND]);
    expect(io.err()).toBe('');
  });

  test('the code for no input rows is for runs that read none', async () => {
    for (const [progress, code] of [
      [null, 99],
      [{ batchId: 0, numInputRows: 0 }, 99],
      [FIRST, 0],
    ] as const) {
      const fake = createFakeQuery();
      const run = runQuery(fake.query, { ...OPTIONS, exitCodeIfEmpty: 99 }, createFakeIo());
      if (progress !== null) fake.batch(progress);
      fake.end();
      expect(await run).toBe(code);
    }
  });

  test('what makes the query fail is thrown on', async () => {
    const fake = createFakeQuery();
    const run = runQuery(fake.query, OPTIONS, createFakeIo());
    fake.fail(ioError('DISK_FULL', 'the disk is full'));
    await expect(run).rejects.toBeInstanceOf(ClickstreamError);
  });
});

describe('the live line', () => {
  async function liveText(io: ReturnType<typeof createFakeIo>): Promise<string> {
    const fake = createFakeQuery();
    const run = runQuery(fake.query, OPTIONS, io);
    fake.batch(FIRST);
    const text = io.err();
    fake.end();
    await run;
    return text;
  }

  test('shows files, rows, rate, watermark and open windows on a terminal', async () => {
    const text = await liveText(createFakeIo({ tty: true, env: { NO_COLOR: '1' }, columns: 200 }));
    expect(text).toBe(
      '\r\u001b[K3 files | 1,200 rows | 800 rows/s | watermark 2026-01-01T00:00:00.000Z | 4 open windows',
    );
  });

  test('is cut to the width, and coloured unless NO_COLOR is set', async () => {
    const text = await liveText(createFakeIo({ tty: true, columns: 20 }));
    expect(text).toBe('\r\u001b[K\u001b[2m3 files | 1,200 row\u001b[0m');
  });

  test('is silent when piped', async () => {
    expect(await liveText(createFakeIo())).toBe('');
  });

  test('is drawn at most every 100 ms', async () => {
    const io = createFakeIo({ tty: true, columns: 200 });
    const fake = createFakeQuery();
    void runQuery(fake.query, OPTIONS, io);
    for (let batch = 0; batch < 10; batch++) {
      fake.batch(FIRST);
      io.advance(50);
    }
    expect(io.err().split('\r')).toHaveLength(1 + 5);
  });
});

describe('signals', () => {
  test.each([
    ['SIGINT', false, 130],
    ['SIGTERM', false, 143],
    ['SIGINT', true, 0],
    ['SIGTERM', true, 0],
  ] as const)('%s, watching %p: exit %p after the batch', async (signal, watching, code) => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    const run = runQuery(fake.query, { ...OPTIONS, watching }, io);
    io.signal(signal);
    expect(fake.stops).toHaveLength(1);
    fake.stops[0]?.();
    expect(await run).toBe(code);
    expect(io.exits).toEqual([]);
  });

  test('a second signal ends the process at once', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    void runQuery(fake.query, { ...OPTIONS, watching: true }, io);
    io.signal('SIGTERM');
    io.signal('SIGTERM');
    expect(io.exits).toEqual([143]);
    expect(fake.stops).toHaveLength(1);
  });

  test('a batch that does not end within 8 s is abandoned', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    void runQuery(fake.query, OPTIONS, io);
    io.signal('SIGINT');
    io.advance(7999);
    await settle();
    expect(io.exits).toEqual([]);
    io.advance(1);
    await settle();
    expect(io.exits).toEqual([130]);
    expect(io.err()).toContain('it is run again at the next start');
  });

  test('a query that fails while it stops is a failure', async () => {
    const io = createFakeIo();
    const fake = createFakeQuery();
    const run = runQuery(fake.query, OPTIONS, io);
    io.signal('SIGINT');
    fake.fail(ioError('DISK_FULL', 'the disk is full'));
    await expect(run).rejects.toThrow('the disk is full');
  });
});
