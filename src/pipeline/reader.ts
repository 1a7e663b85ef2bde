import type { Schema } from '../schema.ts';
import type { DataFrame } from './data-frame.ts';
import type { Options } from './formats.ts';
import type { Session } from './session.ts';

export interface ReaderState {
  readonly format?: string;
  readonly schema?: Schema;
  readonly options?: Options;
}

/** What readers of streams and of static tables are told alike. Immutable: each method gives a reader of its own (`Self`). */
export abstract class Reader<Self extends Reader<Self>> {
  constructor(
    protected readonly session: Session,
    protected readonly state: ReaderState,
  ) {}

  protected abstract with(state: ReaderState): Self;

  abstract load(path: string): DataFrame;

  /** json, csv, text, parquet: files of a folder. A stream may also come from rate and socket. */
  format(name: string): Self {
    return this.with({ ...this.state, format: name.toLowerCase() });
  }

  /** Spark's DDL (`a LONG, b STRUCT<c: STRING>`) or a schema. */
  schema(schema: string | Schema): Self {
    return this.with({ ...this.state, schema: this.session.schemaFrom(schema) });
  }

  option(name: string, value: unknown): Self {
    return this.options({ [name]: value });
  }

  options(options: Options): Self {
    return this.with({ ...this.state, options: { ...this.state.options, ...options } });
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
}
