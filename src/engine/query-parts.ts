import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { Clock } from '../clock.ts';
import type { AnalyzedQuery } from '../plan/physical.ts';
import type { OutputMode, Sink } from '../sink.ts';
import type { ReadLimit, RecordPlace, Source, SplitChunk } from '../source.ts';
import type { SideChannel } from './batch-run.ts';
import type { OpenState } from './build-operators.ts';
import type { Stage } from './stage.ts';
import type { ChunkResult, StageBatch } from './stage-run.ts';
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
  /** The part of the query that works on chunks, on several threads if there are many; null: there is none. */
  readonly stage: StageHandle | null;
  readonly clock: Clock;
  readonly settings: QuerySettings;
  /** Tells people who watch, a line each. */
  readonly onWarning: (message: string) => void;
  /** Releases what belongs to this run alone (a temporary checkpoint). */
  readonly release?: () => Promise<void>;
}

export interface StageHandle {
  readonly stage: Stage;
  readonly pool: StagePool;
}

/** Threads that run a query's stage. */
export interface StagePool {
  /** Whether these chunks are enough for `run`, which will be asked for them then: it may start threads. */
  prepare(chunks: readonly SplitChunk[]): boolean;
  /** What became of the chunks, in their order; chunks that hold no record are left out. `onTurn` is told each chunk whose result is next. */
  run(
    batch: StageBatch,
    chunks: readonly SplitChunk[],
    signal: AbortSignal,
    onTurn: (chunk: SplitChunk) => void,
  ): AsyncIterable<PlacedResult>;
  close(): Promise<void>;
}

/** A chunk's result, and where it was found to begin. */
export interface PlacedResult {
  readonly chunk: SplitChunk;
  readonly start: RecordPlace;
  readonly result: ChunkResult;
}

export interface SourceHandle {
  readonly source: Source;
  readonly limit: ReadLimit;
  readonly description: string;
}

export interface QuerySettings {
  /** Threads that work on large batches, this one among them. Null: as many as the process has cores. */
  readonly workers: number | null;
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
  workers: null,
  noDataBatches: true,
  resumeNoDataBatch: true,
  watermarkPolicy: 'min',
  keepBatches: 100,
  drain: false,
  maxRejectRatio: null,
  maxFutureSkewMs: null,
};
