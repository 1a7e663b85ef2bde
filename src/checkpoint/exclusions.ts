import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { isTemporaryName, writeDurable } from '../fs/durable-file.ts';
import { makeDirectoryDurable, removeDurable, syncDirectory } from '../fs/durable-folder.ts';
import { entriesIn, exists } from '../fs/entries.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { corruptError, newerVersionError } from './errors.ts';

/** A split that was left out of its batch after it was logged. */
export interface Exclusion {
  /**
   * `changed`: its file changed before anything of the batch was published; it is new again, for a later batch. `quarantined`: an
   * operator set it aside; it stays out for good.
   */
  readonly reason: 'changed' | 'quarantined';
  /** Plain JSON, as in `offsets/<N>`. */
  readonly split: unknown;
  /** Wall-clock time of the quarantine, milliseconds, for people. */
  readonly atMs?: number;
}

/**
 * The splits that were left out of their batches. `exclusions/<N>` belongs to `offsets/<N>` and is as binding, a line for each split; it is
 * rare, so it costs nothing until it happens. Quarantined splits are remembered for good, so that people can see them.
 */
export class Exclusions {
  private readonly byBatch = new Map<number, readonly Exclusion[]>();

  private constructor(
    private readonly disk: Disk,
    private readonly dir: string,
  ) {}

  /** For the owner of the checkpoint. Errors: CHECKPOINT_CORRUPT, CHECKPOINT_VERSION. */
  static open(disk: Disk, dir: string): Exclusions {
    if (exists(disk, dir)) {
      // An entry that was named by a process that died before the folder's fsync: it is believed from now on.
      syncDirectory(disk, dir);
      for (const { name } of entriesIn(disk, dir)) if (isTemporaryName(name)) removeDurable(disk, join(dir, name));
    }
    return Exclusions.read(disk, dir);
  }

  /** For looking, also while a run is going on; changes nothing. */
  static read(disk: Disk, dir: string): Exclusions {
    const exclusions = new Exclusions(disk, dir);
    if (!exists(disk, dir)) return exclusions;
    for (const { name } of entriesIn(disk, dir)) {
      const path = join(dir, name);
      // One that is gone meanwhile was purged by a run.
      if (/^\d+$/.test(name) && exists(disk, path)) exclusions.byBatch.set(Number(name), readEntry(disk, path));
    }
    return exclusions;
  }

  /** Whether split `split` (plain JSON) of batch `batchId` is left out of it, for whatever reason. */
  has(batchId: number, split: unknown): boolean {
    return this.find(batchId, split) !== undefined;
  }

  /** Whether it was left out and is new again. */
  isReleased(batchId: number, split: unknown): boolean {
    return this.find(batchId, split)?.reason === 'changed';
  }

  /** Whether an operator set it aside. */
  isQuarantined(batchId: number, split: unknown): boolean {
    return this.find(batchId, split)?.reason === 'quarantined';
  }

  /** What is left out of a batch. */
  of(batchId: number): readonly Exclusion[] {
    return this.byBatch.get(batchId) ?? [];
  }

  /** All that operators set aside, oldest batch first. */
  quarantined(): (Exclusion & { readonly batchId: number })[] {
    return [...this.byBatch]
      .sort(([a], [b]) => a - b)
      .flatMap(([id, entries]) => entries.map((entry) => ({ ...entry, batchId: id })))
      .filter(({ reason }) => reason === 'quarantined');
  }

  /** Leaves splits out, all of them or none, durably (two fsyncs, one more for the first). */
  add(batchId: number, ...exclusions: readonly Exclusion[]): void {
    const entries = [...this.of(batchId), ...exclusions];
    makeDirectoryDurable(this.disk, this.dir);
    const lines = entries.map((entry) => JSON.stringify(entry));
    writeDurable(this.disk, join(this.dir, String(batchId)), encodeFrame(lines), 'rename');
    this.byBatch.set(batchId, entries);
  }

  /** Forgets what changed in batches before `keepFrom`. */
  purge(keepFrom: number): void {
    for (const [batchId, entries] of this.byBatch) {
      if (batchId >= keepFrom || entries.some(({ reason }) => reason === 'quarantined')) continue;
      removeDurable(this.disk, join(this.dir, String(batchId)));
      this.byBatch.delete(batchId);
    }
  }

  private find(batchId: number, split: unknown): Exclusion | undefined {
    const entries = this.byBatch.get(batchId);
    if (entries === undefined) return undefined;
    const text = JSON.stringify(split);
    return entries.find((entry) => JSON.stringify(entry.split) === text);
  }
}

function readEntry(disk: Disk, path: string): Exclusion[] {
  const content = decodeFrame(readWhole(disk, path));
  if (content.kind === 'broken') throw corruptError(path, content.reason);
  if (content.kind === 'newer') throw newerVersionError(path, content.version, FRAME_VERSION);
  return content.lines.map((line) => JSON.parse(line) as Exclusion);
}
