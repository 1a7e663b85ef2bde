import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildProduct, type CliResult, runCli } from '../support/cli.ts';
import { clicksArray, clicksCsv } from '../support/clicks-text.ts';
import { createWorkspace, dataFiles, filesBelow, rejects, type Workspace } from '../support/workspace.ts';

const folders = (input: string, out: string, checkpoint: string): string[] => [
  ...['--in', input, '--out', out, '--checkpoint', checkpoint],
  ...['--settle', '0'],
];
const FOLDERS1 = folders('json', 'csv', 'state/task1');
const FOLDERS2 = folders('csv', 'parquet', 'state/task2');

const CLICK_SCHEMA = join(import.meta.dirname, '..', '..', 'schemas', 'click-event.schema.json');

let work: Workspace;
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('cli');
});
afterEach(() => work.remove());

const run = (...words: string[]): Promise<CliResult> => runCli(words, work.dir);

describe('exit codes', () => {
  test.each([
    ['2 without a command', [], 2, 'clickstream <command>'],
    ['2 for an unknown command', ['tusk1'], 2, 'task1'],
    ['2 for an unknown option', ['task1', '--chekpoint', 'x'], 2, 'checkpoint'],
    ['2 for a value that cannot be read', ['task2', '--window', 'ten'], 2, '"ten" is not a duration'],
    ['2 for --drain without --once', ['task2', '--drain'], 2, 'needs --once'],
    ['2 for an impossible slide', ['task2', '--window', '5s', '--slide', '10s'], 2, '--slide'],
    ['78 for a schema that is missing', ['task1', '--schema', 'none.json', '--once', ...FOLDERS1], 78, 'none.json'],
    ['78 for a schema that is broken', ['task1', '--schema', 'broken.json', '--once', ...FOLDERS1], 78, 'broken.json'],
  ] as const)('%s', async (_name, words, code, text) => {
    writeFileSync(work.path('broken.json'), '{"type": "object",');
    const result = await run(...words);
    expect({ code: result.code, said: result.stderr.includes(text) ? text : result.stderr }).toEqual({
      code,
      said: text,
    });
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/\n\s+at /);
  });

  test('65 for more rejects than --max-reject-ratio, and the next run may take them', async () => {
    work.deliver('json/a.json', `${clicksArray('2026-01-01T00:00:01Z')}`);
    work.deliver('json/b.json', '{"broken": 1}');
    const words = ['task1', '--once', ...FOLDERS1, '--max-reject-ratio'];
    const stopped = await run(...words, '0');
    expect(stopped).toMatchObject({ code: 65, stderr: expect.stringContaining('1 rejected records among 2 rows') });
    expect(dataFiles(work.path('csv'), '.csv')).toEqual([]);
    expect(rejects(work.path('csv'), 'rejected')).toHaveLength(1);
    expect(await run(...words, '0.5')).toMatchObject({ code: 0 });
    expect(dataFiles(work.path('csv'), '.csv')).toHaveLength(1);
    expect(rejects(work.path('csv'), 'rejected')).toHaveLength(1);
  });

  test('--exit-code-if-empty for a run without input rows', async () => {
    const words = ['task1', '--once', '--exit-code-if-empty', '3', ...FOLDERS1];
    expect(await run(...words)).toMatchObject({ code: 3 });
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    expect(await run(...words)).toMatchObject({ code: 0 });
    expect(await run(...words)).toMatchObject({ code: 3 });
  });
});

describe('--json', () => {
  test('prints one progress object per batch, with the field names of Spark', async () => {
    for (const second of [1, 2, 3]) work.deliver(`csv/${second}.csv`, clicksCsv(`2026-01-01T00:0${second}:00Z`));
    const { code, stdout } = await run('task2', '--once', '--json', '--max-files-per-trigger', '1', ...FOLDERS2);
    expect(code).toBe(0);
    const batches = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(batches.map(({ batchId, numInputRows }) => [batchId, numInputRows])).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
      [3, 0],
    ]);
    expect(batches[2]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: null,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      batchId: 2,
      batchDuration: expect.any(Number),
      numInputRows: 1,
      inputRowsPerSecond: expect.any(Number),
      processedRowsPerSecond: expect.any(Number),
      durationMs: {
        addBatch: expect.any(Number),
        commitOffsets: expect.any(Number),
        latestOffset: expect.any(Number),
        triggerExecution: expect.any(Number),
        walCommit: expect.any(Number),
      },
      eventTime: {
        avg: '2026-01-01T00:03:00.000Z',
        max: '2026-01-01T00:03:00.000Z',
        min: '2026-01-01T00:03:00.000Z',
        watermark: '2026-01-01T00:01:30.000Z',
      },
      stateOperators: [
        {
          operatorName: 'stateStoreSave',
          numRowsTotal: expect.any(Number),
          numRowsUpdated: expect.any(Number),
          numRowsRemoved: expect.any(Number),
          numRowsDroppedByWatermark: 0,
        },
      ],
      sources: [{ description: expect.stringContaining('FileStreamSource['), numInputRows: 1 }],
      sink: { description: 'ForeachBatchSink', numOutputRows: expect.any(Number) },
    });
  });
});

describe('--escape-formulas', () => {
  test('defuses texts that a spreadsheet would run', async () => {
    const schema = readFileSync(CLICK_SCHEMA, 'utf8').replace(
      '"Quantity": { "type": "integer" }',
      '"Quantity": { "type": "string" }',
    );
    writeFileSync(work.path('text.json'), schema);
    const event = clicksArray('2026-01-01T00:00:01Z')
      .replace('"Quantity":2', '"Quantity":"=1+2"')
      .replace('1.5', '-1.5');
    work.deliver('json/a.json', event);
    const csv = async (out: string, ...words: string[]) => {
      await run('task1', '--once', '--schema', 'text.json', ...folders('json', out, `state/${out}`), ...words);
      return dataFiles(work.path(out), '.csv').map((file) => readFileSync(file, 'utf8').split('\n')[1]);
    };
    expect(await csv('plain')).toEqual(['2026-01-01T00:00:01Z,1,10,=1+2,-1.5']);
    expect(await csv('defused', '--escape-formulas')).toEqual([`2026-01-01T00:00:01Z,1,10,"'=1+2",-1.5`]);
  });
});

describe('an event dated far ahead', () => {
  test('freezes the watermark, which is told loudly, unless --max-future-skew holds it back', async () => {
    work.deliver('csv/1.csv', clicksCsv('2026-01-01T00:00:01Z', '2126-01-01T00:00:00Z'));
    const frozen = await run('task2', '--once', '--json', ...FOLDERS2);
    expect(frozen.stderr).toMatch(/warning: batch 0 moved the watermark: 2125-12-31T23:59:30\.000Z is \d+ days past/);
    expect(JSON.parse(frozen.stdout.split('\n')[0] as string)).toMatchObject({
      futureEvents: { rowsHeldBack: 0, watermarkJump: { to: '2125-12-31T23:59:30.000Z' } },
    });
    expect((await run('status', '--checkpoint', 'state/task2')).stdout).toMatch(/ {2}warning {4}2125-12-31.*days past/);

    const held = await run('task2', '--once', '--max-future-skew', '5m', ...folders('csv', 'parquet2', 'state/2'));
    expect(held.stderr).not.toContain('warning');
    expect(held.stderr).toContain('1 row dated too far ahead did not move the watermark');
    expect((await run('status', '--checkpoint', 'state/2')).stdout).toContain('watermark  2025-12-31T23:59:31.000Z');
  });
});

describe('--console', () => {
  test('prints the windows of a batch as a table', async () => {
    work.deliver('csv/1.csv', clicksCsv('2026-01-01T00:01:00Z'));
    const { stdout } = await run('task2', '--once', '--drain', '--console', ...FOLDERS2);
    expect(stdout).toContain('|window_start       |window_end         |events|');
    expect(stdout).toContain('|2026-01-01 00:01:00|2026-01-01 00:01:10|1     |');
  });
});

describe('--fresh', () => {
  test('needs --yes where nobody can be asked', async () => {
    await run('task1', '--once', ...FOLDERS1);
    const result = await run('task1', '--once', '--fresh', ...FOLDERS1);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('--yes');
    expect(filesBelow(work.path('state/task1'))).toContain('metadata');
  });

  test("deletes the checkpoint and the query's own output, nothing else, and reads all again", async () => {
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    await run('task1', '--once', ...FOLDERS1);
    const [first] = dataFiles(work.path('csv'), '.csv');
    work.deliver('csv/mine.csv', 'not ours\n');
    const again = await run('task1', '--once', '--fresh', '--yes', ...FOLDERS1);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toContain('1 row from 1 file');
    const files = dataFiles(work.path('csv'), '.csv');
    expect(files).toHaveLength(2);
    expect(files).toContain(work.path('csv/mine.csv'));
    expect(files).not.toContain(first);
  });

  test('also deletes the manifest for Spark, which would hide the new output', async () => {
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    const words = ['task1', '--once', '--spark-manifest', ...FOLDERS1];
    await run(...words);
    await run(...words, '--fresh', '--yes');
    const [file = ''] = dataFiles(work.path('csv'), '.csv');
    expect(readFileSync(work.path('csv/_spark_metadata/0'), 'utf8')).toContain(file);
  });
});

describe('folders that belong together', () => {
  beforeEach(async () => {
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    expect(await run('task1', '--once', ...FOLDERS1)).toMatchObject({ code: 0 });
  });

  test('a new checkpoint over the output of another query is refused', async () => {
    const before = filesBelow(work.path('csv'));
    const result = await run('task1', '--once', ...folders('json', 'csv', 'state/other'));
    expect(result.code).toBe(78);
    expect(result.stderr).toContain('belongs to another query');
    expect(filesBelow(work.path('csv'))).toEqual(before);
  });

  test('an old checkpoint with a new output folder is refused', async () => {
    work.deliver('json/b.json', clicksArray('2026-01-01T00:00:02Z'));
    const result = await run('task1', '--once', ...folders('json', 'elsewhere', 'state/task1'));
    expect(result.code).toBe(78);
    expect(dataFiles(work.path('elsewhere'), '.csv')).toEqual([]);
  });

  test("another task's checkpoint is refused", async () => {
    const result = await run('task2', '--once', ...folders('csv', 'parquet', 'state/task1'));
    expect(result.code).toBe(78);
  });
});
