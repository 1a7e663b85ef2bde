import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { diskError, errnoOf } from '../../fs/disk-error.ts';
import { readWhole } from '../../fs/read-whole.ts';

/**
 * The files that a Spark file sink committed to `folder`, from its `_spark_metadata` log; null when there is no such log. A
 * log is read from its newest `<n>.compact` on, which repeats all entries before it (CompactibleFileStreamLog).
 * Errors: MANIFEST_CORRUPT.
 */
export function manifestFiles(disk: Disk, folder: string): string[] | null {
  const log = join(folder, '_spark_metadata');
  const entries = logEntries(disk, log);
  if (entries === null) return null;
  const newestCompact = Math.max(-1, ...entries.filter((entry) => entry.compact).map((entry) => entry.id));
  const files = new Set<string>();
  for (const { id, compact, name } of entries.sort((a, b) => a.id - b.id)) {
    if (id < newestCompact || (id === newestCompact && !compact)) continue;
    for (const path of entryFiles(disk, join(log, name))) files.add(path);
  }
  return [...files];
}

interface LogEntry {
  readonly id: number;
  readonly compact: boolean;
  readonly name: string;
}

function logEntries(disk: Disk, log: string): LogEntry[] | null {
  try {
    return disk.readdir(log).flatMap(({ name }) => {
      const match = /^(\d+)(\.compact)?$/.exec(name);
      return match === null ? [] : [{ id: Number(match[1]), compact: match[2] !== undefined, name }];
    });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw diskError('list', log, error);
  }
}

function entryFiles(disk: Disk, path: string): string[] {
  const [version, ...lines] = new TextDecoder().decode(readWhole(disk, path)).split('\n');
  if (version !== 'v1') throw corrupt(path, `its first line is "${version}", expected "v1"`);
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      try {
        const { path: url, action } = JSON.parse(line) as { path: string; action: string };
        return action === 'delete' ? '' : fileURLToPath(url);
      } catch (error) {
        throw corrupt(path, `this line is not a file entry: ${line.slice(0, 200)}`, error);
      }
    })
    .filter((file) => file !== '');
}

function corrupt(path: string, found: string, cause?: unknown): Error {
  return dataError(
    'MANIFEST_CORRUPT',
    `The manifest ${path} cannot be read: ${found}. Restore it, or read the folder without readManifest.`,
    cause,
  );
}
