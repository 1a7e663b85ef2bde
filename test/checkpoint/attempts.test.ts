import { describe, expect, test } from '@jest/globals';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import type { OffsetEntry } from '../../src/checkpoint/offsets.ts';
import type { LockHost } from '../../src/fs/lock-host.ts';
import { ModelDisk } from '../support/model-disk.ts';

const DIR = '/ck/q';
const SPLIT = { path: '/in/a.json', size: 10, mtimeMs: 1 };

/** Every run is another process; the ones before have ended. */
let pid = 1;
function open(disk: ModelDisk): Promise<Checkpoint> {
  const lockHost: LockHost = {
    pid: pid++,
    hostname: 'here',
    bootId: 'boot',
    processStart: () => 'x',
    isRunning: () => false,
    light: async () => null,
    isLit: async () => false,
    isBeaconName: () => false,
  };
  return Checkpoint.open(disk, DIR, { lockHost });
}

function entryOf(batchId: number): OffsetEntry {
  const sources = [{ offset: { logOffset: batchId }, splits: [SPLIT, { ...SPLIT, path: '/in/b.json' }] }];
  return { batchId, batchWatermarkMs: 0, batchTimestampMs: 1, conf: {}, sources };
}

/** How a process that has the checkpoint ends: killed (it leaves everything as it is), or stopped. */
type End = 'killed' | 'stopped';

/** A run of the first batch: logs it, or runs it again. */
async function run(disk: ModelDisk, end: End, work: (checkpoint: Checkpoint) => void = begin): Promise<ModelDisk> {
  const checkpoint = await open(disk);
  if (checkpoint.offsets.newest < 0) checkpoint.offsets.add(0, entryOf(0));
  else work(checkpoint);
  if (end === 'stopped') checkpoint.close();
  return disk.nextProcess();
}

const begin = (checkpoint: Checkpoint) => checkpoint.attempts.begin();

async function crashedAfter(...ends: End[]): Promise<number> {
  let disk = new ModelDisk();
  for (const end of ends) disk = await run(disk, end);
  return (await open(disk)).attempts.crashed;
}

describe('what counts as a crashed attempt', () => {
  test.each<[End[], number]>([
    [['stopped'], 0],
    [['killed'], 1],
    [['killed', 'stopped'], 1],
    [['stopped', 'killed'], 1],
    [['stopped', 'stopped', 'stopped', 'stopped'], 0],
    [['killed', 'killed'], 2],
    [['killed', 'stopped', 'killed', 'stopped'], 2],
    [['killed', 'killed', 'killed'], 3],
  ])('%j: %d', async (ends, crashed) => expect(await crashedAfter(...ends)).toBe(crashed));

  test('not a process that died before it ran the batch again', async () => {
    let disk = await run(new ModelDisk(), 'killed');
    for (let i = 0; i < 5; i++) disk = await run(disk, 'killed', () => {});
    expect((await open(disk)).attempts.crashed).toBe(1);
  });

  test('not a process that died when its batch was committed', async () => {
    let disk = await run(new ModelDisk(), 'killed');
    disk = await run(disk, 'killed', (checkpoint) => {
      checkpoint.attempts.begin();
      checkpoint.commits.add(0, { batchId: 0, nextBatchWatermarkMs: 0 });
    });
    const checkpoint = await open(disk);
    expect(checkpoint.attempts.crashed).toBe(0);
    expect(disk.files().filter((path) => path.includes('attempts'))).toEqual([]);
  });

  test('an error that the input may have caused, with its words; a batch after it counts for itself', async () => {
    const disk = new ModelDisk();
    const checkpoint = await open(disk);
    checkpoint.offsets.add(0, entryOf(0));
    checkpoint.attempts.fail({ batchId: 0, leftOut: 0 }, 'bad record');
    checkpoint.attempts.fail({ batchId: 0, leftOut: 0 }, 'bad record');
    checkpoint.close();
    expect(Checkpoint.inspect(disk, DIR)?.attempts).toMatchObject({ batchId: 0, crashed: 2, lastError: 'bad record' });
    const next = await open(disk.nextProcess());
    next.commits.add(0, { batchId: 0, nextBatchWatermarkMs: 0 });
    next.offsets.add(1, entryOf(1));
    next.attempts.fail({ batchId: 1, leftOut: 0 }, 'other');
    expect(next.attempts.crashed).toBe(1);
  });

  test('with another file left out it is another batch', async () => {
    let disk = await run(new ModelDisk(), 'killed');
    disk = await run(disk, 'stopped', (checkpoint) => {
      checkpoint.exclusions.add(0, { reason: 'quarantined', split: SPLIT });
      checkpoint.attempts.clear();
    });
    expect((await open(disk)).attempts.crashed).toBe(0);
    // Also when the record of its crashes is still there.
    disk = await run(await run(new ModelDisk(), 'killed'), 'stopped');
    disk = await run(disk, 'stopped', (checkpoint) => {
      expect(checkpoint.attempts.crashed).toBe(1);
      checkpoint.exclusions.add(0, { reason: 'quarantined', split: SPLIT });
    });
    expect((await open(disk)).attempts.crashed).toBe(0);
  });
});

test('a batch that never crashed costs no flush; one that did, an fsync of a file and one of the folder', async () => {
  const disk = await run(new ModelDisk(), 'stopped');
  const flushes = () => disk.calls.filter(({ op, path }) => op === 'fsync' && path.includes('attempts')).length;
  const checkpoint = await open(disk);
  checkpoint.attempts.begin();
  checkpoint.attempts.noteReading(0, SPLIT);
  checkpoint.close();
  expect(disk.count('create', 'attempts')).toBe(0);
  expect(flushes()).toBe(0);
  const killed = (await run(disk, 'killed')).nextProcess();
  const again = await open(killed);
  const before = [killed.count('fsync'), killed.count('fsyncDirectory')];
  again.attempts.begin();
  again.attempts.noteReading(0, SPLIT);
  expect([killed.count('fsync'), killed.count('fsyncDirectory')]).toEqual(before.map((count) => (count as number) + 1));
});

describe('three crashes', () => {
  async function crashed(times: number, work = begin): Promise<Checkpoint> {
    let disk = new ModelDisk();
    for (let i = 0; i < times; i++) disk = await run(disk, 'killed', work);
    return open(disk);
  }

  test('two are not enough', async () => {
    const checkpoint = await crashed(2);
    expect(() => checkpoint.attempts.refuseHopeless(entryOf(0))).not.toThrow();
  });

  test('the batch, its files, what was read, and the commands are named', async () => {
    const { attempts } = await crashed(3, (checkpoint) => {
      checkpoint.attempts.begin();
      checkpoint.attempts.noteReading(0, SPLIT);
    });
    const error = { code: 'BATCH_CRASHED', category: 'data' };
    expect(() => attempts.refuseHopeless(entryOf(0))).toThrow(expect.objectContaining(error));
    expect(() => attempts.refuseHopeless(entryOf(0))).toThrow(
      [
        'Batch 0 crashed 3 times, so it is not run again by itself. The last time the process died in the middle of it. It was reading /in/a.json.',
        'Its files: /in/a.json, /in/b.json.',
        'To leave one of them out for good: clickstream checkpoint quarantine /ck/q /in/a.json',
        'To try all of it again, once the cause is mended: clickstream checkpoint retry /ck/q',
      ].join('\n'),
    );
  });

  test('an operator lets it run again', async () => {
    const { attempts } = await crashed(3);
    attempts.clear();
    expect(() => attempts.refuseHopeless(entryOf(0))).not.toThrow();
  });
});

test('when the power goes at any operation, at most one crash is forgotten, and none is made up', async () => {
  for (const done of [1, 2]) {
    let start = new ModelDisk();
    for (let i = 0; i < done; i++) start = await run(start, 'killed');
    const settled = start.settled();
    for (let at = 0; ; at++) {
      const disk = settled.settled();
      disk.powerOffAt(disk.calls.length + at);
      let ended = false;
      try {
        await run(disk, 'killed');
        ended = true;
      } catch {
        // The power is gone.
      }
      for (let lost = -1; lost <= disk.pending().length; lost++) {
        const next = disk.crash({ survive: (_, index) => index !== lost });
        const { crashed } = (await open(next)).attempts;
        // One is forgotten when the lock of the process that crashed is gone, and that of the next one not there yet.
        expect([done - 1, done, done + 1]).toContain(crashed);
      }
      if (ended) break;
    }
  }
});

test('a file that is cut or changed at any byte counts as none, and stops nothing', async () => {
  let pristine = await run(new ModelDisk(), 'killed');
  pristine = await run(pristine, 'stopped');
  const whole = pristine.readFile(`${DIR}/attempts`);
  const counts = new Set<number>();
  for (let at = 0; at < whole.length; at++) {
    const changed = whole.slice();
    changed[at] = (changed[at] as number) ^ 1;
    for (const bytes of [whole.slice(0, at), changed]) {
      const disk = pristine.settled();
      disk.writeFile(`${DIR}/attempts`, bytes);
      counts.add((await open(disk)).attempts.crashed);
    }
  }
  expect([...counts]).toEqual([0]);
});
