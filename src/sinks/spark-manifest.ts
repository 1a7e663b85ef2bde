import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Disk } from '../fs/disk.ts';
import { isTemporaryName, writeDurable } from '../fs/durable-file.ts';
import { makeDirectoryDurable, removeDurable, syncDirectory } from '../fs/durable-folder.ts';
import { entriesIn, entryAt, exists, removeIfThere } from '../fs/entries.ts';
import { readWhole } from '../fs/read-whole.ts';
import { removeFiles } from './remove-files.ts';

const FOLDER = '_spark_metadata';
/** Every tenth entry repeats all before it (Spark's fileSink.log.compactInterval). */
const COMPACT_INTERVAL = 10;

/**
 * Adds a batch to the output folder's `_spark_metadata` log, as Spark's file sink does (FileStreamSinkLog): an entry per batch, also for
 * one without files. An entry that is there already and lists the same files is left as it is; another one is of an attempt under other settings
 * and is replaced. Entries older than the last compact file but one are removed.
 */
export function addToManifest(disk: Disk, directory: string, batchId: number, files: readonly string[]): void {
  const log = join(directory, FOLDER);
  if (!exists(disk, log)) makeDirectoryDurable(disk, log);
  const own = files.map((path) => entryLine(disk, path));
  const isCompact = (batchId + 1) % COMPACT_INTERVAL === 0;
  const lines = isCompact ? [...earlierLines(disk, log, batchId), ...own] : own;
  const name = isCompact ? `${batchId}.compact` : String(batchId);
  const path = join(log, name);
  const isThere = exists(disk, path);
  if (isThere && sameFiles(linesOf(disk, path), lines)) return;
  writeDurable(disk, path, new TextEncoder().encode(['v1', ...lines].join('\n')), isThere ? 'rename' : 'link');
  if (isCompact) removeOld(disk, log, batchId - COMPACT_INTERVAL);
}

function entryLine(disk: Disk, path: string): string {
  const { size, mtimeMs } = entryAt(disk, path);
  return JSON.stringify({
    path: pathToFileURL(path).href,
    size,
    isDir: false,
    modificationTime: Math.floor(mtimeMs),
    blockReplication: 1,
    blockSize: 33554432,
    action: 'add',
  });
}

/** The lines of all entries before `batchId`, from the last compact file on. */
function earlierLines(disk: Disk, log: string, batchId: number): string[] {
  const lastCompact = batchId - COMPACT_INTERVAL;
  const lines: string[] = [];
  for (let id = Math.max(0, lastCompact); id < batchId; id++) {
    const path = join(log, id === lastCompact ? `${id}.compact` : String(id));
    // A manifest that was switched on later has no entries for the batches before.
    if (!exists(disk, path)) continue;
    lines.push(...linesOf(disk, path));
  }
  return lines;
}

/** The lines of an entry, one per file. */
function linesOf(disk: Disk, path: string): string[] {
  const [, ...lines] = new TextDecoder().decode(readWhole(disk, path)).split('\n');
  return lines.filter((line) => line !== '');
}

/** Whether two entries list the same files; when those were written is not asked. */
function sameFiles(one: readonly string[], other: readonly string[]): boolean {
  const untimed = (line: string) => JSON.stringify({ ...JSON.parse(line), modificationTime: 0 });
  return one.length === other.length && one.every((line, i) => untimed(line) === untimed(other[i] as string));
}

/** Removes what a dead process left in the log. */
export function removeUnfinishedEntries(disk: Disk, directory: string): void {
  removeFiles(disk, join(directory, FOLDER), isTemporaryName);
}

function removeOld(disk: Disk, log: string, beforeId: number): void {
  let removed = false;
  for (const { name } of entriesIn(disk, log)) {
    const id = Number(basename(name, '.compact'));
    if (!isTemporaryName(name) && !(id < beforeId)) continue;
    removeIfThere(disk, join(log, name));
    removed = true;
  }
  if (removed) syncDirectory(disk, log);
}

/**
 * The oldest batch that a folder's manifest can be cut back to: the entries after each of the last two compact files are kept. 0 when it can be cut to any,
 * or there is none.
 */
export function oldestManifestCut(disk: Disk, directory: string): number {
  const log = join(directory, FOLDER);
  const compacts = exists(disk, log) ? entriesIn(disk, log).filter(({ name }) => name.endsWith('.compact')) : [];
  const newest = Math.max(-1, ...compacts.map(({ name }) => Number(basename(name, '.compact'))));
  return Math.max(0, newest - COMPACT_INTERVAL);
}

/** Removes the entries of batches after `batchId` for good. Not below `oldestManifestCut`: a compact file would be missing. */
export function cutManifest(disk: Disk, directory: string, batchId: number): void {
  const log = join(directory, FOLDER);
  if (!exists(disk, log)) return;
  const later = entriesIn(disk, log)
    .map(({ name }) => ({ name, id: Number(basename(name, '.compact')) }))
    .filter(({ name, id }) => !isTemporaryName(name) && id > batchId)
    .sort((a, b) => b.id - a.id);
  // Newest first, each for good: what is left is always a manifest of fewer batches.
  for (const { name } of later) removeDurable(disk, join(log, name));
  // What a process that was killed has removed.
  syncDirectory(disk, log);
}
