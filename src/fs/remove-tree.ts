import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { diskError } from './disk-error.ts';

/** Deletes a folder with everything in it; links are deleted, not followed. */
export function removeTree(disk: Disk, folder: string): void {
  try {
    for (const { name, kind } of disk.readdir(folder)) {
      const path = join(folder, name);
      if (kind === 'directory') removeTree(disk, path);
      else disk.unlink(path);
    }
    disk.rmdir(folder);
  } catch (error) {
    throw diskError('delete', folder, error);
  }
}
