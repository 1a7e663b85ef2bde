import { join } from 'node:path';
import { type Clock, systemClock } from '../clock.ts';
import { ClickstreamError } from '../errors.ts';
import { claimPath } from './claim.ts';
import type { Disk } from './disk.ts';
import { diskError, errnoOf } from './disk-error.ts';
import { isTemporaryName, writeDurable } from './durable-file.ts';
import { entriesIn, removeIfThere } from './entries.ts';
import { type Beacon, type LockHost, systemLockHost } from './lock-host.ts';
import { describeOwner, isDead, LOCK_NAME, type LockOwner, parseOwner, readLock, remedyFor } from './lock-owner.ts';

export interface Lock {
  /** Whether the lock was that of a process which ended without giving it free: it was killed, or the power went. */
  readonly predecessorDied: boolean;
  /** Gives the folder free. Idempotent; never throws: a lock that cannot be removed is a dead process's lock soon. */
  release(): void;
}

export interface LockOptions {
  readonly clock?: Clock;
  readonly host?: LockHost;
}

/** Folders that this process holds, by disk: a second query in the same process is refused too. */
const held = new WeakMap<Disk, Set<string>>();
const heldLocks = new Set<Lock>();

/** Gives every folder free that this process holds. For a process that ends at once, on purpose, so that nobody takes that for a crash. */
export function releaseLocks(): void {
  for (const lock of heldLocks) lock.release();
}

/**
 * Takes a folder for this process. `holder` says for people what takes it.
 *
 * The lock is a file made by link(2), so one taker wins. It is taken over from another only on proof of death: the owner's
 * beacon (a listening socket, which the kernel closes when a process ends, however it ends) does not answer; or the machine was started
 * again since; or no process has the owner's pid and start time. On doubt (another machine, an unreadable lock) it is refused.
 *
 * Errors: CHECKPOINT_IN_USE (busy).
 */
export async function acquireLock(disk: Disk, dir: string, holder: string, options: LockOptions = {}): Promise<Lock> {
  const host = options.host ?? systemLockHost;
  const realDir = realPath(disk, dir);
  const path = join(realDir, LOCK_NAME);
  const folders = held.get(disk) ?? new Set<string>();
  held.set(disk, folders);
  if (folders.has(realDir)) throw inUseError(path, 'another query of this process');
  // Before the first await: of two takers in this process, one is here first.
  folders.add(realDir);
  try {
    let predecessorDied = false;
    const onDead = () => {
      predecessorDied = true;
    };
    for (let attempt = 1; ; attempt++) {
      const taken = await tryAcquire(disk, realDir, holder, host, options.clock ?? systemClock, onDead);
      if (taken !== null) return heldLock(predecessorDied, taken.release, () => folders.delete(realDir));
      if (attempt === ATTEMPTS) throw inUseError(path, 'several processes that all try to take it');
    }
  } catch (error) {
    folders.delete(realDir);
    throw error;
  }
}

function heldLock(predecessorDied: boolean, ...actions: (() => void)[]): Lock {
  const lock: Lock = {
    predecessorDied,
    release() {
      heldLocks.delete(lock);
      for (const action of actions.splice(0)) action();
    },
  };
  heldLocks.add(lock);
  return lock;
}

/** Takers that start at once may take each other's unfinished files for leftovers; then they try again. */
const ATTEMPTS = 20;
const CLAIM_LOOK_MS = 50;
const SILENT_CLAIM_LOOKS = 20;

/** Null: another taker came between. */
async function tryAcquire(
  disk: Disk,
  dir: string,
  holder: string,
  host: LockHost,
  clock: Clock,
  onDead: () => void,
): Promise<{ release(): void } | null> {
  const path = join(dir, LOCK_NAME);
  const beacon = await host.light(dir);
  let release = () => beacon?.close();
  try {
    const owner: LockOwner = {
      pid: host.pid,
      processStart: host.processStart(host.pid),
      bootId: host.bootId,
      hostname: host.hostname,
      beacon: beacon?.name ?? null,
      since: new Date(clock.nowMs()).toISOString(),
      holder,
    };
    const text = JSON.stringify(owner);
    const taken = await take(disk, path, text, host, clock, onDead);
    if (taken) {
      release = () => {
        try {
          if (readLock(disk, path) === text) removeIfThere(disk, path);
        } catch {
          // The next taker finds that we are dead.
        }
        beacon?.close();
      };
    }
    const lit = taken && (beacon === null || (await host.isLit(dir, beacon.name)));
    if (lit && readLock(disk, path) === text) {
      await removeLeftovers(disk, dir, beacon, host);
      return { release };
    }
    release();
    return null;
  } catch (error) {
    // A lock that was taken already, too: left behind, it would look like that of a process that was killed.
    release();
    throw error;
  }
}

/** Publishes our lock in place of none or of a dead owner's. False: our file was taken for a leftover. Errors: CHECKPOINT_IN_USE. */
async function take(
  disk: Disk,
  path: string,
  text: string,
  host: LockHost,
  clock: Clock,
  onDead: () => void,
): Promise<boolean> {
  // Each round ends with the lock, with a living owner, or with one dead owner fewer.
  for (;;) {
    try {
      writeDurable(disk, path, new TextEncoder().encode(text), 'link');
      return true;
    } catch (error) {
      const code = error instanceof ClickstreamError ? error.code : '';
      if (code === 'FILE_NOT_FOUND') return false;
      if (code !== 'ALREADY_EXISTS') throw error;
    }
    const found = readLock(disk, path);
    if (found === null) {
      if (!(await dropDeadClaim(disk, path, host, clock))) return false;
      continue;
    }
    const owner = parseOwner(found);
    if (owner === null) throw unreadableError(path);
    if (!(await isDead(path, owner, host))) throw inUseError(path, describeOwner(owner), remedyFor(owner, host, path));
    if (discard(disk, path, found)) onDead();
    if (owner.beacon !== null) removeIfThere(disk, join(path, '..', owner.beacon));
  }
}

/**
 * Without links, a lock that is about to be made is claimed first. Removes the claim of a process that died over it; false while
 * its maker lives. A claim names the file that it will publish, and that one its maker, from an instant after it was made: one that stays
 * silent was made by a process that died in that instant, or its file went with the power.
 */
async function dropDeadClaim(disk: Disk, path: string, host: LockHost, clock: Clock): Promise<boolean> {
  const claim = claimPath(path);
  for (let look = 1; ; look++) {
    const name = readLock(disk, claim);
    // The lock, and the claim on it, went meanwhile.
    if (name === null) return true;
    const text = name === '' ? null : readLock(disk, join(path, '..', name));
    const owner = text === null ? null : parseOwner(text);
    if (owner !== null && !(await isDead(path, owner, host))) return false;
    if (owner !== null || look > SILENT_CLAIM_LOOKS) {
      removeIfThere(disk, claim);
      return true;
    }
    await clock.sleep(CLAIM_LOOK_MS);
  }
}

/** Removes the dead owner's lock, unless somebody else was faster and the lock is theirs by now; whether it did. */
function discard(disk: Disk, path: string, found: string): boolean {
  const aside = join(path, '..', `.${LOCK_NAME}.dead-${(hash(found) >>> 0).toString(36)}.tmp`);
  try {
    disk.rename(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw diskError('remove', path, error);
  }
  const isTheirs = readLock(disk, aside) === found;
  if (!isTheirs) {
    try {
      disk.link(aside, path);
    } catch (error) {
      if (!['EEXIST', 'ENOENT'].includes(errnoOf(error))) throw diskError('restore', path, error);
    }
  }
  removeIfThere(disk, aside);
  return isTheirs;
}

/** Beacons and temporary files of processes that died while they took the lock. */
async function removeLeftovers(disk: Disk, dir: string, own: Beacon | null, host: LockHost): Promise<void> {
  for (const { name } of entriesIn(disk, dir)) {
    if (name === own?.name) continue;
    const leftover = host.isBeaconName(name) ? !(await host.isLit(dir, name)) : isTemporaryName(name);
    if (leftover) removeIfThere(disk, join(dir, name));
  }
}

function realPath(disk: Disk, path: string): string {
  try {
    return disk.realpath(path);
  } catch (error) {
    throw diskError('open the folder', path, error);
  }
}

function inUseError(path: string, who: string, then = ''): ClickstreamError {
  return new ClickstreamError(
    'CHECKPOINT_IN_USE',
    'busy',
    `the checkpoint is in use by ${who} (${path}). One query at a time may use a checkpoint: stop the other, or give this one its own.${then}`,
  );
}

function unreadableError(path: string): ClickstreamError {
  return new ClickstreamError(
    'CHECKPOINT_IN_USE',
    'busy',
    `${path} cannot be read as a lock, so that its owner is unknown. If no other process uses this checkpoint, remove the file.`,
  );
}

/** FNV-1a: tells one owner's text from another's in a name. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}
