import type { Clock } from '../../clock.ts';
import type { Disk } from '../../fs/disk.ts';
import { errnoOf } from '../../fs/disk-error.ts';
import { closeQuietly } from '../../fs/entries.ts';
import { openFile } from '../../fs/open-file.ts';
import { isGzip, unsupportedCompression } from './chunks.ts';
import { type Completeness, completeness } from './complete.ts';
import { isSame } from './seen.ts';

/** A file that was listed and not taken yet. */
export interface PendingFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

interface Candidate {
  path: string;
  size: number;
  mtimeMs: number;
  /**
   * Monotonic time at which this size and mtime were first seen. How old the file is by the wall clock does not count as rest: that clock
   * may jump, and a file server has another one.
   */
  sinceMs: number;
  gzip: boolean;
  verdict: Completeness | null;
  ready: boolean;
  /** It is pending no more. */
  isRemoved: boolean;
}

/** Larger files are looked into only once they rest: a file that grows would be read again at every listing. */
const EAGER_CHECK_BYTES = 8 * 1024 * 1024;
/** Files looked into per selection before they rest; the others wait for their rest, which needs no look. */
const EAGER_CHECKS = 1000;
/** A file that should end itself and does not may have a slow writer: it gets this much more time than others. */
const INCOMPLETE_PATIENCE = 10;

export interface PendingOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly format: string;
  readonly settleMs: number;
  /** Whether a file is one that appears whole, and so needs no rest. */
  readonly appearsWhole: (path: string) => boolean;
  readonly onWarning: (message: string) => void;
  /** A file is there and cannot be opened. */
  readonly onUnreadable: (path: string, error: unknown) => void;
}

/**
 * The files waiting to be taken, and which of them are whole. A file is looked at (one stat) when it is first listed and
 * once more when it is taken.
 */
export class PendingFiles {
  private readonly byPath = new Map<string, Candidate>();
  /** By (mtime, path), from the last sorting; it may hold candidates that were removed since, and does up to `first`. */
  private order: Candidate[] | null = null;
  private first = 0;
  private eagerChecksLeft = EAGER_CHECKS;

  constructor(private readonly options: PendingOptions) {}

  get size(): number {
    return this.byPath.size;
  }

  get(path: string): PendingFile | undefined {
    return this.byPath.get(path);
  }

  /** Makes `files` the pending files. Those that are known keep what was found out of them; `isReady`: that a new one may be taken as it is. */
  update(files: readonly PendingFile[], isReady: (path: string) => boolean = () => false): void {
    if (this.byPath.size > 0) {
      const listed = new Set(files.map((file) => file.path));
      for (const path of this.byPath.keys()) if (!listed.has(path)) this.remove(path);
    }
    for (const file of files) {
      if (!this.byPath.has(file.path)) this.add(file, isReady(file.path));
    }
  }

  private add({ path, size, mtimeMs }: PendingFile, ready: boolean): void {
    const compression = unsupportedCompression(path);
    if (compression !== null) {
      this.options.onWarning(
        `${path} is left out: files compressed as ${compression} are not read; gzip (.gz) and plain files are. Recompress it.`,
      );
      return;
    }
    const sinceMs = this.options.clock.monotonicMs();
    const gzip = isGzip(path);
    this.byPath.set(path, { path, size, mtimeMs, sinceMs, gzip, verdict: null, ready, isRemoved: false });
    this.order = null;
  }

  remove(path: string): void {
    const candidate = this.byPath.get(path);
    if (candidate === undefined) return;
    candidate.isRemoved = true;
    this.byPath.delete(path);
  }

  /** Pending files in the order of (mtime, path), or the reverse. */
  *inOrder(latestFirst: boolean): Generator<PendingFile, void, undefined> {
    this.eagerChecksLeft = EAGER_CHECKS;
    // Removed ones are passed over until they are many: sorting again costs more. Most are the first ones, of the batch before.
    if (this.order !== null && this.order.length - this.first > 2 * this.byPath.size) this.order = null;
    if (this.order === null) {
      this.first = 0;
      this.order = [...this.byPath.values()].sort(
        (a, b) => a.mtimeMs - b.mtimeMs || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
      );
    }
    while (this.order.at(-1)?.isRemoved) this.order.pop();
    while (this.order[this.first]?.isRemoved) this.first++;
    if (this.first > this.order.length / 2) {
      this.order = this.order.slice(this.first);
      this.first = 0;
    }
    const { order } = this;
    const { first } = this;
    for (let i = first; i < order.length; i++) {
      const candidate = order[latestFirst ? order.length - 1 - i + first : i] as Candidate;
      if (!candidate.isRemoved) yield candidate;
    }
  }

  /**
   * Whether a file is whole and may be taken. If not: the milliseconds after which to ask again, or null when only a
   * change of the file can help.
   */
  async readiness(file: PendingFile): Promise<true | number | null> {
    const candidate = this.byPath.get(file.path);
    if (candidate === undefined) return null;
    if (candidate.ready) return true;
    const { settleMs } = this.options;
    // What was found unfinished is looked at anew each time: it should grow.
    if (candidate.verdict === 'incomplete' && !this.isUnchanged(candidate))
      return this.byPath.has(file.path) ? settleMs : null;
    const needed = settleMs === 0 ? 0 : await this.restNeeded(candidate);
    const left = needed - this.restedMs(candidate);
    if (left > 0) return Number.isFinite(left) ? left : null;
    if (!this.isUnchanged(candidate) && (settleMs > 0 || !this.byPath.has(file.path))) {
      return this.byPath.has(file.path) ? settleMs : null;
    }
    candidate.ready = true;
    return true;
  }

  private restedMs(candidate: Candidate): number {
    return this.options.clock.monotonicMs() - candidate.sinceMs;
  }

  /** How long this file must have rested to be taken. */
  private async restNeeded(candidate: Candidate): Promise<number> {
    const { disk, format, settleMs, appearsWhole, onWarning } = this.options;
    if (appearsWhole(candidate.path)) return 0;
    const endsItself = candidate.gzip || format === 'parquet' || format === 'json';
    if (!endsItself) return settleMs;
    if (candidate.verdict === null) {
      const rested = this.restedMs(candidate) >= settleMs;
      if (!rested && (candidate.size > EAGER_CHECK_BYTES || this.eagerChecksLeft-- <= 0)) return settleMs;
      try {
        candidate.verdict = await completeness(disk, candidate.path, format, candidate.gzip);
      } catch (error) {
        this.drop(candidate, error);
        return Number.POSITIVE_INFINITY;
      }
    }
    if (candidate.verdict === 'complete') return 0;
    if (candidate.verdict === 'unknown') return settleMs;
    const patienceMs = settleMs * INCOMPLETE_PATIENCE;
    if (!candidate.gzip && format === 'json') return patienceMs;
    // Half a gzip or Parquet file cannot be read: it is never taken, and waits where it is.
    if (this.restedMs(candidate) < patienceMs) return patienceMs;
    onWarning(
      `${candidate.path} does not end as a ${candidate.gzip ? 'gzip' : format} file must; it is left out until it is whole.`,
    );
    return Number.POSITIVE_INFINITY;
  }

  private looks(stat: { size: number; mtimeMs: number }) {
    return { size: stat.size, mtimeMs: stat.mtimeMs, sinceMs: this.options.clock.monotonicMs() };
  }

  /** Opens the file, so that one that may not be read is not taken, and compares it with what was seen of it before. */
  private isUnchanged(candidate: Candidate): boolean {
    const { disk } = this.options;
    try {
      const { file, stat } = openFile(disk, candidate.path);
      closeQuietly(disk, file);
      if (isSame(candidate, stat)) return true;
      Object.assign(candidate, this.looks(stat), { verdict: null });
      this.order = null;
    } catch (error) {
      this.drop(candidate, error);
    }
    return false;
  }

  /** Forgets a candidate that cannot be opened; the next listing tries again. */
  private drop(candidate: Candidate, error: unknown): void {
    this.remove(candidate.path);
    if (errnoOf(error) === '') throw error;
    if (errnoOf(error) !== 'ENOENT') this.options.onUnreadable(candidate.path, error);
  }
}
