import { shellWord } from '../checkpoint/splits.ts';
import { dataError } from '../errors.ts';
import type { RejectedRecord } from '../source.ts';

/** Rows read, and how many of them were rejected. */
export interface RejectCount {
  readonly rows: number;
  readonly rejected: number;
}

export const REJECT_RATIO_EXCEEDED = 'REJECT_RATIO_EXCEEDED';

/** The fewest rows that a share is taken of: one broken record in a small file says nothing about its producer. */
export const MIN_JUDGED_ROWS = 100;

/**
 * The rule of `maxRejectRatio`: a batch, together with as many of the batches before it as it takes to have `MIN_JUDGED_ROWS` rows, may have
 * at most `ratio` of those rows rejected; where there are fewer rows in all, they count as that many. A batch without rejects is always
 * right, and with a ratio of 0 any reject is wrong. `before`: newest first; read as far as it is needed.
 *
 * Gives what was judged when it is too much, else null.
 */
export function exceedsRatio(ratio: number, batch: RejectCount, before: Iterable<RejectCount>): RejectCount | null {
  if (batch.rejected === 0) return null;
  let { rows, rejected } = batch;
  if (rows < MIN_JUDGED_ROWS) {
    for (const earlier of before) {
      rows += earlier.rows;
      rejected += earlier.rejected;
      if (rows >= MIN_JUDGED_ROWS) break;
    }
  }
  return rejected > ratio * Math.max(rows, MIN_JUDGED_ROWS) ? { rows, rejected } : null;
}

/** What stops the query: `batch` was read to its end, none of its output is to be seen, and it is not committed. */
export function tooManyRejects(
  batchId: number,
  batch: RejectCount,
  judged: RejectCount,
  ratio: number,
  first: RejectedRecord | null,
  rejectsPath: string,
  checkpointDir: string,
): Error {
  const place = first === null ? '' : ` The first: ${first.source}${placeIn(first)}: ${first.reason}.`;
  const earlier =
    judged.rows > batch.rows ? ` (with the batches before it: ${judged.rejected} of ${judged.rows} rows)` : '';
  return dataError(
    REJECT_RATIO_EXCEEDED,
    `Batch ${batchId} has ${batch.rejected} rejected records among ${batch.rows} rows${earlier}, and maxRejectRatio (--max-reject-ratio) allows ${ratio}.${place} ` +
      `The batch is not committed and wrote no output; all its rejects are in ${rejectsPath}. Look at them. Then either start again with a higher ratio: the same batch is taken, and its rejects stay there. ` +
      `Or leave a file of the batch out for good, and deliver it mended under another name: clickstream checkpoint quarantine ${shellWord(checkpointDir)} FILE`,
  );
}

function placeIn({ line, byteOffset }: RejectedRecord): string {
  if (line !== undefined) return `, line ${line}`;
  return byteOffset === undefined ? '' : `, byte ${byteOffset}`;
}
