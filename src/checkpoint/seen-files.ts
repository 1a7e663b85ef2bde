import { invariant } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { makeDirectoryDurable } from '../fs/durable-folder.ts';
import { corruptError } from './errors.ts';
import { type SeenFile, type Segment, SegmentFiles, type SegmentLine } from './seen-segments.ts';

export type { SeenFile };

/** A flush costs two fsyncs: it is put off this long, where `offsets/N` is kept as long. */
const FLUSH_EVERY_BATCHES = 32;

/** Segments are merged up to this many lines; so the work of one batch is bounded. */
const SEALED_LINES = 50_000;

/** So many lines more than those of the files remembered may be dead, of files that are gone: few, for a folder of few files. */
const DEAD_LINES = 2000;

/**
 * The file source's memory of the files it took, without an age limit. Every batch's files are pinned in `offsets/N` already, so only now and then
 * the newest are written to a segment of their own; small neighbours are merged, so that there are few segments and each line is rewritten seldom.
 *
 * Law: after `open` and `add` of the files in `offsets/N` for N > `flushedThrough`, it answers as it did before the process died. `flush` costs
 * an fsync of one file and one of the folder.
 */
export class SeenFiles {
  /** Slot of each path; two numbers beside each path cost a quarter of an object for each. */
  private readonly slots = new Map<string, number>();
  private readonly free: number[] = [];
  private sizes = new Float64Array(1024);
  private mtimes = new Float64Array(1024);
  private used = 0;
  /** What is not in a segment yet, in order; a path without size was forgotten. */
  private pending: (SegmentLine & { readonly batchId: number })[] = [];
  private newestBatch = -1;

  private constructor(
    private readonly segments: SegmentFiles,
    readonly flushEveryBatches: number,
  ) {}

  /**
   * Opens the memory in `dir`, which is made when missing, of a checkpoint whose logs keep `keptBatches` batches. Errors: CHECKPOINT_CORRUPT,
   * CHECKPOINT_VERSION.
   */
  static open(disk: Disk, dir: string, keptBatches = Number.POSITIVE_INFINITY): SeenFiles {
    makeDirectoryDurable(disk, dir);
    const flushEveryBatches = Math.min(FLUSH_EVERY_BATCHES, Math.max(1, keptBatches));
    const seen = new SeenFiles(SegmentFiles.open(disk, dir), flushEveryBatches);
    for (const line of seen.segments.lines()) seen.apply(line);
    seen.newestBatch = seen.flushedThrough;
    return seen;
  }

  /** The newest batch whose files are all in segments; -1 for none. Batches after it must be added again after a restart. */
  get flushedThrough(): number {
    return this.segments.through;
  }

  /** Number of files remembered. */
  get size(): number {
    return this.slots.size;
  }

  has(path: string): boolean {
    return this.slots.has(path);
  }

  get(path: string): SeenFile | undefined {
    const slot = this.slots.get(path);
    return slot === undefined ? undefined : { size: this.sizes[slot] as number, mtimeMs: this.mtimes[slot] as number };
  }

  paths(): IterableIterator<string> {
    return this.slots.keys();
  }

  /**
   * Files of batch `batchId`, which is in `offsets/N`. Called for each batch in order, also for those without files. Batches that are flushed
   * already are passed over. Errors: CHECKPOINT_CORRUPT when batches between the flushed ones and this one are missing.
   */
  addBatch(batchId: number, files: Iterable<SeenFile & { readonly path: string }>): void {
    if (batchId <= this.flushedThrough) return;
    if (batchId > this.newestBatch + 1) {
      throw corruptError(
        this.segments.dir,
        `the files of batches ${this.newestBatch + 1} to ${batchId - 1} are recorded neither here nor in offsets/`,
      );
    }
    this.newestBatch = Math.max(this.newestBatch, batchId);
    for (const file of files) {
      const line = { path: file.path, file, batchId };
      this.apply(line);
      this.pending.push(line);
    }
  }

  /** Forgets files that are gone, so that they are new when they come back. */
  forget(paths: Iterable<string>): void {
    for (const path of paths) {
      if (!this.slots.has(path)) continue;
      const line = { path, file: null, batchId: this.newestBatch };
      this.apply(line);
      this.pending.push(line);
    }
  }

  /** Writes everything through `batchId`, all of whose batches were added, to a segment. After it `offsets/` may forget them. */
  flush(batchId: number): void {
    if (batchId <= this.flushedThrough) return;
    invariant(batchId <= this.newestBatch, `batch ${batchId} was not added to ${this.segments.dir}`);
    const lines = this.pending.filter((line) => line.batchId <= batchId);
    if (this.segments.lineCount + lines.length > 2 * this.size + DEAD_LINES) this.rewrite(batchId);
    else this.append(batchId, lines);
    this.pending = this.pending.filter((line) => line.batchId > batchId);
  }

  /** Takes back the batches after `batchId`, some of which are in segments, durably: `laterFiles`, which they brought, are new again. */
  rewind(batchId: number, laterFiles: ReadonlySet<string>): void {
    const lines = [...this.alive()].filter(({ path }) => !laterFiles.has(path));
    this.segments.replaceAll(batchId, lines);
  }

  /** A new segment, which takes in its smaller neighbours, like the digits of a counter. */
  private append(batchId: number, lines: readonly SegmentLine[]): void {
    const neighbours: Segment[] = [];
    let count = lines.length;
    for (const segment of this.segments.newestFirst()) {
      if (segment.lines > 2 * count || segment.lines + count > SEALED_LINES) break;
      neighbours.unshift(segment);
      count += segment.lines;
    }
    this.segments.write(batchId, neighbours, function* (read) {
      for (const segment of neighbours) yield* read(segment);
      yield* lines;
    });
  }

  /** More lines are dead than alive: one segment of all that is alive. Files of batches after `batchId` may be in it: they are added again. */
  private rewrite(batchId: number): void {
    const alive = this.alive();
    this.segments.write(batchId, [...this.segments.newestFirst()].reverse(), () => alive);
  }

  private *alive(): Generator<SegmentLine> {
    for (const [path, slot] of this.slots) {
      yield { path, file: { size: this.sizes[slot] as number, mtimeMs: this.mtimes[slot] as number } };
    }
  }

  private apply({ path, file }: SegmentLine): void {
    const known = this.slots.get(path);
    if (file === null) {
      if (known === undefined) return;
      this.slots.delete(path);
      this.free.push(known);
      return;
    }
    const slot = known ?? this.free.pop() ?? this.grow();
    if (known === undefined) this.slots.set(path, slot);
    this.sizes[slot] = file.size;
    this.mtimes[slot] = file.mtimeMs;
  }

  private grow(): number {
    if (this.used === this.sizes.length) {
      const [sizes, mtimes] = [new Float64Array(this.used * 2), new Float64Array(this.used * 2)];
      sizes.set(this.sizes);
      mtimes.set(this.mtimes);
      this.sizes = sizes;
      this.mtimes = mtimes;
    }
    return this.used++;
  }
}
