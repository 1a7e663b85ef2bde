import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { exists } from '../fs/durable.ts';
import { entriesIn } from '../fs/entries.ts';
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
  if (!exists(disk, directory)) return [];
  return entriesIn(disk, directory).flatMap(({ name, kind }): OutputFile[] => {
    const path = join(directory, name);
    if (kind === 'directory') return name.includes('=') || name === '_rejects' ? outputFiles(disk, path, queryId) : [];
    const batchId = kind === 'file' ? batchOfPart(name, queryId) : null;
    return batchId === null ? [] : [{ path, batchId }];
  });
}
