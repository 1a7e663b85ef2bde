/**
 * Names of output files. They follow from the batch alone, so that a batch that is run again writes the same names, and sort in
 * the order of the batches.
 */

/** `part-<batchId>-<n>-<query><extension>`: 9 digits, 5 digits, the first 8 characters of the query's id. */
export function partName(batchId: number, n: number, queryId: string, extension: string): string {
  return `${batchPrefix(batchId)}${String(n).padStart(5, '0')}-${queryTag(queryId)}${extension}`;
}

/** `part-<batchId>-`. */
export function batchPrefix(batchId: number): string {
  return `part-${String(batchId).padStart(9, '0')}-`;
}

export function queryTag(queryId: string): string {
  return queryId.slice(0, 8);
}

/** Whether a file belongs to this batch of this query, whatever its number. */
export function isPartOfBatch(name: string, batchId: number, queryId: string, extension: string): boolean {
  const end = `-${queryTag(queryId)}${extension}`;
  if (!name.startsWith(batchPrefix(batchId)) || !name.endsWith(end)) return false;
  return /^\d{5,}$/.test(name.slice(batchPrefix(batchId).length, -end.length));
}

/** The batch of this query that an output file, or a file of what was set aside, is of; null for files of others. */
export function batchOfPart(name: string, queryId: string): number | null {
  const [, batchId, rest = ''] = /^part-(\d{9,})-[a-z0-9]+-(.*)$/.exec(name) ?? [];
  return batchId !== undefined && rest.startsWith(`${queryTag(queryId)}.`) ? Number(batchId) : null;
}

/** Whether a file is what a dead attempt of this query left: a part that never got its name. */
export function isOrphanPart(name: string, queryId: string): boolean {
  return /^\.part-\d{9,}-\w+-/.test(name) && name.includes(`-${queryTag(queryId)}.`) && name.endsWith('.tmp');
}
