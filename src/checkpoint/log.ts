import { join } from 'node:path';
import { ClickstreamError, invariant } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { diskError, errnoOf } from '../fs/disk-error.ts';
import { isTemporaryName, writeDurable } from '../fs/durable-file.ts';
import { syncDirectory } from '../fs/durable-folder.ts';
import { removeIfThere } from '../fs/entries.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { corruptError, newerVersionError } from './errors.ts';

/** What an entry's lines mean. `decode` throws on lines that are not what it expects. */
export interface EntryCodec<Entry> {
  encode(entry: Entry): string[];
  decode(lines: readonly string[], id: number): Entry;
  /** Error code for an entry that is missing though later ones are there; CHECKPOINT_CORRUPT unless given. */
  readonly missingCode?: string;
}

/**
 * `writer` owns the folder (lock held) and checks every entry. `reader` looks on while a run is going on: an entry may go while it looks, so
 * it checks what it reads.
 */
export type LogAccess = 'writer' | 'reader';

/**
 * A log of entries numbered without gaps, one file each, written once and never changed (Spark's HDFSMetadataLog).
 *
 * Law: after `add(n)` returned, entry n survives a loss of power. A newest entry that is torn was never acknowledged and counts as not written;
 * anything else that is broken or missing stops with CHECKPOINT_CORRUPT, or the codec's `missingCode`.
 * fsyncs: `add` one for the file and one for the folder; `purge` none in the usual case of one entry out for one in.
 */
export class NumberedLog<Entry> {
  private first = 0;
  private last = -1;
  /** The newest entries that were written or read: the loop asks for N and N-1 over and over. */
  private readonly recent = new Map<number, Entry>();
  /** An unlink that is not synced yet; a second one beside it could leave a gap when the power goes. */
  private unsyncedRemoval = false;
  /** The newest file, when it is torn: its number and what is wrong with it. It counts as not written. */
  private tornNewest: { readonly id: number; readonly reason: string } | null = null;
  private leftovers: readonly string[] = [];

  private constructor(
    private readonly disk: Disk,
    private readonly dir: string,
    private readonly codec: EntryCodec<Entry>,
  ) {}

  /** Opens the log in a folder; for a reader the folder may be missing. Changes nothing: see `mend`. */
  static open<Entry>(disk: Disk, dir: string, codec: EntryCodec<Entry>, access: LogAccess): NumberedLog<Entry> {
    const log = new NumberedLog(disk, dir, codec);
    const ids = log.list(access);
    if (ids.length === 0) return log;
    log.first = ids[0] as number;
    log.last = ids.at(-1) as number;
    const newest = log.read(log.last);
    if (newest.kind === 'broken') log.tornNewest = { id: log.last--, reason: newest.reason };
    if (access === 'writer') log.verify(ids);
    return log;
  }

  /** What is wrong with file `id`, when it is the torn newest one. */
  tornReason(id: number): string | null {
    return this.tornNewest?.id === id ? this.tornNewest.reason : null;
  }

  /**
   * Removes the torn newest entry and leftovers, for the writer, once it knows that the checkpoint as a whole is sound (one fsync). Returns what
   * was done, for people.
   */
  mend(): string[] {
    for (const name of this.leftovers) this.remove(name);
    const torn = this.tornNewest;
    if (torn !== null) this.remove(torn.id);
    this.leftovers = [];
    this.tornNewest = null;
    // Also makes an entry durable whose process died between naming it and the folder's fsync: now it can be built on.
    syncDirectory(this.disk, this.dir);
    return torn === null ? [] : [`removed ${this.path(torn.id)}, which was not written whole: ${torn.reason}`];
  }

  /** Number of the newest entry; -1 when the log is empty. */
  get newest(): number {
    return this.last;
  }

  /** Number of the oldest entry; above `newest` when the log is empty. */
  get oldest(): number {
    return this.first;
  }

  path(id: number): string {
    return join(this.dir, String(id));
  }

  /** Entry `id`, or undefined when the log does not reach it. Errors: CHECKPOINT_CORRUPT, CHECKPOINT_VERSION. */
  get(id: number): Entry | undefined {
    if (id < this.first || id > this.last) return undefined;
    const cached = this.recent.get(id);
    if (cached !== undefined) return cached;
    const content = this.read(id);
    if (content.kind === 'broken') throw corruptError(this.path(id), content.reason);
    const entry = this.decode(id, content.lines);
    this.remember(id, entry);
    return entry;
  }

  /** Entries with `from <= id <= newest`, oldest first. */
  *entries(from = this.first): Generator<Entry> {
    for (let id = Math.max(from, this.first); id <= this.last; id++) yield this.get(id) as Entry;
  }

  /** Writes the entry after `newest` (any number into an empty log). Errors: CONCURRENT_STREAM_LOG_UPDATE, FSYNC_FAILED, DISK_FULL, ... */
  add(id: number, entry: Entry): void {
    const empty = this.last < this.first;
    invariant(id >= 0 && (empty || id === this.last + 1), `entry ${id} cannot follow ${this.last} in ${this.dir}`);
    try {
      writeDurable(this.disk, this.path(id), encodeFrame(this.codec.encode(entry)), 'link');
    } catch (error) {
      if (error instanceof ClickstreamError && error.code === 'ALREADY_EXISTS')
        throw concurrentError(this.path(id), error);
      throw error;
    }
    this.unsyncedRemoval = false;
    if (empty) this.first = id;
    this.last = id;
    this.remember(id, entry);
  }

  /** Forgets entries below `keepFrom`; the newest always stays. */
  purge(keepFrom: number): void {
    const end = Math.min(keepFrom, this.last);
    while (this.first < end) {
      if (this.unsyncedRemoval) syncDirectory(this.disk, this.dir);
      this.remove(this.first);
      this.unsyncedRemoval = true;
      this.recent.delete(this.first);
      this.first++;
    }
  }

  private list(access: LogAccess): number[] {
    const names = this.names(access);
    this.leftovers = names.filter(isTemporaryName);
    return names
      .filter((name) => /^(0|[1-9]\d{0,14})$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  }

  private names(access: LogAccess): string[] {
    try {
      return this.disk.readdir(this.dir).map(({ name }) => name);
    } catch (error) {
      if (access === 'reader' && errnoOf(error) === 'ENOENT') return [];
      throw diskError('list', this.dir, error);
    }
  }

  private verify(ids: readonly number[]): void {
    for (let id = this.first; id <= this.last; id++) {
      if (ids[id - this.first] !== id)
        throw corruptError(
          this.path(id),
          'the entry is missing, though later ones are there',
          undefined,
          this.codec.missingCode,
        );
      const content = this.read(id);
      if (content.kind === 'broken') throw corruptError(this.path(id), content.reason);
    }
  }

  private read(id: number): { kind: 'whole'; lines: readonly string[] } | { kind: 'broken'; reason: string } {
    const content = decodeFrame(readWhole(this.disk, this.path(id)));
    if (content.kind === 'newer') throw newerVersionError(this.path(id), content.version, FRAME_VERSION);
    return content;
  }

  private decode(id: number, lines: readonly string[]): Entry {
    try {
      return this.codec.decode(lines, id);
    } catch (error) {
      throw corruptError(this.path(id), `not the entry expected here (${(error as Error).message})`, error);
    }
  }

  private remember(id: number, entry: Entry): void {
    this.recent.set(id, entry);
    this.recent.delete(id - 2);
    if (this.recent.size > 2) this.recent.delete(this.recent.keys().next().value as number);
  }

  private remove(name: number | string): void {
    removeIfThere(this.disk, join(this.dir, String(name)));
  }
}

function concurrentError(path: string, cause: unknown): ClickstreamError {
  return new ClickstreamError(
    'CONCURRENT_STREAM_LOG_UPDATE',
    'busy',
    `${path} was written by another process: two queries are using this checkpoint. Stop one of them, or give each its own checkpoint.`,
    { cause },
  );
}
