import { dirname } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { Disk } from '../../fs/disk.ts';
import { type FolderWatch, watchFolders } from './watch.ts';

const POLL_INTERVAL_MS = 1000;

export interface WakerOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** The folders that the input lies in. */
  readonly bases: readonly string[];
  /** No watcher: wakes on a timer. */
  readonly poll: boolean;
  readonly onWarning: (message: string) => void;
  /** Something may have happened to this path. */
  readonly onHint: (path: string) => void;
}

/** Calls the engine when there may be something new: folders changed, or a file that must rest has had its time. */
export class Waker {
  private readonly closing = new AbortController();
  private watch: FolderWatch | null = null;
  private wake: () => void = () => {};
  /** The folders that the last listing looked into. */
  private folders: readonly string[] = [];
  /** Monotonic. */
  private wakeAtMs = Number.POSITIVE_INFINITY;

  constructor(private readonly options: WakerOptions) {}

  /** From now on `wake` is called. */
  start(wake: () => void): void {
    const { clock, poll, onWarning, onHint } = this.options;
    this.wake = wake;
    this.watch ??= watchFolders({
      clock,
      onWarning,
      poll,
      pollIntervalMs: POLL_INTERVAL_MS,
      onChange: (path) => {
        if (path !== null) onHint(path);
        wake();
      },
    });
    this.follow(this.folders);
  }

  /** Watched are the folders that were listed; of an input folder that is not there yet, the nearest one above it. */
  follow(folders: readonly string[]): void {
    this.folders = folders;
    if (this.watch === null) return;
    const { disk, bases } = this.options;
    const above = bases
      .filter((base) => !folders.includes(base))
      .map((base) => {
        let folder = base;
        while (folder !== '/' && !canBeWatched(disk, folder)) folder = dirname(folder);
        return folder;
      });
    this.watch.follow([...folders, ...above]);
  }

  /** Wakes when a resting file will have rested. */
  wakeAfter(delayMs: number): void {
    const { clock } = this.options;
    const { signal } = this.closing;
    const atMs = clock.monotonicMs() + delayMs;
    if (!Number.isFinite(delayMs) || this.wakeAtMs <= atMs) return;
    this.wakeAtMs = atMs;
    void clock.sleep(Math.ceil(delayMs), signal).then(() => {
      if (signal.aborted || this.wakeAtMs !== atMs) return;
      this.wakeAtMs = Number.POSITIVE_INFINITY;
      this.wake();
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.watch?.close();
    this.watch = null;
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
