import { resolve } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import type { Sink, SinkBatch } from '../sink.ts';
import { type BatchWriteOptions, type FileFormatName, MicroBatch } from './micro-batch.ts';
import type { OutputFormat } from './output-format.ts';
import { SharedRows } from './shared-rows.ts';
import { callUser } from './user-error.ts';
import { type OutputFolder, openOutput } from './write.ts';

/** A user's function over a batch. */
export type ForeachBatchFunction = (batch: MicroBatch, batchId: number) => void | Promise<void>;

export interface ForeachBatchRequest {
  readonly disk: Disk;
  readonly queryId: string;
  /** What `batch.write` can write. */
  readonly formats: Readonly<Partial<Record<FileFormatName, OutputFormat>>>;
  readonly call: ForeachBatchFunction;
  /** Told of each folder that `batch.write` is used on, absolute, before the first file of it. */
  readonly onOutput?: (directory: string) => void;
}

/**
 * Hands each batch to a user's function, batches without rows included. At-least-once by itself: a batch that was not committed is
 * handed over again with the same batchId and rows; `batch.write` makes it exactly-once for files.
 */
export function foreachBatchSink(request: ForeachBatchRequest): Sink {
  const outputs = new Map<string, OutputFolder>();
  const outputOf = (
    directory: string,
    format: OutputFormat,
    { partitionBy, numFiles, maxRowsPerFile, sparkManifest, options }: BatchWriteOptions,
  ) => {
    const settings = { partitionBy, numFiles, maxRowsPerFile, sparkManifest, formatOptions: options };
    const key = JSON.stringify([resolve(directory), format.name, settings]);
    const known = outputs.get(key);
    if (known !== undefined) return known;
    const opened = openOutput({ ...request, ...settings, directory, format });
    request.onOutput?.(resolve(directory));
    outputs.set(key, opened);
    return opened;
  };
  return {
    async write({ batchId, batchTimeMs, schema, rows, signal }: SinkBatch) {
      const shared = new SharedRows(rows);
      const batch = new MicroBatch(batchId, schema, shared, {
        formats: request.formats,
        write: (directory, format, options, own) =>
          outputOf(directory, format, options).write({ ...own, batchTimeMs, signal }),
      });
      await callUser('foreachBatch', 'batch', batchId, () => request.call(batch, batchId));
      await shared.drain();
    },
    async close() {},
  };
}
