import type { Exclusions } from '../../checkpoint/exclusions.ts';
import { pathOf, shellWord, splitsOf } from '../../checkpoint/splits.ts';
import type { Disk } from '../../fs/disk.ts';
import { entryAt, exists } from '../../fs/entries.ts';
import type { Logs } from './check-logs.ts';
import { attempt, type Finding, problem } from './finding.ts';

/** Files that a finding names. */
const NAMED_FILES = 5;

/** A file as a batch has logged it. */
export interface PinnedFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export function isAsPinned(disk: Disk, { path, size, mtimeMs }: PinnedFile): boolean {
  if (!exists(disk, path)) return false;
  const found = entryAt(disk, path);
  return found.size === size && found.mtimeMs === mtimeMs;
}

/** The input files of the batch that is to be run again: it is refused when they are not what they were. */
export function checkInput(
  disk: Disk,
  dir: string,
  { offsets, commits }: Logs,
  exclusions: Exclusions | null,
): Finding[] {
  if (offsets === null || commits === null || exclusions === null || offsets.newest <= commits.newest) return [];
  const batchId = offsets.newest;
  const path = offsets.path(batchId);
  return attempt(path, () => {
    const entry = offsets.get(batchId);
    const splits = entry === undefined ? [] : splitsOf(entry);
    const files = splits.filter((split) => pathOf(split) !== null && !exclusions.has(batchId, split)) as PinnedFile[];
    const others = files.filter((file) => !isAsPinned(disk, file)).map((file) => file.path);
    if (others.length === 0) return [];
    const names = `${others.slice(0, NAMED_FILES).join(', ')}${others.length > NAMED_FILES ? ', ...' : ''}`;
    const found = `batch ${batchId} is to be run again, and ${others.length} of its ${files.length} files are gone or were changed: ${names}`;
    const place = shellWord(dir);
    const file = shellWord(others[0] as string);
    return [
      problem(
        path,
        found,
        `put them back as they were, or leave them out for good: clickstream checkpoint quarantine ${place} ${file}`,
      ),
    ];
  });
}
