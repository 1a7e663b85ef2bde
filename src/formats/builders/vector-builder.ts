import type { Vector } from '../../batch.ts';
import type { DecodedRun } from '../decoded-run.ts';

/** Collects the values of a column, row by row. Rows count from 0; a row may be written again, and only the last time counts. */
export interface VectorBuilder {
  setNull(row: number): void;
  /** Takes its values of the rows that the kernel decoded. */
  append(run: DecodedRun): void;
  /** The first `length` rows as a vector. The builder begins anew, with fresh memory unless it may `reuse` the vector's. */
  finish(length: number, reuse: boolean): Vector;
}
