import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { errnoOf } from '../fs/disk-error.ts';
import { exists, syncDirectory } from '../fs/durable.ts';

/** Removes files from a folder and its partition folders, for good. The folder may be missing. */
export function removeFiles(disk: Disk, folder: string, isUnwanted: (name: string, path: string) => boolean): void {
  if (!exists(disk, folder)) return;
  let removed = false;
  for (const { name, kind } of disk.readdir(folder)) {
    const path = join(folder, name);
    if (kind === 'directory' && name.includes('=')) removeFiles(disk, path, isUnwanted);
    if (kind !== 'file' || !isUnwanted(name, path)) continue;
    try {
      disk.unlink(path);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    removed = true;
  }
  if (removed) syncDirectory(disk, folder);
}
