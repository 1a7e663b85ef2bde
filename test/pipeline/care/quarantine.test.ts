import { describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { createSession } from '../../../src/index.ts';
import { quarantine } from '../../../src/pipeline/care/quarantine.ts';
import { ModelDisk } from '../../support/model-disk.ts';
import {
  CHECKPOINT,
  codeOf,
  cutEverywhere,
  deliver,
  inputFile,
  OUT,
  outputOf,
} from '../../support/windows-on-model.ts';

const CLOCK = { nowMs: () => 7, monotonicMs: () => 0, sleep: async () => {} };

/** Copies ids to CSV, a file per batch, with a manifest. */
async function run(disk: ModelDisk): Promise<void> {
  const query = await createSession({ disk, clock: CLOCK })
    .readStream.format('json')
    .schema('id INT')
    .options({ settle: 0, maxFilesPerTrigger: 1 })
    .load('/model/in')
    .where('id IS NOT NULL')
    .writeStream.format('csv')
    .options({ checkpointLocation: CHECKPOINT, sparkManifest: true })
    .trigger({ availableNow: true })
    .start(OUT);
  await query.awaitTermination();
}

/** Two batches are done; the third, of the file with number 2, has published its output, and died before its commit. */
async function published(): Promise<ModelDisk> {
  const disk = new ModelDisk();
  deliver(disk, 0, 2);
  await run(disk);
  deliver(disk, 2, 3);
  // The lock, then offsets/N, the entry of the manifest, commits/N.
  disk.failAt(3, 'EIO', { op: 'link' });
  expect(await codeOf(run(disk))).not.toBe('no error');
  disk.clearFailures();
  deliver(disk, 3, 5);
  return disk.settled();
}

async function setAside(disk: ModelDisk, file = inputFile(2)): Promise<void> {
  const checkpoint = await Checkpoint.open(disk, CHECKPOINT);
  try {
    quarantine(disk, CLOCK, checkpoint, file);
  } finally {
    checkpoint.close();
  }
}

/** What a query writes that never had the file; its third batch has no rows. */
function manifestFiles(disk: ModelDisk): string[] {
  return disk
    .files()
    .filter((path) => path.startsWith(`${OUT}/_spark_metadata/`))
    .flatMap((path) => [...new TextDecoder().decode(disk.readFile(path)).matchAll(/"path":"([^"]*)"/g)])
    .map(([, url = '']) => new URL(url).pathname)
    .sort();
}

const parts = (disk: ModelDisk) => disk.files().filter((path) => path.startsWith(`${OUT}/part-`));

test('what the batch had published is replaced by its output without the file, in the manifest too', async () => {
  const disk = await published();
  const before = parts(disk).length;
  expect(before).toBe(3);
  await setAside(disk);
  await run(disk);
  expect(manifestFiles(disk)).toEqual(parts(disk));
  const other = new ModelDisk();
  deliver(other, 0, 2);
  await run(other);
  deliver(other, 3, 5);
  await run(other);
  // The batch without the file counts, so that the names are others; the rows are the same.
  const rows = (of: ModelDisk) =>
    parts(of).flatMap((path) => new TextDecoder().decode(of.readFile(path)).trim().split('\n'));
  expect(rows(disk)).toEqual(rows(other));
});

test('killed, or the power lost, at any operation: the file is in the batch or not; doing it again sets it aside', async () => {
  const start = await published();
  const done = start.settled();
  await setAside(done);
  await run(done);
  const golden = outputOf(done);
  await cutEverywhere(
    start,
    (disk) => setAside(disk),
    async (cut) => {
      for (const disk of [cut.settled(), cut.crash(), cut.nextProcess()]) {
        await setAside(disk);
        const left = disk.crash();
        await run(left);
        expect(outputOf(left)).toEqual(golden);
      }
    },
  );
});

describe('refused', () => {
  test('a file that is in no batch, or in one that is committed', async () => {
    const disk = await published();
    expect(await codeOf(setAside(disk, '/elsewhere'))).toBe('QUARANTINE_NOT_IN_BATCH');
    expect(await codeOf(setAside(disk, inputFile(0)))).toBe('QUARANTINE_NOT_IN_BATCH');
  });

  test('when no batch is to be run again', async () => {
    const disk = new ModelDisk();
    deliver(disk, 0, 1);
    await run(disk);
    expect(await codeOf(setAside(disk, inputFile(0)))).toBe('QUARANTINE_NO_BATCH');
  });
});
