import { basename, join } from 'node:path';
import { ATTEMPTS, READING } from '../../checkpoint/attempts-file.ts';
import { openOffsetLog } from '../../checkpoint/offsets.ts';
import { markRewind, unmarkRewind } from '../../checkpoint/rewind-mark.ts';
import { SeenFiles } from '../../checkpoint/seen-files.ts';
import { pathOf, splitsOf } from '../../checkpoint/splits.ts';
import type { Disk } from '../../fs/disk.ts';
import { syncDirectory } from '../../fs/durable-folder.ts';
import { entriesIn, exists, removeIfThere } from '../../fs/entries.ts';
import { outputDirectories } from '../../sinks/output-files.ts';
import { cutManifest } from '../../sinks/spark-manifest.ts';
import { stateFolders } from './check-state.ts';
import { outputFolders, type RewindPlan } from './rewind-plan.ts';

/**
 * Takes the checkpoint back, durably. Killed at any step it leaves the checkpoint as it was, or marked: then no query starts with it, and doing this
 * again ends it. Each step flushes its folders also where it finds nothing to do: a process that was killed may have done it without.
 */
export function applyRewind(disk: Disk, { dir, toBatch, files }: RewindPlan): void {
  markRewind(disk, dir, toBatch);
  for (const path of files) removeIfThere(disk, path);
  for (const folder of [...outputFolders(disk, dir), dir]) {
    for (const directory of outputDirectories(disk, folder)) syncDirectory(disk, directory);
    cutManifest(disk, folder, toBatch);
  }
  // Before offsets/, which says what the files of the later batches are.
  rewindSeen(disk, dir, toBatch);
  for (const log of ['commits', 'offsets', 'exclusions']) removeLater(disk, join(dir, log), /^(\d+)$/, toBatch);
  for (const folder of stateFolders(disk, dir, null)) removeLater(disk, folder, /^(\d+)\.(?:delta|snapshot)$/, toBatch);
  for (const name of [ATTEMPTS, READING]) removeIfThere(disk, join(dir, name));
  syncDirectory(disk, dir);
  unmarkRewind(disk, dir);
}

/** Once the memory of a source is taken back, offsets/ need not know of the later batches any more: it may be half gone then. */
function rewindSeen(disk: Disk, dir: string, toBatch: number): void {
  const sources = join(dir, 'sources');
  if (!exists(disk, sources)) return;
  for (const { name } of entriesIn(disk, sources)) {
    const seen = SeenFiles.open(disk, join(sources, name));
    if (seen.flushedThrough > toBatch) seen.rewind(toBatch, laterFiles(disk, dir, toBatch));
  }
}

function laterFiles(disk: Disk, dir: string, toBatch: number): Set<string> {
  const later = new Set<string>();
  for (const entry of openOffsetLog(disk, join(dir, 'offsets'), 'reader').entries(toBatch + 1)) {
    for (const split of splitsOf(entry)) {
      const path = pathOf(split);
      // A source with fileNameOnly remembers names.
      if (path !== null) later.add(path).add(basename(path));
    }
  }
  return later;
}

/** Removes the files of batches after `toBatch` from a folder, for good. */
function removeLater(disk: Disk, folder: string, pattern: RegExp, toBatch: number): void {
  if (!exists(disk, folder)) return;
  for (const { name } of entriesIn(disk, folder)) {
    if (Number(pattern.exec(name)?.[1] ?? -1) > toBatch) removeIfThere(disk, join(folder, name));
  }
  syncDirectory(disk, folder);
}
