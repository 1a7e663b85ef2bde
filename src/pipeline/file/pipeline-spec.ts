import { SINK_OPTIONS, SOURCE_OPTIONS } from './options-spec.ts';
import type { Spec } from './spec.ts';
import { STEP, STEP_FIELDS } from './steps-spec.ts';

const SCHEMA: Spec = {
  type: 'text',
  doc: "The columns: Spark's DDL, or the path of a JSON Schema file (ending in `.json`).",
  example: 'user STRING, ts TIMESTAMP, clicks LONG NOT NULL',
};

const PATH: Spec = {
  type: 'text',
  doc: 'A folder, a file or a glob, from the folder of this file on.',
  example: 'data/events',
};

const SOURCE: Spec = {
  type: 'object',
  noun: 'a source',
  doc: 'A stream.',
  example: '{ format: json, path: data/events, schema: "user STRING, ts TIMESTAMP" }',
  fields: {
    format: {
      type: 'text',
      required: true,
      choices: ['json', 'csv', 'text', 'parquet', 'rate', 'socket'],
      doc: 'What is read: files of a folder (json, csv, text, parquet), a counter (rate), lines of a socket.',
      example: 'json',
    },
    path: PATH,
    schema: { ...SCHEMA, doc: `${SCHEMA.doc} Not for text, rate and socket, whose columns are fixed.` },
    options: {
      type: 'object',
      noun: 'options',
      open: true,
      doc: "Options of the source and of its format, under Spark's names.",
      example: '{ maxFilesPerTrigger: 100 }',
      fields: SOURCE_OPTIONS,
    },
    watermark: {
      ...(STEP_FIELDS.withWatermark as Spec),
      doc: 'The event time of the source; the same as a step `withWatermark` at its beginning.',
    },
  },
};

const TABLE: Spec = {
  type: 'object',
  noun: 'a table',
  doc: 'A static table of files, read again for every batch.',
  example: '{ format: csv, path: products.csv, schema: "id LONG, name STRING", options: { header: true } }',
  fields: {
    format: {
      type: 'text',
      required: true,
      choices: ['json', 'csv', 'text', 'parquet'],
      doc: 'How the files are written.',
      example: 'csv',
    },
    path: { ...PATH, required: true },
    schema: { ...SCHEMA, doc: `${SCHEMA.doc} Parquet files bring their own.` },
    options: {
      type: 'object',
      noun: 'options',
      open: true,
      doc: 'Options of the format.',
      example: '{ header: true }',
      fields: SOURCE_OPTIONS,
    },
  },
};

const SINK: Spec = {
  type: 'object',
  noun: 'a sink',
  required: true,
  doc: 'Where the rows go.',
  example: '{ format: parquet, path: out/windows, partitionBy: [day] }',
  fields: {
    format: {
      type: 'text',
      required: true,
      choices: ['csv', 'json', 'text', 'parquet', 'console', 'memory'],
      doc: 'Files, a table on the screen (console), or a table in memory that ends with the process (memory). A function per batch (foreachBatch) is for TypeScript.',
      example: 'parquet',
    },
    path: { type: 'text', doc: 'The output folder, from the folder of this file on.', example: 'out/windows' },
    partitionBy: { type: 'texts', doc: 'Columns that become folders (`day=2026-01-01`).', example: '[day]' },
    options: {
      type: 'object',
      noun: 'options',
      open: true,
      doc: 'Options of the sink and of its format.',
      example: '{ header: true }',
      fields: SINK_OPTIONS,
    },
  },
};

const TRIGGER: Spec = {
  type: 'object',
  noun: 'a trigger',
  doc: 'When batches run.',
  example: '{ processingTime: 10 seconds }',
  default: 'as soon as there is input, for ever',
  oneOf: ['processingTime', 'availableNow', 'once', 'continuous'],
  fields: {
    processingTime: { type: 'text', doc: 'On fixed ticks.', example: '10 seconds' },
    availableNow: {
      type: 'boolean',
      doc: 'Everything that is there at the start, in batches, then the end.',
      example: 'true',
    },
    once: { type: 'boolean', doc: 'Everything that is there, in one batch, then the end.', example: 'true' },
    continuous: { type: 'text', doc: 'Rows flow as they come; how often progress is recorded.', example: '1 second' },
  },
};

const SETTINGS: Spec = {
  type: 'object',
  noun: 'settings',
  doc: 'Settings of the engine.',
  example: '{ drain: true }',
  fields: {
    drain: {
      type: 'boolean',
      doc: 'At the end of an availableNow run, close all open windows.',
      example: 'true',
      default: 'false',
      notInSpark: 'leave it out; on Spark windows close when later events come',
    },
    resumeNoDataBatch: {
      type: 'boolean',
      doc: 'After a restart, run the batch without data that was owed when the run before ended.',
      example: 'false',
      default: 'true',
      notInSpark: 'leave it out; Spark forgets such a batch',
    },
    noDataBatches: {
      type: 'boolean',
      doc: 'Run a batch without data when the watermark moved and state waits for it.',
      example: 'false',
      default: 'true',
    },
    watermarkPolicy: {
      type: 'text',
      choices: ['min', 'max'],
      doc: 'With several watermarks: the slowest counts, or the fastest.',
      example: 'max',
      default: 'min',
    },
    maxRejectRatio: {
      type: 'number',
      least: 0,
      most: 1,
      doc: 'Stops the run, before the batch commits, when more than this share of its rows is rejected. A batch of fewer than 100 rows is judged with those before it, and 100 rows are the fewest that a share is taken of. The rejects are written all the same; a start with a higher ratio takes the batch.',
      example: '0.05',
      default: 'no limit',
      notInSpark: 'leave it out; Spark sets no records aside',
    },
    maxFutureSkew: {
      type: 'text',
      doc: "Events dated further past the batch's logged time than this do not move the watermark; they are processed all the same.",
      example: '5m',
      default: 'all events move it',
      notInSpark: 'leave it out, and filter such events before withWatermark',
    },
    workers: {
      type: 'integer',
      least: 1,
      doc: 'Threads that work on large batches. The output is the same for any number.',
      example: '4',
      default: 'one for each core',
      notInSpark: 'leave it out; there --master sets it',
    },
    keepBatches: {
      type: 'integer',
      least: 1,
      doc: 'Batches whose logs and state are kept.',
      example: '50',
      default: '100',
    },
  },
};

/** A pipeline file. */
export const PIPELINE: Spec = {
  type: 'object',
  noun: 'a pipeline',
  doc: 'A pipeline of clickstream: sources, steps or SQL, and a sink.',
  example: '{ sources: { lines: { format: text, path: data } }, sink: { format: console } }',
  fields: {
    name: {
      type: 'text',
      doc: 'Names the query in progress reports and messages.',
      example: 'clicks-per-window',
      default: "the file's name",
    },
    timezone: {
      type: 'text',
      doc: 'What a timestamp without zone means, and the zone of their texts.',
      example: 'Europe/Berlin',
      default: 'UTC',
    },
    sources: {
      type: 'map',
      of: SOURCE,
      required: true,
      doc: 'The streams, by name.',
      example: '{ events: { format: text, path: data/events } }',
    },
    tables: {
      type: 'map',
      of: TABLE,
      doc: 'Static tables, by name, for joins and SQL.',
      example: '{ products: { format: parquet, path: data/products } }',
    },
    sql: {
      type: 'text',
      doc: 'A SELECT over the sources and tables, by their names. Its result is what the steps begin with.',
      example: 'SELECT user, count(*) AS n FROM events GROUP BY user',
    },
    from: {
      type: 'text',
      doc: 'The source that the steps begin with, where there are several and no `sql`.',
      example: 'events',
    },
    steps: {
      type: 'list',
      of: STEP,
      doc: 'What happens to the rows, in this order.',
      example: '[{ filter: price > 0 }, { select: [price] }]',
    },
    outputMode: {
      type: 'text',
      choices: ['append', 'update', 'complete'],
      doc: 'Final rows once (append), rows that changed (update), or the whole result of an aggregation (complete).',
      example: 'update',
      default: 'append',
    },
    trigger: TRIGGER,
    sink: SINK,
    checkpoint: {
      type: 'text',
      doc: 'The folder that remembers what was done; each pipeline has its own. Sinks that write files need it.',
      example: 'checkpoints/clicks',
    },
    settings: SETTINGS,
  },
};
