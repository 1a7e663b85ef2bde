import type { Batch } from '../batch.ts';
import type { OutputMode } from '../sink.ts';
import type { BatchRun } from './batch-run.ts';

/** A step of a running query: pulls the batch's rows from its inputs and gives its own. */
export interface Operator {
  rows(run: BatchRun): AsyncIterable<Batch>;
}

/** A step that remembers something from batch to batch. */
export interface StatefulOperator extends Operator {
  readonly operatorId: number;
  /** Spark's name of the operator in progress reports. */
  readonly name: string;
  /** Loads the state after batch `version`; -1 is empty. Drops whatever was in memory. */
  restore(version: number): Promise<void>;
  /** Makes the change of the batch just run durable. */
  commit(batchId: number): Promise<void>;
  /** Whether a batch without data would change anything when the watermark moves from one value to another. */
  owesNoDataBatch(fromMicros: number, toMicros: number, mode: OutputMode): boolean;
  /** Counters of the newest batch, for progress. */
  progress(): StateProgress;
  /** The latest close time, micros, of what is open and began at or before `micros`; null: none. Absent where nothing ever closes. */
  lastClose?(begunByMicros: number): number | null;
  /** Off the batch's path: snapshots and clean-up. `oldest` is the oldest version that may still be asked for. */
  maintain(version: number, oldest: number): Promise<void>;
}

export interface StateProgress {
  readonly operatorName: string;
  readonly numRowsTotal: number;
  readonly numRowsUpdated: number;
  readonly numRowsRemoved: number;
  readonly numRowsDroppedByWatermark: number;
  readonly numDroppedDuplicateRows: number;
  /** Open windows: how many, and the close times (micros) of the next and the last one; null where nothing ever closes. */
  readonly openWindows: number;
  readonly nextCloseMicros: number | null;
  readonly lastCloseMicros: number | null;
}
