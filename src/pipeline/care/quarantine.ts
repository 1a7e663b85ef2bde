import { resolve } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { pathOf, splitsOf } from '../../checkpoint/splits.ts';
import type { Clock } from '../../clock.ts';
import { configError, didYouMean } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';

export interface Quarantined {
  readonly batchId: number;
  /** As it is logged. */
  readonly path: string;
  /** It was set aside before. */
  readonly already: boolean;
}

/**
 * Sets a file of the pending batch aside, durably: the batch runs without it, and it is not taken again. The file itself stays
 * where it is. The batch's crashes count anew from nothing. Doing it twice is doing it once.
 *
 * @param file as an operator names it: absolute, or from the working folder
 * Errors: QUARANTINE_NO_BATCH, QUARANTINE_NOT_IN_BATCH.
 */
export function quarantine(disk: Disk, clock: Clock, checkpoint: Checkpoint, file: string): Quarantined {
  const { offsets, commits, exclusions, attempts } = checkpoint;
  const entry = offsets.get(offsets.newest);
  if (entry === undefined || commits.newest >= entry.batchId) {
    throw configError(
      'QUARANTINE_NO_BATCH',
      `${checkpoint.dir} has no batch that is logged and not committed, so there is nothing to leave ${file} out of. A file that was not taken yet can be moved out of the input folder.`,
    );
  }
  const { batchId } = entry;
  const splits = splitsOfFile(disk, splitsOf(entry), file);
  const [first] = splits;
  if (first === undefined) {
    const names = splitsOf(entry).flatMap((known) => pathOf(known) ?? []);
    throw configError(
      'QUARANTINE_NOT_IN_BATCH',
      `${file} is not among the ${names.length} files of batch ${batchId}, the one that is to be run again.${didYouMean(resolve(file), names)} \`clickstream checkpoint show\` lists them.`,
    );
  }
  const left = splits.filter((split) => !exclusions.isQuarantined(batchId, split));
  const atMs = clock.nowMs();
  if (left.length > 0)
    exclusions.add(batchId, ...left.map((split) => ({ reason: 'quarantined', split, atMs }) as const));
  attempts.clear();
  return { batchId, path: pathOf(first) as string, already: left.length === 0 };
}

/** Several sources may read one file. */
function splitsOfFile(disk: Disk, splits: readonly unknown[], file: string): unknown[] {
  const path = resolve(file);
  const names = new Set([path, exists(disk, path) ? disk.realpath(path) : path]);
  return splits.filter((split) => names.has(pathOf(split) ?? ''));
}
