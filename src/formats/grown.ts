import type { FixedValues } from '../batch.ts';

/** Rows that a column makes room for at first. A small file needs no more, and many small files no time for zeroing. */
const FEW_ROWS = 64;

/** How many rows to make room for where `rows` are needed: few, or a whole batch. */
export function roomFor(rows: number, batchRows: number): number {
  return rows <= FEW_ROWS ? FEW_ROWS : Math.max(rows, batchRows);
}

/** The values in a longer array; what is behind them is zero. */
export function grown<T extends FixedValues>(values: T, length: number): T {
  const Values = values.constructor as new (length: number) => T;
  const longer = new Values(length);
  (longer as Float64Array).set(values as Float64Array);
  return longer;
}
