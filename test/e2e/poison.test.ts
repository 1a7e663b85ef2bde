import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BIN, buildProduct, type CliResult, runCli, startCli, startProcess } from '../support/cli.ts';
import { clicksArray, clickText } from '../support/clicks-text.ts';
import { until } from '../support/until.ts';
import { createWorkspace, dataFiles, filesBelow, type Workspace } from '../support/workspace.ts';

let work: Workspace;
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('poison');
});
afterEach(() => work.remove());

const run = (...words: string[]): Promise<CliResult> => runCli(words, work.dir);
const checkpoint = (action: string, ...words: string[]) => run('checkpoint', action, 'state', ...words);
const rows = () =>
  dataFiles(work.path('out'), '.csv').flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n').slice(1));

describe('a file that the batch fails with', () => {
  const task1 = () =>
    run(
      'task1',
      ...['--in', 'in', '--out', 'out', '--checkpoint', 'state'],
      '--once',
      '--settle',
      '0',
      '--mode',
      'failfast',
    );

  beforeEach(async () => {
    work.deliver('in/good.json', clicksArray('2026-01-01T00:00:01Z'));
    work.deliver('in/bad.json', '[{"Analytics": 7}]');
    for (let attempt = 0; attempt < 3; attempt++) {
      const { code, stderr } = await task1();
      expect([code, stderr]).toEqual([1, expect.not.stringContaining('crashed')]);
    }
  });

  test('three times: the run stops and says what to do; without the file it goes on, and the file is not taken again', async () => {
    const refused = await task1();
    expect(refused.code).toBe(65);
    expect(refused.stderr).toContain('Batch 0 crashed 3 times');
    expect(refused.stderr).toContain(
      `clickstream checkpoint quarantine ${work.path('state')} ${work.path('in/bad.json')}`,
    );
    const sick = await checkpoint('doctor');
    expect([sick.code, sick.stdout]).toEqual([
      1,
      expect.stringMatching(/PROBLEM {2}attempts: batch 0 .* crashed 3 times/),
    ]);
    expect((await run('status', '--checkpoint', 'state')).stdout).toContain('it crashed 3 times, and is not run again');

    expect(await checkpoint('quarantine', 'in/bad.json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is set aside'),
    });
    expect(await checkpoint('quarantine', 'in/bad.json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('already'),
    });
    const mended = await task1();
    expect([mended.code, mended.stderr]).toEqual([
      0,
      expect.stringContaining(`1 quarantined file not read: ${work.path('in/bad.json')}`),
    ]);
    expect(mended.stderr).toContain('1 row from 1 file in 1 batch');
    expect(rows()).toHaveLength(1);

    work.deliver('in/later.json', clicksArray('2026-01-01T00:00:02Z'));
    expect(await task1()).toMatchObject({ code: 0, stderr: expect.stringContaining('1 row from 1 file in 1 batch') });
    expect(rows()).toHaveLength(2);
    expect((await run('status', '--checkpoint', 'state')).stdout).toContain(
      `set aside  ${work.path('in/bad.json')}, left out of batch 0`,
    );
    expect(await checkpoint('doctor')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('bad.json is set aside'),
    });
  });

  test('once the cause is mended, the batch may be tried again with all its files', async () => {
    expect((await task1()).code).toBe(65);
    expect(await checkpoint('retry')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('batch 0 is run again'),
    });
    const words = ['task1', '--in', 'in', '--out', 'out', '--checkpoint', 'state', '--once', '--settle', '0'];
    expect(await run(...words)).toMatchObject({ code: 0, stderr: expect.stringContaining('2 rows from 2 files') });
    expect(await checkpoint('retry')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing was changed'),
    });
  });

  test('what is not in the batch cannot be set aside', async () => {
    const other = await checkpoint('quarantine', 'in/bat.json');
    expect([other.code, other.stderr]).toEqual([
      78,
      expect.stringMatching(/bat\.json is not among the 2 files of batch 0.*Did you mean ".*bad\.json"/),
    ]);
  });
});

test('a file that kills the process, three times: the file it died of is named, and the batch runs without it', async () => {
  const script = `
    import { readStream } from '${pathToFileURL(BIN.replace(/bin.clickstream\.js$/, 'dist/index.js'))}';
    const query = await readStream.format('json').schema('id INT').option('settle', 0).load('in')
      .map((row) => {
        if (row.id === 666) process.kill(process.pid, 'SIGKILL');
        return row;
      }, 'id INT')
      .writeStream.format('csv').options({ header: true, checkpointLocation: 'state' }).trigger({ availableNow: true }).start('out');
    await query.awaitTermination();
    console.log(query.recentProgress.map(({ batchId, numInputRows }) => batchId + ': ' + numInputRows).join());`;
  work.deliver('query.mjs', script);
  const start = () => startProcess(process.execPath, [work.path('query.mjs')], work.dir).ended;
  for (const id of [1, 666, 2]) work.deliver(`in/${id}.json`, `{"id":${id}}\n`);
  for (let attempt = 0; attempt < 3; attempt++) expect((await start()).signal).toBe('SIGKILL');
  const refused = await start();
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    `Batch 0 crashed 3 times, so it is not run again by itself. The last time the process died in the middle of it. It was reading ${work.path('in/666.json')}.`,
  );
  expect((await start()).stderr).toContain('Batch 0 crashed 3 times');
  expect(rows()).toEqual([]);
  expect(await checkpoint('quarantine', 'in/666.json')).toMatchObject({ code: 0 });
  expect(await start()).toMatchObject({ code: 0, stdout: '0: 2\n' });
  expect(rows().sort()).toEqual(['1', '2']);
  expect(filesBelow(work.path('state'))).not.toContain('attempts');
});

test('a run that is stopped by signals in the middle of its batch has not crashed', async () => {
  const busy = `${clickText('2026-01-01T00:00:01Z')}\n`.repeat(400_000);
  work.deliver('in/busy.ndjson.gz', gzipSync(busy, { level: 1 }));
  const process = startCli(
    ['task1', '--in', 'in', '--out', 'out', '--checkpoint', 'state', '--once', '--settle', '0'],
    work.dir,
  );
  await until(() => filesBelow(work.path('state/offsets')).includes('0'), 'the batch is logged');
  process.kill('SIGINT');
  await process.printed('a second signal ends at once');
  process.kill('SIGINT');
  expect((await process.ended).code).toBe(130);
  const { code, stdout } = await checkpoint('doctor');
  expect([code, stdout]).toEqual([0, expect.stringContaining('batch 0 is logged and not committed')]);
  expect(stdout).not.toContain('crashed');
});
