import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { writeDurable } from '../fs/durable-file.ts';
import { exists, removeIfThere } from '../fs/entries.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { newerVersionError } from './errors.ts';

/** Says how the pending batch fared (see attempts.ts). */
export const ATTEMPTS = 'attempts';
/** Says what a replay was reading. Not flushed: what a killed process wrote stays with the system. */
export const READING = 'attempts.reading';

/** What makes a batch the same batch: with another number of splits left out of it, it is another one. */
export interface BatchContent {
  readonly batchId: number;
  readonly leftOut: number;
}

export interface AttemptsRecord extends BatchContent {
  readonly crashed: number;
  /** When this was written the batch was being run again, and how that ended is not known. */
  readonly isRunning: boolean;
  /** What the last crashed attempt failed with; null when its process died without a word. */
  readonly lastError: string | null;
}

/** Null when there is none; a text, what is wrong with the file. Errors: CHECKPOINT_VERSION. */
export function readAttempts(disk: Disk, dir: string): AttemptsRecord | string | null {
  const lines = readLines(disk, join(dir, ATTEMPTS));
  return Array.isArray(lines) ? (JSON.parse(lines[0] as string) as AttemptsRecord) : (lines as string | null);
}

/** Replaces the record, durably (two fsyncs). */
export function writeAttempts(disk: Disk, dir: string, record: AttemptsRecord): void {
  writeDurable(disk, join(dir, ATTEMPTS), encodeFrame([JSON.stringify(record)]), 'rename');
}

/** The name of what batch `batchId` was reading when a replay of it was last heard of; null when that is not known. */
export function readReading(disk: Disk, dir: string, batchId: number): string | null {
  const lines = readLines(disk, join(dir, READING));
  if (!Array.isArray(lines)) return null;
  const noted = JSON.parse(lines[0] as string) as { readonly batchId: number; readonly name: string };
  return noted.batchId === batchId ? noted.name : null;
}

export function writeReading(disk: Disk, dir: string, batchId: number, name: string): void {
  const temporary = join(dir, `.${READING}.tmp`);
  removeIfThere(disk, temporary);
  const bytes = encodeFrame([JSON.stringify({ batchId, name })]);
  const file = disk.create(temporary);
  try {
    // A name that is cut short does not pass the checksum, and then is not known.
    disk.write(file, bytes, 0, bytes.length);
  } finally {
    disk.close(file);
  }
  disk.rename(temporary, join(dir, READING));
}

function readLines(disk: Disk, path: string): string[] | string | null {
  if (!exists(disk, path)) return null;
  const content = decodeFrame(readWhole(disk, path));
  if (content.kind === 'newer') throw newerVersionError(path, content.version, FRAME_VERSION);
  return content.kind === 'broken' ? content.reason : [...content.lines];
}
