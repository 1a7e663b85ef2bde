import type { Batch } from '../batch.ts';
import { configError } from '../errors.ts';
import type { Schema } from '../schema.ts';
import { type RowObject, rowObjects } from '../sql/values/plain.ts';
import { consoleText, formatTable } from './console.ts';
import type { OutputFormat } from './output-format.ts';
import type { WrittenBatch } from './write.ts';

/** How `batch.write` writes; the file formats' own options go into `options`. */
export interface BatchWriteOptions {
  /** Default: the batch's own id. Files are named after it, so the same id written twice leaves one copy. */
  readonly batchId?: number;
  readonly partitionBy?: readonly string[];
  readonly numFiles?: number;
  readonly maxRowsPerFile?: number;
  /** Also lists the files in `_spark_metadata`, for Spark's readers. */
  readonly sparkManifest?: boolean;
  readonly options?: Readonly<Record<string, unknown>>;
}

export type FileFormatName = 'parquet' | 'csv' | 'json' | 'text';

/** Writes the batch's rows as files of a folder, durably and once (see `OutputFolder`). */
export type BatchWriter = Record<
  FileFormatName,
  (directory: string, options?: BatchWriteOptions) => Promise<WrittenBatch>
>;

/** What the batch writer needs of its surroundings. */
export interface BatchWriting {
  readonly formats: Readonly<Partial<Record<FileFormatName, OutputFormat>>>;
  /** Writes to one of the query's output folders. */
  write(
    directory: string,
    format: OutputFormat,
    options: BatchWriteOptions,
    batch: { batchId: number; schema: Schema; rows: AsyncIterable<Batch> },
  ): Promise<WrittenBatch>;
}

/** The rows of one micro-batch, as `foreachBatch` hands them to a user's function. They may be used several times. */
export class MicroBatch {
  readonly write: BatchWriter;

  constructor(
    readonly batchId: number,
    readonly schema: Schema,
    private readonly source: AsyncIterable<Batch>,
    private readonly writing: BatchWriting,
  ) {
    const writer =
      (name: FileFormatName) =>
      async (directory: string, options: BatchWriteOptions = {}) => {
        const format = writing.formats[name];
        if (format === undefined) {
          throw configError('FORMAT_NOT_AVAILABLE', `batch.write.${name}: the format ${name} is not available here.`);
        }
        const rows = { batchId: options.batchId ?? batchId, schema, rows: source };
        return writing.write(directory, format, options, rows);
      };
    this.write = { parquet: writer('parquet'), csv: writer('csv'), json: writer('json'), text: writer('text') };
  }

  /** Other rows of this batch, to be written under its id: `batch.with(tableOf(batch).where('clicks > 0')).write.csv('clicked')`. */
  with(table: { readonly schema: Schema; batches(): AsyncIterable<Batch> }): MicroBatch {
    const rows = { [Symbol.asyncIterator]: () => table.batches()[Symbol.asyncIterator]() };
    return new MicroBatch(this.batchId, table.schema, rows, this.writing);
  }

  /** The rows as columns, a few thousand at a time. */
  batches(): AsyncIterable<Batch> {
    return this.source;
  }

  /** The rows as objects (see `rowObjects`), one after another. */
  async *rows(): AsyncGenerator<RowObject, void, undefined> {
    for await (const batch of this.source) yield* rowObjects(batch);
  }

  /** All rows as objects, in memory. */
  async toArray(): Promise<RowObject[]> {
    const rows: RowObject[] = [];
    for await (const batch of this.source) rows.push(...rowObjects(batch));
    return rows;
  }

  /** The rows as a table, as Spark's `show` prints it: at most `numRows` rows, cells cut at `truncate` characters (0: whole). */
  showString(numRows = 20, truncate = 20): Promise<string> {
    return formatTable(this.schema, this.source, numRows, truncate);
  }

  /** The batch as Spark's console sink prints it; all its rows, cells whole. */
  consoleString(): Promise<string> {
    return consoleText(this.batchId, this.schema, this.source, Number.POSITIVE_INFINITY, 0);
  }

  /** The number of rows. */
  async count(): Promise<number> {
    let count = 0;
    for await (const batch of this.source) count += batch.length;
    return count;
  }
}
