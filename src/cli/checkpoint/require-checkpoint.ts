import { resolve } from 'node:path';
import { hasHistory } from '../../checkpoint/checkpoint.ts';
import { configError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';

/** Errors: NO_CHECKPOINT, when a query has never run with the folder. One that is damaged is one. */
export function requireCheckpoint(disk: Disk, folder: string): void {
  const dir = resolve(folder);
  if (exists(disk, dir) && (exists(disk, resolve(dir, 'metadata')) || hasHistory(disk, dir))) return;
  throw configError('NO_CHECKPOINT', `there is no checkpoint in ${folder}: no query has run with it yet.`);
}
