import type { Batch } from './batch.ts';
import type { Schema } from './schema.ts';

export type OutputMode = 'append' | 'update' | 'complete';

/**
 * Where rows go.
 *
 * Law: the same batchId twice leaves one copy. `write` returns when the rows are durable (for sinks that promise it); the
 * engine commits the batch after that. A `write` that throws leaves nothing a reader takes for the batch's output.
 */
export interface Sink {
  write(batch: SinkBatch): Promise<void>;
  /** Releases handles. Idempotent. */
  close(): Promise<void>;

  /** Nothing of a batch can be seen by anybody before `write` has taken all its rows. */
  readonly atomic?: true;
  /** How rows may be given as bytes instead of batches; absent or null: they may not. */
  readonly encoding?: RowEncoding | null;
}

/** Which bytes a sink takes for rows: those of a format, without what stands before and after all rows. Plain data. */
export interface RowEncoding {
  readonly format: string;
  readonly schema: Schema;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Bytes of whole rows, encoded as the sink asked. */
export interface EncodedRows {
  readonly rows: number;
  /** Valid until the next rows are asked for. */
  readonly bytes: Uint8Array;
}

export interface SinkBatch {
  readonly batchId: number;
  /** When the batch was logged, wall-clock milliseconds; a replay has the same. */
  readonly batchTimeMs: number;
  readonly schema: Schema;
  readonly outputMode: OutputMode;
  /** The batch's rows; must be consumed once, to its end. */
  readonly rows: AsyncIterable<Batch>;
  /** The rows as bytes, for a sink with an encoding: to be consumed instead of `rows`. */
  readonly encoded?: AsyncIterable<EncodedRows>;
  readonly signal: AbortSignal;
}
