import { BATCH_ROWS, type FixedValues } from '../batch.ts';

/** Rows that a column makes room for at first. A small file needs no more, and many small files no time for zeroing. */
const FEW_ROWS = 64;
/** Rows that it makes room for then: those of a run of the kernel. */
const SOME_ROWS = 4096;

/** How many rows to make room for where `rows` are needed: few, some, or a whole batch. */
export function roomFor(rows: number): number {
  if (rows <= FEW_ROWS) return FEW_ROWS;
  return rows <= SOME_ROWS ? SOME_ROWS : Math.max(rows, BATCH_ROWS);
}

/** The values in a longer array; what is behind them is zero. */
export function grown<T extends FixedValues>(values: T, length: number): T {
  const Values = values.constructor as new (length: number) => T;
  const longer = new Values(length);
  (longer as Float64Array).set(values as Float64Array);
  return longer;
}
