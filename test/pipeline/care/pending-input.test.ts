import { expect, test } from '@jest/globals';
import { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { diagnose } from '../../../src/pipeline/care/doctor.ts';
import { quarantine } from '../../../src/pipeline/care/quarantine.ts';
import { ModelDisk } from '../../support/model-disk.ts';
import { catchWarnings } from '../../support/warnings.ts';
import { CHECKPOINT, codeOf, deliver, inputFile, runModel } from '../../support/windows-on-model.ts';

// The doctor says what the next start will do about the input of a batch that is to be run again.

catchWarnings();

const CLOCK = { nowMs: () => 0, monotonicMs: () => 0, sleep: async () => {} };

/** A checkpoint whose second batch, of the file with number 1, is logged and not committed. */
async function withPendingBatch(): Promise<ModelDisk> {
  const disk = new ModelDisk();
  deliver(disk, 0, 1);
  await runModel(disk);
  deliver(disk, 1, 2);
  // offsets/N, then commits/N.
  disk.failAt(2, 'EIO', { op: 'link' });
  expect(await codeOf(runModel(disk))).not.toBe('no error');
  disk.clearFailures();
  return disk.settled();
}

const problems = async (disk: ModelDisk) =>
  (await diagnose(disk, CHECKPOINT)).filter(({ level }) => level === 'problem');

test('as it was: no problem, and the batch runs', async () => {
  const disk = await withPendingBatch();
  expect(await problems(disk)).toEqual([]);
  await runModel(disk);
});

test.each([
  ['gone', (disk: ModelDisk) => disk.removeFile(inputFile(1)), 'SOURCE_FILE_MISSING'],
  ['changed', (disk: ModelDisk) => disk.writeFile(inputFile(1), '{"other":1}\n'), 'SOURCE_FILE_CHANGED'],
] as const)(
  '%s: named, with what to do, and the start is refused; set aside, it is no problem',
  async (_, act, code) => {
    const disk = await withPendingBatch();
    act(disk);
    expect(await problems(disk)).toEqual([
      {
        level: 'problem',
        path: expect.stringMatching(`^${CHECKPOINT}/offsets/\\d+$`),
        found: expect.stringContaining(`1 of its 1 files are gone or were changed: ${inputFile(1)}`),
        remedy: expect.stringContaining(`clickstream checkpoint quarantine ${CHECKPOINT} ${inputFile(1)}`),
      },
    ]);
    expect(await codeOf(runModel(disk))).toBe(code);
    const checkpoint = await Checkpoint.open(disk, CHECKPOINT);
    quarantine(disk, CLOCK, checkpoint, inputFile(1));
    checkpoint.close();
    expect(await problems(disk)).toEqual([]);
    await runModel(disk);
  },
);
