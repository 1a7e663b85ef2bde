import { join } from 'node:path';
import { type ClickstreamError, dataError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { removeDurable } from '../fs/durable-folder.ts';
import { removeIfThere } from '../fs/entries.ts';
import {
  ATTEMPTS,
  type AttemptsRecord,
  type BatchContent,
  READING,
  readAttempts,
  readReading,
  writeAttempts,
  writeReading,
} from './attempts-file.ts';
import type { OffsetEntry } from './offsets.ts';
import { shellWord, splitName, splitsOf } from './splits.ts';

/** A batch that crashed this often is not run again until an operator says so. */
export const MAX_CRASHED_ATTEMPTS = 3;

/** Files of a batch that a message names. */
const NAMED_FILES = 10;

/**
 * How often the pending batch (logged, not committed) has crashed: the process died while it ran, or it failed with an error that its input may
 * have caused. Costs nothing before the first crash, which is seen at the restart: the dead process left its lock behind, and the batch
 * without its commit. A process that was stopped, or that refused to start, gave its lock free and is not counted; nor is one that died before
 * it ran the batch again.
 *
 * After a crash, an attempt costs an fsync of one file and one of the folder.
 */
export class CrashedAttempts {
  private state: AttemptsRecord | null = null;

  private constructor(
    private readonly disk: Disk,
    private readonly dir: string,
    /** What the file says. */
    private recorded: AttemptsRecord | null,
  ) {}

  /** For the owner of the checkpoint. A broken file counts as none: it decides no result. Errors: CHECKPOINT_VERSION. */
  static open(disk: Disk, dir: string, pending: BatchContent | null, predecessorDied: boolean): CrashedAttempts {
    const found = readAttempts(disk, dir);
    const recorded = typeof found === 'string' ? null : found;
    const attempts = new CrashedAttempts(disk, dir, recorded);
    if (pending === null) attempts.forget();
    else attempts.state = countCrashes(pending, recorded, predecessorDied);
    return attempts;
  }

  /** How often the pending batch crashed. */
  get crashed(): number {
    return this.state?.crashed ?? 0;
  }

  /** Errors: BATCH_CRASHED, when the batch crashed too often to be run again. */
  refuseHopeless(entry: OffsetEntry): void {
    if (this.state === null || this.crashed < MAX_CRASHED_ATTEMPTS) return;
    throw crashedError(this.dir, entry, this.state, readReading(this.disk, this.dir, entry.batchId));
  }

  /** The pending batch is about to be run again. */
  begin(): void {
    if (this.state !== null && this.crashed > 0) this.record({ ...this.state, isRunning: true });
  }

  /** Notes what is read, so that it is known should the process die of it; free for a batch that has not crashed. */
  noteReading(batchId: number, split: unknown): void {
    if (this.crashed === 0 || this.state?.batchId !== batchId) return;
    // It is a hint for people; a batch does not fail for want of it.
    quietly(() => writeReading(this.disk, this.dir, batchId, splitName(split)));
  }

  /** A batch failed with an error that its input may have caused. */
  fail(content: BatchContent, error: string): void {
    const isSame = this.state?.batchId === content.batchId && this.state.leftOut === content.leftOut;
    const crashed = isSame ? this.crashed : 0;
    this.record({ ...content, crashed: crashed + 1, isRunning: false, lastError: error });
  }

  /** The pending batch is committed. */
  committed(): void {
    if (this.state === null) return;
    this.state = null;
    if (this.recorded !== null) quietly(() => this.forget());
  }

  /** The checkpoint is given free: whatever attempt was going on has not crashed. Never throws. */
  settle(): void {
    const { state } = this;
    // Should it fail, the file says that an attempt is going on; as the lock is given free, the next owner does not count it.
    if (state !== null && state.crashed > 0) quietly(() => this.record({ ...state, isRunning: false }));
  }

  /** Counts anew from nothing, durably. */
  clear(): void {
    this.forget();
    removeDurable(this.disk, join(this.dir, ATTEMPTS));
  }

  private record(state: AttemptsRecord): void {
    this.state = state;
    if (JSON.stringify(state) === JSON.stringify(this.recorded)) return;
    writeAttempts(this.disk, this.dir, state);
    this.recorded = state;
  }

  /** Without fsync: a file that comes back is that of a batch which is committed. */
  private forget(): void {
    this.state = null;
    this.recorded = null;
    for (const name of [ATTEMPTS, READING]) removeIfThere(this.disk, join(this.dir, name));
  }
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Said where it is called.
  }
}

/** How a pending batch fared, for those who only look. */
export function recordedCrashes(disk: Disk, dir: string, pending: BatchContent): AttemptsRecord {
  const found = readAttempts(disk, dir);
  return countCrashes(pending, typeof found === 'string' ? null : found, false);
}

/** What is known of the crashes of a pending batch, from the file and from how its last owner ended. */
export function countCrashes(
  pending: BatchContent,
  recorded: AttemptsRecord | null,
  predecessorDied: boolean,
): AttemptsRecord {
  const isSame = recorded?.batchId === pending.batchId && recorded.leftOut === pending.leftOut;
  const before = isSame ? recorded : null;
  // Without a record the last owner was the first that ran the batch.
  const diedRunning = predecessorDied && (before === null || before.isRunning);
  return {
    ...pending,
    crashed: (before?.crashed ?? 0) + (diedRunning ? 1 : 0),
    isRunning: false,
    lastError: diedRunning ? null : (before?.lastError ?? null),
  };
}

function crashedError(
  dir: string,
  entry: OffsetEntry,
  { crashed, lastError }: AttemptsRecord,
  reading: string | null,
): ClickstreamError {
  const files = splitsOf(entry).map(splitName);
  const place = shellWord(dir);
  const named = files.slice(0, NAMED_FILES).join(', ');
  const more =
    files.length > NAMED_FILES ? ` and ${files.length - NAMED_FILES} more (clickstream checkpoint show ${place})` : '';
  return dataError(
    'BATCH_CRASHED',
    `Batch ${entry.batchId} crashed ${crashed} times, so it is not run again by itself. The last time ` +
      `${lastError === null ? 'the process died in the middle of it' : `it failed with: ${lastError}`}${lastError?.endsWith('.') === false || lastError === null ? '.' : ''}` +
      `${reading === null ? '' : ` It was reading ${reading}.`}\n` +
      `${files.length === 0 ? '' : `Its files: ${named}${more}.\nTo leave one of them out for good: clickstream checkpoint quarantine ${place} ${shellWord(reading ?? 'FILE')}\n`}` +
      `To try all of it again, once the cause is mended: clickstream checkpoint retry ${place}`,
  );
}
