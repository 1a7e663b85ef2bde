import { describe, expect, test } from '@jest/globals';
import type { Clock } from '../../src/clock.ts';
import { makeDirectoryDurable } from '../../src/fs/durable-folder.ts';
import { acquireLock } from '../../src/fs/lock.ts';
import type { LockHost } from '../../src/fs/lock-host.ts';
import { claimOutput } from '../../src/sinks/owner.ts';
import { ModelDisk } from '../support/model-disk.ts';

/** Where there are no hard links, a file is published under a claim, which a crash may leave behind. */

const HOST: LockHost = {
  ...{ pid: 10, hostname: 'here', bootId: 'boot-1', processStart: () => '500', isRunning: () => false },
  ...{ light: async () => null, isLit: async () => false, isBeaconName: () => false },
};

/** A clock on which sleeping costs nothing. */
function idleClock(): Clock & { sleptMs: number } {
  const clock = {
    sleptMs: 0,
    nowMs: () => 0,
    monotonicMs: () => clock.sleptMs,
    sleep: async (ms: number) => void (clock.sleptMs += ms),
  };
  return clock;
}

function diskWithoutLinks(): ModelDisk {
  const disk = new ModelDisk();
  disk.hasLinks = false;
  makeDirectoryDurable(disk, '/c');
  return disk;
}

/** The disk of a process that died right before its n-th operation while it took the lock. */
async function diedTakingTheLock(n: number): Promise<ModelDisk | null> {
  const disk = diskWithoutLinks();
  disk.powerOffAt(disk.calls.length + n);
  const taken = await acquireLock(disk, '/c', 'task1', { host: { ...HOST, pid: 7 } }).catch(() => null);
  if (taken !== null) return null;
  const next = disk.nextProcess();
  next.hasLinks = false;
  return next;
}

describe('a lock without links', () => {
  test('is taken after a process that died at any moment of taking it; it was waited for without end', async () => {
    let deaths = 0;
    for (let n = 0; ; n++) {
      const disk = await diedTakingTheLock(n);
      if (disk === null) break;
      const lock = await acquireLock(disk, '/c', 'task2', { host: HOST, clock: idleClock() });
      lock.release();
      expect(disk.files()).toEqual([]);
      deaths++;
    }
    expect(deaths).toBeGreaterThan(10);
  });

  test('is not taken from a living process that is about to publish it', async () => {
    const disk = diskWithoutLinks();
    const owner = { pid: 42, hostname: 'here', bootId: 'boot-1', processStart: '500', beacon: null };
    disk.writeFile('/c/.lock.1.tmp', JSON.stringify({ ...owner, since: '2026', holder: 'task1' }));
    disk.writeFile('/c/.lock.claim.tmp', '.lock.1.tmp');
    const taken = acquireLock(disk, '/c', 'task2', { host: { ...HOST, isRunning: () => true }, clock: idleClock() });
    await expect(taken).rejects.toMatchObject({ code: 'CHECKPOINT_IN_USE' });
    expect(disk.files()).toEqual(['/c/.lock.1.tmp', '/c/.lock.claim.tmp']);
  });

  test('waits for a claim that says nothing yet, and takes over one that never does', async () => {
    const disk = diskWithoutLinks();
    disk.writeFile('/c/.lock.claim.tmp', '');
    const clock = idleClock();
    (await acquireLock(disk, '/c', 'task2', { host: HOST, clock })).release();
    expect(clock.sleptMs).toBeGreaterThanOrEqual(1000);
  });

  test('takes over a claim whose file went with the power', async () => {
    const disk = diskWithoutLinks();
    disk.writeFile('/c/.lock.claim.tmp', '.lock.1.tmp');
    (await acquireLock(disk, '/c', 'task2', { host: HOST, clock: idleClock() })).release();
    expect(disk.files()).toEqual([]);
  });
});

test('the mark of an output folder is made after a process that died over its claim; the folder was refused for ever', () => {
  const disk = diskWithoutLinks();
  disk.writeFile('/out/_clickstream/.owner.json.claim.tmp', '');
  claimOutput(disk, '/out', 'a-query', false);
  expect(disk.files()).toEqual(['/out/_clickstream/owner.json']);
});
