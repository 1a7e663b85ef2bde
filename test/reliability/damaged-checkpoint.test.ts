import { beforeAll, describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { writeFork } from '../../src/checkpoint/fork-mark.ts';
import { ClickstreamError } from '../../src/errors.ts';
import { createRandom } from '../../src/generate/random.ts';
import { diagnose } from '../../src/pipeline/care/doctor.ts';
import { quarantine } from '../../src/pipeline/care/quarantine.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT, deliver, inputFile, outputOf, runModel } from '../support/windows-on-model.ts';

/** All damages, not only a sample: CLICKSTREAM_DAMAGE=all. */
const ALL = process.env.CLICKSTREAM_DAMAGE === 'all';
const SAMPLE = 300;

/**
 * A checkpoint with a file of every kind: three batches are done; a fourth was logged, crashed, and had a file set aside; two more are to come.
 */
let pristine: ModelDisk;
let golden: Record<string, string>;

beforeAll(async () => {
  const disk = new ModelDisk();
  deliver(disk, 0, 3);
  await runModel(disk);
  disk.writeFile(inputFile(3), '{"ts":"2026-01-01T00:00:31Z","id":3}\n');
  // The lock, then offsets/N, then commits/N.
  disk.failAt(2, 'EIO', { op: 'link' });
  await runModel(disk).catch(() => {});
  disk.clearFailures();
  const checkpoint = await Checkpoint.open(disk, CHECKPOINT);
  checkpoint.attempts.fail({ batchId: checkpoint.offsets.newest, leftOut: 0 }, 'it was poison');
  quarantine(disk, { nowMs: () => 1, monotonicMs: () => 0, sleep: async () => {} }, checkpoint, inputFile(3));
  checkpoint.attempts.fail({ batchId: checkpoint.offsets.newest, leftOut: 1 }, 'it was poison');
  checkpoint.close();
  writeFork(disk, CHECKPOINT, { from: '/model/other', queryId: 'another', afterBatch: -1 });
  deliver(disk, 4, 6);
  pristine = disk.settled();
  const whole = pristine.settled();
  await runModel(whole);
  golden = outputOf(whole);
});

const files = () => pristine.files().filter((path) => path.startsWith(`${CHECKPOINT}/`));
const names = () => files().map((path) => path.slice(CHECKPOINT.length + 1).replace(/\d+/g, 'N'));

test('there is a file of every kind', () => {
  const kinds = ['attempts', 'commits/N', 'exclusions/N', 'fork', 'metadata', 'offsets/N', 'outputs', 'query'];
  expect([...new Set(names())].sort()).toEqual([...kinds, 'state/N/N.delta', 'state/N/schema'].sort());
});

interface Damage {
  readonly paths: readonly string[];
  readonly what: string;
  apply(disk: ModelDisk): void;
}

/**
 * The law: either the run goes on, with the output of the undamaged one, or it stops, names what is damaged, and leaves the checkpoint as it was. The
 * doctor says beforehand which of them it will be. Returns what happened.
 */
async function outcomeOf({ paths, what, apply }: Damage): Promise<string> {
  const disk = pristine.settled();
  apply(disk);
  const before = contents(disk);
  const problems = (await diagnose(disk, CHECKPOINT)).filter(({ level }) => level === 'problem');
  const isSick = problems.length > 0;
  expect(contents(disk)).toEqual(before);
  const error = await runModel(disk).then(
    () => null,
    (failure: unknown) => failure,
  );
  if (error === null) {
    expect({ what, problems, output: outputOf(disk) }).toEqual({ what, problems: [], output: golden });
    return 'goes on';
  }
  expect({ what, isClear: error instanceof ClickstreamError, isSick, error }).toEqual({
    what,
    isClear: true,
    isSick: true,
    error,
  });
  const { code, message } = error as ClickstreamError;
  const isNamed = paths.some((path) => message.includes(path));
  expect({ what, isNamed, message }).toEqual({ what, isNamed: true, message });
  // Of two damages, one may be mended before the other one is seen: then there is more than before.
  expect({ what, left: contents(disk) }).toMatchObject({ what, left: before });
  return code;
}

/** The files of the checkpoint that decide its results. */
function contents(disk: ModelDisk): Record<string, string> {
  const own = disk.files().filter((path) => path.startsWith(`${CHECKPOINT}/`) && !/\/(lock|attempts)$/.test(path));
  return Object.fromEntries(own.map((path) => [path, Buffer.from(disk.readFile(path)).toString('base64')]));
}

async function outcomes(damages: readonly Damage[]): Promise<Map<string, number>> {
  const random = createRandom(1);
  const counts = new Map<string, number>();
  for (const damage of damages) {
    if (!ALL && random.fraction() > SAMPLE / damages.length) continue;
    const outcome = await outcomeOf(damage);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  if (ALL) console.log(Object.fromEntries(counts));
  return counts;
}

describe('a checkpoint with damage', () => {
  test('every file, cut at every byte or with every byte changed', async () => {
    const damages = files().flatMap((path) => {
      const whole = pristine.readFile(path);
      return Array.from(whole, (byte, at): Damage[] => {
        const changed = whole.slice();
        changed[at] = byte ^ (1 << (at % 8));
        const to = (bytes: Uint8Array) => (disk: ModelDisk) => disk.writeFile(path, bytes);
        return [
          { paths: [path], what: `${path} cut at ${at}`, apply: to(whole.slice(0, at)) },
          { paths: [path], what: `${path} changed at ${at}`, apply: to(changed) },
        ];
      }).flat();
    });
    const counts = await outcomes(damages);
    for (const code of ['goes on', 'CHECKPOINT_CORRUPT', 'STATE_CORRUPT'])
      expect(counts.get(code) ?? 0).toBeGreaterThan(0);
  }, 1_800_000);

  test('without each file, and without each two of them', async () => {
    // Nothing else says what an operator set aside: without its record it is as if nothing had been.
    const paths = files().filter((path) => !path.includes('/exclusions/'));
    const damages = paths.flatMap((first, i) =>
      paths.slice(i).map((second): Damage => {
        const gone = [...new Set([first, second])];
        const apply = (disk: ModelDisk) => {
          for (const path of gone) disk.removeFile(path);
        };
        // What is missing shows in the folder that needs it.
        const paths = [...gone, `${CHECKPOINT}/state/0`, `${CHECKPOINT}/sources/0`];
        return { paths, what: `without ${gone.join(' and ')}`, apply };
      }),
    );
    const counts = await outcomes(damages);
    for (const code of ['goes on', 'CHECKPOINT_CORRUPT', 'STATE_CORRUPT'])
      expect(counts.get(code) ?? 0).toBeGreaterThan(0);
  }, 1_800_000);

  test('written by a newer version: each file says so, and nothing is read as what it is not', async () => {
    // metadata has none, being Spark's; the state of the batch that crashed is written anew.
    const versioned = files().filter((name) => !/\/(metadata|4\.delta)$/.test(name));
    for (const path of versioned) {
      const text = Buffer.from(pristine.readFile(path)).toString('latin1');
      const newer = text.replace(/^(clickstream state )?v[12]\n/, '$1v3\n');
      expect(newer).not.toBe(text);
      const apply = (disk: ModelDisk) => disk.writeFile(path, Buffer.from(newer, 'latin1'));
      expect([path, await outcomeOf({ paths: [path], what: `${path} of a newer version`, apply })]).toEqual([
        path,
        expect.stringMatching(/_VERSION$/),
      ]);
    }
  });
});
