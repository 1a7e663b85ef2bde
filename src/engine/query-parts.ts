import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Clock } from '../clock.ts';
import type { AnalyzedQuery } from '../plan/physical.ts';
import type { OutputMode, Sink } from '../sink.ts';
import type { ReadLimit, Source } from '../source.ts';
import type { SideChannel } from './batch-run.ts';
import type { OpenState } from './build-operators.ts';
import type { WatermarkPolicy } from './watermark.ts';

/** Everything a query runs on, put together by src/pipeline/build.ts. The engine knows none of the concrete kinds. */
export interface QueryParts {
  readonly name: string | null;
  readonly query: AnalyzedQuery;
  readonly outputMode: OutputMode;
  /** In the order of `query.streams`. */
  readonly sources: readonly SourceHandle[];
  readonly sink: Sink;
  readonly sinkDescription: string;
  readonly checkpoint: Checkpoint;
  readonly openState: NonNullable<OpenState>;
  readonly openSide: (batchId: number) => SideChannel;
  readonly clock: Clock;
  readonly settings: QuerySettings;
  /** Tells people who watch, a line each. */
  readonly onWarning: (message: string) => void;
  /** Releases what belongs to this run alone (a temporary checkpoint). */
  readonly release?: () => Promise<void>;
}

export interface SourceHandle {
  readonly source: Source;
  readonly limit: ReadLimit;
  readonly description: string;
}

export interface QuerySettings {
  /** Run a batch without data when the watermark moved and state waits for it (spark.sql.streaming.noDataMicroBatches.enabled). */
  readonly noDataBatches: boolean;
  /** After a restart, run the batch without data that was owed when the run before ended. Spark forgets it. */
  readonly resumeNoDataBatch: boolean;
  readonly watermarkPolicy: WatermarkPolicy;
  /** Batches whose logs and state are kept (spark.sql.streaming.minBatchesToRetain). */
  readonly keepBatches: number;
  /** At the end of an availableNow run, close all open windows. */
  readonly drain: boolean;
  /** The share of rejected rows, 0 to 1, above which the query stops before the batch commits (see reject-limit.ts). Null: none. */
  readonly maxRejectRatio: number | null;
  /** Event times more than this past the batch's logged time do not move the watermark. Null: all do, as in Spark. */
  readonly maxFutureSkewMs: number | null;
}

export const DEFAULT_SETTINGS: QuerySettings = {
  noDataBatches: true,
  resumeNoDataBatch: true,
  watermarkPolicy: 'min',
  keepBatches: 100,
  drain: false,
  maxRejectRatio: null,
  maxFutureSkewMs: null,
};
