import { expect, test } from '@jest/globals';
import { createRandom } from '../../src/generate/random.ts';
import { diagnose } from '../../src/pipeline/care/doctor.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT, cutEverywhere, deliver, outputOf, runModel } from '../support/windows-on-model.ts';

const FEW = { keepBatches: 2, sparkManifest: true };
/** Up to here nothing is cleaned up but old log entries; then a segment of the files taken is written, and state is written whole. */
const BEFORE = 28;
const BATCHES = 36;

/**
 * What is not needed any more is removed only when that is safe: old entries of the logs, state, segments that were merged, entries of the manifest.
 * Killed, or the power lost, around any such removal, a restart goes on.
 */
test('killed, or the power lost, while old files are removed: the next start goes on to the same output', async () => {
  const start = new ModelDisk();
  deliver(start, 0, BEFORE);
  await runModel(start, FEW);
  deliver(start, BEFORE, BATCHES);
  const whole = start.settled();
  await runModel(whole, FEW);
  const golden = outputOf(whole);
  const removed = (kind: string) => whole.calls.filter(({ op, path }) => op === 'unlink' && path.includes(kind)).length;
  // It is about these: should they not happen any more, the test has to find other batches.
  for (const kind of ['/offsets/', '/commits/', '/state/0/', '/_spark_metadata/'])
    expect([kind, removed(kind)]).not.toEqual([kind, 0]);
  expect(whole.files().filter((path) => path.includes('/offsets/')).length).toBeLessThan(6);
  expect(whole.files().some((path) => path.startsWith(`${CHECKPOINT}/sources/0/`))).toBe(true);

  const random = createRandom(9);
  let states = 0;
  await cutEverywhere(
    start,
    (disk) => runModel(disk, FEW),
    async (cut) => {
      const keep = random.fraction();
      const disk = random.fraction() < 0.5 ? cut.settled() : cut.crash({ survive: () => random.fraction() < keep });
      expect((await diagnose(disk, CHECKPOINT)).filter(({ level }) => level === 'problem')).toEqual([]);
      await runModel(disk, FEW);
      const output = outputOf(disk);
      expect(output).toMatchObject(golden);
      // Old entries of the manifest, which its readers pass over, may stay until the next time.
      const more = Object.keys(output).filter((name) => !(name in golden));
      expect(more.filter((name) => !/^_spark_metadata\/(\d|1\d)(\.compact)?$/.test(name))).toEqual([]);
      states++;
    },
    (op) => random.fraction() < (op === 'unlink' ? 0.4 : 0.04),
  );
  expect(states).toBeGreaterThan(20);
}, 240_000);
