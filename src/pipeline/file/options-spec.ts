import type { Spec } from './spec.ts';

/** Options of sources and sinks, for editors and docs. The formats themselves check names and values, with a cure for each. */

type Options = Readonly<Record<string, Spec>>;

const FORMAT_OWN = 'leave it out; Spark has no such limit';

/** Letters in any case, as in Spark; so the names are checked where the option is read. */
const MODE: Spec = {
  type: 'text',
  doc: "What happens to a record that does not fit the schema: `reject` sets it aside in `_rejects/`, the others are Spark's (`permissive`, `dropmalformed`, `failfast`).",
  example: 'failfast',
  default: 'reject',
};

const FILE_SOURCE: Options = {
  maxFilesPerTrigger: {
    type: 'integer',
    least: 1,
    doc: 'Files that one batch takes at most.',
    example: '1000',
    default: 'no limit',
  },
  maxBytesPerTrigger: {
    type: 'scalar',
    doc: 'Bytes that one batch takes at most; the first file always.',
    example: '128m',
    default: 'no limit',
  },
  latestFirst: { type: 'boolean', doc: 'Takes the newest files first.', example: 'true', default: 'false' },
  maxFileAge: {
    type: 'scalar',
    doc: 'Ignores files older than the newest one by more than this.',
    example: '7d',
    default: 'no limit',
  },
  fileNameOnly: {
    type: 'boolean',
    doc: 'A file is known by its name alone, not by its path.',
    example: 'true',
    default: 'false',
  },
  recursiveFileLookup: { type: 'boolean', doc: 'Reads sub-folders of any name.', example: 'true', default: 'false' },
  changedFiles: {
    type: 'text',
    choices: ['ignore', 'fail', 'reprocess'],
    doc: 'What happens when a file changes after it was read: `ignore` warns, `fail` stops the query, `reprocess` reads it again, whole, as a new file. The last two look at every file whenever the folder is listed.',
    example: 'fail',
    default: 'ignore',
    notInSpark: 'leave it out; Spark never looks at a file again',
  },
  cleanSource: {
    type: 'text',
    choices: ['off', 'delete', 'archive'],
    doc: 'What happens to a file after the batch that took it.',
    example: 'archive',
    default: 'off',
  },
  sourceArchiveDir: { type: 'text', doc: 'Where `cleanSource: archive` moves files to.', example: 'done' },
  readManifest: {
    type: 'boolean',
    doc: "Takes the files from the folder's `_spark_metadata` instead of its listing.",
    example: 'true',
    default: 'false',
    notInSpark: 'leave it out; Spark reads its own manifest by itself',
  },
  settle: {
    type: 'scalar',
    doc: 'A file is taken when its size and time have rested this long; 0 where files come by rename.',
    example: '0',
    default: '500ms',
    notInSpark: 'leave it out, and deliver files by rename',
  },
  poll: {
    type: 'boolean',
    doc: 'Lists the folder on a timer instead of watching it.',
    example: 'true',
    default: 'false',
    notInSpark: 'leave it out; Spark always lists',
  },
};

const CSV: Options = {
  header: { type: 'boolean', doc: 'csv: the first line names the columns.', example: 'true', default: 'false' },
  sep: { type: 'text', doc: 'csv: what stands between two fields.', example: '";"', default: '`,`' },
  quote: { type: 'text', doc: 'csv: the character around a field.', example: '"\'"', default: '`"`' },
  escape: {
    type: 'text',
    doc: 'csv: makes a quote inside quotes a plain character.',
    example: '"\\\\"',
    default: '`"` (Spark: `\\`)',
  },
  nullValue: { type: 'text', doc: 'csv: the text that means null.', example: 'NA', default: 'the empty text' },
  emptyValue: { type: 'text', doc: 'csv: the text of an empty string.', example: 'EMPTY' },
  comment: { type: 'text', doc: 'csv: lines that begin with it are skipped.', example: '"#"', default: 'none' },
  ignoreLeadingWhiteSpace: {
    type: 'boolean',
    doc: 'csv: leaves out space before a field.',
    example: 'true',
    default: 'false',
  },
  ignoreTrailingWhiteSpace: {
    type: 'boolean',
    doc: 'csv: leaves out space behind a field.',
    example: 'true',
    default: 'false',
  },
  maxColumns: {
    type: 'integer',
    least: 1,
    doc: 'csv: a header with more is malformed.',
    example: '1000',
    default: '20480',
  },
};

const RECORDS: Options = {
  mode: MODE,
  multiLine: {
    type: 'boolean',
    doc: "json with Spark's modes: the file is one value, not one per line.",
    example: 'true',
    default: 'false',
  },
  columnNameOfCorruptRecord: {
    type: 'text',
    doc: 'With mode permissive, the string column that takes a malformed record.',
    example: '_bad',
    default: '_corrupt_record',
  },
  timeZone: {
    type: 'text',
    doc: 'Zone of timestamps without one.',
    example: 'Europe/Berlin',
    default: "the pipeline's `timezone`",
  },
  maxRecordBytes: {
    type: 'integer',
    least: 1,
    doc: 'A longer record is malformed.',
    example: '1048576',
    default: '64 MiB (json, text), 16 MiB (csv)',
    notInSpark: FORMAT_OWN,
  },
};

export const SOURCE_OPTIONS: Options = {
  ...FILE_SOURCE,
  ...RECORDS,
  maxDepth: {
    type: 'integer',
    least: 1,
    doc: 'json: a record that is nested deeper is malformed.',
    example: '20',
    default: '100',
    notInSpark: FORMAT_OWN,
  },
  maxKeys: {
    type: 'integer',
    least: 1,
    doc: 'json: a record with more names is malformed.',
    example: '1000',
    default: '100000',
    notInSpark: FORMAT_OWN,
  },
  ...CSV,
  wholetext: { type: 'boolean', doc: 'text: a file is one row.', example: 'true', default: 'false' },
  rowsPerSecond: { type: 'integer', least: 1, doc: 'rate: rows per second.', example: '100', default: '1' },
  rampUpTimeSeconds: {
    type: 'integer',
    least: 0,
    doc: 'rate: seconds until the full speed.',
    example: '5',
    default: '0',
    notInSpark: 'write rampUpTime: 5s',
  },
  numPartitions: { type: 'integer', least: 1, doc: 'rate: parts of a batch.', example: '2', default: '1' },
  host: { type: 'text', doc: 'socket: where to listen to.', example: 'localhost', default: 'localhost' },
  port: { type: 'integer', least: 1, doc: 'socket: the port.', example: '9999' },
  includeTimestamp: {
    type: 'boolean',
    doc: 'socket: adds the time of arrival as column `timestamp`.',
    example: 'true',
    default: 'false',
  },
};

export const SINK_OPTIONS: Options = {
  ...CSV,
  escapeFormulas: {
    type: 'boolean',
    doc: "csv: puts `'` before text that a spreadsheet would run.",
    example: 'true',
    default: 'false',
    notInSpark: 'leave it out, and do it in a select',
  },
  ignoreNullFields: { type: 'boolean', doc: 'json: leaves null fields out.', example: 'false', default: 'true' },
  compression: { type: 'text', doc: 'parquet: snappy, gzip or uncompressed.', example: 'gzip', default: 'snappy' },
  parquetWriter: {
    type: 'text',
    doc: 'parquet: the library that writes, `hyparquet-writer` or `parquetjs-lite`.',
    example: 'parquetjs-lite',
    default: 'hyparquet-writer',
    notInSpark: 'leave it out; Spark has its own writer',
  },
  rowGroupRows: {
    type: 'integer',
    least: 1,
    doc: 'parquet: rows of a row group.',
    example: '50000',
    default: '100000',
    notInSpark: 'set parquet.block.size there',
  },
  timeZone: {
    type: 'text',
    doc: 'Zone in which timestamps are written.',
    example: 'UTC',
    default: "the pipeline's `timezone`",
  },
  maxRowsPerFile: {
    type: 'integer',
    least: 1,
    doc: 'Begins a new file after so many rows.',
    example: '100000',
    default: 'no limit',
    notInSpark: 'write maxRecordsPerFile',
  },
  sparkManifest: {
    type: 'boolean',
    doc: "Also lists the output files in `_spark_metadata`, for Spark's readers.",
    example: 'true',
    default: 'false',
    notInSpark: 'leave it out; Spark always writes it',
  },
  rejectsPath: {
    type: 'text',
    doc: 'Folder whose `_rejects/` takes rejected records and late rows.',
    example: 'out/rejects',
    default: "the sink's path, or the checkpoint",
    notInSpark: 'leave it out; Spark drops them',
  },
  numRows: { type: 'integer', least: 1, doc: 'console: rows shown of each batch.', example: '50', default: '20' },
  truncate: {
    type: 'scalar',
    doc: 'console: characters shown of a cell; false for all.',
    example: 'false',
    default: '20',
  },
};
