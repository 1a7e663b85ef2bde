import { basename, dirname, join } from 'node:path';
import { type ClickstreamError, ioError } from '../errors.ts';
import type { Disk } from './disk.ts';
import { errnoOf } from './disk-error.ts';

/**
 * The claim on a name, on file systems without hard links: who made it may look whether the name is free and rename to it. A claim that a crash
 * left behind has a temporary file's name and goes with those.
 */
export function claimPath(finalPath: string): string {
  return join(dirname(finalPath), `.${basename(finalPath)}.claim.tmp`);
}

/** `link` for file systems without links. The claim holds the name of the file that is to be published. Errors: ALREADY_EXISTS. */
export function claimAndRename(disk: Disk, temporary: string, finalPath: string): void {
  const claim = claimPath(finalPath);
  makeClaim(disk, claim, finalPath, new TextEncoder().encode(basename(temporary)));
  try {
    if (isThere(disk, finalPath)) throw alreadyExists(finalPath);
    disk.rename(temporary, finalPath);
  } finally {
    removeQuietly(disk, claim);
  }
}

function makeClaim(disk: Disk, claim: string, finalPath: string, content: Uint8Array): void {
  let made = false;
  try {
    const file = disk.create(claim);
    made = true;
    try {
      for (let at = 0; at < content.length; ) at += disk.write(file, content, at, content.length - at);
    } finally {
      disk.close(file);
    }
  } catch (error) {
    if (made) removeQuietly(disk, claim);
    throw errnoOf(error) === 'EEXIST' ? alreadyExists(finalPath, error) : error;
  }
}

function isThere(disk: Disk, path: string): boolean {
  try {
    disk.stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch {
    // It goes with the temporary files.
  }
}

export function alreadyExists(path: string, cause?: unknown): ClickstreamError {
  return ioError('ALREADY_EXISTS', `${path} is there already: another process wrote it`, cause);
}
