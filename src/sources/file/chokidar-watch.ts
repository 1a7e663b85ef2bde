import { join } from 'node:path';
import { FSWatcher } from 'chokidar';
import type { WatchEvents, WatchedFolders } from './watch.ts';

/** Watches folders with chokidar. Only that something happened is taken from it, never what. */
export function openChokidar({ onChange, onError }: WatchEvents): WatchedFolders {
  const watcher = new FoldersOnly({ ignoreInitial: true, depth: 0 });
  watcher.on('raw', (_event, name, details) => {
    const { watchedPath } = details as { watchedPath?: string };
    onChange(typeof name === 'string' && watchedPath !== undefined ? join(watchedPath, name) : null);
  });
  watcher.on('error', onError);
  return {
    add: (folders) => void watcher.add([...folders]),
    remove: (folders) => void watcher.unwatch([...folders]),
    close: () => watcher.close(),
  };
}

/**
 * chokidar lists a folder, and stats every file in it, at the start and at each event, to tell what happened: seconds for a hundred
 * thousand files. What happened is told by our own listing; only the wake-up ("raw" events of the folders) is wanted.
 */
class FoldersOnly extends FSWatcher {
  override _readdirp(): undefined {
    return undefined;
  }
}
