import type { Batch } from '../../batch.ts';
import type { EncodeRequest, Encoder } from '../../format.ts';
import { ByteSink } from './byte-sink.ts';
import { cellWriter, checkWritable, TextWriter } from './cell-writer.ts';
import { fastRows, type WriteRow } from './fast-encode.ts';
import { csvOptions } from './options.ts';

const LF = 10;
const textEncoder = new TextEncoder();

/** Writes one CSV file; see `csvFormat` for the rules. Without the kernel it writes the same bytes, more slowly. */
export function csvEncoder(request: EncodeRequest, useKernel = true): Encoder {
  const options = csvOptions(request.options);
  const { fields } = request.schema;
  for (const field of fields) checkWritable(field);
  const sink = new ByteSink();
  const text = new TextWriter(sink, options);
  const sep = textEncoder.encode(options.sep);
  const nullValue = textEncoder.encode(options.nullValue);
  let headerDue = options.header;

  function header(): void {
    headerDue = false;
    fields.forEach((field, i) => {
      if (i > 0) sink.copy(sep, 0, sep.length);
      const name = textEncoder.encode(field.name);
      text.write(name, 0, name.length);
    });
    sink.byte(LF);
  }

  const fast = useKernel ? fastRows(request.schema, options, sink) : null;

  function rows(batch: Batch): void {
    const write = rowWriter(batch);
    if (fast?.(batch, write)) return;
    for (let row = 0; row < batch.length; row++) write(row);
  }

  function rowWriter({ vectors }: Batch): WriteRow {
    const write = vectors.map((vector) => cellWriter(vector, sink, text));
    return (row) => {
      for (let i = 0; i < write.length; i++) {
        if (i > 0) sink.copy(sep, 0, sep.length);
        const validity = vectors[i]?.validity ?? null;
        if (validity === null || validity[row] === 1) write[i]?.(row);
        else sink.copy(nullValue, 0, nullValue.length);
      }
      sink.byte(LF);
    };
  }

  return {
    encode(batch) {
      if (headerDue) header();
      rows(batch);
      return sink.take();
    },
    finish() {
      if (headerDue) header();
      return sink.take();
    },
  };
}
