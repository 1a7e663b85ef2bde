import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRandom } from '../../src/generate/random.ts';
import { BIN, buildProduct, startProcess } from '../support/cli.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';
import { outputOf, succeed } from '../tools/task-runs.ts';

const PRELOAD = join(import.meta.dirname, '..', 'support', 'report-threads.cjs');

/** Files of two chunks each, two files a batch: enough for a batch to be shared. */
const BATCH = ['--max-files-per-trigger', '2'];
const TASK2 = ['--watermark', '10 seconds', '--drain', ...BATCH];
const SIZE = ['--files', '4', '--events', '150000', '--format', 'ndjson', '--seed', '7'];
/** So many that opening them is worth sharing. */
const MANY = ['--files', '1200', '--events', '3', '--seed', '8'];
const MISTAKES = ['--late', '0.02', '--max-late', '2h', '--corrupt', '0.01'];

/** Windows of a second by a number of ten thousand, some 400,000 groups; what is open at the end of a batch goes into the state. */
const KEYED = `
  - select: [datetime, "cast(total_price * 100 as string) as cents", clicks, total_price]
  - groupBy: ["window(datetime, '1 second')", cents]
    agg: [count(*) AS rows, sum(clicks) AS clicks, avg(total_price) AS price]
  - select: [window.start AS second, cents, rows, clicks, price]`;

/** Some of them reach over the borders of chunks, and rows that come late join them. */
const SESSIONS = `
  - groupBy: ["session_window(datetime, '1 second')", clicks]
    agg: [count(*) AS rows, sum(impressions) AS impressions, avg(total_price) AS price]
  - select: [session_window.start AS start, session_window.end AS end, clicks, rows, impressions, price]`;

describe('batches that several threads work on', () => {
  const work = createWorkspace('workers');
  const run = async (task: string, input: string, workers: number, more: readonly string[] = BATCH) => {
    const name = `${task}-${input}-${workers}`;
    const folders = [
      '--in',
      work.path(input),
      '--out',
      work.path(name, 'out'),
      '--checkpoint',
      work.path(name, 'state'),
    ];
    return await report(name, [task, ...folders, '--settle', '0', ...more, '--workers', String(workers)]);
  };
  const report = async (name: string, words: readonly string[]) => {
    const env = {
      ...process.env,
      NODE_OPTIONS: `--require ${PRELOAD}`,
      THREADS_FILE: work.path(`${name}.threads`),
    };
    const running = startProcess(process.execPath, [BIN, ...words, '--once', '--json'], work.dir, env);
    const { code, stdout, stderr } = await running.ended;
    if (code !== 0) throw new Error(stderr);
    const batches = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return {
      output: outputOf(work.path(name, 'out')),
      accounts: batches.map(({ batchId, account, numInputRows }) => ({ batchId, account, numInputRows })),
      repeatedNames: batches.map(({ sources }) => sources[0].metrics.numRowsWithRepeatedNames ?? 0),
      warnings: stderr.split('\n').filter((line) => line.includes('more than once.')),
      threads: threadsOf(work.path(`${name}.threads`)),
    };
  };

  beforeAll(async () => {
    buildProduct();
    for (const file of [0, 1, 2, 3, 4, 5]) {
      const path = work.deliver(`csv/${file}.csv`, wideCsv(file));
      utimesSync(path, 1_700_000_000 + file, 1_700_000_000 + file);
    }
    await succeed(['generate', '--out', work.path('json'), '--quiet', ...SIZE, ...MISTAKES], work.dir);
    await succeed(['generate', '--out', work.path('many'), '--quiet', ...MANY, ...MISTAKES], work.dir);
    repeatNames(work, 'json', 997);
    repeatNames(work, 'many', 17);
  }, 240_000);
  afterAll(() => work.remove());

  test('leave the same output, rejects and accounts as one thread', async () => {
    const one = await run('task1', 'json', 1);
    expect(one.threads).toBe(0);
    expect(Object.keys(one.output).filter((name) => name.startsWith('_rejects/'))).not.toEqual([]);
    expect(one.repeatedNames.every((rows) => rows > 0)).toBe(true);
    expect(one.warnings).toEqual([expect.stringContaining('Analytics.Clicks more than once.')]);
    for (const workers of [2, 8]) {
      const shared = await run('task1', 'json', workers);
      expect(shared.threads).toBe(workers - 1);
      expect({ ...shared, threads: 0 }).toEqual(one);
    }
  }, 240_000);

  test('are worth it for many small files, too', async () => {
    const one = await run('task1', 'many', 1, []);
    expect(one.threads).toBe(0);
    expect(one.accounts.length).toBe(2);
    expect(Object.keys(one.output).filter((name) => name.startsWith('_rejects/'))).not.toEqual([]);
    expect(one.repeatedNames.every((rows) => rows > 0)).toBe(true);
    for (const workers of [2, 8]) {
      const shared = await run('task1', 'many', workers, []);
      expect(shared.threads).toBe(workers - 1);
      expect({ ...shared, threads: 0 }).toEqual(one);
    }
  }, 240_000);

  test('keep windows, double sums and late rows the same too', async () => {
    const windows = await run('task2', 'csv', 1, TASK2);
    expect(Object.keys(windows.output).join()).toContain('late');
    for (const workers of [2, 8]) {
      const shared = await run('task2', 'csv', workers, TASK2);
      expect(shared.threads).toBe(workers - 1);
      expect({ ...shared, threads: 0 }).toEqual(windows);
    }
  }, 240_000);

  test.each([
    ['windows of many keys', 'keyed', KEYED],
    ['sessions', 'sessions', SESSIONS],
  ])(
    'keep state and row groups the same for %s',
    async (_, kind, steps) => {
      const shared = async (workers: number) => {
        const name = `${kind}-${workers}`;
        const file = work.deliver(`${name}.pipeline.yaml`, pipeline(work.dir, name, steps, workers));
        const state = () => outputOf(work.path(name, 'state', 'state'));
        return { ...(await report(name, ['run', file])), state: state() };
      };
      const one = await shared(1);
      expect(Object.keys(one.state)).toContain('0/0.delta');
      for (const workers of [2, 8]) {
        const many = await shared(workers);
        expect(many.threads).toBe(workers - 1);
        expect({ ...many, threads: 0 }).toEqual(one);
      }
    },
    240_000,
  );
});

function pipeline(folder: string, name: string, steps: string, workers: number): string {
  return `name: ${name}
sources:
  rows:
    format: csv
    path: ${folder}/csv
    schema: datetime TIMESTAMP, note STRING, clicks LONG, impressions LONG, quantity LONG, total_price DOUBLE
    options: { header: true, settle: 0, maxFilesPerTrigger: 3 }
    watermark: { column: datetime, delay: 10 seconds }
steps:${steps}
sink: { format: parquet, path: "${folder}/${name}/out", options: { rowGroupRows: 10000 } }
checkpoint: ${folder}/${name}/state
settings: { drain: true, workers: ${workers} }
`;
}

/** Rows of a few hours in some disorder, in the columns of task2 and a long one that it does not read, with line ends in it. */
function wideCsv(file: number): string {
  const random = createRandom(file);
  const rows = ['datetime,note,clicks,impressions,quantity,total_price'];
  const note = `"${'twenty-four characters,\n'.repeat(8)}"`;
  for (let i = 0; i < 75_000; i++) {
    const seconds = file * 3600 + i / 20 - (random.fraction() < 0.01 ? random.fraction() * 14_400 : 0);
    const datetime = new Date(Date.UTC(2026, 0, 1) + Math.floor(seconds * 1000)).toISOString();
    rows.push(`${datetime},${note},${i % 7},${i % 11},${i % 3},${(random.fraction() * 100).toFixed(2)}`);
  }
  return `${rows.join('\n')}\n`;
}

/** Gives every so-many-th event of a folder a name twice. */
function repeatNames(work: Workspace, folder: string, every: number): void {
  let events = 0;
  for (const name of readdirSync(work.path(folder)).sort()) {
    const { mtimeMs } = statSync(work.path(folder, name));
    const text = readFileSync(work.path(folder, name), 'utf8');
    const repeated = text.replaceAll('"Clicks":', (found) => (events++ % every === 5 ? `${found}-1,${found}` : found));
    utimesSync(work.deliver(`${folder}/${name}`, repeated), mtimeMs / 1000, mtimeMs / 1000);
  }
}

function threadsOf(file: string): number {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').length;
  } catch {
    return 0;
  }
}
