import { beforeAll, expect, test } from '@jest/globals';
import { Checkpoint } from '../../../src/checkpoint/checkpoint.ts';
import { createRandom } from '../../../src/generate/random.ts';
import { diagnose } from '../../../src/pipeline/care/doctor.ts';
import { forkCheckpoint } from '../../../src/pipeline/care/fork.ts';
import { ModelDisk } from '../../support/model-disk.ts';
import { CHECKPOINT, codeOf, cutEverywhere, deliver, OUT, outputOf, runModel } from '../../support/windows-on-model.ts';

const COPY = '/model/copies/trial';
const COPY_OUT = '/model/trial';

let source: ModelDisk;
/** The output of the query that went on without being forked. */
let golden: Record<string, string>;

beforeAll(async () => {
  source = new ModelDisk();
  deliver(source, 0, 34);
  await runModel(source);
  const alone = source.settled();
  deliver(alone, 34, 38);
  await runModel(alone);
  golden = outputOf(alone);
});

async function fork(disk: ModelDisk, to = COPY): Promise<void> {
  const checkpoint = await Checkpoint.open(disk, CHECKPOINT, { holder: 'fork' });
  try {
    forkCheckpoint(disk, checkpoint, to);
  } finally {
    checkpoint.close();
  }
}

/** Both queries go on by themselves, and what they write from here on is the same. */
async function expectTwoQueries(disk: ModelDisk): Promise<void> {
  deliver(disk, 34, 38);
  await runModel(disk, { checkpoint: COPY, out: COPY_OUT });
  await runModel(disk);
  const original = outputOf(disk);
  expect(original).toEqual(golden);
  const copied = outputOf(disk, COPY_OUT);
  expect(Object.keys(copied).length).toBeGreaterThan(4);
  for (const [name, hash] of Object.entries(copied)) expect([name, hash]).toEqual([name, original[name]]);
  for (const dir of [CHECKPOINT, COPY]) {
    expect((await diagnose(disk, dir)).filter(({ level }) => level === 'problem')).toEqual([]);
  }
}

test('a copy goes on by itself, with an id and an output folder of its own', async () => {
  const disk = source.settled();
  const before = disk.files();
  await fork(disk);
  expect(disk.files().filter((path) => !path.startsWith(COPY))).toEqual(before);
  const [original, copy] = [Checkpoint.inspect(disk, CHECKPOINT), Checkpoint.inspect(disk, COPY)];
  expect(copy?.id).not.toBe(original?.id);
  expect(copy?.fork).toEqual({ from: CHECKPOINT, queryId: original?.id, afterBatch: original?.commits.newest });
  await expectTwoQueries(disk);
});

test('it cannot write to the output folder of the query that it was copied from', async () => {
  const disk = source.settled();
  await fork(disk);
  deliver(disk, 34, 35);
  expect(await codeOf(runModel(disk, { checkpoint: COPY, out: OUT }))).toBe('OUTPUT_OWNED_BY_OTHER_QUERY');
});

test('once it has written, its output folder must carry its mark, as with any query', async () => {
  const disk = source.settled();
  await fork(disk);
  deliver(disk, 34, 35);
  await runModel(disk, { checkpoint: COPY, out: COPY_OUT });
  disk.removeFile(`${COPY_OUT}/_clickstream/owner.json`);
  expect(await codeOf(runModel(disk, { checkpoint: COPY, out: COPY_OUT }))).toBe('OUTPUT_OWNED_BY_OTHER_QUERY');
});

test('killed, or the power lost, at any operation: there is no copy, or a whole one; doing it again makes one', async () => {
  const random = createRandom(5);
  const outcomes = new Set<string>();
  const few = new ModelDisk();
  deliver(few, 0, 4);
  await runModel(few);
  await cutEverywhere(few, fork, async (cut) => {
    const keep = random.fraction();
    for (const disk of [cut.settled(), cut.crash(), cut.crash({ survive: () => random.fraction() < keep })]) {
      const isThere = disk.files().some((path) => path.startsWith(`${COPY}/`));
      outcomes.add(isThere ? 'whole' : 'none');
      if (!isThere) await fork(disk);
      expect((await diagnose(disk, COPY)).filter(({ level }) => level === 'problem')).toEqual([]);
      expect(disk.files().filter((path) => path.includes('.fork.tmp'))).toEqual([]);
    }
  });
  expect([...outcomes].sort()).toEqual(['none', 'whole']);
}, 240_000);

test('killed, done again or used as it is, then the power lost: what the first process did not flush is flushed by the second', async () => {
  const few = new ModelDisk();
  deliver(few, 0, 4);
  await runModel(few);
  await cutEverywhere(
    few,
    (disk) => fork(disk),
    async (cut) => {
      const next = cut.nextProcess();
      if (next.files().some((path) => path.startsWith(`${COPY}/`)))
        await runModel(next, { checkpoint: COPY, out: COPY_OUT });
      else await fork(next);
      const left = next.crash();
      expect((await diagnose(left, COPY)).filter(({ level }) => level === 'problem')).toEqual([]);
      expect(Checkpoint.inspect(left, COPY)?.fork?.from).toBe(CHECKPOINT);
    },
    (op) => op !== 'write',
  );
});

test.each([
  [CHECKPOINT, 'FORK_TARGET'],
  [`${CHECKPOINT}/copy`, 'FORK_TARGET'],
  ['/model/in', 'FORK_TARGET'],
])('%s is no folder for a copy', async (to, code) => {
  const disk = source.settled();
  const before = disk.files();
  expect(await codeOf(fork(disk, to))).toBe(code);
  expect(disk.files()).toEqual(before);
});
