import type { Batch } from '../batch.ts';
import type { Sink, SinkBatch } from '../sink.ts';
import { type RowObject, rowObjects } from '../sql/values/plain.ts';

/** A batch as the memory sink keeps it. */
export interface MemoryBatch {
  readonly batchId: number;
  readonly batches: readonly Batch[];
}

/** A sink that keeps its rows in memory, for tests and small results. */
export interface MemorySink extends Sink {
  /** What it holds, by batchId. In complete mode the newest batch only. */
  readonly batches: readonly MemoryBatch[];
  /** All rows, in order. */
  rows(): RowObject[];
  /** Forgets everything, the batch ids included. */
  clear(): void;
}

/** Rows by batchId. A batchId that it holds is not taken again; complete mode replaces everything (Spark's MemorySink). */
export function memorySink(): MemorySink {
  let held: MemoryBatch[] = [];
  let newestBatchId = -1;
  return {
    get batches() {
      return held;
    },
    rows: () => held.flatMap(({ batches }) => batches.flatMap((batch) => [...rowObjects(batch)])),
    clear() {
      held = [];
      newestBatchId = -1;
    },
    atomic: true,
    async write({ batchId, outputMode, rows }: SinkBatch) {
      const batches: Batch[] = [];
      for await (const batch of rows) batches.push(batch);
      if (batchId <= newestBatchId) return;
      newestBatchId = batchId;
      if (outputMode === 'complete') held = [{ batchId, batches }];
      else held.push({ batchId, batches });
    },
    async close() {},
  };
}
