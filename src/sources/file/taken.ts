import { basename, dirname } from 'node:path';
import type { Disk } from '../../fs/disk.ts';
import { errnoOf } from '../../fs/disk-error.ts';
import { syncDirectory } from '../../fs/durable-folder.ts';
import { isSame, type SeenFile, type SeenRecord } from './seen.ts';

/** One file of a batch, as it is written to `offsets/N`. */
export interface FileSplit extends SeenFile {
  readonly path: string;
  /** The file is read in chunks: a chunk begins with the first record at or behind each multiple of this. Absent: in one. */
  readonly chunkBytes?: number;
}

/**
 * Which files were taken: those of the batch that is under way are held in memory (a restart feeds them in again), those of
 * committed batches are in the durable record.
 */
export class TakenFiles {
  private readonly held = new Map<string, SeenFile>();
  private newestMtimeMs = Number.NEGATIVE_INFINITY;
  private oldestMtimeMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly seen: SeenRecord,
    private readonly fileNameOnly: boolean,
    private readonly maxFileAgeMs: number | null,
  ) {
    if (maxFileAgeMs !== null) for (const key of seen.paths()) this.age(seen.get(key));
    this.moveAgeLimit();
  }

  get(path: string): SeenFile | undefined {
    const key = this.keyOf(path);
    return this.held.get(key) ?? this.seen.get(key);
  }

  has(path: string): boolean {
    const key = this.keyOf(path);
    return this.held.has(key) || this.seen.has(key);
  }

  /** Whether a file was taken as it is now: one that had changed may be put back as it was. */
  hasAsIs(file: FileSplit): boolean {
    const taken = this.get(file.path);
    return taken !== undefined && isSame(taken, file);
  }

  /** Whether maxFileAge shuts a file out: older than the newest file taken, by more than the limit (Spark's SeenFilesMap). */
  isTooOld(file: SeenFile): boolean {
    return file.mtimeMs < this.oldestMtimeMs;
  }

  /** These files belong to a batch that is not committed yet. */
  hold(splits: readonly FileSplit[]): void {
    for (const split of splits) {
      this.held.set(this.keyOf(split.path), split);
      this.age(split);
    }
    this.moveAgeLimit();
  }

  /** These files were left out of their batch after all: they are new again. */
  release(splits: readonly FileSplit[]): void {
    for (const split of splits) this.held.delete(this.keyOf(split.path));
  }

  /**
   * A batch is committed: its files go to the record. Called for every batch in order, also for those without files. `cleaned` are those that were
   * cleaned away, for good: they are new when they come again, and as soon as they are on record as taken they are on record as gone.
   */
  commit(batchId: number, splits: readonly FileSplit[], cleaned: readonly string[] = []): void {
    const files = this.fileNameOnly ? splits.map((split) => ({ ...split, path: this.keyOf(split.path) })) : splits;
    this.seen.addBatch(batchId, files);
    for (const file of files) {
      const held = this.held.get(file.path);
      // The next batch, which is planned by now, may have taken the file again, as it was by then.
      if (held !== undefined && isSame(held, file)) this.held.delete(file.path);
    }
    this.seen.forget(cleaned.map((path) => this.keyOf(path)));
    const isDue = batchId - this.seen.flushedThrough >= this.seen.flushEveryBatches;
    if (isDue || cleaned.length > 0) this.seen.flush(batchId);
  }

  /** Which files of a batch a process cleaned away that died before the record said so. */
  cleanedBefore(batchId: number, splits: readonly FileSplit[], disk: Disk): string[] {
    if (batchId <= this.seen.flushedThrough || this.fileNameOnly) return [];
    return splits.map(({ path }) => path).filter((path) => isGoneForGood(disk, path));
  }

  /**
   * Keeps the record from growing for ever: forgets files that are gone, once there are many of them. A listing without
   * any known file forgets nothing: it may be a share that is not mounted.
   */
  forgetGone(disk: Disk, known: readonly FileSplit[]): void {
    const { size } = this.seen;
    const gone = size - known.length;
    if (this.fileNameOnly || known.length === 0 || gone < Math.max(100, size / 10)) return;
    const listed = new Set(known.map((file) => file.path));
    const keys: string[] = [];
    for (const key of this.seen.paths()) if (!listed.has(key) && isGone(disk, key)) keys.push(key);
    this.seen.forget(keys);
  }

  private keyOf(path: string): string {
    return this.fileNameOnly ? basename(path) : path;
  }

  private age(file: SeenFile | undefined): void {
    if (file !== undefined && file.mtimeMs > this.newestMtimeMs) this.newestMtimeMs = file.mtimeMs;
  }

  private moveAgeLimit(): void {
    if (this.maxFileAgeMs === null) return;
    this.oldestMtimeMs = this.newestMtimeMs - this.maxFileAgeMs;
    const keys: string[] = [];
    for (const key of this.seen.paths()) {
      const file = this.seen.get(key);
      if (file !== undefined && this.isTooOld(file)) keys.push(key);
    }
    if (keys.length > 0) this.seen.forget(keys);
  }
}

/** One that is gone since its process was killed may come back when the power goes, until the folder is synced. */
function isGoneForGood(disk: Disk, path: string): boolean {
  if (!isGone(disk, path)) return false;
  syncDirectory(disk, dirname(path));
  return true;
}

function isGone(disk: Disk, path: string): boolean {
  try {
    disk.stat(path);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}
