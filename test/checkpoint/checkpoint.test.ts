import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import type { OffsetEntry } from '../../src/checkpoint/offsets.ts';
import type { LockHost } from '../../src/fs/lock-host.ts';
import { ModelDisk } from '../support/model-disk.ts';

const DIR = '/ck/q';

/** Every run is another process on a machine that is never short of pids. */
let pid = 1;
function nextProcess(): LockHost {
  const mine = pid++;
  return {
    pid: mine,
    hostname: 'here',
    bootId: 'boot',
    processStart: () => 'x',
    isRunning: () => false,
    light: async () => null,
    isLit: async () => false,
    isBeaconName: () => false,
  };
}

const open = (disk: ModelDisk, id?: string) => Checkpoint.open(disk, DIR, { lockHost: nextProcess(), id });

const ID = '11111111-2222-3333-4444-555555555555';

function offsetsOf(batchId: number): OffsetEntry {
  return {
    batchId,
    batchWatermarkMs: batchId * 10,
    batchTimestampMs: 1000 + batchId,
    conf: { 'spark.sql.shuffle.partitions': '200' },
    sources: [
      { offset: { logOffset: batchId }, splits: [{ path: `/in/${batchId}.json`, size: 10, mtimeMs: 1.5 }] },
      { offset: null, splits: [] },
    ],
  };
}

const commitOf = (batchId: number) => ({ batchId, nextBatchWatermarkMs: batchId * 10 + 10, owesNoDataBatch: false });

function runBatch(checkpoint: Checkpoint, batchId: number): void {
  if (checkpoint.offsets.newest < batchId) checkpoint.offsets.add(batchId, offsetsOf(batchId));
  checkpoint.commits.add(batchId, commitOf(batchId));
}

async function used(batches: number): Promise<ModelDisk> {
  const disk = new ModelDisk();
  const checkpoint = await open(disk, ID);
  for (let batchId = 0; batchId < batches; batchId++) runBatch(checkpoint, batchId);
  checkpoint.close();
  return disk.crash({ survive: () => true });
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}

describe('layout', () => {
  test("looks like Spark's, with a checksum at the end", async () => {
    const disk = await used(1);
    const text = (name: string) => new TextDecoder().decode(disk.readFile(`${DIR}/${name}`));
    expect(disk.files()).toEqual([`${DIR}/commits/0`, `${DIR}/metadata`, `${DIR}/offsets/0`]);
    expect(text('metadata')).toMatch(new RegExp(`^{"id":"${ID}","crc32":"[0-9a-f]{8}"}$`));
    expect(text('offsets/0').split('\n')).toEqual([
      'v1',
      '{"batchId":0,"batchWatermarkMs":0,"batchTimestampMs":1000,"conf":{"spark.sql.shuffle.partitions":"200"}}',
      '{"offset":{"logOffset":0},"splits":[{"path":"/in/0.json","size":10,"mtimeMs":1.5}]}',
      '-',
      expect.stringMatching(/^\{"crc32":"[0-9a-f]{8}","bytes":\d+\}$/),
    ]);
    expect(text('commits/0').split('\n').slice(0, 2)).toEqual([
      'v1',
      '{"batchId":0,"nextBatchWatermarkMs":10,"owesNoDataBatch":false}',
    ]);
  });

  test('entries read back as written, the id stays, the description is kept', async () => {
    const disk = await used(3);
    const checkpoint = await open(disk);
    expect(checkpoint.id).toBe(ID);
    expect([...checkpoint.offsets.entries()]).toEqual([0, 1, 2].map(offsetsOf));
    expect([...checkpoint.commits.entries(1)]).toEqual([1, 2].map(commitOf));
    expect(checkpoint.offsets.get(3)).toBeUndefined();
    expect(checkpoint.description).toBeNull();
    checkpoint.describe({ schema: ['a'] });
    const fsyncs = disk.count('fsync');
    checkpoint.describe({ schema: ['a'] });
    expect(disk.count('fsync')).toBe(fsyncs);
    expect(checkpoint.description).toEqual({ schema: ['a'] });
  });

  test('a batch costs one fsync of a file and one of a folder for each log, purge included', async () => {
    const disk = new ModelDisk();
    const checkpoint = await open(disk);
    for (let batchId = 0; batchId < 20; batchId++) {
      const before = { file: disk.count('fsync'), folder: disk.count('fsyncDirectory'), list: disk.count('readdir') };
      runBatch(checkpoint, batchId);
      checkpoint.purge(5);
      expect(disk.count('fsync') - before.file).toBe(2);
      expect(disk.count('fsyncDirectory') - before.folder).toBe(2);
      expect(disk.count('readdir')).toBe(before.list);
    }
    expect(checkpoint.offsets.oldest).toBe(14);
    expect(disk.files().filter((path) => path.includes('/offsets/'))).toHaveLength(6);
    expect(disk.files().filter((path) => path.includes('/commits/'))).toHaveLength(6);
  });

  test('purge keeps what a source still needs, and what the newest batch needs', async () => {
    const disk = new ModelDisk();
    const checkpoint = await open(disk);
    for (let batchId = 0; batchId < 10; batchId++) runBatch(checkpoint, batchId);
    checkpoint.purge(2, 4);
    expect(checkpoint.offsets.oldest).toBe(4);
    checkpoint.purge(0);
    expect(checkpoint.offsets.oldest).toBe(8);
    checkpoint.close();
    expect((await open(disk)).offsets.newest).toBe(9);
  });
});

describe('one at a time', () => {
  test('a second open is refused while the first is open', async () => {
    const disk = new ModelDisk();
    const first = await open(disk);
    expect(await codeOf(open(disk))).toBe('CHECKPOINT_IN_USE');
    first.close();
    (await open(disk)).close();
  });

  test('should the lock fail, the log does not let two write one entry', async () => {
    const disk = await used(2);
    const first = await open(disk);
    disk.removeFile(`${DIR}/lock`);
    const second = await Checkpoint.open(Object.create(disk), DIR, { lockHost: nextProcess() });
    first.offsets.add(2, offsetsOf(2));
    expect(() => second.offsets.add(2, offsetsOf(2))).toThrow(
      expect.objectContaining({
        code: 'CONCURRENT_STREAM_LOG_UPDATE',
        message: expect.stringContaining(`${DIR}/offsets/2`),
      }),
    );
  });

  test('inspect looks on without the lock and without changing anything', async () => {
    const disk = new ModelDisk();
    expect(Checkpoint.inspect(disk, DIR)).toBeNull();
    const checkpoint = await open(disk, ID);
    checkpoint.describe({ a: 1 });
    runBatch(checkpoint, 0);
    checkpoint.offsets.add(1, offsetsOf(1));
    disk.writeFile(`${DIR}/commits/1`, 'v1\n{"nextB');
    const before = disk.files();
    const view = Checkpoint.inspect(disk, DIR);
    expect(view).toMatchObject({ id: ID, description: { a: 1 }, offsets: { newest: 1 }, commits: { newest: 0 } });
    expect(view?.offsets.get(1)).toEqual(offsetsOf(1));
    expect(disk.files()).toEqual(before);
  });
});

describe('damage', () => {
  test.each<[string, string[], string]>([
    ['metadata is gone', ['metadata'], 'CHECKPOINT_CORRUPT'],
    ['an entry before the newest two is gone', ['offsets/1'], 'CHECKPOINT_MISSING_OFFSETS'],
    ['the last but one offsets entry is gone', ['offsets/2'], 'CHECKPOINT_MISSING_OFFSETS'],
    ['all offsets but the newest are gone', ['offsets/0', 'offsets/1', 'offsets/2'], 'CHECKPOINT_MISSING_OFFSETS'],
    ['the newest offsets are gone', ['offsets/3'], 'CHECKPOINT_CORRUPT'],
    ['all offsets are gone', ['offsets/0', 'offsets/1', 'offsets/2', 'offsets/3'], 'CHECKPOINT_CORRUPT'],
    ['a commit in the middle is gone', ['commits/1'], 'CHECKPOINT_CORRUPT'],
    ['the newest commit is gone: the batch runs again', ['commits/3'], 'no error'],
    ['the oldest entries are gone, as after a purge', ['offsets/0', 'commits/0'], 'no error'],
  ])('%s', async (_, names, code) => {
    const disk = await used(4);
    for (const name of names) disk.removeFile(`${DIR}/${name}`);
    const before = disk.files();
    expect(await codeOf(open(disk))).toBe(code);
    if (code !== 'no error') expect(disk.files()).toEqual(before);
  });

  test('commits that are lost though later batches were logged are written again', async () => {
    const disk = await used(4);
    for (const id of [2, 3]) disk.removeFile(`${DIR}/commits/${id}`);
    const checkpoint = await open(disk);
    expect(checkpoint.commits.get(2)).toEqual({ batchId: 2, nextBatchWatermarkMs: offsetsOf(3).batchWatermarkMs });
    expect([checkpoint.offsets.newest, checkpoint.commits.newest]).toEqual([3, 2]);
    expect(checkpoint.repairs).toHaveLength(1);
  });

  test('a newer version is refused, another format is not read', async () => {
    const disk = await used(2);
    disk.writeFile(`${DIR}/offsets/1`, 'v2\nwhatever');
    expect(await codeOf(open(disk))).toBe('CHECKPOINT_VERSION');
  });

  test('a folder of other things is not made a checkpoint', async () => {
    const disk = new ModelDisk();
    disk.writeFile(`${DIR}/thesis.doc`, 'x');
    disk.writeFile(`${DIR}/.gitkeep`, '');
    expect(await codeOf(open(disk))).toBe('CHECKPOINT_FOREIGN_FILES');
    expect(disk.files()).toEqual([`${DIR}/.gitkeep`, `${DIR}/thesis.doc`]);
    disk.removeFile(`${DIR}/thesis.doc`);
    expect(await codeOf(open(disk))).toBe('no error');
  });

  test('names that are not numbers are ignored, temporary files removed', async () => {
    const disk = await used(2);
    disk.writeFile(`${DIR}/offsets/01`, 'x');
    disk.writeFile(`${DIR}/offsets/readme`, 'x');
    disk.writeFile(`${DIR}/offsets/.2.abc.tmp`, 'x');
    disk.writeFile(`${DIR}/.query.abc.tmp`, 'x');
    const checkpoint = await open(disk);
    expect(checkpoint.offsets.newest).toBe(1);
    expect(disk.files().filter((path) => path.includes('tmp'))).toEqual([]);
  });

  test('an entry under another number is found out', async () => {
    const disk = await used(2);
    disk.writeFile(`${DIR}/offsets/2`, disk.readFile(`${DIR}/offsets/1`));
    const checkpoint = await open(disk);
    expect(() => checkpoint.offsets.get(2)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
  });

  test('every file, cut or changed at every byte: recovered to a prefix, or stopped; never anything else', async () => {
    const pristine = await used(3);
    const outcomes = new Map<string, number>();
    for (const path of pristine.files()) {
      const whole = pristine.readFile(path);
      for (let at = 0; at < whole.length; at++) {
        const changed = whole.slice();
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        for (const bytes of [whole.slice(0, at), changed]) {
          const disk = pristine.settled();
          disk.writeFile(path, bytes);
          const outcome = await codeOf(open(disk).then((found) => expectPrefix(found, 2)));
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      }
    }
    expect([...outcomes.keys()].sort()).toEqual(['CHECKPOINT_CORRUPT', 'CHECKPOINT_VERSION', 'no error']);
  });
});

/** What is found is batches 0..n as they were written, n at least `atLeast` - 1 committed. */
function expectPrefix(found: Checkpoint, atLeast: number): void {
  const { offsets, commits } = found;
  if (found.id !== ID && offsets.newest >= 0) throw new Error(`wrong id ${found.id}`);
  expect(offsets.newest - commits.newest === 0 || offsets.newest - commits.newest === 1).toBe(true);
  expect(commits.newest).toBeGreaterThanOrEqual(atLeast - 1);
  for (const entry of offsets.entries()) expect(entry).toEqual(offsetsOf(entry.batchId));
  for (const entry of commits.entries()) expect(entry).toEqual(commitOf(entry.batchId));
}

interface Promised {
  logged: number;
  committed: number;
  /** Batches whose commit was begun. */
  begun: number;
}

describe('loss of power', () => {
  /** Runs batches until the power goes at operation `at`; notes how much was promised. */
  async function runUntil(disk: ModelDisk, at: number, batches: number, promised: Promised): Promise<void> {
    disk.powerOffAt(at);
    try {
      const checkpoint = await open(disk, ID);
      expectPromised(checkpoint, promised);
      for (let batchId = checkpoint.commits.newest + 1; batchId < batches; batchId++) {
        if (checkpoint.offsets.newest < batchId) checkpoint.offsets.add(batchId, offsetsOf(batchId));
        promised.logged = Math.max(promised.logged, batchId + 1);
        promised.begun = Math.max(promised.begun, batchId + 1);
        checkpoint.commits.add(batchId, commitOf(batchId));
        promised.committed = batchId + 1;
        checkpoint.purge(1);
      }
    } catch (error) {
      if (disk.calls.length <= at) throw error;
    }
  }

  function expectPromised(found: Checkpoint, promised: Promised): void {
    expectPrefix(found, promised.committed);
    expect(found.offsets.newest + 1).toBeGreaterThanOrEqual(promised.logged);
    expect(found.commits.newest + 1).toBeLessThanOrEqual(promised.begun);
  }

  test('at every operation: what was promised is there, whatever else is lost', async () => {
    let states = 0;
    for (let at = 1; ; at++) {
      const disk = new ModelDisk();
      const promised = { logged: 0, committed: 0, begun: 0 };
      await runUntil(disk, at, 6, promised);
      const pending = disk.pending().length;
      for (let kept = -1; kept <= pending; kept++) {
        // None; each alone (torn); all but each; all.
        const lost = disk.crash({ survive: (_, index) => kept >= 0 && index !== kept });
        const torn = disk.crash({ survive: (_, index) => index === kept, tornAt: 512 });
        for (const after of [lost, torn]) expectPromised(await open(after), promised);
        states += 2;
      }
      if (disk.calls.length < at) break;
    }
    expect(states).toBeGreaterThan(1000);
  });

  test('a purge of many entries at once leaves no gap, and no entry without what was left out of it', async () => {
    const [full, last] = [await used(8), 7];
    const filling = await open(full);
    for (let batchId = 0; batchId <= last; batchId++) {
      filling.exclusions.add(batchId, { reason: 'changed', split: batchId });
    }
    filling.close();
    for (let at = 0; ; at++) {
      const disk = full.settled();
      const checkpoint = await open(disk);
      disk.powerOffAt(disk.calls.length + at);
      let done = false;
      try {
        checkpoint.purge(2);
        done = true;
      } catch {
        // The power is gone.
      }
      for (let kept = 0; kept <= disk.pending().length; kept++) {
        for (const survive of [(index: number) => index === kept, (index: number) => index !== kept]) {
          const found = await open(disk.crash({ survive: (_, index) => survive(index) }));
          expectPrefix(found, last + 1);
          for (const { batchId } of found.offsets.entries()) {
            expect(found.exclusions.of(batchId)).toMatchObject([{ split: batchId }]);
          }
        }
      }
      if (done) break;
    }
  });

  test('processes killed one after the other at any operation, then the power goes', async () => {
    const kills = fc.array(fc.nat({ max: 160 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(kills, fc.infiniteStream(fc.boolean()), async (points, coins) => {
        let disk = new ModelDisk();
        const promised = { logged: 0, committed: 0, begun: 0 };
        for (const at of points) {
          disk = disk.nextProcess();
          await runUntil(disk, disk.calls.length + at, 6, promised);
        }
        const after = disk.crash({ survive: () => coins.next().value as boolean });
        expectPromised(await open(after), promised);
      }),
      { numRuns: 300 },
    );
  });
});

describe('errors of the disk', () => {
  test('at every operation, passing or lasting: what was promised stays, the error is told, a restart goes on', async () => {
    for (const lasting of [false, true]) {
      for (const code of ['ENOSPC', 'EIO', 'EMFILE', 'EACCES']) {
        for (let at = 0; ; at++) {
          const disk = await used(2);
          disk.failAt(at, code, { lasting });
          let promised = 2;
          let failed = 'no error';
          try {
            const checkpoint = await open(disk);
            try {
              for (; promised < 4; promised++) runBatch(checkpoint, promised);
            } finally {
              checkpoint.close();
            }
          } catch (error) {
            failed = (error as { code?: string }).code ?? String(error);
          }
          const calls = disk.calls.length;
          expect(failed).not.toMatch(/^CHECKPOINT|INTERNAL|TypeError/);
          disk.clearFailures();
          const next = disk.crash();
          expectPrefix(await open(next), promised);
          if (calls <= at) break;
        }
      }
    }
  });
});
