import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { configError } from '../errors.ts';
import type { DirectoryEntry, Disk } from '../fs/disk.ts';
import { diskError, errnoOf } from '../fs/disk-error.ts';
import { isTemporaryName } from '../fs/durable-file.ts';
import { makeDirectoryDurable } from '../fs/durable-folder.ts';
import { exists, removeIfThere } from '../fs/entries.ts';
import { acquireLock, type Lock } from '../fs/lock.ts';
import type { LockHost } from '../fs/lock-host.ts';
import { LOCK_NAME } from '../fs/lock-owner.ts';
import { CrashedAttempts, recordedCrashes } from './attempts.ts';
import { ATTEMPTS, type AttemptsRecord, type BatchContent, READING } from './attempts-file.ts';
import { type CommitLog, openCommitLog } from './commits.ts';
import { corruptError } from './errors.ts';
import { Exclusions } from './exclusions.ts';
import { FORK, type ForkMark, readFork } from './fork-mark.ts';
import { readQueryDescription, readQueryId, writeQueryDescription, writeQueryId } from './metadata.ts';
import { type OffsetLog, openOffsetLog } from './offsets.ts';
import { OUTPUTS, OutputFolders } from './outputs.ts';
import { REWIND, readRewind, unfinishedRewindError } from './rewind-mark.ts';

/** Spark's `spark.sql.streaming.minBatchesToRetain`. */
export const DEFAULT_KEEP_BATCHES = 100;

export interface CheckpointOptions {
  readonly clock?: Clock;
  /** Who takes the checkpoint, for the message that another process gets. */
  readonly holder?: string;
  /** Id of a new query; by default a random UUID. A checkpoint that has an id keeps it. */
  readonly id?: string;
  readonly lockHost?: LockHost;
}

/** What can be seen of a checkpoint without taking it. */
export interface CheckpointView {
  readonly id: string;
  readonly offsets: OffsetLog;
  readonly commits: CommitLog;
  readonly exclusions: Exclusions;
  /** How the pending batch fared so far, as it is recorded: a crash is recorded by the process after it. Null when there is no pending batch. */
  readonly attempts: AttemptsRecord | null;
  /** The batch that an unfinished rewind goes back to; null when there is none. */
  readonly rewindingTo: number | null;
  /** What it is a copy of; null when it is none. */
  readonly fork: ForkMark | null;
  /** The query's description, or null. */
  readonly description: unknown;
}

/**
 * The durable memory of one query (Spark's checkpoint location):
 *
 *     metadata     the query's id            offsets/<N>     what batch N is
 *     query        the query's description   commits/<N>     batch N is done
 *     sources/<i>/ private to source i       state/<op>/     private to stateful operator op
 *     exclusions/  splits left out           attempts        how often the pending batch crashed
 *     outputs      the folders it writes to  lock            who uses it
 *
 * Law: at most one process has it open. What `offsets.add` and `commits.add` returned for survives a loss of power; after `open`, `offsets.newest`
 * is `commits.newest` (that batch is done) or one more (that batch must be run again, as it was logged).
 */
export class Checkpoint {
  private closed = false;

  private constructor(
    private readonly disk: Disk,
    readonly dir: string,
    readonly id: string,
    readonly offsets: OffsetLog,
    readonly commits: CommitLog,
    /** Splits left out of their batches. */
    readonly exclusions: Exclusions,
    /** The folders that the query writes files to. */
    readonly outputs: OutputFolders,
    /** How the pending batch fared before. */
    readonly attempts: CrashedAttempts,
    /** Batches up to this one were another query's, which wrote their output; -1: all are this query's. */
    readonly forkedAfter: number,
    /** What was found half-written at the start, and removed; for people. */
    readonly repairs: readonly string[],
    private readonly lock: Lock,
  ) {}

  /**
   * Takes the checkpoint in `dir` (absolute), or makes a new one there.
   *
   * Errors: CHECKPOINT_IN_USE, CHECKPOINT_FOREIGN_FILES, CHECKPOINT_CORRUPT, CHECKPOINT_MISSING_OFFSETS, CHECKPOINT_VERSION, REWIND_UNFINISHED.
   */
  static async open(disk: Disk, dir: string, options: CheckpointOptions = {}): Promise<Checkpoint> {
    refuseForeign(dir, namesIn(disk, dir));
    makeDirectoryDurable(disk, dir);
    const lock = await acquireLock(disk, dir, options.holder ?? 'a query', {
      clock: options.clock,
      host: options.lockHost,
    });
    try {
      refuseUnfinishedRewind(disk, dir);
      removeTemporary(disk, dir);
      const id = identify(disk, dir, options.id);
      const [offsetsDir, commitsDir] = [join(dir, 'offsets'), join(dir, 'commits')];
      // Those that were there before the lock were made safe with it, by its fsync of their folder.
      for (const folder of [offsetsDir, commitsDir]) if (!exists(disk, folder)) makeDirectoryDurable(disk, folder);
      const offsets = openOffsetLog(disk, offsetsDir, 'writer');
      const commits = openCommitLog(disk, commitsDir, 'writer');
      verifyLogs(offsets, commits);
      const repairs = [...offsets.mend(), ...commits.mend(), ...restoreCommits(offsets, commits)];
      const exclusions = Exclusions.open(disk, join(dir, 'exclusions'));
      const pending = pendingContent(offsets, commits, exclusions);
      const attempts = CrashedAttempts.open(disk, dir, pending, lock.predecessorDied);
      const outputs = OutputFolders.open(disk, dir);
      const forkedAfter = readFork(disk, dir)?.afterBatch ?? -1;
      return new Checkpoint(disk, dir, id, offsets, commits, exclusions, outputs, attempts, forkedAfter, repairs, lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Looks at a checkpoint, also while a run is going on; changes nothing. Null when there is none. */
  static inspect(disk: Disk, dir: string): CheckpointView | null {
    const names = namesIn(disk, dir);
    refuseForeign(dir, names);
    const found = readQueryId(disk, dir);
    if (found.id === null) {
      if (!hasHistory(disk, dir)) return null;
      throw corruptError(join(dir, 'metadata'), found.reason);
    }
    // commits first: a batch that ends in between must not look like a commit without its offsets.
    const commits = openCommitLog(disk, join(dir, 'commits'), 'reader');
    const offsets = openOffsetLog(disk, join(dir, 'offsets'), 'reader');
    const exclusions = Exclusions.read(disk, join(dir, 'exclusions'));
    const pending = pendingContent(offsets, commits, exclusions);
    const attempts = pending === null ? null : recordedCrashes(disk, dir, pending);
    return {
      ...{ id: found.id, offsets, commits, exclusions, attempts },
      rewindingTo: readRewind(disk, dir),
      fork: readFork(disk, dir),
      description: readQueryDescription(disk, dir),
    };
  }

  get description(): unknown {
    return readQueryDescription(this.disk, this.dir);
  }

  /** Records the query's description (plain JSON); free when it has not changed. */
  describe(description: unknown): void {
    writeQueryDescription(this.disk, this.dir, description);
  }

  /** Folder of source `index`, for its own use; may not be there yet. */
  sourceDirectory(index: number): string {
    return join(this.dir, 'sources', String(index));
  }

  /** Folder of stateful operator `operator`; may not be there yet. */
  stateDirectory(operator: number): string {
    return join(this.dir, 'state', String(operator));
  }

  /**
   * Forgets batches before newest - `keepBatches` (Spark keeps one more than it says, and so do we), but none from `neededFrom` on: the batches
   * whose splits a source has not yet taken into its own memory.
   */
  purge(keepBatches = DEFAULT_KEEP_BATCHES, neededFrom = Number.POSITIVE_INFINITY): void {
    // Batch N-1 is needed to run N again, so one batch besides the newest always stays.
    const keepFrom = Math.min(this.offsets.newest - Math.max(1, keepBatches), neededFrom);
    this.commits.purge(keepFrom);
    this.offsets.purge(keepFrom);
    // The entry that went last may be back when the power goes, and must not come without what was left out of it.
    this.exclusions.purge(keepFrom - 1);
  }

  /** Gives the checkpoint free, on purpose: nobody takes this for a crash. Idempotent. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.attempts.settle();
    this.lock.release();
  }
}

/** The batch that was logged and not committed; null when there is none. */
function pendingContent(offsets: OffsetLog, commits: CommitLog, exclusions: Exclusions): BatchContent | null {
  const { newest } = offsets;
  return newest > commits.newest ? { batchId: newest, leftOut: exclusions.of(newest).length } : null;
}

const OWN_NAMES = new Set([
  ...['metadata', 'query', 'offsets', 'commits', 'exclusions', 'sources', 'state'],
  ...[OUTPUTS, ATTEMPTS, READING, REWIND, FORK, LOCK_NAME],
]);

function namesIn(disk: Disk, dir: string): readonly DirectoryEntry[] {
  try {
    return disk.readdir(dir);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw diskError('list', dir, error);
  }
}

/** A folder that holds other things and is no checkpoint is not made one. */
function refuseForeign(dir: string, entries: readonly DirectoryEntry[]): void {
  if (entries.some(({ name }) => name === 'metadata')) return;
  const foreign = entries.map(({ name }) => name).filter((name) => !OWN_NAMES.has(name) && !name.startsWith('.'));
  if (foreign.length === 0) return;
  throw configError(
    'CHECKPOINT_FOREIGN_FILES',
    `${dir} is not a checkpoint: it holds ${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', ...' : ''}. ` +
      'Give the checkpoint a folder of its own, which may be empty or missing.',
  );
}

function refuseUnfinishedRewind(disk: Disk, dir: string): void {
  const toBatch = readRewind(disk, dir);
  if (toBatch !== null) throw unfinishedRewindError(dir, toBatch);
}

function removeTemporary(disk: Disk, dir: string): void {
  for (const { name } of namesIn(disk, dir)) if (isTemporaryName(name)) removeIfThere(disk, join(dir, name));
}

/** The query's id; a new one only where nothing was ever logged, else a new query would repeat all output under a new name. */
function identify(disk: Disk, dir: string, newId: string | undefined): string {
  const found = readQueryId(disk, dir);
  if (found.id !== null) return found.id;
  if (hasHistory(disk, dir))
    throw corruptError(join(dir, 'metadata'), `${found.reason}, though the checkpoint has been used`);
  return writeQueryId(disk, dir, newId);
}

/** Whether anything was ever logged in a folder. */
export function hasHistory(disk: Disk, dir: string): boolean {
  return ['offsets', 'commits', 'sources', 'state'].some((name) => namesIn(disk, join(dir, name)).length > 0);
}

/** That each batch which may have to run again can. Errors: CHECKPOINT_MISSING_OFFSETS, CHECKPOINT_CORRUPT. */
export function verifyLogs(offsets: OffsetLog, commits: CommitLog): void {
  const newest = offsets.newest;
  if (newest > 0 && offsets.oldest > newest - 1) {
    throw configError(
      'CHECKPOINT_MISSING_OFFSETS',
      `${offsets.path(newest - 1)} is missing: batch ${newest} cannot be run without it. Restore it from a backup, or start over (--fresh).`,
    );
  }
  if (commits.newest > newest) {
    throw corruptError(
      offsets.path(commits.newest),
      `${whatIsWrong(offsets, commits.newest)}, though the batch was committed`,
    );
  }
}

/**
 * Writes commits that are lost again. A batch is logged only after the one before it is committed, and says what watermark that left behind:
 * nothing of a lost commit is unknown, and Spark goes on without them, too.
 */
function restoreCommits(offsets: OffsetLog, commits: CommitLog): string[] {
  const from = Math.max(commits.newest + 1, offsets.oldest);
  for (let id = from; id < offsets.newest; id++) {
    const next = offsets.get(id + 1)?.batchWatermarkMs ?? 0;
    commits.add(id, { batchId: id, nextBatchWatermarkMs: next });
  }
  const count = Math.max(0, offsets.newest - from);
  return count === 0
    ? []
    : [`${count} lost entries of the commit log were written again, from ${commits.path(from)} on`];
}

function whatIsWrong(log: OffsetLog | CommitLog, id: number): string {
  return log.tornReason(id) ?? 'the file is missing';
}
