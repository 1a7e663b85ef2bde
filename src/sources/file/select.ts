import type { ReadLimit } from '../../source.ts';
import type { PendingFile, PendingFiles } from './pending.ts';
import type { TakenFiles } from './taken.ts';

/** Files that were listed and not taken are listed again when they are less than this part of a read limit (Spark 4). */
const DISCARD_RATIO = 0.2;

/** The files of a next batch. */
export interface Selection {
  readonly files: readonly PendingFile[];
  /** When to ask again for a file that is not whole yet, milliseconds from now; infinite: only a change can help. */
  readonly askAgainMs: number;
  /** So much is left that the batch after it needs no new listing (Spark's discardCachedInputRatio). */
  readonly leavesBacklog: boolean;
}

/** The next files in order, up to the limit; the first one always (Spark's FileStreamSource.fetchMaxOffset). */
export async function selectFiles(
  pending: PendingFiles,
  taken: TakenFiles,
  limit: ReadLimit,
  latestFirst: boolean,
): Promise<Selection> {
  const maxFiles = limit.maxFiles ?? Number.POSITIVE_INFINITY;
  const maxBytes = limit.maxBytes ?? Number.POSITIVE_INFINITY;
  const isLimited = limit.maxFiles !== undefined || limit.maxBytes !== undefined;
  const files: PendingFile[] = [];
  let bytes = 0;
  let askAgainMs = Number.POSITIVE_INFINITY;
  for (const file of pending.inOrder(latestFirst)) {
    if (files.length >= maxFiles) break;
    if (taken.isTooOld(file) && !(latestFirst && isLimited)) continue;
    const readiness = await pending.readiness(file);
    if (readiness !== true) {
      askAgainMs = Math.min(askAgainMs, readiness ?? Number.POSITIVE_INFINITY);
      continue;
    }
    if (taken.hasAsIs(file)) {
      pending.remove(file.path);
      continue;
    }
    if (files.length > 0 && bytes + file.size > maxBytes) break;
    bytes += file.size;
    files.push(file);
  }
  return { files, askAgainMs, leavesBacklog: !latestFirst && leavesBacklog(pending, limit, files) };
}

function leavesBacklog(
  pending: PendingFiles,
  { maxFiles, maxBytes }: ReadLimit,
  selected: readonly PendingFile[],
): boolean {
  if (maxFiles !== undefined) return pending.size - selected.length >= maxFiles * DISCARD_RATIO;
  if (maxBytes === undefined) return false;
  const chosen = new Set(selected.map((file) => file.path));
  let bytes = 0;
  for (const { path, size } of pending.inOrder(false)) {
    if (!chosen.has(path)) bytes += size;
    if (bytes >= maxBytes * DISCARD_RATIO) return true;
  }
  return false;
}
