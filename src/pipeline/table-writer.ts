import { resolve } from 'node:path';
import { configError } from '../errors.ts';
import { isStreaming } from '../plan/logical.ts';
import { writeBatchFiles } from '../sinks/write.ts';
import type { DataFrame } from './data-frame.ts';
import type { Options } from './formats.ts';
import { checkFormatOptions, FORMATS, formatNamed } from './formats.ts';

interface WriterState {
  readonly format?: string;
  readonly options?: Options;
  readonly partitionBy?: readonly string[];
}

/** Writes a static table as files, once (Spark: DataFrameWriter). Immutable until `save`. */
export class DataFrameWriter {
  constructor(
    private readonly table: DataFrame,
    private readonly state: WriterState,
  ) {}

  format(name: string): DataFrameWriter {
    return this.with({ format: name.toLowerCase() });
  }

  option(name: string, value: unknown): DataFrameWriter {
    return this.with({ options: { ...this.state.options, [name]: value } });
  }

  partitionBy(...columns: string[]): DataFrameWriter {
    return this.with({ partitionBy: columns });
  }

  json(path: string): Promise<void> {
    return this.format('json').save(path);
  }

  csv(path: string): Promise<void> {
    return this.format('csv').save(path);
  }

  text(path: string): Promise<void> {
    return this.format('text').save(path);
  }

  parquet(path: string): Promise<void> {
    return this.format('parquet').save(path);
  }

  /** Writes the table into a folder; refuses one that another query or table owns. */
  async save(path: string): Promise<void> {
    if (isStreaming(this.table.plan)) {
      throw configError('STREAMING_TABLE', 'write is for static tables; use writeStream for a stream.');
    }
    const name = formatNamed(this.state.format ?? 'parquet');
    await writeBatchFiles({
      disk: this.table.session.disk,
      directory: resolve(path),
      format: FORMATS[name].format,
      formatOptions: checkFormatOptions(name, this.state.options ?? {}),
      partitionBy: this.state.partitionBy,
      queryId: crypto.randomUUID(),
      batchId: 0,
      schema: this.table.schema,
      rows: this.table.batches(),
    });
  }

  private with(change: WriterState): DataFrameWriter {
    return new DataFrameWriter(this.table, { ...this.state, ...change });
  }
}
