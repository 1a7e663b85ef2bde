import { beforeAll, describe, expect, test } from '@jest/globals';
import { Checkpoint, type CheckpointView } from '../../../src/checkpoint/checkpoint.ts';
import { createRandom } from '../../../src/generate/random.ts';
import { diagnose } from '../../../src/pipeline/care/doctor.ts';
import { planRewind } from '../../../src/pipeline/care/rewind-plan.ts';
import { ModelDisk } from '../../support/model-disk.ts';
import {
  CHECKPOINT,
  codeOf,
  cutEverywhere,
  deliver,
  inputFile,
  OUT,
  outputOf,
  rewindModel,
  runModel,
} from '../../support/windows-on-model.ts';

/** More than a source keeps in offsets/ alone: some of its files are in a segment. */
const BATCHES = 36;
/** Files of 36 batches; with the last one, a batch without data closes the window before it. */
let whole: ModelDisk;
let golden: Record<string, string>;

beforeAll(async () => {
  whole = new ModelDisk();
  deliver(whole, 0, BATCHES);
  await runModel(whole);
  golden = outputOf(whole);
});

const problems = async (disk: ModelDisk) =>
  (await diagnose(disk, CHECKPOINT)).filter(({ level }) => level === 'problem');
const copy = () => whole.settled();

describe('a checkpoint that is taken back', () => {
  test('has no output of later batches, is healthy, and gives the same output again', async () => {
    const newest = Checkpoint.inspect(whole, CHECKPOINT)?.commits.newest ?? -1;
    expect(newest).toBeGreaterThanOrEqual(BATCHES - 1);
    expect(whole.files().some((path) => path.includes('/sources/0/'))).toBe(true);
    for (const toBatch of [0, 1, 17, 31, 32, newest - 1, newest]) {
      const disk = copy();
      await rewindModel(disk, toBatch);
      const view = Checkpoint.inspect(disk, CHECKPOINT);
      expect([view?.offsets.newest, view?.commits.newest]).toEqual([toBatch, toBatch]);
      const later = Object.keys(outputOf(disk)).filter((name) => Number(/part-(\d+)/.exec(name)?.[1] ?? 0) > toBatch);
      expect(later).toEqual([]);
      expect(await problems(disk)).toEqual([]);
      await runModel(disk);
      expect(outputOf(disk)).toEqual(golden);
      expect(await problems(disk)).toEqual([]);
    }
  });

  test('reads what came later anew: with other input, other output', async () => {
    const disk = copy();
    await rewindModel(disk, 20);
    disk.removeFile(inputFile(32));
    await runModel(disk);
    const rejects = (output: object) => Object.keys(output).filter((name) => name.startsWith('_rejects/')).length;
    expect(rejects(outputOf(disk))).toBe(rejects(golden) - 1);
  });

  test('a batch that was logged and not committed is taken back alone', async () => {
    const disk = copy();
    deliver(disk, BATCHES, BATCHES + 1);
    // The lock, then offsets/N, then commits/N.
    disk.failAt(2, 'ENOSPC', { op: 'link' });
    expect(await codeOf(runModel(disk))).toBe('DISK_FULL');
    disk.clearFailures();
    const { offsets, commits } = Checkpoint.inspect(disk, CHECKPOINT) as CheckpointView;
    expect(offsets.newest).toBe(commits.newest + 1);
    await rewindModel(disk, commits.newest);
    expect(Checkpoint.inspect(disk, CHECKPOINT)?.offsets.newest).toBe(commits.newest);
    await runModel(disk);
    expect(Object.keys(outputOf(disk)).length).toBe(Object.keys(golden).length + 2);
    expect(await problems(disk)).toEqual([]);
  });

  test('its manifest for Spark goes back with it, as far as it is kept', async () => {
    const disk = new ModelDisk();
    deliver(disk, 0, 25);
    await runModel(disk, { sparkManifest: true });
    const expected = outputOf(disk);
    const back = disk.settled();
    await rewindModel(back, 12);
    expect(
      back
        .files()
        .filter((path) => path.includes('_spark_metadata'))
        .map((path) => path.split('/').at(-1))
        .sort(),
    ).toEqual(['10', '11', '12', '9.compact'].sort());
    await runModel(back, { sparkManifest: true });
    expect(outputOf(back)).toEqual(expected);
    await expect(rewindModel(disk.settled(), 5)).rejects.toThrow(
      'the Spark manifest in /model/out can only be taken back to batch 9',
    );
  });
});

/** What may follow on a rewind that was interrupted: all as it was, or a checkpoint that nothing starts with and that says what to do. */
async function expectMended(disk: ModelDisk, toBatch: number): Promise<'untouched' | 'mended'> {
  const found = await problems(disk);
  if (found.length === 0) {
    await runModel(disk);
    expect(outputOf(disk)).toEqual(golden);
    return 'untouched';
  }
  expect(found).toEqual([
    expect.objectContaining({ remedy: `finish it: clickstream checkpoint rewind ${CHECKPOINT} --to-batch ${toBatch}` }),
  ]);
  expect(await codeOf(runModel(disk))).toBe('REWIND_UNFINISHED');
  expect(await codeOf(rewindModel(disk, toBatch + 1))).toBe('REWIND_UNFINISHED');
  await rewindModel(disk, toBatch);
  expect(await problems(disk)).toEqual([]);
  await runModel(disk);
  expect(outputOf(disk)).toEqual(golden);
  return 'mended';
}

describe('a rewind that is interrupted', () => {
  const TO = 29;

  test('by a kill before any operation: nothing has happened, or doing it again ends it', async () => {
    const outcomes = new Set<string>();
    const random = createRandom(2);
    await cutEverywhere(
      whole,
      (disk) => rewindModel(disk, TO),
      async (disk) => {
        outcomes.add(await expectMended(disk.settled(), TO));
      },
      () => random.fraction() < 0.5,
    );
    expect([...outcomes].sort()).toEqual(['mended', 'untouched']);
  }, 240_000);

  test('by a kill, and by a loss of power while it is mended: what the first process did and did not flush is flushed by the second', async () => {
    const random = createRandom(4);
    await cutEverywhere(
      whole,
      (disk) => rewindModel(disk, TO),
      async (disk) => {
        const next = disk.nextProcess();
        if (random.fraction() < 0.3) next.powerOffAt(next.calls.length + random.integer(0, 400));
        await codeOf(rewindModel(next, TO));
        next.clearFailures();
        await expectMended(next.crash(), TO);
      },
      (op) => op === 'fsyncDirectory' || random.fraction() < 0.15,
    );
  }, 240_000);

  test('by a loss of power, whatever part of the last changes is kept, and by another while it is mended', async () => {
    const random = createRandom(3);
    await cutEverywhere(
      whole,
      (disk) => rewindModel(disk, TO),
      async (disk) => {
        const keep = [0, 0.5, random.fraction()][random.integer(0, 2)] as number;
        const left = disk.crash({ survive: () => random.fraction() < keep });
        left.powerOffAt(random.integer(0, 300));
        await codeOf(rewindModel(left, TO));
        left.clearFailures();
        await expectMended(left.crash({ survive: () => random.fraction() < keep }), TO);
      },
      () => random.fraction() < 0.3,
    );
  }, 240_000);
});

describe('refused, with every reason, and nothing changed', () => {
  async function reasons(disk: ModelDisk, toBatch: number): Promise<string> {
    const before = disk.files();
    const error = await planRewind(disk, CHECKPOINT, toBatch, false).then(
      () => null,
      (failure: Error & { code: string }) => failure,
    );
    expect(disk.files()).toEqual(before);
    expect(error?.code ?? 'no error').toBe('REWIND_REFUSED');
    return error?.message ?? '';
  }

  test('input of later batches that is gone or was changed: its rows would be lost', async () => {
    const disk = copy();
    disk.removeFile(inputFile(30));
    disk.writeFile(inputFile(31), '{}');
    const text = await reasons(disk, 20);
    expect(text).toContain('2 of the files read after batch 20 are gone or were changed');
    expect(text).toContain(`${inputFile(30)}, ${inputFile(31)}`);
    await rewindModel(disk, 33);
  });

  test('a batch that is not there', async () => {
    expect(await reasons(copy(), 99)).toContain('the newest committed batch is');
    const disk = copy();
    for (const id of [0, 1, 2]) disk.removeFile(`${CHECKPOINT}/offsets/${id}`);
    expect(await reasons(disk, 3)).toContain('the logs of batches before 4 are gone');
  });

  test('state that is not whole', async () => {
    const disk = copy();
    const snapshots = disk.files().filter((path) => path.endsWith('.snapshot'));
    for (const path of snapshots) disk.removeFile(path);
    const deltas = disk.files().filter((path) => path.endsWith('.delta'));
    disk.removeFile(deltas[0] as string);
    expect(await reasons(disk, 34)).toContain('the state after batch 34 cannot be had');
  });

  test('an output folder that is gone, or of another query', async () => {
    const disk = copy();
    for (const path of disk.files().filter((file) => file.startsWith(`${OUT}/`))) disk.removeFile(path);
    disk.writeFile(`${OUT}/_clickstream/owner.json`, '{"version":1,"queryId":"another"}\n');
    expect(await reasons(disk, 34)).toContain('the output folder /model/out belongs to another query (another)');
  });

  test("a user's function, unless the operator says that what it did is undone", async () => {
    const disk = new ModelDisk();
    deliver(disk, 0, 6);
    await runModel(disk, { foreachBatch: true });
    const expected = outputOf(disk);
    expect(await reasons(disk, 3)).toContain('--effects-undone');
    await rewindModel(disk, 3, true);
    expect(Object.keys(outputOf(disk)).length).toBeLessThan(Object.keys(expected).length);
    await runModel(disk, { foreachBatch: true });
    expect(outputOf(disk)).toEqual(expected);
  });
});
