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
}

export interface SinkBatch {
  readonly batchId: number;
  readonly schema: Schema;
  readonly outputMode: OutputMode;
  /** The batch's rows; must be consumed once, to its end. */
  readonly rows: AsyncIterable<Batch>;
  readonly signal: AbortSignal;
}
