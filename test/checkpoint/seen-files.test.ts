import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type SeenFile, SeenFiles } from '../../src/checkpoint/seen-files.ts';
import { ModelDisk } from '../support/model-disk.ts';

const DIR = '/ck/sources/0';

const fileOf = (path: string, size = 1) => ({ path, size, mtimeMs: size + 0.5 });

function contents(seen: SeenFiles): Record<string, SeenFile> {
  return Object.fromEntries([...seen.paths()].sort().map((path) => [path, seen.get(path) as SeenFile]));
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'no error';
}

test('remembers size and time, awkward names too, over a restart', () => {
  const disk = new ModelDisk();
  const seen = SeenFiles.open(disk, DIR);
  const files = ['/in/a', '/in/tab\there', '/in/line\nfeed', '"quoted"', '{', '/in/\ud800', '/in/ü'].map((path, i) =>
    fileOf(path, i),
  );
  seen.addBatch(0, files);
  seen.flush(0);
  const again = SeenFiles.open(disk.crash(), DIR);
  expect(again.flushedThrough).toBe(0);
  expect(again.size).toBe(files.length);
  for (const { path, ...file } of files) expect(again.get(path)).toEqual(file);
  expect(again.get('/in/b')).toBeUndefined();
  expect(again.has('/in/a')).toBe(true);
});

test('batches that are neither flushed nor in the offsets log are found out', () => {
  const disk = new ModelDisk();
  const seen = SeenFiles.open(disk, DIR);
  for (let batchId = 0; batchId < 5; batchId++) seen.addBatch(batchId, [fileOf(`/in/${batchId}`)]);
  seen.flush(2);
  const again = SeenFiles.open(disk.crash(), DIR);
  expect(again.has('/in/3')).toBe(false);
  again.addBatch(1, [fileOf('/in/other')]);
  expect(again.has('/in/other')).toBe(false);
  expect(codeOf(() => again.addBatch(4, []))).toBe('CHECKPOINT_CORRUPT');
  again.addBatch(3, [fileOf('/in/3')]);
  expect(again.has('/in/3')).toBe(true);
});

test('segments stay few, and each file is rewritten seldom', () => {
  const disk = new ModelDisk();
  const seen = SeenFiles.open(disk, DIR);
  for (let batchId = 0; batchId < 1000; batchId++) {
    seen.addBatch(batchId, [fileOf(`/in/${batchId}`)]);
    seen.flush(batchId);
    expect(disk.files().length).toBeLessThanOrEqual(11);
  }
  const written = disk.files().reduce((sum, path) => sum + disk.readFile(path).length, 0);
  expect(written).toBeLessThan(60_000);
  expect(SeenFiles.open(disk.crash(), DIR).size).toBe(1000);
});

test('a flush costs one fsync of a file and one of the folder', () => {
  const disk = new ModelDisk();
  const seen = SeenFiles.open(disk, DIR);
  const before = [disk.count('fsync'), disk.count('fsyncDirectory')];
  seen.addBatch(0, [fileOf('/in/a')]);
  seen.flush(0);
  expect([disk.count('fsync'), disk.count('fsyncDirectory')]).toEqual(before.map((count) => (count as number) + 1));
});

test('a segment that a killed process left is durable before it is believed', () => {
  const disk = new ModelDisk();
  const seen = SeenFiles.open(disk, DIR);
  seen.addBatch(0, [fileOf('/in/a')]);
  disk.failAt(0, 'EIO', { op: 'fsyncDirectory' });
  expect(codeOf(() => seen.flush(0))).toBe('FSYNC_FAILED');
  const next = disk.nextProcess();
  expect(SeenFiles.open(next, DIR).flushedThrough).toBe(0);
  expect(SeenFiles.open(next.crash(), DIR).has('/in/a')).toBe(true);
});

test('what is forgotten is gone from the disk in the end', () => {
  const disk = new ModelDisk();
  const seen = SeenFiles.open(disk, DIR);
  for (let batchId = 0; batchId < 10; batchId++) {
    const paths = Array.from({ length: 10_000 }, (_, i) => `/in/${batchId}-${i}`);
    seen.addBatch(
      batchId,
      paths.map((path) => fileOf(path)),
    );
    seen.forget(paths.slice(1));
    seen.flush(batchId);
  }
  expect(seen.size).toBe(10);
  const lines = disk.files().map((path) => new TextDecoder().decode(disk.readFile(path)).split('\n').length);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(100_000);
  expect(SeenFiles.open(disk.crash(), DIR).size).toBe(10);
});

test('where files come and go, what is on the disk follows those that are there', () => {
  const disk = new ModelDisk();
  const seen = SeenFiles.open(disk, DIR);
  const pathsOf = (batchId: number) => Array.from({ length: 10 }, (_, i) => `/in/${batchId}-${i}`);
  let mostLines = 0;
  for (let batchId = 0; batchId < 2000; batchId++) {
    seen.addBatch(
      batchId,
      pathsOf(batchId).map((path) => fileOf(path)),
    );
    if (batchId >= 10) seen.forget(pathsOf(batchId - 10));
    if (batchId % 32 !== 31) continue;
    seen.flush(batchId);
    const texts = disk.files().map((path) => new TextDecoder().decode(disk.readFile(path)));
    mostLines = Math.max(
      mostLines,
      texts.reduce((sum, text) => sum + text.split('\n').length, 0),
    );
  }
  expect(seen.size).toBe(100);
  expect(mostLines).toBeLessThan(2500);
  expect([...SeenFiles.open(disk.crash(), DIR).paths()]).toContain('/in/1983-9');
});

type Step = { batch: { path: string; size: number }[]; forget: string[]; flush: boolean };

function replay(seen: SeenFiles, log: readonly Step['batch'][]): void {
  for (const [batchId, files] of log.entries()) {
    const seenFiles = files.map(({ path, size }) => fileOf(path, size));
    seen.addBatch(batchId, seenFiles);
  }
}

test('after any run, kill and loss of power it answers as before, given the offsets log', () => {
  const path = fc.constantFrom('/a', '/b', '/c', '/d', '/e', '/f');
  const step: fc.Arbitrary<Step> = fc.record({
    batch: fc.array(fc.record({ path, size: fc.nat(9) }), { maxLength: 4 }),
    forget: fc.array(path, { maxLength: 2 }),
    flush: fc.boolean(),
  });
  const run = fc.record({
    steps: fc.array(step, { maxLength: 12 }),
    endsAt: fc.nat(150),
    /** Killed, so that the next process finds all that was done, synced or not; else the power goes. */
    killed: fc.boolean(),
    coins: fc.infiniteStream(fc.boolean()),
  });
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 3 }), (runs) => {
      let disk = new ModelDisk();
      /** What offsets/N holds: the truth of what was taken. */
      const log: Step['batch'][] = [];
      /** As far as this, offsets/ may have been purged. */
      let flushed = -1;
      for (const { steps, endsAt, killed, coins } of runs) {
        const expected = new Map<string, number>();
        const end = disk.calls.length + endsAt;
        disk.powerOffAt(end);
        let seen: SeenFiles | null = null;
        try {
          seen = SeenFiles.open(disk, DIR);
          flushed = seen.flushedThrough;
          replay(seen, log);
          for (const name of seen.paths()) expected.set(name, seen.get(name)?.size as number);
          for (const { batch, forget, flush } of steps) {
            log.push(batch);
            for (const { path, size } of batch) expected.set(path, size);
            seen.addBatch(
              log.length - 1,
              batch.map(({ path, size }) => fileOf(path, size)),
            );
            seen.forget(forget);
            for (const name of forget) expected.delete(name);
            expect(Object.keys(contents(seen))).toEqual([...expected.keys()].sort());
            if (flush) seen.flush(log.length - 1);
            flushed = seen.flushedThrough;
          }
        } catch (error) {
          if (disk.calls.length <= end) throw error;
        }
        const crashed = disk.crash({ survive: () => coins.next().value as boolean });
        disk = killed ? disk.nextProcess() : crashed;
        const again = SeenFiles.open(crashed, DIR);
        expect(again.flushedThrough).toBeGreaterThanOrEqual(flushed);
        replay(again, log);
        // A forgotten file may be back; one that was taken is never missing and never another.
        for (const [name, size] of expected) if (seen !== null) expect(again.get(name)?.size).toBe(size);
      }
    }),
    { numRuns: 150 },
  );
});

describe('damage', () => {
  test('every segment, cut or changed at every byte: as before, or stopped', () => {
    const pristine = new ModelDisk();
    const seen = SeenFiles.open(pristine, DIR);
    for (let batchId = 0; batchId < 7; batchId++) {
      seen.addBatch(
        batchId,
        Array.from({ length: 8 - batchId }, (_, i) => fileOf(`/${batchId}/${i}`)),
      );
      seen.flush(batchId);
    }
    const expected = contents(seen);
    const outcomes = new Set<string>();
    for (const path of pristine.files()) {
      const whole = pristine.readFile(path);
      for (let at = 0; at < whole.length; at++) {
        const changed = whole.slice();
        changed[at] = (changed[at] as number) ^ (1 << (at % 8));
        for (const bytes of [whole.slice(0, at), changed]) {
          const disk = pristine.crash();
          disk.writeFile(path, bytes);
          const files = disk.files();
          const outcome = codeOf(() => {
            const again = SeenFiles.open(disk, DIR);
            expect(disk.files()).toEqual(files);
            // The offsets log still has the newest two batches.
            again.addBatch(
              5,
              Array.from({ length: 3 }, (_, i) => fileOf(`/5/${i}`)),
            );
            again.addBatch(
              6,
              Array.from({ length: 2 }, (_, i) => fileOf(`/6/${i}`)),
            );
            expect(contents(again)).toEqual(expected);
          });
          outcomes.add(outcome);
        }
      }
    }
    expect([...outcomes].sort()).toEqual(['CHECKPOINT_CORRUPT', 'CHECKPOINT_VERSION', 'no error']);
  });

  test('a missing segment is found out', () => {
    const disk = new ModelDisk();
    const seen = SeenFiles.open(disk, DIR);
    seen.addBatch(
      0,
      Array.from({ length: 10 }, (_, i) => fileOf(`/${i}`)),
    );
    seen.flush(0);
    seen.addBatch(1, [fileOf('/x')]);
    seen.flush(1);
    disk.removeFile(`${DIR}/0`);
    expect(codeOf(() => SeenFiles.open(disk, DIR))).toBe('CHECKPOINT_CORRUPT');
  });
});
