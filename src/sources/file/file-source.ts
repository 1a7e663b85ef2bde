import type { Clock } from '../../clock.ts';
import { invariant } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import type { ListedFile } from '../../fs/list.ts';
import type { Schema } from '../../schema.ts';
import type { Offset, ParallelReading, ReadLimit, Source, Split } from '../../source.ts';
import { bundledChunks } from './bundles.ts';
import { ChangeWatch } from './change-watch.ts';
import { isGzip } from './chunks.ts';
import { checkCleaning, cleanFiles } from './clean.ts';
import { columnsOf, namesOf } from './columns.ts';
import { type InputPath, inputPath } from './list-input.ts';
import { type InputLook, lookAtInput } from './look.ts';
import { onceEach } from './once-each.ts';
import type { FileSourceOptions } from './options.ts';
import { type PendingFile, PendingFiles } from './pending.ts';
import { chunksOf } from './read-chunk.ts';
import { type InputFormat, type ReaderColumns, readSplit } from './read-split.ts';
import type { SeenRecord } from './seen.ts';
import { selectFiles } from './select.ts';
import { type FileSplit, TakenFiles } from './taken.ts';
import { UnreadInput } from './unread.ts';
import { Waker } from './waker.ts';

export interface FileSourceRequest {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Folder, file or glob. */
  readonly path: string;
  readonly format: InputFormat;
  readonly formatOptions: Readonly<Record<string, unknown>>;
  /** The columns wanted; it may name partition columns, to give them a type. */
  readonly schema: Schema;
  /** From `checkFileSourceOptions`. */
  readonly options: FileSourceOptions;
  readonly seen: SeenRecord;
  /** The columns that will be read, by position; absent or null: all. */
  readonly needed?: readonly number[] | null;
  /** Default 8 MiB. Logged with each file, so that double sums, which are made per chunk, never depend on it. */
  readonly chunkBytes?: number;
  /** Whether a file is one that appears whole, by rename, and so needs no rest. Absent: none is known to. */
  readonly appearsWhole?: (path: string) => boolean;
  /** Something that a person should know; called once per message. */
  readonly onWarning: (message: string) => void;
}

/** A source over the files of a folder. */
export interface FileSource extends Source {
  /** The columns of the files, then those of the partition folders. */
  readonly schema: Schema;
  /** What `options` allow one batch to take. */
  readonly readLimit: ReadLimit;
  /**
   * These splits were left out of the batch that they were planned for, before it published anything: their files are new
   * again, as they are now.
   */
  release(splits: readonly Split[]): void;
}

interface FileOffset {
  readonly logOffset: number;
}

/** Longer files are read in chunks: few enough that a chunk's work is worth sending to another thread, short enough to be held in memory. */
const CHUNK_BYTES = 8 * 1024 * 1024;
/** How often a bounded run looks at input that cannot be read and may be later, and how long it waits in between. */
const LOOKS_AT_UNREAD = 4;
const UNREAD_PAUSE_MS = 500;

/** Opens a file source: looks once at the folders, to learn the partition columns. Errors: OPTION_INVALID, PARTITION_FOLDERS_DIFFER. */
export function openFileSource(request: FileSourceRequest): FileSource {
  const input = inputPath(request.disk, request.path);
  checkCleaning(request.disk, request.options, input.bases);
  return new FolderSource({ ...request, onWarning: onceEach(request.onWarning) }, input);
}

class FolderSource implements FileSource {
  readonly schema: Schema;
  readonly readLimit: ReadLimit;
  /** What a reader has to know besides the disk and the format. */
  private readonly columns: ReaderColumns;
  private readonly taken: TakenFiles;
  private readonly pending: PendingFiles;
  private readonly unread: UnreadInput;
  private readonly changes: ChangeWatch;
  private readonly waker: Waker;
  private readonly closing = new AbortController();
  /** The newest logged batch of the run before. */
  private restored: { readonly batchId: number; readonly splits: readonly FileSplit[] } | null = null;
  /** The files of the offset that `latestOffset` answered last. */
  private chosen: { readonly logOffset: number; readonly splits: readonly FileSplit[] } | null = null;
  /** Trigger.AvailableNow: nothing is listed any more. */
  private isFixed = false;
  /** The last selection left enough files for another batch: no need to list again. */
  private hasBacklog = false;

  constructor(
    private readonly request: FileSourceRequest,
    private readonly input: InputPath,
  ) {
    const { options, disk, clock, schema, format, formatOptions, onWarning } = request;
    this.taken = new TakenFiles(request.seen, options.fileNameOnly, options.maxFileAgeMs);
    this.unread = new UnreadInput(onWarning);
    const onUnreadable = (path: string, error: unknown) => this.unread.add(path, error);
    const { settleMs } = options;
    const { appearsWhole = () => false } = request;
    const pending = { disk, clock, format: format.name, settleMs, appearsWhole, onWarning, onUnreadable };
    this.pending = new PendingFiles(pending);
    this.changes = new ChangeWatch({ disk, policy: options.changedFiles, onWarning, onUnreadable });
    const onHint = (path: string) => this.changes.hint(path);
    this.waker = new Waker({ disk, clock, bases: input.bases, poll: options.poll, onWarning, onHint });
    this.readLimit = {
      maxFiles: options.maxFilesPerTrigger ?? undefined,
      maxBytes: options.maxBytesPerTrigger ?? undefined,
    };
    const columns = columnsOf(input, this.firstPaths(), schema);
    const needed = request.needed?.filter((ordinal) => ordinal < columns.fileSchema.fields.length);
    this.columns = { ...columns, formatOptions, needed, depth: input.depth };
    this.schema = this.columns.schema;
  }

  /** The paths of the files that are there. */
  private firstPaths(): Iterable<string> {
    const { disk, options } = this.request;
    // Files that need no rest are looked at when they are to be taken.
    if (options.settleMs === 0) {
      // Filled as the names are asked for.
      const folders: string[] = [];
      this.waker.follow(folders);
      return namesOf(disk, this.input, options, (path) => folders.push(path));
    }
    const { files, folders } = this.look();
    this.waker.follow(folders);
    // What was found out of them now need not be asked again at the first trigger.
    this.pending.update(files.filter(({ path }) => !this.taken.has(path)));
    return files.map(({ path }) => path);
  }

  async initialOffset(): Promise<Offset> {
    return { logOffset: -1 } satisfies FileOffset;
  }

  async restore(
    committed: AsyncIterable<{ batchId: number; offset: Offset; splits: readonly Split[] }>,
  ): Promise<void> {
    for await (const { batchId, splits } of committed) {
      this.commitRestored();
      // The newest one may still be run again: it is committed by `commit`, or by the commit of its successor.
      this.restored = { batchId, splits: splits as readonly FileSplit[] };
      this.taken.hold(this.restored.splits);
    }
  }

  async latestOffset(start: Offset, limit: ReadLimit): Promise<Offset> {
    let splits = this.hasBacklog || this.isFixed ? await this.choose(limit) : [];
    if (splits.length === 0 && !this.isFixed) {
      this.refresh();
      splits = await this.choose(limit);
    }
    if (splits.length === 0) return start;
    const end: FileOffset = { logOffset: (start as FileOffset).logOffset + 1 };
    this.chosen = { ...end, splits };
    return end;
  }

  async plan(start: Offset, end: Offset): Promise<Split[]> {
    const { logOffset } = end as FileOffset;
    if ((start as FileOffset).logOffset === logOffset) return [];
    const { chosen } = this;
    invariant(
      chosen?.logOffset === logOffset,
      `the file source was asked for offset ${logOffset}, which it did not give`,
    );
    this.taken.hold(chosen.splits);
    for (const { path } of chosen.splits) this.pending.remove(path);
    this.chosen = null;
    return [...chosen.splits];
  }

  read(split: Split, context: Parameters<Source['read']>[1]) {
    const { disk, format } = this.request;
    return readSplit({ disk, format, ...this.columns }, split as FileSplit, context);
  }

  get parallel(): ParallelReading {
    return {
      reader: { format: this.request.format.name, ...this.columns },
      chunks: (split) => chunksOf(split as FileSplit),
      bundledChunks: (splits) => bundledChunks(this.request.format, splits as readonly FileSplit[]),
    };
  }

  async commit(
    batchId: number,
    _offset: Offset,
    splits: readonly Split[],
    quarantined: readonly Split[] = [],
  ): Promise<void> {
    if (this.restored !== null && this.restored.batchId < batchId) this.commitRestored();
    this.restored = null;
    const { options, disk, onWarning } = this.request;
    const cleans = options.cleanSource !== 'off';
    const cleaned = cleans ? cleanFiles(disk, splits as readonly FileSplit[], options, onWarning) : [];
    this.taken.commit(batchId, [...splits, ...quarantined] as readonly FileSplit[], cleaned);
  }

  release(splits: readonly Split[]): void {
    this.taken.release(splits as readonly FileSplit[]);
    this.hasBacklog = false;
  }

  /** Lists, waits until what is there is whole or has had its time, and takes nothing that comes later. */
  async prepareForAvailableNow(): Promise<void> {
    const { clock, options } = this.request;
    // A manifest's files are not listed.
    this.refresh(options.settleMs === 0 && !options.readManifest);
    const giveUpMs = clock.monotonicMs() + options.settleMs * 12;
    for (let look = 1; ; look++) {
      let waitMs = Number.POSITIVE_INFINITY;
      const unready: string[] = [];
      for (const file of this.pending.inOrder(false)) {
        const readiness = await this.pending.readiness(file);
        // One that cannot be read is told of as such.
        if (readiness === true || this.pending.get(file.path) === undefined) continue;
        unready.push(file.path);
        if (readiness !== null) waitMs = Math.min(waitMs, readiness);
      }
      if (this.unread.mayPass && look < LOOKS_AT_UNREAD && !this.closing.signal.aborted) {
        await clock.sleep(UNREAD_PAUSE_MS, this.closing.signal);
        this.refresh();
        continue;
      }
      const leftMs = giveUpMs - clock.monotonicMs();
      if (!Number.isFinite(waitMs) || leftMs <= 0 || this.closing.signal.aborted) {
        for (const path of unready) this.leaveForLater(path);
        break;
      }
      await clock.sleep(Math.ceil(Math.min(waitMs, leftMs)), this.closing.signal);
    }
    this.isFixed = true;
  }

  /** `numChangedFiles`, where there are any. */
  metrics(): Readonly<Record<string, number>> {
    const { changedFiles } = this.changes;
    return changedFiles === 0 ? {} : { numChangedFiles: changedFiles };
  }

  reportUnread(): void {
    this.unread.report();
  }

  onData(wake: () => void): void {
    this.waker.start(wake);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.waker.close();
  }

  private commitRestored(): void {
    if (this.restored === null) return;
    const { batchId, splits } = this.restored;
    const { disk, options } = this.request;
    const cleaned = options.cleanSource === 'off' ? [] : this.taken.cleanedBefore(batchId, splits, disk);
    this.taken.commit(batchId, splits, cleaned);
  }

  /** Brings the pending files up to date with the folders. `opens`: new ones are looked at for good, and are ready then. */
  private refresh(opens = false): void {
    const { disk, options } = this.request;
    const { files, folders, complete, hasOpened } = this.look(opens);
    const fresh: ListedFile[] = [];
    const known: ListedFile[] = [];
    for (const file of files) (this.taken.has(file.path) ? known : fresh).push(file);
    const changed = this.changes.look(known, (path) => this.taken.get(path), fresh.length > 0);
    const again = options.changedFiles === 'reprocess' ? changed : [];
    // Changed ones were not opened: they are known by what they were.
    this.pending.update([...fresh, ...again], (path) => hasOpened(path) && !this.taken.has(path));
    if (complete) this.taken.forgetGone(disk, known);
    this.waker.follow(folders);
  }

  private look(opens = false): InputLook {
    const { disk, options, onWarning } = this.request;
    const { input, unread } = this;
    const known = (path: string) => this.taken.get(path) ?? this.pending.get(path);
    return lookAtInput({ disk, input, options, known, unread, onWarning }, opens);
  }

  private async choose(limit: ReadLimit): Promise<FileSplit[]> {
    // Not while listing: a batch that was logged is to be run to its end before.
    this.changes.refuse();
    const { latestFirst } = this.request.options;
    const { files, askAgainMs, leavesBacklog } = await selectFiles(this.pending, this.taken, limit, latestFirst);
    this.hasBacklog = leavesBacklog;
    if (!this.isFixed) this.waker.wakeAfter(askAgainMs);
    return files.map((file) => this.splitOf(file));
  }

  private splitOf({ path, size, mtimeMs }: PendingFile): FileSplit {
    const { format, formatOptions, chunkBytes = CHUNK_BYTES } = this.request;
    const inChunks = size > chunkBytes && !isGzip(path) && 'decoder' in format && format.decodesRanges?.(formatOptions);
    return inChunks ? { path, size, mtimeMs, chunkBytes } : { path, size, mtimeMs };
  }

  private leaveForLater(path: string): void {
    this.pending.remove(path);
    this.request.onWarning(`${path} is not whole, or still changing; this run leaves it for the next one.`);
  }
}
