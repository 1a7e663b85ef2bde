import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCommandLine } from '../../src/cli/main.ts';
import { createFakeIo } from './fake-io.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clickstream-cli-'));
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in', 'a.json'), '{"user":"anna","clicks":3}\n{"user":"bert","clicks":0}\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(...words: string[]) {
  const io = createFakeIo();
  return { code: await runCommandLine(words, io), out: io.out(), err: io.err() };
}

function pipeline(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const FIRST = `sources:
  events: { format: json, path: in, schema: "user STRING, clicks LONG", options: { settle: 0 } }
steps:
  - filter: clicks > 0
sink: { format: csv, path: middle, options: { header: true } }
checkpoint: state/first
`;
const SECOND = `sources:
  events: { format: csv, path: middle, schema: "user STRING, clicks LONG", options: { header: true } }
sql: SELECT upper(user) AS user, clicks FROM events
sink: { format: json, path: out }
checkpoint: state/second
`;

function output(name: string): string {
  const parts = readdirSync(join(folder, name)).filter((file) => file.startsWith('part-'));
  return parts.map((file) => readFileSync(join(folder, name, file), 'utf8')).join('');
}

describe('run', () => {
  test('--once runs files one after the other; again, there is nothing left', async () => {
    const files = [pipeline('first.pipeline.yaml', FIRST), pipeline('second.pipeline.yaml', SECOND)];
    expect(await run('run', '--once', '--quiet', ...files)).toEqual({ code: 0, out: '', err: '' });
    expect(output('out')).toBe('{"user":"ANNA","clicks":3}\n');
    expect(await run('run', '--once', '--quiet', '--exit-code-if-empty', '9', ...files)).toMatchObject({ code: 9 });
    const { out } = await run('run', '--once', '--fresh', '--yes', '--json', files[0] as string);
    expect(JSON.parse(out)).toMatchObject({ batchId: 0, name: 'first', numInputRows: 2 });
  });

  test('mistakes are told before anything runs, with exit code 78', async () => {
    const file = pipeline('bad.yaml', FIRST.replace('clicks > 0', 'clcks > 0'));
    const { code, err } = await run('run', '--once', file);
    expect(code).toBe(78);
    expect(err).toContain(
      `${file} has one mistake:\n${file}:4:13: error UNRESOLVED_COLUMN: There is no column "clcks".`,
    );
  });

  test('two pipelines with one checkpoint are refused', async () => {
    const files = [pipeline('a.yaml', FIRST), pipeline('b.yaml', SECOND.replace('state/second', 'state/first'))];
    const { code, err } = await run('run', '--once', ...files);
    expect([code, err]).toEqual([78, expect.stringContaining('has the same checkpoint. Each pipeline needs its own.')]);
  });
});

describe('lint', () => {
  test('a right file: exit 0', async () => {
    const file = pipeline('a.yaml', FIRST);
    expect(await run('lint', file)).toEqual({ code: 0, out: '', err: '1 file: no mistakes found\n' });
  });

  test('mistakes: exit 1, as text or JSON', async () => {
    const file = pipeline('a.yaml', FIRST.replace('filter', 'fitler'));
    const { code, out, err } = await run('lint', file);
    expect([code, err]).toEqual([1, '1 file: 1 mistake\n']);
    expect(out).toContain(`${file}:4:5: error KEY_UNKNOWN: A step has no "fitler".`);
    expect(out).toContain('    - fitler: clicks > 0\n      ^\n');
    const json = await run('lint', '--json', file);
    expect(JSON.parse(json.out)).toMatchObject({ file, line: 4, column: 5, severity: 'error', code: 'KEY_UNKNOWN' });
  });

  test('--target spark names what would not carry over', async () => {
    const text = FIRST.replace(
      'steps:',
      'steps:\n  - withColumn: { n: 1 }\n  - withWatermark: { column: ts, delay: 10s }',
    )
      .replace('user STRING', 'user STRING, ts TIMESTAMP')
      .replace('settle: 0', 'settle: 0, mode: REJECT');
    const { code, out } = await run(
      'lint',
      '--target',
      'spark',
      pipeline('a.yaml', `${text}settings: { drain: true }\n`),
    );
    expect(code).toBe(1);
    expect(out.match(/^\S+ error NOT_IN_SPARK: .*$/gm)?.map((line) => line.replace(/^\S+a\.yaml/, ''))).toEqual([
      expect.stringMatching(/^:2:\d+: error NOT_IN_SPARK: Spark has no "settle"/),
      expect.stringMatching(
        /^:2:\d+: error NOT_IN_SPARK: With mode reject, records that do not fit are set aside here/,
      ),
      ':5:41: error NOT_IN_SPARK: Spark does not read "10s" as a duration. Spell the unit out, as in "10 seconds".',
      expect.stringContaining('Spark has no "drain"'),
    ]);
  });

  test('a file that is not there', async () => {
    const { code, err } = await run('lint', join(folder, 'none.yaml'));
    expect([code, err]).toEqual([78, expect.stringContaining('none.yaml cannot be read')]);
  });
});

test('explain prints plans, and code on request', async () => {
  const file = pipeline('a.yaml', FIRST);
  const { code, out } = await run('explain', file);
  expect(code).toBe(0);
  expect(out).toMatch(
    /== Logical plan ==\nfilter [\s\S]*== Physical plan ==\nfilter [\s\S]*== Output ==\nFileSink.*, append mode, a batch as soon as there is input/,
  );
  expect((await run('explain', '--codegen', file)).out).toMatch(/== Generated code ==\n-- filter\n[\s\S]*for \(/);
});

test('checkpoint shows and diagnoses, and says what changed', async () => {
  const text = FIRST.replace('csv, path: middle, options: { header: true }', 'console').replace(
    'steps:\n  - filter: clicks > 0',
    'outputMode: complete\nsteps:\n  - groupBy: user\n    agg: sum(clicks) AS clicks',
  );
  const file = pipeline('a.yaml', text.replace('console', 'memory'));
  const dir = join(folder, 'state', 'first');
  expect(await run('checkpoint', 'show', dir)).toMatchObject({ code: 78 });
  expect(await run('run', '--once', '--quiet', file)).toMatchObject({ code: 0 });
  const shown = await run('checkpoint', 'show', dir);
  expect(shown.out).toMatch(
    /1 batch committed\n {2}offsets {4}batch 0\n {2}commits {4}batch 0\n {2}source[\s\S]*0: aggregate\n {2}state {6}0: 2 rows, [\d,]+ bytes/,
  );
  const verified = await run('checkpoint', 'doctor', dir, file);
  expect([verified.code, verified.out]).toEqual([
    0,
    expect.stringMatching(
      /ok {7}state\/0: version 0 can be restored\nok {7}.*a\.yaml: it may go on with this checkpoint; stateStoreSave holds 2 rows\nhealthy\n$/,
    ),
  ]);
  const changed = await run('checkpoint', 'doctor', dir, pipeline('b.yaml', text.replace('sum(clicks)', 'max(user)')));
  expect([changed.code, changed.out]).toEqual([
    1,
    expect.stringContaining('functions of aggregate 0: was sum(bigint), is max(string)'),
  ]);
  const other = await run('checkpoint', 'doctor', dir, pipeline('c.yaml', text.replace('path: in', 'path: elsewhere')));
  expect([other.code, other.out]).toEqual([1, expect.stringMatching(/source 0: was .*\/in\], is .*\/elsewhere\]/)]);
});

test('test runs the tests beside a pipeline', async () => {
  const file = pipeline('a.pipeline.yaml', FIRST);
  const step = (clicks: number) =>
    `tests:\n  - name: keeps clicks\n    steps:\n      - when: { arrive: { events: [{ user: anna, clicks: 1 }] } }\n        then: { rows: [{ clicks: ${clicks} }] }\n`;
  pipeline('a.pipeline.test.yaml', step(1));
  expect(await run('test', file)).toEqual({ code: 0, out: 'ok    keeps clicks (0 ms)\n', err: '1 passed, 0 failed\n' });
  const tests = pipeline('a.pipeline.test.yaml', step(2));
  expect(await run('test', tests)).toEqual({
    code: 1,
    out: `FAIL  keeps clicks\n      ${tests}:5: step 1, rows\n        - missing     {"clicks":2}\n        + unexpected  {"clicks":1}\n        0 of 1 expected rows came out\n`,
    err: '0 passed, 1 failed\n',
  });
  expect(JSON.parse((await run('test', '--json', tests)).out)).toMatchObject({ name: 'keeps clicks', passed: false });
});
