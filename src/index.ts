/**
 * The public API. Names and meanings are Spark Structured Streaming's; see docs/guide.md.
 */
import { createSession } from './pipeline/session.ts';

const session = createSession();

/** Reads streams in the default session (time zone UTC). */
export const readStream = session.readStream;
/** Reads static tables in the default session. */
export const read = session.read;
/** The queries of the default session. */
export const streams = session.streams;
/** SQL over the views of the default session. */
export const sql: typeof session.sql = (text) => session.sql(text);
/** A micro-batch as a static table of the default session. */
export const tableOf: typeof session.tableOf = (batch) => session.tableOf(batch);

export type { Batch, Cell, Vector } from './batch.ts';
export { cellAt } from './batch.ts';
export type { Clock } from './clock.ts';
export { explainWatermarkAhead } from './engine/future-events.ts';
export { explainOpenWindows } from './engine/open-windows.ts';
export type { StreamingQueryProgress } from './engine/progress.ts';
export type { QueryEvent } from './engine/query-events.ts';
export type { QueryStatus, StreamingQuery } from './engine/streaming-query.ts';
export type { ErrorCategory } from './errors.ts';
export { ClickstreamError } from './errors.ts';
export type { ColumnLike } from './pipeline/column.ts';
export { Column, col, expr, lit } from './pipeline/column.ts';
export { DataFrame, GroupedData } from './pipeline/data-frame.ts';
export * from './pipeline/functions.ts';
export { readJsonSchema } from './pipeline/json-schema-file.ts';
export { parquetSchema } from './pipeline/parquet-schema.ts';
export type { QueryConf } from './pipeline/query-conf.ts';
export type { SessionOptions } from './pipeline/session.ts';
export { createSession, Session } from './pipeline/session.ts';
export type { DataStreamWriter } from './pipeline/stream-writer.ts';
export type { StreamingQueryListener, StreamingQueryManager } from './pipeline/streams.ts';
export type { TriggerLike } from './pipeline/trigger.ts';
export type { DataType, Field, Schema } from './schema.ts';
export type { OutputMode } from './sink.ts';
export type { ForeachWriter } from './sinks/foreach.ts';
export type { MicroBatch } from './sinks/micro-batch.ts';
export type { MemoryStream } from './sources/memory.ts';
export { memoryStream } from './sources/memory.ts';
export { parseSchema } from './sql/parser.ts';
export type { RowObject } from './sql/values/plain.ts';
