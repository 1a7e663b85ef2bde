import { configError } from '../errors.ts';
import type { Sink, SinkBatch } from '../sink.ts';
import { type OutputRequest, openOutput } from './write.ts';

/**
 * Writes batches as files of a folder (csv, json, text, parquet), each batch once: see `OutputFolder`. Append mode only, as in
 * Spark. Opened before the query's first batch is logged; `expectOwned` says that it ran before.
 */
export function openFileSink(request: OutputRequest): Sink {
  const output = openOutput(request);
  return {
    atomic: true,
    async write(batch: SinkBatch) {
      if (batch.outputMode !== 'append') {
        throw configError(
          'SINK_OUTPUT_MODE_NOT_SUPPORTED',
          `A file sink appends files; it cannot take output mode ${batch.outputMode}. Use append mode (an aggregation then needs a watermark), or foreachBatch.`,
        );
      }
      await output.write(batch);
    },
    async close() {},
  };
}
