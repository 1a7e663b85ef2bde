import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildProduct, type CliResult, type RunningCli, runCli, startCli } from '../support/cli.ts';
import { clicksArray, clicksCsv, clickText } from '../support/clicks-text.ts';
import { until } from '../support/until.ts';
import { readWindows } from '../support/windows.ts';
import { createWorkspace, dataFiles, filesBelow, rejects, type Workspace } from '../support/workspace.ts';

const FOLDERS1 = ['--in', 'json', '--out', 'csv', '--checkpoint', 'state/task1'];
const FOLDERS2 = ['--in', 'csv', '--out', 'parquet', '--checkpoint', 'state/task2', '--settle', '0'];

let work: Workspace;
let running: RunningCli[];
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('input');
  running = [];
});
afterEach(async () => {
  for (const process of running) process.kill('SIGKILL');
  await Promise.all(running.map((process) => process.ended));
  work.remove();
});

const run = (...words: string[]): Promise<CliResult> => runCli(words, work.dir);
const rows = () =>
  dataFiles(work.path('csv'), '.csv').flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(1));

describe('files that are not there yet', () => {
  test('a file that grows is taken once, whole', async () => {
    const process = startCli(['task1', ...FOLDERS1, '--settle', '2s'], work.dir);
    running.push(process);
    const growing = () => rows().filter((row) => row.includes(',77,'));
    work.deliver('json/whole.json', clicksArray('2026-01-01T00:00:01Z'));
    writeFileSync(work.path('json/slow.json'), '[');
    for (let event = 1; event <= 4; event++) {
      const text = `${event === 1 ? '' : ', '}${clickText('2026-01-01T00:00:01Z', 77)}`;
      appendFileSync(work.path('json/slow.json'), text.slice(0, 40));
      // A whole file that comes now and is taken shows that the folder was listed with half a record in the other.
      work.deliver(`json/whole-${event}.json`, clicksArray('2026-01-01T00:00:01Z'));
      await until(() => rows().length === event + 1, 'the whole file is taken');
      appendFileSync(work.path('json/slow.json'), text.slice(40));
    }
    appendFileSync(work.path('json/slow.json'), ']');
    await until(() => growing().length > 0, 'the grown file is taken');
    expect(growing()).toHaveLength(4);
    expect(rejects(work.path('csv'), 'rejected')).toEqual([]);
  }, 120_000);

  test('names that say "not yet" are not input', async () => {
    for (const name of ['.a.json', '_a.json', 'a.json.tmp', 'a.json.part', 'a.json._COPYING_']) {
      mkdirSync(work.path('json'), { recursive: true });
      writeFileSync(work.path('json', name), clicksArray('2026-01-01T00:00:01Z'));
    }
    const result = await run('task1', ...FOLDERS1, '--once', '--settle', '0');
    expect(result.stderr).toContain('0 rows from 0 files');
  });

  test('a bounded run leaves half a gzip file for the next one, and says so', async () => {
    const gzip = readFileSync(new URL('../fixtures/click-events/array.json.gz', import.meta.url));
    work.deliver('json/half.json.gz', gzip.subarray(0, gzip.length - 10));
    const first = await run('task1', ...FOLDERS1, '--once', '--settle', '20ms');
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain('half.json.gz');
    expect(rows()).toEqual([]);
    work.deliver('json/half.json.gz', gzip);
    await run('task1', ...FOLDERS1, '--once');
    expect(rows()).toHaveLength(3);
  });
});

describe('files that change', () => {
  test('after they were pinned and before they were read: left out of the batch, taken later, counted once', async () => {
    // The first file keeps the batch busy while the second one, which was logged with it, is replaced.
    const busy = `${clickText('2026-01-01T00:00:01Z')}\n`.repeat(300_000);
    work.deliver('json/1.ndjson.gz', gzipSync(busy, { level: 1 }));
    work.deliver('json/2.ndjson', `${clickText('2026-01-01T00:00:02Z', 7)}\n`);
    const process = startCli(['task1', ...FOLDERS1, '--once', '--settle', '0'], work.dir);
    running.push(process);
    await until(() => filesBelow(work.path('state/task1/offsets')).includes('0'), 'the batch is logged');
    const changed = `${clickText('2026-01-01T00:00:03Z', 8)}\n${clickText('2026-01-01T00:00:03Z', 8)}\n`;
    work.deliver('json/2.ndjson', changed);
    expect(await process.ended).toMatchObject({ code: 0 });
    expect(filesBelow(work.path('state/task1'))).toContain('exclusions/0');
    await run('task1', ...FOLDERS1, '--once', '--settle', '0');
    const all = rows();
    expect(all).toHaveLength(300_002);
    expect(all.filter((row) => row.includes(',8,'))).toHaveLength(2);
    expect(all.filter((row) => row.includes(',7,'))).toHaveLength(0);
  }, 120_000);

  test('after they were taken: reported, not read again', async () => {
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    await run('task1', ...FOLDERS1, '--once', '--settle', '0');
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'));
    const again = await run('task1', ...FOLDERS1, '--once', '--settle', '0');
    expect(again.stderr).toContain('a.json was changed after it was read');
    expect(again.stderr).toContain('\n1 input file changed after being read\n');
    expect(rows()).toHaveLength(1);
  });

  test('after they were taken, --changed-files fail: exit code 65, again at each start, until the file is away', async () => {
    const task1 = (...words: string[]) => run('task1', ...FOLDERS1, '--once', '--changed-files', 'fail', ...words);
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    expect(await task1()).toMatchObject({ code: 0 });
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z'));
    work.deliver('json/b.json', clicksArray('2026-01-01T00:00:03Z'));
    for (let start = 0; start < 2; start++) {
      const stopped = await task1('--verbose');
      expect(stopped.code).toBe(65);
      expect(stopped.stderr).toContain('TAKEN_FILE_CHANGED');
      expect(stopped.stderr).toContain(`${work.path('json/a.json')} was changed after it was read`);
    }
    expect(rows()).toHaveLength(1);
    expect(await run('checkpoint', 'doctor', 'state/task1')).toMatchObject({ code: 0 });
    renameSync(work.path('json/a.json'), work.path('json/c.json'));
    expect(await task1()).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(4);
  });

  test('after they were taken, --changed-files reprocess: read again, whole, once', async () => {
    const task1 = () => run('task1', ...FOLDERS1, '--once', '--changed-files', 'reprocess');
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:01Z'));
    await task1();
    work.deliver('json/a.json', clicksArray('2026-01-01T00:00:02Z', '2026-01-01T00:00:03Z'));
    const again = await task1();
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('a.json was changed after it was read')]);
    expect(again.stderr).toContain('\n1 input file changed after being read\n');
    expect((await task1()).stderr).not.toContain('was changed');
    expect(rows()).toHaveLength(3);
  });
});

describe('late rows', () => {
  test('are kept with their window and lateness, and counted', async () => {
    work.deliver('csv/1.csv', clicksCsv('2026-01-01T00:10:00Z'));
    await run('task2', ...FOLDERS2, '--once');
    work.deliver('csv/2.csv', clicksCsv('2026-01-01T00:01:05Z', '2026-01-01T00:10:01Z'));
    const result = await run('task2', ...FOLDERS2, '--once', '--drain');
    expect(result.stderr).toMatch(/window +2 +1 +0 +1 +0 +0 +1/);
    expect(rejects(work.path('parquet'), 'late')).toEqual([
      {
        operator: 'window',
        window: { start: '2026-01-01T00:01:00Z', end: '2026-01-01T00:01:10Z' },
        lateByMs: 500_000,
        row: {
          datetime: '2026-01-01T00:01:05.000Z',
          clicks: expect.anything(),
          impressions: expect.anything(),
          quantity: expect.anything(),
          total_price: 1.5,
        },
      },
    ]);
    const windows = await readWindows(work.path('parquet'));
    expect(windows.map(({ start, events }) => [start, events])).toEqual([['2026-01-01T00:10:00.000Z', 2]]);
  });
});
