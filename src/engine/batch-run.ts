import type { Batch, Int64 } from '../batch.ts';
import type { OutputMode } from '../sink.ts';
import type { RejectedRecord } from '../source.ts';
import type { EvalContext } from '../sql/typed.ts';
import type { EncodedStateRows } from '../state-store.ts';
import type { RowFlow } from './row-flow.ts';
import type { ChunkOutput } from './stage-run.ts';

/** One run of one micro-batch, as the operators see it. */
export interface BatchRun {
  readonly batchId: number;
  readonly outputMode: OutputMode;
  readonly eval: EvalContext;
  /** Rows at or before it are late: the watermark of batch N-1, in micros (Spark: getInputWatermarkForLateEvents). */
  readonly lateMicros: number;
  /** State at or before it closes: the watermark of batch N, in micros (Spark: getInputWatermarkForEviction). */
  readonly evictMicros: number;
  readonly signal: AbortSignal;
  readonly side: SideChannel;
  /**
   * Number of the chunk (a split of a source) that the batch just pulled belongs to. Sums are made per chunk and merged in
   * chunk order, so that doubles add up in one fixed order.
   */
  chunk: number;
  /** The groups of the batch's chunks where other threads sum them up; else the operator does it from its input. */
  chunkGroups?(operatorId: number): AsyncIterable<ChunkOutput> | null;
  /** Encodes rows of an aggregation's state, where that is done chunk by chunk. */
  readonly encodeState?: (rows: Batch) => EncodedStateRows;
  /** Rows of a source in this batch; empty when the batch takes nothing from it. */
  readSource(sourceIndex: number): AsyncIterable<Batch>;
  /** Rows counted between the operators. */
  readonly flow: RowFlow;
  /** The row account of an operator, made on first use. */
  account(operator: string): OperatorAccount;
  /** Statistics of the event times that reached a watermark node. */
  readonly eventTimes: Map<number, EventTimeStats>;
  /** Event times past it, milliseconds, do not move the watermark: the batch's logged time plus the skew; infinite when there is no limit. */
  readonly futureLimitMs: number;
}

/** Where every row of an operator went; rows in = passed + filtered + late + duplicate + rejected, checked on every batch. */
export interface OperatorAccount {
  in: number;
  passed: number;
  filtered: number;
  /** Rows late for all their windows. */
  late: number;
  /** Late (row, window) pairs; a row in several windows may be late for some of them only. */
  latePairs: number;
  duplicate: number;
  rejected: number;
}

export function emptyAccount(): OperatorAccount {
  return { in: 0, passed: 0, filtered: 0, late: 0, latePairs: 0, duplicate: 0, rejected: 0 };
}

/** Event times in milliseconds, floored (Spark: EventTimeStats). */
export interface EventTimeStats {
  max: number;
  min: number;
  sum: number;
  count: number;
  /** Those past `futureLimitMs`. */
  ahead: number;
  /** The highest of the others: what moves the watermark. */
  movingMax: number;
}

/** What leaves a batch beside its output. Durable before the batch commits. */
export interface SideChannel {
  reject(record: RejectedRecord): void;
  late(record: LateRow): void;
  /** The file that takes rejected records. */
  readonly rejectsPath: string;
  /** Makes everything durable; called before the sink's output is committed. */
  finish(): Promise<void>;
  /** Drops what was taken: the batch failed. */
  abandon(): Promise<void>;
}

export interface LateRow {
  readonly operator: string;
  readonly rows: Batch;
  readonly row: number;
  /** Micros; both null where no window is involved. */
  readonly windowStart: Int64 | null;
  readonly windowEnd: Int64 | null;
  /** How far the row's end of window (or event time) lies at or behind the watermark. */
  readonly lateByMicros: Int64;
}
