import { join } from 'node:path';
import { openCommitLog } from '../../checkpoint/commits.ts';
import { Exclusions } from '../../checkpoint/exclusions.ts';
import { readQueryDescription, readQueryId } from '../../checkpoint/metadata.ts';
import { type OffsetLog, openOffsetLog } from '../../checkpoint/offsets.ts';
import { OutputFolders } from '../../checkpoint/outputs.ts';
import { readRewind, unfinishedRewindError } from '../../checkpoint/rewind-mark.ts';
import { pathOf, splitName } from '../../checkpoint/splits.ts';
import { configError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { exists } from '../../fs/entries.ts';
import { lookingDisk } from '../../fs/looking-disk.ts';
import { outputFiles } from '../../sinks/output-files.ts';
import { ownerOf } from '../../sinks/owner.ts';
import { oldestManifestCut } from '../../sinks/spark-manifest.ts';
import type { QueryDescription } from '../compatibility.ts';
import { isAsPinned, type PinnedFile } from './check-input.ts';
import { readVersion, stateFolders } from './check-state.ts';

export interface RewindPlan {
  readonly dir: string;
  readonly queryId: string;
  readonly toBatch: number;
  /** The newest batch that was logged. */
  readonly fromBatch: number;
  /** Output and rejects of the batches that are taken back. */
  readonly files: readonly string[];
  /** Input files of those batches that will be read again, quarantined ones too. */
  readonly inputs: readonly string[];
  /** It was begun before, and not finished. */
  readonly isResumed: boolean;
}

/**
 * Finds out whether a checkpoint can be taken back to the end of batch `toBatch`, so that the query is as it was when that batch was committed and
 * reads what came later again: the state of that batch must be whole, the input of the later ones still there as it was, and their output such
 * that it can be removed. Changes nothing. For the holder of the lock.
 *
 * @param dir absolute
 * @param effectsUndone the operator says that what a user's function did with the output is undone, or can be done twice
 * Errors: REWIND_REFUSED with every reason; REWIND_UNFINISHED, when another one was begun; CHECKPOINT_CORRUPT and the like.
 */
export async function planRewind(
  disk: Disk,
  dir: string,
  toBatch: number,
  effectsUndone: boolean,
): Promise<RewindPlan> {
  const looking = lookingDisk(disk);
  const begun = readRewind(looking, dir);
  if (begun !== null && begun !== toBatch) throw unfinishedRewindError(dir, begun);
  const offsets = openOffsetLog(looking, join(dir, 'offsets'), 'reader');
  const queryId = readQueryId(looking, dir).id;
  if (queryId === null)
    throw refused(dir, toBatch, ['the file metadata is missing or broken, so that its output cannot be known']);
  const folders = outputFolders(looking, dir);
  const files = [...folders, dir].flatMap((folder) =>
    outputFiles(looking, folder, queryId)
      .filter(({ batchId }) => batchId > toBatch)
      .map(({ path }) => path),
  );
  const plan = { dir, queryId, toBatch, fromBatch: offsets.newest, files, isResumed: begun !== null };
  // What was checked before it was begun is half gone by now.
  if (plan.isResumed) return { ...plan, inputs: [] };
  const inputs: string[] = [];
  const reasons = [
    ...logReasons(looking, dir, offsets, toBatch),
    ...(await stateReasons(looking, dir, toBatch)),
    ...inputReasons(looking, dir, offsets, toBatch, inputs),
    ...outputReasons(looking, dir, folders, queryId, toBatch, effectsUndone),
  ];
  if (reasons.length > 0) throw refused(dir, toBatch, reasons);
  return { ...plan, inputs };
}

function refused(dir: string, toBatch: number, reasons: readonly string[]): Error {
  return configError(
    'REWIND_REFUSED',
    `${dir} cannot be taken back to batch ${toBatch}; nothing was changed:\n${reasons.map((reason) => `  - ${reason}\n`).join('')}`.trimEnd(),
  );
}

/** Where the query writes files. */
export function outputFolders(disk: Disk, dir: string): string[] {
  const description = readQueryDescription(disk, dir) as QueryDescription | null;
  const known = OutputFolders.open(disk, dir)
    .list()
    .map(({ path }) => path);
  return [...new Set([...known, ...(description?.output == null ? [] : [description.output])])];
}

function logReasons(disk: Disk, dir: string, offsets: OffsetLog, toBatch: number): string[] {
  const commits = openCommitLog(disk, join(dir, 'commits'), 'reader');
  if (toBatch > commits.newest) {
    return [commits.newest < 0 ? 'no batch is committed yet' : `the newest committed batch is ${commits.newest}`];
  }
  // A restart needs the batch before, too.
  const oldest = offsets.oldest === 0 ? 0 : offsets.oldest + 1;
  if (toBatch < Math.max(oldest, commits.oldest)) {
    return [
      `the logs of batches before ${Math.max(oldest, commits.oldest)} are gone (the last 100 are kept): that is the oldest to go back to`,
    ];
  }
  for (let id = toBatch; id <= commits.newest; id++) commits.get(id);
  return [];
}

async function stateReasons(disk: Disk, dir: string, toBatch: number): Promise<string[]> {
  const reasons: string[] = [];
  const description = readQueryDescription(disk, dir) as QueryDescription | null;
  for (const folder of stateFolders(disk, dir, description)) {
    try {
      await readVersion(disk, folder, toBatch);
    } catch (error) {
      reasons.push(`the state after batch ${toBatch} cannot be had: ${(error as Error).message}`);
    }
  }
  return reasons;
}

/** Rows of input that is gone, or no file, would be lost. Collects the files in `inputs`. */
function inputReasons(disk: Disk, dir: string, offsets: OffsetLog, toBatch: number, inputs: string[]): string[] {
  const exclusions = Exclusions.read(disk, join(dir, 'exclusions'));
  const gone: string[] = [];
  const others = new Set<number>();
  for (const { batchId, sources } of offsets.entries(toBatch + 1)) {
    for (const [index, { splits }] of sources.entries()) {
      for (const split of splits) {
        if (exclusions.isReleased(batchId, split)) continue;
        if (pathOf(split) === null) others.add(index);
        else if (isAsPinned(disk, split as PinnedFile)) inputs.push(splitName(split));
        else if (!exclusions.isQuarantined(batchId, split)) gone.push(splitName(split));
      }
    }
  }
  return [
    ...[...others].map(
      (index) => `source ${index} is not made of files: nobody knows whether it gives the same rows again`,
    ),
    ...(gone.length === 0
      ? []
      : [
          `${gone.length} of the files read after batch ${toBatch} are gone or were changed, so that their rows would be lost: ${gone.slice(0, 5).join(', ')}${gone.length > 5 ? ', ...' : ''}`,
        ]),
  ];
}

function outputReasons(
  disk: Disk,
  dir: string,
  folders: readonly string[],
  queryId: string,
  toBatch: number,
  effectsUndone: boolean,
): string[] {
  const reasons = folders.flatMap((folder) => {
    if (!exists(disk, folder))
      return effectsUndone ? [] : [`the output folder ${folder} is not there, so that later output cannot be removed`];
    const owner = ownerOf(disk, folder);
    if (owner !== null && owner !== queryId) return [`the output folder ${folder} belongs to another query (${owner})`];
    const oldest = oldestManifestCut(disk, folder);
    return toBatch >= oldest ? [] : [`the Spark manifest in ${folder} can only be taken back to batch ${oldest}`];
  });
  const description = readQueryDescription(disk, dir) as QueryDescription | null;
  if (description?.sink !== 'function' || effectsUndone) return reasons;
  return [
    ...reasons,
    'the output goes to a function (foreach or foreachBatch). Files that it wrote with batch.write will be removed; whatever else it did with later batches this command cannot undo, and it will be called with the same batch ids and other rows. If it did nothing else, or that is undone, add --effects-undone',
  ];
}
