import { basename, dirname } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { ownerOf } from './owner.ts';
import { batchOfPart } from './part-names.ts';

/**
 * Tells of a file whether it is output of a query like this one: such files appear whole, by rename, so that whoever reads them need not
 * wait until they rest. The folder's mark and the name must fit each other; what else lies in the folder may come in any way.
 */
export function ownOutput(disk: Disk): (path: string) => boolean {
  const owners = new Map<string, string>();
  return (path) => {
    const name = basename(path);
    // Spares all other files the look for a mark.
    if (!name.startsWith('part-')) return false;
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      const owner = owners.get(folder) ?? readMark(disk, folder);
      if (owner !== null) {
        owners.set(folder, owner);
        return batchOfPart(name, owner) !== null;
      }
      // The mark lies above the partition folders.
      if (!basename(folder).includes('=')) return false;
    }
  };
}

/** Null, too, for a mark that cannot be read: its files are then treated as those of anybody. */
function readMark(disk: Disk, folder: string): string | null {
  try {
    return ownerOf(disk, folder);
  } catch {
    return null;
  }
}
