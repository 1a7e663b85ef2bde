import { join } from 'node:path';
import { SeenFiles } from '../../checkpoint/seen-files.ts';
import { pathOf } from '../../checkpoint/splits.ts';
import type { Disk } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';
import type { Logs } from './check-logs.ts';
import { attempt, type Finding, note, ok, problem } from './finding.ts';

/** The memory of the files taken, of every file source, and that the offsets log goes on where it ends. */
export function checkSources(disk: Disk, dir: string, { offsets }: Logs): Finding[] {
  const oldest = offsets !== null && offsets.newest >= offsets.oldest ? offsets.oldest : 0;
  return fileSources(disk, dir, offsets).flatMap((index) => {
    const path = join(dir, 'sources', String(index));
    return attempt(path, () => {
      const seen = exists(disk, path) ? SeenFiles.open(disk, path) : null;
      const next = (seen?.flushedThrough ?? -1) + 1;
      if (oldest > next) {
        const found = `the files of batches ${next} to ${oldest - 1} are recorded neither here nor in offsets/`;
        return [problem(path, found, 'restore the folder from a backup of the checkpoint, or start over (--fresh)')];
      }
      if (seen === null)
        return [note(path, 'the folder is missing', 'all it could hold is in offsets/: the next start makes it again')];
      const before =
        seen.flushedThrough < 0
          ? 'all files taken are in offsets/'
          : `${seen.size} files taken through batch ${seen.flushedThrough}, later ones in offsets/`;
      return [ok(path, before)];
    });
  });
}

/** Numbers of the sources that have a folder, or whose batches are of files. */
function fileSources(disk: Disk, dir: string, offsets: Logs['offsets']): number[] {
  const sources = join(dir, 'sources');
  const indexes = new Set(exists(disk, sources) ? disk.readdir(sources).map(({ name }) => Number(name)) : []);
  for (let id = offsets?.oldest ?? 0; offsets !== null && id <= offsets.newest; id++) {
    let ranges: readonly { readonly splits: readonly unknown[] }[] = [];
    try {
      ranges = offsets.get(id)?.sources ?? [];
    } catch {
      // Reported with the log.
    }
    for (const [index, { splits }] of ranges.entries())
      if (splits.some((split) => pathOf(split) !== null)) indexes.add(index);
  }
  return [...indexes].filter((index) => Number.isInteger(index)).sort((a, b) => a - b);
}
