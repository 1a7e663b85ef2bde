import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { entriesIn, exists } from '../fs/entries.ts';
import { batchOfPart } from './part-names.ts';

export interface OutputFile {
  readonly path: string;
  readonly batchId: number;
}

/**
 * The finished files of a query in one of its output folders: output, in partition folders too, and what was set aside, each with its
 * batch. A folder that is not there has none.
 */
export function outputFiles(disk: Disk, directory: string, queryId: string): OutputFile[] {
  return outputDirectories(disk, directory).flatMap((folder) =>
    entriesIn(disk, folder).flatMap(({ name, kind }): OutputFile[] => {
      const batchId = kind === 'file' ? batchOfPart(name, queryId) : null;
      return batchId === null ? [] : [{ path: join(folder, name), batchId }];
    }),
  );
}

/** An output folder, and those in it that hold output: partitions, and what was set aside. */
export function outputDirectories(disk: Disk, directory: string): string[] {
  if (!exists(disk, directory)) return [];
  const within = entriesIn(disk, directory).filter(
    ({ name, kind }) => kind === 'directory' && (name.includes('=') || name === '_rejects'),
  );
  return [directory, ...within.flatMap(({ name }) => outputDirectories(disk, join(directory, name)))];
}
