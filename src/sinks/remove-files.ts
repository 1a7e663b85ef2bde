import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { syncDirectory } from '../fs/durable-folder.ts';
import { entriesIn, exists, removeIfThere } from '../fs/entries.ts';

/** Removes files from a folder and its partition folders, for good. The folder may be missing. */
export function removeFiles(disk: Disk, folder: string, isUnwanted: (name: string, path: string) => boolean): void {
  if (!exists(disk, folder)) return;
  let removed = false;
  for (const { name, kind } of entriesIn(disk, folder)) {
    const path = join(folder, name);
    if (kind === 'directory' && name.includes('=')) removeFiles(disk, path, isUnwanted);
    if (kind !== 'file' || !isUnwanted(name, path)) continue;
    removeIfThere(disk, path);
    removed = true;
  }
  if (removed) syncDirectory(disk, folder);
}
