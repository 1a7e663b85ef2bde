import { resolve } from 'node:path';
import { configError } from '../errors.ts';
import { batchOfRows, type PlainRow } from '../sql/values/plain.ts';
import { DataFrame } from './data-frame.ts';
import { fileColumns, fileInput, readTable } from './files.ts';
import { formatNamed } from './formats.ts';
import { Reader, type ReaderState } from './reader.ts';

/**
 * Reads static tables with Spark's names (Spark: DataFrameReader). Immutable. A table joined to a stream is read again for
 * every batch.
 */
export class DataFrameReader extends Reader<DataFrameReader> {
  /** The files of a folder, a file or a glob, as they are when the table is used. */
  override load(path: string): DataFrame {
    const format = formatNamed(this.state.format ?? 'parquet');
    const full = resolve(path);
    const { schema = null } = this.state;
    if (schema === null && format !== 'text') {
      const cure = format === 'parquet' ? '.schema(await parquetSchema(path))' : ".schema('a LONG, b STRING')";
      throw configError('SCHEMA_MISSING', `read: ${path} as ${format} needs a schema: ${cure}.`);
    }
    const input = fileInput(full, format, schema, this.state.options ?? {}, this.session.analysisOptions.timeZone);
    const columns = fileColumns(input, this.session);
    return new DataFrame(this.session, {
      op: 'static',
      name: 'table',
      schema: columns,
      read: () => readTable(input, this.session),
    });
  }

  /** A small table from rows given as objects. */
  rows(rows: readonly PlainRow[]): DataFrame {
    const { schema } = this.state;
    if (schema === undefined)
      throw configError('SCHEMA_MISSING', "read.rows needs a schema first: read.schema('a LONG').rows([...]).");
    const batch = batchOfRows(schema, rows);
    return new DataFrame(this.session, {
      op: 'static',
      name: 'table',
      schema,
      async *read() {
        if (batch.length > 0) yield batch;
      },
    });
  }

  protected override with(state: ReaderState): DataFrameReader {
    return new DataFrameReader(this.session, state);
  }
}
