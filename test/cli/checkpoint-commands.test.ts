import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCommandLine } from '../../src/cli/main.ts';
import { acquireLock } from '../../src/fs/lock.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import { createWorkspace, filesBelow, type Workspace } from '../support/workspace.ts';
import { createFakeIo } from './fake-io.ts';

let work: Workspace;
let pipeline: string;
let checkpoint: string;

beforeEach(async () => {
  work = createWorkspace('checkpoint');
  mkdirSync(work.path('in'));
  for (const n of [1, 2, 3, 4]) writeFileSync(work.path('in', `${n}.json`), `{"n":${n}}\n`);
  pipeline = writePipeline('ids', 'out', 'state/ids');
  checkpoint = work.path('state/ids');
  expect((await run('run', '--once', '--quiet', pipeline)).code).toBe(0);
});
afterEach(() => work.remove());

function writePipeline(name: string, out: string, state: string): string {
  const path = work.path(`${name}.yaml`);
  writeFileSync(
    path,
    `sources:
  events: { format: json, path: in, schema: n INT, options: { settle: 0, maxFilesPerTrigger: 1 } }
sink: { format: csv, path: ${out} }
checkpoint: ${state}
`,
  );
  return path;
}

async function run(...words: string[]) {
  return await runAnswering(undefined, ...words);
}

async function runAnswering(answer: string | undefined, ...words: string[]) {
  const io = createFakeIo({ answer });
  return { code: await runCommandLine(words, io), out: io.out(), err: io.err(), questions: io.questions };
}

const parts = () => readdirSync(work.path('out')).filter((name) => name.startsWith('part-'));
const logged = () => filesBelow(`${checkpoint}/offsets`);

describe('rewind', () => {
  test('says what it deletes, asks, and deletes nothing when the answer is no', async () => {
    const before = filesBelow(work.dir);
    const asked = await runAnswering('n', 'checkpoint', 'rewind', checkpoint, '--to-batch', '1');
    expect(asked).toMatchObject({ code: 1, questions: ['Delete them? [y/N] '] });
    expect(asked.err).toBe(
      `rewind to batch 1 deletes 2 files:\n  ${work.path('out')}/ (2 files)\nnothing was changed\n`,
    );
    const unable = await run('checkpoint', 'rewind', checkpoint, '--to-batch', '1');
    expect([unable.code, unable.err]).toEqual([2, expect.stringContaining('add --yes')]);
    expect(filesBelow(work.dir)).toEqual(before);
  });

  test('takes batches back, with their output; they are run again', async () => {
    const { code, out } = await run('checkpoint', 'rewind', checkpoint, '--to-batch', '1', '--yes');
    expect([code, out]).toEqual([
      0,
      'taken back to batch 1: 2 batches and 2 files of output are gone, 2 input files will be read again\n',
    ]);
    expect([logged(), parts().length]).toEqual([['0', '1'], 2]);
    expect(await run('checkpoint', 'doctor', checkpoint)).toMatchObject({ code: 0 });
    expect(await run('checkpoint', 'rewind', checkpoint, '--to-batch', '1')).toMatchObject({
      code: 0,
      out: 'batch 1 is the newest; nothing was changed\n',
    });
    expect((await run('run', '--once', '--quiet', pipeline)).code).toBe(0);
    expect([logged(), parts().length]).toEqual([['0', '1', '2', '3'], 4]);
  });

  test('refusals and mistakes', async () => {
    expect(await run('checkpoint', 'rewind', checkpoint)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--to-batch N'),
    });
    expect(await run('checkpoint', 'rewind', checkpoint, '--to-batch', '9')).toMatchObject({
      code: 78,
      err: expect.stringContaining('the newest committed batch is 3'),
    });
    expect(await run('checkpoint', 'show', checkpoint, '--to-batch', '1')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--to-batch is not for checkpoint show'),
    });
    expect(await run('checkpoint', 'rewind', work.path('none'), '--to-batch', '1')).toMatchObject({
      code: 78,
      err: expect.stringContaining('there is no checkpoint'),
    });
  });
});

describe('fork', () => {
  test('makes a checkpoint that another pipeline goes on with', async () => {
    const copy = work.path('state/trial');
    const { code, out } = await run('checkpoint', 'fork', checkpoint, copy);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^.*trial is query [0-9a-f-]{36}, and goes on after batch 3;/),
    ]);
    expect((await run('checkpoint', 'show', copy)).out).toContain(`fork of    ${checkpoint}, after batch 3`);
    writeFileSync(work.path('in', '5.json'), '{"n":5}\n');
    expect((await run('run', '--once', '--quiet', writePipeline('trial', 'out-trial', 'state/trial'))).code).toBe(0);
    expect(readdirSync(work.path('out-trial')).filter((name) => name.startsWith('part-'))).toHaveLength(1);
    expect(parts()).toHaveLength(4);
    expect((await run('run', '--once', '--quiet', pipeline)).code).toBe(0);
    expect(parts()).toHaveLength(5);
  });

  test('needs a folder that is empty', async () => {
    expect(await run('checkpoint', 'fork', checkpoint)).toMatchObject({
      code: 2,
      err: expect.stringContaining('DIR NEWDIR'),
    });
    expect(await run('checkpoint', 'fork', checkpoint, work.path('in'))).toMatchObject({ code: 78 });
    expect(existsSync(work.path('in/metadata'))).toBe(false);
  });
});

test('doctor prints a JSON object per finding', async () => {
  const { code, out } = await run('checkpoint', 'doctor', checkpoint, '--json');
  const findings = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { level: string; path: string });
  expect(code).toBe(0);
  expect(findings.map(({ level }) => level)).toEqual(findings.map(() => 'ok'));
  expect(findings.map(({ path }) => path)).toEqual(expect.arrayContaining([`${checkpoint}/offsets`, work.path('out')]));
});

test('doctor says what to do about an entry that is missing', async () => {
  rmSync(`${checkpoint}/commits/1`);
  const { code, out } = await run('checkpoint', 'doctor', checkpoint);
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(/PROBLEM {2}commits\/1: the entry is missing, .*\n {9}-> restore it from a backup/),
  ]);
});

test('doctor may be called while a run has the checkpoint', async () => {
  const lock = await acquireLock(nodeDisk, checkpoint, 'a long run');
  try {
    const { code, out } = await run('checkpoint', 'doctor', checkpoint);
    expect([code, out]).toEqual([0, expect.stringMatching(/note {5}lock: in use by a long run, process \d+ on /)]);
    for (const action of [
      ['retry'],
      ['rewind', '--to-batch', '1'],
      ['fork', work.path('x')],
      ['quarantine', 'in/1.json'],
    ]) {
      const [name = '', ...rest] = action;
      expect([name, (await run('checkpoint', name, checkpoint, ...rest)).code]).toEqual([name, 75]);
    }
  } finally {
    lock.release();
  }
});
