import type { DirectoryEntry, Disk, FileHandle, FileStat } from './disk.ts';
import { diskError, errnoOf } from './disk-error.ts';

/** What is in a folder, in no order. Errors are for people; FILE_NOT_FOUND when there is no such folder. */
export function entriesIn(disk: Disk, folder: string): readonly DirectoryEntry[] {
  try {
    return disk.readdir(folder);
  } catch (error) {
    throw diskError('list', folder, error);
  }
}

/** What is at `path`, links followed. Errors are for people; FILE_NOT_FOUND when there is nothing. */
export function entryAt(disk: Disk, path: string): FileStat {
  try {
    return disk.stat(path);
  } catch (error) {
    throw diskError('look at', path, error);
  }
}

/** Whether there is anything at `path`. */
export function exists(disk: Disk, path: string): boolean {
  try {
    disk.stat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw diskError('look at', path, error);
  }
}

/** Removes a file; whether it was there. Not durable by itself: see `removeDurable`. Errors are for people. */
export function removeIfThere(disk: Disk, path: string): boolean {
  try {
    disk.unlink(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw diskError('remove', path, error);
  }
}

/** Closes a file that was only read from: nothing can be lost, so nothing is told. */
export function closeQuietly(disk: Disk, file: FileHandle): void {
  try {
    disk.close(file);
  } catch {
    // It is closed all the same.
  }
}
