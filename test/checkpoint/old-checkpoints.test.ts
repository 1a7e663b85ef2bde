import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { diagnose } from '../../src/pipeline/care/doctor.ts';
import type { ModelDisk } from '../support/model-disk.ts';
import { MODEL_TASKS, type ModelTask, modelOutput, runOnModel } from '../tools/model-tasks.ts';
import { cutAt, freshDisk } from '../tools/power-cuts.ts';

/**
 * Checkpoints, with their output, as earlier versions left them in the middle of a batch: every later version goes on from them. At a release:
 *
 *     CLICKSTREAM_KEEP=<version> npm run unit -- test/checkpoint/old-checkpoints
 */
const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'checkpoints');
const KEEP = process.env.CLICKSTREAM_KEEP;
const CHECKPOINT = '/model/checkpoint';

/** Text where it is text, so that a change can be read. */
type Files = Record<string, { readonly text: string } | { readonly base64: string }>;

if (KEEP !== undefined) for (const task of MODEL_TASKS) await keep(KEEP, task);

function fixture(version: string, task: ModelTask): string {
  return join(FOLDER, version, `${task.replace(' --', '-')}.json`);
}

async function keep(version: string, task: ModelTask): Promise<void> {
  const whole = freshDisk(task);
  await runOnModel(whole, task);
  const commits = [...whole.calls.keys()].filter((at) => {
    const { op, path } = whole.calls[at] as (typeof whole.calls)[number];
    return op === 'create' && path.includes('/commits/');
  });
  const disk = (await cutAt(freshDisk(task), task, commits[2] as number)).settled();
  const files: Files = {};
  for (const path of disk.files().filter((name) => !name.startsWith('/model/in/') && !name.endsWith('/lock'))) {
    const bytes = Buffer.from(disk.readFile(path));
    const text = bytes.toString('utf8');
    files[path] = Buffer.from(text).equals(bytes) ? { text } : { base64: bytes.toString('base64') };
  }
  mkdirSync(join(FOLDER, version), { recursive: true });
  writeFileSync(fixture(version, task), `${JSON.stringify(files, null, 2)}\n`);
}

function oldDisk(version: string, task: ModelTask): ModelDisk {
  const disk = freshDisk(task);
  const files = JSON.parse(readFileSync(fixture(version, task), 'utf8')) as Files;
  for (const [path, content] of Object.entries(files)) {
    disk.writeFile(path, 'text' in content ? content.text : Buffer.from(content.base64, 'base64'));
  }
  return disk;
}

describe.each(readdirSync(FOLDER).sort())('a checkpoint of version %s', (version) => {
  test.each(MODEL_TASKS)('%s: its batch is run again, and the output is what it would have been', async (task) => {
    const disk = oldDisk(version, task);
    const view = Checkpoint.inspect(disk, CHECKPOINT);
    expect(view?.offsets.newest).toBe((view?.commits.newest ?? 0) + 1);
    expect((await diagnose(disk, CHECKPOINT)).filter(({ level }) => level === 'problem')).toEqual([]);
    // What that version wrote stays; a later one may put the same rows into other bytes.
    const pending = `part-${String(view?.offsets.newest).padStart(9, '0')}-`;
    const written = Object.entries(modelOutput(disk)).filter(([name]) => !name.includes(pending));
    await runOnModel(disk, task);
    const whole = freshDisk(task);
    await runOnModel(whole, task);
    expect(modelOutput(disk)).toEqual({ ...modelOutput(whole), ...Object.fromEntries(written) });
  });
});
