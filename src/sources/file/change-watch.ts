import type { Disk } from '../../fs/disk.ts';
import type { SeenFile } from './seen.ts';

/** Files looked at again per listing, in turn: when nothing new is there, and when a batch waits for the listing. */
const IDLE_CHECKS = 256;
const BUSY_CHECKS = 8;
/** Hints kept between two listings. */
const MAX_HINTS = 1000;

/**
 * Finds files that were changed after they were taken. They are not read again, and whoever changes them should know. The
 * watcher's hints are followed at once; of the others a few are looked at per listing, so that listing stays cheap.
 */
export class ChangeWatch {
  private readonly hints = new Set<string>();
  private cursor = 0;

  constructor(
    private readonly disk: Disk,
    private readonly onWarning: (message: string) => void,
  ) {}

  /** Something happened to this path. */
  hint(path: string): void {
    if (this.hints.size < MAX_HINTS) this.hints.add(path);
  }

  /** Looks at hinted files and at some of `known`, the files listed that were taken before. `isBusy`: new files were listed, too. */
  report(
    known: readonly { readonly path: string }[],
    taken: (path: string) => SeenFile | undefined,
    isBusy: boolean,
  ): void {
    const paths = new Set(this.hints);
    this.hints.clear();
    const checks = Math.min(isBusy ? BUSY_CHECKS : IDLE_CHECKS, known.length);
    for (let i = 0; i < checks; i++) paths.add(known[this.cursor++ % known.length]?.path ?? '');
    for (const path of paths) {
      const file = taken(path);
      const now = file === undefined ? null : this.look(path);
      if (file === undefined || now === null || (now.size === file.size && now.mtimeMs === file.mtimeMs)) continue;
      this.onWarning(`${path} was changed after it was read; the change is not read. Deliver new data in a new file.`);
    }
  }

  /** Null when it is gone, or cannot be looked at: nothing is read here, so that is no reason to stop. */
  private look(path: string): SeenFile | null {
    try {
      return this.disk.stat(path);
    } catch {
      return null;
    }
  }
}
