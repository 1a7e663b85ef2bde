import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { BIN, buildProduct, type CliResult, runCli, startProcess } from '../support/cli.ts';
import { createWorkspace, filesBelow, type Workspace } from '../support/workspace.ts';

const PIPELINE = `
sources:
  events:
    format: json
    path: in
    schema: user STRING, ts TIMESTAMP, n LONG
    watermark: { column: ts, delay: 1 second }
    options: { cleanSource: delete }
steps:
  - groupBy: ["window(ts, '10 seconds')", user]
    agg: [sum(n) AS n]
  - select: [window.start AS start, user, n, current_timestamp() AS made]
sink: { format: csv, path: out, partitionBy: [user], options: { sparkManifest: true } }
checkpoint: state
settings: { drain: true }
`;

let work: Workspace;
beforeAll(buildProduct);
beforeEach(() => {
  work = createWorkspace('selftest');
  writeFileSync(work.path('p.yaml'), PIPELINE);
  const event = (second: number, user = 'anna') => `{"user":"${user}","ts":"2026-01-01T00:00:${second}Z","n":1}\n`;
  work.deliver('in/1.json', `${event(10)}${event(11, 'bert')}`);
  work.deliver('in/2.json', `${event(35)}not json\n${event(12)}`);
});
afterEach(() => work.remove());

/** In a temporary folder of its own, which must be empty again at the end. */
async function selftest(...words: string[]): Promise<CliResult> {
  const scratch = work.path('scratch');
  mkdirSync(scratch, { recursive: true });
  const env = { ...process.env, TMPDIR: scratch };
  const result = await startProcess(process.execPath, [BIN, 'selftest', 'crash', ...words], work.dir, env).ended;
  expect(filesBelow(scratch)).toEqual([]);
  return result;
}

// Each point takes two processes.
jest.setTimeout(180_000);

describe('clickstream selftest crash', () => {
  test('kills and restarts a pipeline on copies; nothing of its own is touched', async () => {
    const { code, stdout, stderr } = await selftest('p.yaml', '--points', '6');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/input {6}2 files of events \(\d+ bytes\), copied\n/);
    expect(stdout).toMatch(/whole run {2}\d batches, \d+ operations on the disk, 3 output files\n/);
    expect(stdout).toMatch(/\n {2}\.{6} +6\n/);
    expect(stdout).toMatch(/\n {2}all +\d+ +6 +6 +0\n/);
    expect(stdout).toContain('after every one of 6 crashes the restart gave the bytes of the run that was left alone');
    expect(filesBelow(work.dir)).toEqual(['in/1.json', 'in/2.json', 'p.yaml']);
  });

  test('--json prints every outcome', async () => {
    work.deliver('sample/a.json', '{"user":"a","ts":"2026-01-01T00:00:10Z","n":1}\n');
    const { code, stdout } = await selftest('p.yaml', '--points', '2', '--json', '--data', 'sample');
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ inputs: { events: { files: 1 } }, triedPoints: 2, outputFiles: 1 });
    expect(report.outcomes).toEqual([
      { point: { at: 0, op: expect.any(String), half: false }, killed: true, problems: [], kept: null },
      { point: expect.anything(), killed: true, problems: [], kept: null },
    ]);
  });

  test.each([
    ['a console sink', PIPELINE.replace(/sink:.*/, 'sink: { format: console }'), 'its sink is a console sink'],
    [
      'a rate source',
      'sources: { r: { format: rate } }\nsink: { format: csv, path: out }\ncheckpoint: state\n',
      'its source "r" is a rate source',
    ],
    ['a mistake in the file', PIPELINE.replace('sum(n)', 'sum(m)'), 'There is no column "m"'],
    [
      'a run that fails by itself',
      PIPELINE.replace('cleanSource: delete', 'mode: failfast'),
      'does not run to its end, without any crash',
    ],
  ])('78 for %s, with the reason', async (_name, text, reason) => {
    writeFileSync(work.path('p.yaml'), text);
    const { code, stdout, stderr } = await selftest('p.yaml');
    expect({ code, stdout, stderr }).toEqual({ code: 78, stdout: '', stderr: expect.stringContaining(reason) });
  });

  test('a signal ends it, and the scratch folder goes', async () => {
    const running = startProcess(process.execPath, [BIN, 'selftest', 'crash', 'p.yaml'], work.dir, {
      ...process.env,
      TMPDIR: work.path('in'),
    });
    await running.printed('whole run');
    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({
      code: 130,
      stdout: expect.stringContaining('the scratch folder is removed'),
    });
    expect(filesBelow(work.path('in'))).toEqual(['1.json', '2.json']);
  });
});

test('an unknown action is refused', async () => {
  expect(await runCli(['selftest', 'crush', 'p.yaml'], work.dir)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Did you mean "crash"?'),
  });
});
