import { type FSWatcher, watch } from 'chokidar';
import type { Clock } from '../../clock.ts';

export interface WatchOptions {
  readonly clock: Clock;
  /** Something may have happened; with the path where it is known. A hint, never the truth. */
  readonly onChange: (path: string | null) => void;
  readonly onWarning: (message: string) => void;
  /** No watcher: wakes every `pollIntervalMs`. */
  readonly poll: boolean;
  readonly pollIntervalMs: number;
}

/** Wakes the source when its folders change. */
export interface FolderWatch {
  /** The folders that the last listing saw; called after every listing. */
  follow(folders: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * One watch per folder, none per file: a folder of a hundred thousand files costs one. When the system cannot watch
 * (no inotify watches left, too many open files, a network mount), it says so once and wakes on a timer instead.
 */
export function watchFolders(options: WatchOptions): FolderWatch {
  const stopped = new AbortController();
  let watcher: FSWatcher | null = null;
  let polling = false;
  const watched = new Set<string>();

  const poll = async () => {
    if (polling) return;
    polling = true;
    while (!stopped.signal.aborted) {
      await options.clock.sleep(options.pollIntervalMs, stopped.signal);
      if (!stopped.signal.aborted) options.onChange(null);
    }
  };
  const fallBack = (error: unknown) => {
    if (polling || stopped.signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    options.onWarning(
      `Folders cannot be watched (${reason}); they are listed every ${options.pollIntervalMs} ms instead. --poll avoids the attempt.`,
    );
    void watcher?.close();
    watcher = null;
    void poll();
  };
  const open = (folders: string[]) => {
    watcher = watch(folders, {
      ignoreInitial: true,
      depth: 0,
      followSymlinks: true,
      // Files are not watched one by one: what happens to them arrives as an event of their folder ("raw").
      ignored: (_path, stats) => stats?.isFile() === true,
    });
    watcher.on('raw', (_event, name, details) => {
      const folder = (details as { watchedPath?: string }).watchedPath;
      options.onChange(typeof name === 'string' && folder !== undefined ? `${folder}/${name}` : null);
    });
    watcher.on('error', fallBack);
  };
  if (options.poll) void poll();

  return {
    follow(folders) {
      if (polling || stopped.signal.aborted) return;
      const fresh = folders.filter((folder) => !watched.has(folder));
      if (fresh.length === 0) return;
      for (const folder of fresh) watched.add(folder);
      if (watcher === null) open(fresh);
      else watcher.add(fresh);
    },
    async close() {
      stopped.abort();
      await watcher?.close();
      watcher = null;
    },
  };
}
