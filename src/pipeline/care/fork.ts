import { basename, dirname, join, sep } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { writeFork } from '../../checkpoint/fork-mark.ts';
import { writeQueryDescription, writeQueryId } from '../../checkpoint/metadata.ts';
import { configError } from '../../errors.ts';
import { copyTreeDurable } from '../../fs/copy-tree.ts';
import type { Disk } from '../../fs/disk.ts';
import { diskError } from '../../fs/disk-error.ts';
import { makeDirectoryDurable, syncDirectory } from '../../fs/durable-folder.ts';
import { entriesIn, exists } from '../../fs/entries.ts';
import { removeTree } from '../../fs/remove-tree.ts';
import type { QueryDescription } from '../compatibility.ts';

/** What of a checkpoint the other query begins with. Its output folders, its rejects and its crashes are its own. */
const COPIED = ['offsets', 'commits', 'exclusions', 'sources', 'state'];

export interface Fork {
  readonly queryId: string;
  /** Its newest committed batch; -1 for none. */
  readonly afterBatch: number;
}

/**
 * Copies a checkpoint to `newDir`, durably, so that another query can go on from it with an output folder of its own: it has a new id, and the state,
 * the logs and the memory of the files taken. For the holder of the checkpoint.
 *
 * The copy is made beside `newDir` under a hidden name, and appears whole by rename. Killed at any step this leaves no `newDir`; doing it again removes
 * the unfinished copy.
 *
 * @param newDir absolute; missing, or empty
 * Errors: FORK_TARGET.
 */
export function forkCheckpoint(disk: Disk, checkpoint: Checkpoint, newDir: string): Fork {
  checkTarget(disk, checkpoint.dir, newDir);
  const parent = dirname(newDir);
  const unfinished = join(parent, `.${basename(newDir)}.fork.tmp`);
  makeDirectoryDurable(disk, parent);
  if (exists(disk, unfinished)) removeTree(disk, unfinished);
  makeDirectoryDurable(disk, unfinished);
  for (const name of COPIED) {
    const from = join(checkpoint.dir, name);
    if (exists(disk, from)) copyTreeDurable(disk, from, join(unfinished, name));
  }
  const description = checkpoint.description as QueryDescription | null;
  if (description !== null) writeQueryDescription(disk, unfinished, { ...description, output: null });
  const afterBatch = checkpoint.commits.newest;
  writeFork(disk, unfinished, { from: checkpoint.dir, queryId: checkpoint.id, afterBatch });
  const queryId = writeQueryId(disk, unfinished);
  try {
    disk.rename(unfinished, newDir);
  } catch (error) {
    throw diskError('name the copy', newDir, error);
  }
  syncDirectory(disk, parent);
  return { queryId, afterBatch };
}

function checkTarget(disk: Disk, dir: string, newDir: string): void {
  if (`${newDir}${sep}`.startsWith(`${dir}${sep}`)) {
    throw configError('FORK_TARGET', `${newDir} lies in the checkpoint itself. Give the copy a folder of its own.`);
  }
  if (!exists(disk, newDir) || entriesIn(disk, newDir).length === 0) return;
  throw configError(
    'FORK_TARGET',
    `${newDir} is there, and not empty. The copy needs a folder that is missing or empty.`,
  );
}
