import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { Disk } from '../fs/disk.ts';
import { nodeDisk } from '../fs/node-disk.ts';
import type { AnalysisOptions } from '../plan/analyze.ts';
import type { LogicalPlan } from '../plan/logical.ts';
import { planQuery } from '../plan/sql-query.ts';
import type { Schema } from '../schema.ts';
import type { MicroBatch } from '../sinks/micro-batch.ts';
import type { QueryTerm } from '../sql/ast.ts';
import { parseQuery, parseSchema } from '../sql/parser.ts';
import { zone } from '../sql/values/zone.ts';
import { DataFrame } from './data-frame.ts';
import { DataStreamReader } from './stream-reader.ts';
import { StreamingQueryManager } from './streams.ts';
import { DataFrameReader } from './table-reader.ts';

export interface SessionOptions {
  /** What a timestamp without zone means, and the zone of their texts; UTC unless given. */
  readonly timeZone?: string;
  /** The time; a manual clock in tests. */
  readonly clock?: Clock;
  /** Where files are; a model of a disk in tests. */
  readonly disk?: Disk;
}

/** What tables share: time zone, clock, disk and named views (Spark: SparkSession). */
export class Session {
  readonly analysisOptions: AnalysisOptions;
  readonly clock: Clock;
  readonly disk: Disk;
  /** The queries that were started from this session. */
  readonly streams = new StreamingQueryManager();
  private readonly views = new Map<string, LogicalPlan>();

  constructor(options: SessionOptions = {}) {
    const timeZone = options.timeZone ?? 'UTC';
    zone(timeZone); // refuses an unknown one here, by name
    this.analysisOptions = { timeZone };
    this.clock = options.clock ?? systemClock;
    this.disk = options.disk ?? nodeDisk;
  }

  /** Reads a stream: `readStream.format('json').schema('...').load('data')`. */
  get readStream(): DataStreamReader {
    return new DataStreamReader(this, {});
  }

  /** Reads a static table: `read.format('csv').schema('...').load('lookup')`. */
  get read(): DataFrameReader {
    return new DataFrameReader(this, {});
  }

  /** A query in SQL over registered views, streaming or static. */
  sql(text: string): DataFrame {
    return this.query(parseQuery(text));
  }

  /** As `sql`, with the text parsed already. */
  query(query: QueryTerm): DataFrame {
    return new DataFrame(this, planQuery(query, this.views));
  }

  /** The rows of a micro-batch as a static table: for joins, aggregates and SQL inside foreachBatch. */
  tableOf(batch: MicroBatch): DataFrame {
    return new DataFrame(this, { op: 'static', name: 'batch', schema: batch.schema, read: () => batch.batches() });
  }

  registerView(name: string, plan: LogicalPlan): void {
    this.views.set(name.toLowerCase(), plan);
  }

  /** A schema, or Spark's DDL for one. */
  schemaFrom(schema: string | Schema): Schema {
    return typeof schema === 'string' ? parseSchema(schema) : schema;
  }
}

/** A session of its own, with its own views and time zone. */
export function createSession(options: SessionOptions = {}): Session {
  return new Session(options);
}
