import { dirname } from 'node:path';
import { type ClickstreamError, ioError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { diskError, errnoOf } from './disk-error.ts';
import { removeIfThere } from './entries.ts';

/** Makes the names in a folder durable (one fsync). */
export function syncDirectory(disk: Disk, path: string): void {
  try {
    disk.fsyncDirectory(path);
  } catch (error) {
    throw fsyncError(path, error);
  }
}

/**
 * Makes a folder and its missing parents, durably: one fsync per new folder, plus one.
 *
 * A process that died between making a folder and syncing its parent left a folder that power loss may take. As nothing is
 * made inside a folder before its own name is synced, only the deepest existing folder can be in that state; its parent is synced here.
 */
export function makeDirectoryDurable(disk: Disk, path: string): void {
  const missing: string[] = [];
  let existing = path;
  while (!isDirectory(disk, existing)) {
    missing.push(existing);
    existing = dirname(existing);
  }
  syncParent(disk, existing);
  for (const folder of missing.reverse()) {
    try {
      disk.mkdir(folder);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw diskError('make the folder', folder, error);
    }
    syncDirectory(disk, dirname(folder));
  }
}

function syncParent(disk: Disk, path: string): void {
  const parent = dirname(path);
  if (parent === path) return;
  try {
    disk.fsyncDirectory(parent);
  } catch (error) {
    // A parent that we may not even open is not one that we made a folder in.
    if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EPERM') throw fsyncError(parent, error);
  }
}

function isDirectory(disk: Disk, path: string): boolean {
  try {
    if (disk.stat(path).kind === 'directory') return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && dirname(path) !== path) return false;
    throw diskError('open the folder', path, error);
  }
  throw ioError('NOT_A_FOLDER', `${path} is not a folder`);
}

/** Removes a file for good (one fsync of its folder). One that is gone already is fine. */
export function removeDurable(disk: Disk, path: string): void {
  removeIfThere(disk, path);
  syncDirectory(disk, dirname(path));
}

/** That something could not be made durable: what reached the disk is unknown, and the caller must stop. */
export function fsyncError(path: string, cause: unknown): ClickstreamError {
  return ioError(
    'FSYNC_FAILED',
    `cannot make ${path} durable: fsync failed${errnoOf(cause) === '' ? '' : ` (${errnoOf(cause)})`}. ` +
      'The disk may have lost what was written; check it (dmesg), then start again: the batch is redone from the checkpoint.',
    cause,
  );
}
