import type { Sink, SinkBatch } from '../sink.ts';
import { type RowObject, rowObjects } from '../sql/values/plain.ts';
import { callUser, userCause, userError } from './user-error.ts';

/**
 * A user's row writer (Spark's ForeachWriter). `close` is called whether `open` returned true or false, but not when
 * it threw; it is told the error that ended the batch, or null. One partition, number 0, per batch.
 */
export interface ForeachWriter {
  /** Returns false to skip the rows of this batch. */
  open?(partitionId: number, epochId: number): boolean | Promise<boolean>;
  process(row: RowObject): void | Promise<void>;
  close?(error: unknown): void | Promise<void>;
}

/** Hands each row to `writer`. At-least-once: a batch that was not committed is handed over again with the same epochId. */
export function foreachSink(writer: ForeachWriter): Sink {
  return {
    async write({ batchId, rows, signal }: SinkBatch) {
      const opened = await callUser('foreach', 'open', batchId, () => writer.open?.(0, batchId) ?? true);
      let failure: unknown = null;
      try {
        for await (const batch of rows) {
          if (opened !== true) continue;
          for (const row of rowObjects(batch)) {
            signal.throwIfAborted();
            const pending = callNow('process', batchId, () => writer.process(row));
            if (pending !== undefined) await pending;
          }
        }
      } catch (error) {
        failure = error;
      }
      await closeWriter(writer, batchId, failure);
    },
    async close() {},
  };
}

/** A writer that is not asynchronous costs no microtask per row. */
function callNow(method: string, batchId: number, call: () => void | Promise<void>): Promise<void> | undefined {
  try {
    const result = call();
    return result instanceof Promise ? callUser('foreach', method, batchId, () => result) : undefined;
  } catch (error) {
    throw userError('foreach', method, batchId, error);
  }
}

/** Tells the writer how it ended. The first failure is the one that is reported. */
async function closeWriter(writer: ForeachWriter, batchId: number, failure: unknown): Promise<void> {
  const told = failure === null ? null : userCause(failure);
  try {
    await callUser('foreach', 'close', batchId, () => writer.close?.(told));
  } catch (error) {
    throw failure ?? error;
  }
  if (failure !== null) throw failure;
}
