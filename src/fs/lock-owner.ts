import { join } from 'node:path';
import { ClickstreamError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { type LockHost, systemLockHost } from './lock-host.ts';
import { readWhole } from './read-whole.ts';

/** Name of the lock file in a locked folder. */
export const LOCK_NAME = 'lock';

/** What a lock file says about its owner. */
export interface LockOwner {
  readonly pid: number;
  /** When that process began, in the system's own unit; null where the system does not tell. */
  readonly processStart: string | null;
  readonly bootId: string | null;
  readonly hostname: string;
  /** Name of the owner's beacon in the folder; null where there can be none. */
  readonly beacon: string | null;
  /** Wall-clock time of the lock, for people. */
  readonly since: string;
  /** What holds it, for people. */
  readonly holder: string;
}

/** A lock as somebody sees it who does not take it. `dead`: the next taker takes it over. `unreadable`: nobody can tell. */
export interface LockView {
  readonly state: 'free' | 'held' | 'dead' | 'unreadable';
  /** Who has it, for people; '' when nobody, or nobody knows. */
  readonly owner: string;
  /** What to do where the machine cannot tell whether the owner lives; '' otherwise. */
  readonly remedy: string;
}

/** Looks at a folder's lock; changes nothing. */
export async function lookAtLock(disk: Disk, dir: string, host: LockHost = systemLockHost): Promise<LockView> {
  const path = join(dir, LOCK_NAME);
  const text = readLock(disk, path);
  if (text === null) return { state: 'free', owner: '', remedy: '' };
  const owner = parseOwner(text);
  if (owner === null) return { state: 'unreadable', owner: '', remedy: '' };
  const dead = await isDead(path, owner, host);
  return {
    state: dead ? 'dead' : 'held',
    owner: describeOwner(owner),
    remedy: dead ? '' : remedyFor(owner, host, path),
  };
}

/** Whether it is proven that the owner of the lock file `path` does not live any more. */
export async function isDead(path: string, owner: LockOwner, host: LockHost): Promise<boolean> {
  const sameHost = owner.hostname === host.hostname;
  if (owner.bootId !== host.bootId) return sameHost;
  // Same kernel: its word on the socket holds across containers, where pids mean nothing.
  if (owner.beacon !== null) return !(await host.isLit(join(path, '..'), owner.beacon));
  if (!sameHost) return false;
  // Our own pid, but not in `held`: left by an earlier process that had the same pid.
  if (owner.pid === host.pid) return true;
  if (!host.isRunning(owner.pid)) return true;
  const start = host.processStart(owner.pid);
  return start !== null && owner.processStart !== null && start !== owner.processStart;
}

/** The text of a lock file; null when there is none. */
export function readLock(disk: Disk, path: string): string | null {
  try {
    return new TextDecoder().decode(readWhole(disk, path, 65_536));
  } catch (error) {
    if (error instanceof ClickstreamError && error.code === 'FILE_NOT_FOUND') return null;
    throw error;
  }
}

/** Null when the text is not that of a lock. */
export function parseOwner(text: string): LockOwner | null {
  try {
    const owner = JSON.parse(text) as LockOwner;
    return typeof owner.pid === 'number' && typeof owner.hostname === 'string' ? owner : null;
  } catch {
    return null;
  }
}

export function describeOwner(owner: LockOwner): string {
  return `${owner.holder}, process ${owner.pid} on ${owner.hostname}, since ${owner.since}`;
}

/** What to do about an owner of whom this machine cannot know whether it lives. */
export function remedyFor(owner: LockOwner, host: LockHost, path: string): string {
  if (owner.hostname === host.hostname) return '';
  return ` If that process has ended for certain, remove ${path}.`;
}
