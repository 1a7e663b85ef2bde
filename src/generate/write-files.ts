import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Disk, FileHandle } from '../fs/disk.ts';
import { diskError, errnoOf } from '../fs/disk-error.ts';
import type { FileGenerator } from './file-generator.ts';

export interface WriteFilesOptions {
  /** Absolute path of a folder that is there. */
  readonly directory: string;
  /** Part of the names, so that generators of different seeds can share a folder. */
  readonly seed: number;
  readonly eventsPerFile: number;
  /** How many files to write; Infinity: until `signal` aborts. */
  readonly files: number;
  /** From one file to the next, milliseconds; 0: as fast as the disk takes them. */
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** The loop gives way to signals and progress this often when it does not wait anyway. */
const BREATHE_MS = 50;

/**
 * Writes a generator's files into a folder. Each appears whole, by rename, under a new name: numbers go on
 * behind the highest that is there, so a second run never replaces a file that a query has taken.
 *
 * @returns how many files were written
 */
export async function writeFiles(
  generator: FileGenerator,
  disk: Disk,
  clock: Clock,
  options: WriteFilesOptions,
): Promise<number> {
  const { directory, intervalMs, signal } = options;
  const prefix = `${generator.name}-${options.seed}-`;
  const first = highestNumber(disk, directory, prefix, generator.extension) + 1;
  const startMs = clock.monotonicMs();
  let breathedMs = startMs;
  let files = 0;
  while (files < options.files && !signal.aborted) {
    const name = `${prefix}${String(first + files).padStart(9, '0')}.${generator.extension}`;
    writeByRename(disk, directory, name, generator.nextFile(options.eventsPerFile));
    files++;

    const nowMs = clock.monotonicMs();
    // Due times count from the start: a slow disk delays a file, not all that follow.
    const waitMs = intervalMs > 0 && files < options.files ? startMs + files * intervalMs - nowMs : 0;
    if (waitMs <= 0 && nowMs - breathedMs < BREATHE_MS) continue;
    await clock.sleep(Math.max(0, waitMs), signal);
    breathedMs = clock.monotonicMs();
  }
  return files;
}

function highestNumber(disk: Disk, directory: string, prefix: string, extension: string): number {
  let highest = 0;
  for (const { name } of disk.readdir(directory)) {
    if (!name.startsWith(prefix) || !name.endsWith(`.${extension}`)) continue;
    const number = Number(name.slice(prefix.length, -extension.length - 1));
    if (number > highest) highest = number;
  }
  return highest;
}

/** No fsync: what a generator loses with the power, it makes again. */
function writeByRename(disk: Disk, directory: string, name: string, chunks: Iterable<Uint8Array>): void {
  const path = join(directory, name);
  const temporary = join(directory, `.${name}.tmp`);
  try {
    const file = createAnew(disk, temporary);
    try {
      for (const chunk of chunks) {
        for (let taken = 0; taken < chunk.length; ) taken += disk.write(file, chunk, taken, chunk.length - taken);
      }
    } finally {
      disk.close(file);
    }
    disk.rename(temporary, path);
  } catch (error) {
    removeIfThere(disk, temporary);
    throw diskError('write', path, error);
  }
}

/** A run that was killed may have left its temporary file. */
function createAnew(disk: Disk, path: string): FileHandle {
  try {
    return disk.create(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    disk.unlink(path);
    return disk.create(path);
  }
}

function removeIfThere(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch {
    // Best effort: the error that led here is the one to report.
  }
}
