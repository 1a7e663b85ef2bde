import type { RepeatedName } from '../source.ts';

/** Rows of a source whose records have a name more than once. Plain data. */
export interface RepeatedNames {
  rows: number;
  first: RepeatedName | null;
}

export function noRepeatedNames(): RepeatedNames {
  return { rows: 0, first: null };
}

/** Adds `rows` such rows, the first of which is `first`, behind those that are known. */
export function addRepeatedNames(into: RepeatedNames, { rows, first }: RepeatedNames): void {
  into.rows += rows;
  into.first ??= first;
}

export function describeRepeatedName({ source, line, field }: RepeatedName): string {
  return (
    `${source}, line ${line}: an object of the record has ${field} more than once. The last value counts, the others are lost. ` +
    'The progress and the summary count all such rows (numRowsWithRepeatedNames); this is told once.'
  );
}
