import { resolve } from 'node:path';
import { configError } from '../errors.ts';
import type { Schema } from '../schema.ts';
import { batchOfRows, type PlainRow } from '../sql/values/plain.ts';
import { DataFrame } from './data-frame.ts';
import { fileColumns, fileInput, readTable } from './files.ts';
import type { Options } from './formats.ts';
import { formatNamed } from './formats.ts';
import type { Session } from './session.ts';

interface ReaderState {
  readonly format?: string;
  readonly schema?: Schema;
  readonly options?: Options;
}

/**
 * Reads static tables with Spark's names (Spark: DataFrameReader). Immutable. A table joined to a stream is read again for
 * every batch.
 */
export class DataFrameReader {
  constructor(
    private readonly session: Session,
    private readonly state: ReaderState,
  ) {}

  format(name: string): DataFrameReader {
    return this.with({ format: name.toLowerCase() });
  }

  schema(schema: string | Schema): DataFrameReader {
    return this.with({ schema: this.session.schemaFrom(schema) });
  }

  option(name: string, value: unknown): DataFrameReader {
    return this.options({ [name]: value });
  }

  options(options: Options): DataFrameReader {
    return this.with({ options: { ...this.state.options, ...options } });
  }

  json(path: string): DataFrame {
    return this.format('json').load(path);
  }

  csv(path: string): DataFrame {
    return this.format('csv').load(path);
  }

  text(path: string): DataFrame {
    return this.format('text').load(path);
  }

  parquet(path: string): DataFrame {
    return this.format('parquet').load(path);
  }

  /** The files of a folder, a file or a glob, as they are when the table is used. */
  load(path: string): DataFrame {
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

  private with(change: ReaderState): DataFrameReader {
    return new DataFrameReader(this.session, { ...this.state, ...change });
  }
}
