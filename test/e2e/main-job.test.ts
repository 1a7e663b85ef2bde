import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { buildProduct, type CliResult, runCli } from '../support/cli.ts';
import { clickEvents, sumsByWindow } from '../support/click-events.ts';
import { readWindows } from '../support/windows.ts';
import { createWorkspace, dataFiles, rejects, type Workspace } from '../support/workspace.ts';

const SEED = ['--seed', '7', '--start', '2026-01-01T00:00:00Z'];
const FOLDERS1 = ['--in', 'json', '--out', 'csv', '--checkpoint', 'state/task1'];
const FOLDERS2 = ['--in', 'csv', '--out', 'parquet', '--checkpoint', 'state/task2'];
const BOUNDED = ['--once', '--settle', '0'];

let work: Workspace;
beforeAll(buildProduct);
afterEach(() => work.remove());

async function run(...words: string[]): Promise<CliResult> {
  const result = await runCli(words, work.dir);
  if (result.code !== 0) throw new Error(`clickstream ${words.join(' ')}: ${result.code}\n${result.stderr}`);
  return result;
}

/** What `generate` wrote, file by file. */
function generated(folder: string): string[] {
  return readdirSync(work.path(folder))
    .sort()
    .map((name) => readFileSync(work.path(folder, name), 'utf8'));
}

function csvRows(folder: string): string[] {
  return dataFiles(work.path(folder), '.csv').flatMap((path) =>
    readFileSync(path, 'utf8').trimEnd().split('\n').slice(1),
  );
}

describe('generate, task1, task2', () => {
  test('give the sums that an independent reader and plain arithmetic give', async () => {
    work = createWorkspace('job');
    await run('generate', '--out', 'json', '--files', '200', '--late', '0.1', ...SEED);
    const events = generated('json').flatMap(clickEvents);
    expect(events).toHaveLength(2000);

    const first = await run('task1', ...FOLDERS1, ...BOUNDED, '--max-files-per-trigger', '60');
    expect(first.stderr).toContain('2,000 rows from 200 files in 4 batches');
    expect(csvRows('csv')).toHaveLength(2000);

    const second = await run('task2', ...FOLDERS2, ...BOUNDED, '--drain');
    expect(second.stdout).toBe('');
    expect(await readWindows(work.path('parquet'))).toEqual(sumsByWindow(events, 10));
  }, 60_000);

  test('bounded runs go on where the last one ended, and --drain closes what is open', async () => {
    work = createWorkspace('job');
    const day = ['--events', '10', '--step', '1s'];
    await run('generate', '--out', 'json', '--files', '12', ...day, ...SEED);
    const events = generated('json').flatMap(clickEvents);
    await run('task1', ...FOLDERS1, ...BOUNDED, '--max-files-per-trigger', '5');
    const undrained = await run('task2', ...FOLDERS2, ...BOUNDED);
    expect(undrained.stderr).toContain('120 rows from 3 files in 2 batches');
    const closed = await readWindows(work.path('parquet'));
    // The watermark stands 30 s before the last of 120 seconds of events: 8 of 12 windows end by then.
    expect(closed).toEqual(sumsByWindow(events, 10).slice(0, 8));
    const again = await run('task2', ...FOLDERS2, ...BOUNDED);
    expect(again.stderr).toContain('0 rows from 0 files');
    expect(again.stderr).toContain('4 windows are open');
    await run('task2', ...FOLDERS2, ...BOUNDED, '--drain');
    expect(await readWindows(work.path('parquet'))).toEqual(sumsByWindow(events, 10));
    await run('task2', ...FOLDERS2, ...BOUNDED, '--drain');
    expect(await readWindows(work.path('parquet'))).toEqual(sumsByWindow(events, 10));
  }, 60_000);

  test('overlapping windows count each event once per window', async () => {
    work = createWorkspace('job');
    await run('generate', '--out', 'json', '--files', '6', ...SEED);
    const events = generated('json').flatMap(clickEvents);
    await run('task1', ...FOLDERS1, ...BOUNDED);
    await run('task2', ...FOLDERS2, ...BOUNDED, '--drain', '--window', '10s', '--slide', '5 seconds');
    const windows = await readWindows(work.path('parquet'));
    const shifted = events.map((event) => ({ ...event, micros: event.micros + 5_000_000n }));
    const early = (iso: string) => new Date(Date.parse(iso) - 5000).toISOString();
    const offset = sumsByWindow(shifted, 10).map((sum) => ({ ...sum, start: early(sum.start), end: early(sum.end) }));
    const all = [...sumsByWindow(events, 10), ...offset].sort((a, b) => (a.start < b.start ? -1 : 1));
    expect(windows).toEqual(all);
  }, 60_000);

  test('parquetjs-lite writes the same windows', async () => {
    work = createWorkspace('job');
    await run('generate', '--out', 'json', '--files', '6', ...SEED);
    const events = generated('json').flatMap(clickEvents);
    await run('task1', ...FOLDERS1, ...BOUNDED);
    await run('task2', ...FOLDERS2, ...BOUNDED, '--drain', '--parquet-writer', 'parquetjs-lite');
    expect(await readWindows(work.path('parquet'))).toEqual(sumsByWindow(events, 10));
  }, 60_000);
});

describe('broken records', () => {
  test.each(['ndjson', 'array'])(
    'of every kind are set aside, and no good one with them (%s)',
    async (format) => {
      work = createWorkspace('job');
      const shape = ['--files', '40', '--format', format, ...SEED];
      await run('generate', '--out', 'whole', ...shape);
      await run('generate', '--out', 'json', '--corrupt', '0.1', ...shape);
      const result = await run('task1', ...FOLDERS1, ...BOUNDED);
      const aside = rejects(work.path('csv'), 'rejected');
      const rows = csvRows('csv');
      const good = goodEvents(generated('whole'), generated('json'));
      expect(good.broken).toBeGreaterThan(20);
      expect(rows.sort()).toEqual(good.rows.sort());
      // What is broken beyond recognition may be set aside in one piece or in several, never in none.
      expect(aside.length).toBeGreaterThanOrEqual(format === 'ndjson' ? good.broken : 1);
      if (format === 'ndjson') expect(aside).toHaveLength(good.broken);
      const [account] = /source +[\d,]+ +[\d,]+.*/.exec(result.stderr) ?? [''];
      const [read, passed, , , , rejected] = account.split(/ +/).slice(1).map(Number);
      expect({ read, passed, rejected }).toEqual({
        read: rows.length + aside.length,
        passed: rows.length,
        rejected: aside.length,
      });
      for (const record of aside) {
        expect(record).toMatchObject({
          source: expect.any(String),
          reason: expect.any(String),
          raw: expect.any(String),
        });
      }
      expect(new Set(aside.map((record) => kindOf(String(record.reason)))).size).toBeGreaterThan(3);
    },
    60_000,
  );

  test('--mode failfast stops at the first, with exit code 1', async () => {
    work = createWorkspace('job');
    await run('generate', '--out', 'json', '--files', '4', '--corrupt', '0.5', ...SEED);
    const result = await runCli(['task1', ...FOLDERS1, ...BOUNDED, '--mode', 'failfast'], work.dir);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/clicks-7-00000000\d\.json/);
    expect(csvRows('csv')).toEqual([]);
  }, 60_000);
});

/** Reasons without their numbers and texts: one per kind of mistake. */
function kindOf(reason: string): string {
  return reason.replace(/"[^"]*"|[\d.]+/g, '#').slice(0, 40);
}

/** The rows that task1 owes: those of the records that are the same in both texts. */
function goodEvents(whole: readonly string[], mixed: readonly string[]): { rows: string[]; broken: number } {
  const rows: string[] = [];
  let broken = 0;
  for (const [index, text] of whole.entries()) {
    for (const record of recordsOf(text)) {
      if ((mixed[index] as string).includes(record)) rows.push(csvRow(record));
      else broken++;
    }
  }
  return { rows, broken };
}

function recordsOf(text: string): string[] {
  return text.startsWith('[')
    ? text
        .trimEnd()
        .slice(1, -1)
        .split(/(?<=}), (?={)/)
    : text.trimEnd().split('\n');
}

/** By text: the product's numbers and times are compared as they were written. */
function csvRow(record: string): string {
  const value = (name: string) => new RegExp(`"${name}": "?([^,"}]+)`).exec(record)?.[1] as string;
  const micros = value('Datetime');
  const [, seconds, fraction] = /^(.*)\.(\d+)Z$/.exec(micros) ?? [micros, micros.slice(0, -1), ''];
  const digits = fraction === undefined || /^0*$/.test(fraction) ? '' : `.${fraction.replace(/000$/, '')}`;
  return [`${seconds}${digits}Z`, value('Clicks'), value('Impressions'), value('Quantity'), value('Total_Price')].join(
    ',',
  );
}

test('the demo shows its windows and leaves nothing behind', async () => {
  work = createWorkspace('demo');
  const before = readdirSync(tmpdir());
  const result = await run('demo');
  const expected = readFileSync(join(import.meta.dirname, 'demo.txt'), 'utf8');
  expect(skeleton(result.stdout)).toBe(expected);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('clickstream-demo-') && !before.includes(name));
  expect(left).toEqual([]);
  expect(readdirSync(work.dir)).toEqual([]);
}, 60_000);

/** The demo's output without what differs from run to run. */
function skeleton(text: string): string {
  return text
    .replace(/in \/\S+clickstream-demo-\S+/, 'in FOLDER')
    .replace(/^( {2}\w+) +[\d.,]+ m?s {2}/gm, '$1  TIME  ');
}
