import type { Clock } from '../../clock.ts';

export interface WatchOptions {
  readonly clock: Clock;
  /** Something may have happened; with the path where it is known. A hint, never the truth. */
  readonly onChange: (path: string | null) => void;
  readonly onWarning: (message: string) => void;
  /** No watcher: wakes every `pollIntervalMs`. */
  readonly poll: boolean;
  readonly pollIntervalMs: number;
  /** For tests: how folders are watched. */
  readonly watch?: (events: WatchEvents) => WatchedFolders;
}

/** Wakes the source when its folders change. */
export interface FolderWatch {
  /** The folders that the last listing saw; called after every listing. */
  follow(folders: readonly string[]): void;
  close(): Promise<void>;
}

export interface WatchEvents {
  readonly onChange: (path: string | null) => void;
  readonly onError: (error: unknown) => void;
}

export interface WatchedFolders {
  add(folders: readonly string[]): void;
  remove(folders: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * One watch per folder, none per file: a folder of a hundred thousand files costs one. When the system cannot watch
 * (no inotify watches left, too many open files, a network mount), it says so once and wakes on a timer instead.
 */
export function watchFolders(options: WatchOptions): FolderWatch {
  const { clock, onChange, onWarning, pollIntervalMs, watch = watchByChokidar } = options;
  const stopped = new AbortController();
  const watched = new Set<string>();
  let watcher: WatchedFolders | null = null;
  let isPolling = false;

  const poll = async () => {
    isPolling = true;
    while (!stopped.signal.aborted) {
      await clock.sleep(pollIntervalMs, stopped.signal);
      if (!stopped.signal.aborted) onChange(null);
    }
  };
  const fallBack = (error: unknown) => {
    if (isPolling || stopped.signal.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    onWarning(`Folders cannot be watched (${reason}). They are listed every ${pollIntervalMs} ms instead.`);
    void watcher?.close();
    watcher = null;
    void poll();
  };
  if (options.poll) void poll();

  return {
    follow(folders) {
      if (isPolling || stopped.signal.aborted) return;
      const wanted = new Set(folders);
      const gone = [...watched].filter((folder) => !wanted.has(folder));
      const fresh = [...wanted].filter((folder) => !watched.has(folder));
      for (const folder of gone) watched.delete(folder);
      for (const folder of fresh) watched.add(folder);
      try {
        watcher ??= watch({ onChange, onError: fallBack });
        if (gone.length > 0) watcher.remove(gone);
        if (fresh.length > 0) watcher.add(fresh);
      } catch (error) {
        fallBack(error);
      }
    },
    async close() {
      stopped.abort();
      const open = watcher;
      watcher = null;
      await open?.close();
    },
  };
}

/** The watcher's library is loaded only by a run that watches. What comes in meanwhile is found by the next listing. */
function watchByChokidar(events: WatchEvents): WatchedFolders {
  const loading = import('./chokidar-watch.ts').then(({ openChokidar }) => openChokidar(events));
  loading.catch(events.onError);
  const whenLoaded = (act: (watcher: WatchedFolders) => void) => void loading.then(act).catch(events.onError);
  return {
    add: (folders) => whenLoaded((watcher) => watcher.add(folders)),
    remove: (folders) => whenLoaded((watcher) => watcher.remove(folders)),
    close: async () => await (await loading).close(),
  };
}
