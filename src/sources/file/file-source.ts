import { dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import { invariant } from '../../errors.ts';
import type { Disk, FileStat } from '../../fs/disk.ts';
import { diskError, errnoOf } from '../../fs/disk-error.ts';
import { closeQuietly } from '../../fs/entries.ts';
import type { ListedFile } from '../../fs/list.ts';
import { openFile } from '../../fs/open-file.ts';
import type { Schema } from '../../schema.ts';
import type { Offset, ParallelReading, ReadLimit, Source, Split } from '../../source.ts';
import { bundledChunks } from './bundles.ts';
import { ChangeWatch } from './change-watch.ts';
import { isGzip } from './chunks.ts';
import { checkCleaning, cleanFiles } from './clean.ts';
import { columnsOf, namesOf } from './columns.ts';
import { type InputPath, inputPath, listInput } from './list-input.ts';
import { manifestFiles } from './manifest-files.ts';
import type { FileSourceOptions } from './options.ts';
import { type PendingFile, PendingFiles } from './pending.ts';
import { chunksOf } from './read-chunk.ts';
import { type InputFormat, type ReaderColumns, readSplit } from './read-split.ts';
import type { SeenRecord } from './seen.ts';
import { type FileSplit, TakenFiles } from './taken.ts';
import { UnreadInput } from './unread.ts';
import { type FolderWatch, watchFolders } from './watch.ts';

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

const POLL_INTERVAL_MS = 1000;
/** Longer files are read in chunks: few enough that a chunk's work is worth sending to another thread, short enough to be held in memory. */
const CHUNK_BYTES = 8 * 1024 * 1024;
const MAX_WARNINGS = 1000;
/** How often a bounded run looks at input that cannot be read and may be later, and how long it waits in between. */
const LOOKS_AT_UNREAD = 4;
const UNREAD_PAUSE_MS = 500;
/** Files that were listed and not taken are listed again when they are less than this part of a read limit (Spark 4). */
const DISCARD_RATIO = 0.2;

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
  private readonly closing = new AbortController();
  private watch: FolderWatch | null = null;
  /** The folders that the last listing looked into. */
  private folders: readonly string[] = [];
  private wake: () => void = () => {};
  /** The newest logged batch of the run before. */
  private restored: { readonly batchId: number; readonly splits: readonly FileSplit[] } | null = null;
  /** The files of the offset that `latestOffset` answered last. */
  private chosen: { readonly logOffset: number; readonly splits: readonly FileSplit[] } | null = null;
  /** Trigger.AvailableNow: nothing is listed any more. */
  private isFixed = false;
  /** The last selection left enough files for another batch: no need to list again. */
  private hasBacklog = false;
  private wakeAtMs = Number.POSITIVE_INFINITY;
  private readonly changes: ChangeWatch;

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
    this.changes = new ChangeWatch(disk, onWarning);
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
      const folders: string[] = [];
      this.folders = folders;
      return namesOf(disk, this.input, options, (path) => folders.push(path));
    }
    const { files } = this.listFiles();
    // What was found out of them now need not be asked again at the first trigger.
    this.pending.update(files);
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

  reportUnread(): void {
    this.unread.report();
  }

  onData(wake: () => void): void {
    const { clock, options, onWarning } = this.request;
    this.wake = wake;
    this.watch ??= watchFolders({
      clock,
      onWarning,
      poll: options.poll,
      pollIntervalMs: POLL_INTERVAL_MS,
      onChange: (path) => {
        if (path !== null) this.changes.hint(path);
        wake();
      },
    });
    this.follow();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.watch?.close();
    this.watch = null;
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
    const { disk } = this.request;
    const closed = new Set<string>();
    const look = (path: string): FileStat => {
      const stat = statOpened(disk, path);
      if (stat === null) closed.add(path);
      return stat ?? disk.stat(path);
    };
    const { files, complete } = this.listFiles(opens ? look : undefined);
    const fresh: ListedFile[] = [];
    const known: ListedFile[] = [];
    for (const file of files) (this.taken.has(file.path) ? known : fresh).push(file);
    this.pending.update(fresh, (path) => opens && !closed.has(path));
    if (complete) this.taken.forgetGone(disk, known);
    this.changes.report(known, (path) => this.taken.get(path), fresh.length > 0);
    this.follow();
  }

  private listFiles(look?: (path: string) => FileStat) {
    const { disk, options, onWarning } = this.request;
    const known = (path: string) => this.taken.get(path) ?? this.pending.get(path);
    const { input } = this;
    this.unread.clear();
    const onUnreadable = (path: string, error: unknown) => this.unread.add(path, error);
    const onOutside = (path: string, target: string) =>
      onWarning(
        `${path} is a link that leads out of the input folder, to ${target}: it is not followed. Move the file there, or read its own folder.`,
      );
    const recursive = options.recursiveFileLookup;
    const listing = listInput(disk, { input, recursive, known, look, onUnreadable, onOutside });
    this.folders = listing.folders;
    if (!options.readManifest) return listing;
    const listed = input.bases.flatMap((base) => manifestFiles(disk, base) ?? []);
    return { ...listing, files: listed.map((path) => ({ path, ...(known(path) ?? statListed(disk, path)) })) };
  }

  /** The next files in order, up to the limit; the first one always (Spark's FileStreamSource.fetchMaxOffset). */
  private async choose(limit: ReadLimit): Promise<FileSplit[]> {
    const { latestFirst } = this.request.options;
    const maxFiles = limit.maxFiles ?? Number.POSITIVE_INFINITY;
    const maxBytes = limit.maxBytes ?? Number.POSITIVE_INFINITY;
    const isLimited = limit.maxFiles !== undefined || limit.maxBytes !== undefined;
    const splits: FileSplit[] = [];
    let bytes = 0;
    let askAgainMs = Number.POSITIVE_INFINITY;
    for (const file of this.pending.inOrder(latestFirst)) {
      if (splits.length >= maxFiles) break;
      if (this.taken.isTooOld(file) && !(latestFirst && isLimited)) continue;
      const readiness = await this.pending.readiness(file);
      if (readiness !== true) {
        askAgainMs = Math.min(askAgainMs, readiness ?? Number.POSITIVE_INFINITY);
        continue;
      }
      if (splits.length > 0 && bytes + file.size > maxBytes) break;
      bytes += file.size;
      splits.push(this.splitOf(file));
    }
    this.hasBacklog = !latestFirst && this.leavesBacklog(limit, splits);
    if (!this.isFixed) this.wakeAfter(askAgainMs);
    return splits;
  }

  private splitOf({ path, size, mtimeMs }: PendingFile): FileSplit {
    const { format, formatOptions, chunkBytes = CHUNK_BYTES } = this.request;
    const inChunks = size > chunkBytes && !isGzip(path) && 'decoder' in format && format.decodesRanges?.(formatOptions);
    return inChunks ? { path, size, mtimeMs, chunkBytes } : { path, size, mtimeMs };
  }

  /** Whether so much is left that the next batch takes it without a new listing (Spark's discardCachedInputRatio). */
  private leavesBacklog({ maxFiles, maxBytes }: ReadLimit, splits: readonly FileSplit[]): boolean {
    if (maxFiles !== undefined) return this.pending.size - splits.length >= maxFiles * DISCARD_RATIO;
    if (maxBytes === undefined) return false;
    const chosen = new Set(splits.map((split) => split.path));
    let bytes = 0;
    for (const { path, size } of this.pending.inOrder(false)) {
      if (!chosen.has(path)) bytes += size;
      if (bytes >= maxBytes * DISCARD_RATIO) return true;
    }
    return false;
  }

  /** Asks the engine to come back when a resting file will have rested. */
  private wakeAfter(delayMs: number): void {
    const { clock } = this.request;
    const atMs = clock.monotonicMs() + delayMs;
    if (!Number.isFinite(delayMs) || this.wakeAtMs <= atMs) return;
    this.wakeAtMs = atMs;
    void clock.sleep(Math.ceil(delayMs), this.closing.signal).then(() => {
      if (this.closing.signal.aborted || this.wakeAtMs !== atMs) return;
      this.wakeAtMs = Number.POSITIVE_INFINITY;
      this.wake();
    });
  }

  private leaveForLater(path: string): void {
    this.pending.remove(path);
    this.request.onWarning(`${path} is not whole, or still changing; this run leaves it for the next one.`);
  }

  /** Watched are the folders that are there; of an input folder that is not there yet, the nearest one above it. */
  private follow(): void {
    if (this.watch === null) return;
    const { folders } = this;
    const { disk } = this.request;
    const above = this.input.bases
      .filter((base) => !folders.includes(base))
      .map((base) => {
        let folder = base;
        while (folder !== '/' && !canBeWatched(disk, folder)) folder = dirname(folder);
        return folder;
      });
    this.watch.follow([...folders, ...above]);
  }
}

/** Whether a folder is there and can be looked at. When not, a watch above it, and the listing, tell of it later. */
function canBeWatched(disk: Disk, folder: string): boolean {
  try {
    disk.stat(folder);
    return true;
  } catch {
    return false;
  }
}

/** What a file that may be read is; null for others, whatever the reason. */
function statOpened(disk: Disk, path: string): FileStat | null {
  try {
    const { file, stat } = openFile(disk, path);
    closeQuietly(disk, file);
    return stat;
  } catch (error) {
    if (errnoOf(error) === '') throw error;
    return null;
  }
}

/** A file of the manifest must be there. */
function statListed(disk: Disk, path: string): { size: number; mtimeMs: number } {
  try {
    const { size, mtimeMs } = disk.stat(path);
    return { size, mtimeMs };
  } catch (error) {
    throw diskError('read, though the manifest lists it,', path, error);
  }
}

/** Says each thing once, up to a bound. */
function onceEach(onWarning: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message) || said.size >= MAX_WARNINGS) return;
    said.add(message);
    onWarning(message);
  };
}
