import { join, relative, sep } from 'node:path';
import { readQueryId } from '../checkpoint/metadata.ts';
import { configError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { diskError } from '../fs/disk-error.ts';
import { exists } from '../fs/entries.ts';
import { acquireLock } from '../fs/lock.ts';
import { LOCK_NAME } from '../fs/lock-owner.ts';
import { readWhole } from '../fs/read-whole.ts';
import { confirmDeletion } from './confirm.ts';
import type { CommandIo } from './io.ts';

/** What `--fresh` would delete: files first, then the folders that they leave empty, deepest first. */
export interface FreshPlan {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface FreshTarget {
  /** Absolute paths. */
  readonly checkpoint: string;
  readonly outputs: readonly string[];
}

/** In an output folder: the mark of its owner, and the folders whose whole content is the owner's. */
const OWNER_MARK = join('_clickstream', 'owner.json');
const OWNERS_FOLDERS = ['_clickstream', '_spark_metadata'];

/**
 * Starts a query over: deletes its checkpoint's content and its own output, after asking.
 *
 * @returns false when the answer was no; then nothing was deleted
 * @throws ClickstreamError USAGE when there is nobody to ask and `yes` is not given; NOT_A_CHECKPOINT; CHECKPOINT_IN_USE
 */
export async function startFresh(disk: Disk, target: FreshTarget, yes: boolean, io: CommandIo): Promise<boolean> {
  if (!exists(disk, target.checkpoint) || disk.readdir(target.checkpoint).length === 0) return true;
  const plan = planFresh(disk, target);
  if (!(await confirmDeletion('--fresh', plan.files, yes, io))) return false;
  const lock = await acquireLock(disk, target.checkpoint, 'clickstream --fresh');
  try {
    deleteFresh(disk, target.checkpoint, plan);
  } finally {
    lock.release();
  }
  return true;
}

/**
 * Finds what a query left: its checkpoint, and in its output folders the files that carry its id, in their name
 * (`part-...-<first 8 of the id>.csv`), or that only the folder's owner writes, when its mark says that it is this query. Whatever else
 * lies there stays.
 */
export function planFresh(disk: Disk, target: FreshTarget): FreshPlan {
  const found = readQueryId(disk, target.checkpoint);
  if (found.id === null) {
    throw configError(
      'NOT_A_CHECKPOINT',
      `${target.checkpoint} has no query id in its file "metadata" (${found.reason}), so nobody knows which output is its own. ` +
        'Nothing was deleted: check --checkpoint, or delete the folders yourself.',
    );
  }
  const queryId = found.id;
  const files: string[] = [];
  const folders: string[] = [];
  for (const output of target.outputs) {
    if (!exists(disk, output)) continue;
    const isOwner = namesQuery(disk, join(output, OWNER_MARK), queryId);
    collect(disk, output, files, folders, (path, name) => {
      const [top = ''] = relative(output, path).split(sep);
      return name.includes(queryId.slice(0, 8)) || (isOwner && OWNERS_FOLDERS.includes(top));
    });
  }
  const lock = join(target.checkpoint, LOCK_NAME);
  collect(disk, target.checkpoint, files, folders, (path) => path !== lock);
  return { files, folders };
}

/** Adds a folder's files that `take` wants, and those folders below it that end up empty. Never follows links. */
function collect(
  disk: Disk,
  folder: string,
  files: string[],
  folders: string[],
  take: (path: string, name: string) => boolean,
): boolean {
  let empties = true;
  for (const { name, kind } of disk.readdir(folder)) {
    const path = join(folder, name);
    if (kind === 'directory') {
      const isEmptied = collect(disk, path, files, folders, take);
      if (isEmptied) folders.push(path);
      empties &&= isEmptied;
    } else if (take(path, name)) files.push(path);
    else empties = false;
  }
  return empties;
}

function namesQuery(disk: Disk, path: string, queryId: string): boolean {
  return exists(disk, path) && new TextDecoder().decode(readWhole(disk, path)).includes(queryId);
}

/**
 * The checkpoint's `metadata` goes last of all files, and the owner's marks last before it: as long as they are there, a run that was
 * interrupted here is continued by another --fresh.
 */
function deleteFresh(disk: Disk, checkpoint: string, plan: FreshPlan): void {
  const metadata = join(checkpoint, 'metadata');
  const isMark = (file: string) => file.endsWith(`${sep}${OWNER_MARK}`);
  const others = plan.files.filter((file) => file !== metadata && !isMark(file));
  for (const file of [...others, ...plan.files.filter(isMark)]) attempt(file, () => disk.unlink(file));
  for (const folder of plan.folders) attempt(folder, () => disk.rmdir(folder));
  attempt(metadata, () => disk.unlink(metadata));
}

function attempt(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw diskError('delete', path, error);
  }
}
