import { configError } from '../errors.ts';
import type { Schema } from '../schema.ts';
import type { Sink, SinkBatch } from '../sink.ts';
import { type OutputRequest, openOutput, rowEncoding } from './write.ts';

/**
 * Writes batches as files of a folder (csv, json, text, parquet), each batch once: see `OutputFolder`. Append mode only, as in
 * Spark. Opened before the query's first batch is logged; `expectOwned` says that it ran before. `schema`: of all batches; without it, rows
 * never come as bytes.
 */
export function openFileSink(request: OutputRequest, schema: Schema | null = null): Sink {
  const output = openOutput(request);
  return {
    atomic: true,
    encoding: schema === null ? null : rowEncoding(request, schema),
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
