import { dataError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { errnoOf } from '../../fs/disk-error.ts';
import type { ListedFile } from '../../fs/list.ts';
import type { ChangedFiles } from './options.ts';
import { isSame, type SeenFile } from './seen.ts';

/** Where a change is only told of, files looked at again per listing, in turn: when nothing new is there, and when a batch waits for the listing. */
const IDLE_CHECKS = 256;
const BUSY_CHECKS = 8;
/** Hints kept between two listings. */
const MAX_HINTS = 1000;
/** Other changed files that an error names. */
const NAMED = 10;

export interface ChangeWatchOptions {
  readonly disk: Disk;
  readonly policy: ChangedFiles;
  readonly onWarning: (message: string) => void;
  /** A file is there and cannot be looked at, so that nobody knows whether it was changed. */
  readonly onUnreadable: (path: string, error: unknown) => void;
}

interface ChangedFile extends ListedFile {
  /** As it was taken. */
  readonly was: SeenFile;
}

/**
 * Finds files that were changed after they were taken. Whoever changes them should know: each is told of once for each time that it was taken.
 *
 * Where nothing but a warning hangs on it (`ignore`), the watcher's hints are followed at once, and of the other files a few are looked at per
 * listing, so that listing stays cheap. With `fail` and `reprocess` every listing looks at every file: what is found does not depend on
 * luck, and a stop is repeated by the next start.
 */
export class ChangeWatch {
  private readonly hints = new Set<string>();
  private cursor = 0;
  /** The files told of, as they were taken. */
  private readonly told = new Map<string, SeenFile>();
  private count = 0;
  /** Found by the last look. */
  private changed: readonly ChangedFile[] = [];

  constructor(private readonly options: ChangeWatchOptions) {}

  /** Changed files found so far; one that was taken again since, and changed again, counts again. */
  get changedFiles(): number {
    return this.count;
  }

  /** Something happened to this path. */
  hint(path: string): void {
    if (this.hints.size < MAX_HINTS) this.hints.add(path);
  }

  /**
   * Looks at `known`, the files listed that were taken before, or, with `ignore`, at some of them; gives those that were changed, as they are
   * now. `isBusy`: new files were listed, too.
   */
  look(
    known: readonly { readonly path: string }[],
    taken: (path: string) => SeenFile | undefined,
    isBusy: boolean,
  ): readonly ListedFile[] {
    const changed: ChangedFile[] = [];
    for (const path of this.pathsToLookAt(known, isBusy)) {
      const was = taken(path);
      const is = was === undefined ? null : this.stat(path);
      if (was === undefined || is === null || isSame(was, is)) continue;
      changed.push({ path, size: is.size, mtimeMs: is.mtimeMs, was });
    }
    for (const file of changed) this.tell(file);
    this.changed = changed;
    return changed;
  }

  /** Errors: TAKEN_FILE_CHANGED, with `fail`, when the last look found one. */
  refuse(): void {
    if (this.options.policy === 'fail' && this.changed.length > 0) throw changedAfterTaken(this.changed);
  }

  private pathsToLookAt(known: readonly { readonly path: string }[], isBusy: boolean): Iterable<string> {
    const paths = new Set(this.hints);
    this.hints.clear();
    if (this.options.policy !== 'ignore') return known.map(({ path }) => path);
    const checks = Math.min(isBusy ? BUSY_CHECKS : IDLE_CHECKS, known.length);
    for (let i = 0; i < checks; i++) paths.add(known[this.cursor++ % known.length]?.path ?? '');
    return paths;
  }

  private tell(file: ChangedFile): void {
    const { path, was } = file;
    const told = this.told.get(path);
    if (told !== undefined && isSame(told, was)) return;
    this.told.set(path, was);
    this.count++;
    const { policy, onWarning } = this.options;
    if (policy === 'fail') return;
    const outcome =
      policy === 'ignore'
        ? 'The change is not read: deliver new data in a new file.'
        : 'It is read again, whole: rows that it had before count once more.';
    onWarning(`${describeChange(file)}. ${outcome}`);
  }

  /** Null when it is gone, or no file any more. */
  private stat(path: string): SeenFile | null {
    const { disk, policy, onUnreadable } = this.options;
    try {
      const stat = disk.stat(path);
      return stat.kind === 'file' ? stat : null;
    } catch (error) {
      const code = errnoOf(error);
      // With `ignore` nothing hangs on it: that is no reason to stop.
      if (policy !== 'ignore' && code !== 'ENOENT' && code !== 'ENOTDIR') {
        if (code === '') throw error;
        onUnreadable(path, error);
      }
      return null;
    }
  }
}

function changedAfterTaken(changed: readonly ChangedFile[]): Error {
  const [first, ...others] = [...changed].sort((a, b) => (a.path < b.path ? -1 : 1)) as [ChangedFile, ...ChangedFile[]];
  const named = others.slice(0, NAMED).map(({ path }) => path);
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : '';
  const also = others.length === 0 ? '' : ` So were ${named.join(', ')}${more}.`;
  return dataError(
    'TAKEN_FILE_CHANGED',
    `${describeChange(first)}.${also} changedFiles (--changed-files) is "fail", so the query stops here; nothing of the change was read, and every batch before it is whole. ` +
      'Put the file back as it was, with its time, or move it out of the input folder and deliver what is new in a new file. ' +
      'Or start again with "ignore", to go on without the change, or with "reprocess", to read the file again, whole, as a new one.',
  );
}

function describeChange(file: ChangedFile): string {
  return `${file.path} was changed after it was read: it was ${described(file.was)}, and now is ${described(file)}`;
}

function described({ size, mtimeMs }: SeenFile): string {
  return `${size} bytes, changed at ${new Date(mtimeMs).toISOString()}`;
}
