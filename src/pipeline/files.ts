import type { Batch } from '../batch.ts';
import type { Clock } from '../clock.ts';
import { configError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import type { Schema } from '../schema.ts';
import { field, repeatedField, STRING, struct } from '../schema.ts';
import { ownOutput } from '../sinks/own-output.ts';
import type { ReadContext, RejectedRecord } from '../source.ts';
import { fileSourceSchema } from '../sources/file/columns.ts';
import type { FileSource } from '../sources/file/file-source.ts';
import { openFileSource } from '../sources/file/file-source.ts';
import { inputPath, listInput } from '../sources/file/list-input.ts';
import { checkFileSourceOptions, FILE_SOURCE_OPTION_NAMES } from '../sources/file/options.ts';
import type { SeenRecord } from '../sources/file/seen.ts';
import { memorySeen } from '../sources/file/seen.ts';
import type { FormatName, Options } from './formats.ts';
import { checkFormatOptions, FORMATS } from './formats.ts';

/** Files as a table or a stream, as a reader describes them; plain data but for the options' values. */
export interface FileInput {
  readonly path: string;
  readonly format: FormatName;
  readonly schema: Schema;
  readonly sourceOptions: Options;
  readonly formatOptions: Options;
}

/** Checks what a reader was given. Option names of the source and of the format are told apart here. */
export function fileInput(
  path: string,
  format: FormatName,
  schema: Schema | null,
  options: Options,
  timeZone: string,
): FileInput {
  const sourceNames = new Map(FILE_SOURCE_OPTION_NAMES.map((name) => [name.toLowerCase(), name]));
  const sourceOptions: Record<string, unknown> = {};
  // No prototype: an option called __proto__ is refused as unknown, not taken for something else.
  const formatOptions: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(options)) {
    const own = sourceNames.get(name.toLowerCase());
    if (own === undefined) formatOptions[name] = value;
    else sourceOptions[own] = value;
  }
  if ((format === 'json' || format === 'csv') && formatOptions.timeZone === undefined)
    formatOptions.timeZone = timeZone;
  if (format === 'json' && formatOptions.mode === undefined) formatOptions.mode = 'reject';
  checkFileSourceOptions(sourceOptions);
  const known = schema ?? defaultSchema(path, format);
  const repeated = repeatedField(known);
  if (repeated !== null) {
    throw configError(
      'COLUMN_ALREADY_EXISTS',
      `Reading ${path} as ${format}: the schema has "${repeated}" more than once (case does not count), so that nobody could say which one is meant. Give each name once.`,
    );
  }
  return { path, format, schema: known, sourceOptions, formatOptions: checkFormatOptions(format, formatOptions) };
}

function defaultSchema(path: string, format: FormatName): Schema {
  if (format === 'text') return struct([field('value', STRING)]);
  throw configError(
    'SCHEMA_MISSING',
    `Reading ${path} as ${format} needs a schema: .schema('a LONG, b STRING, ts TIMESTAMP'). Streams never guess one, so that a new file cannot change it.`,
  );
}

/** Where and when files are read: a session's disk and clock. */
export interface ReadPlace {
  readonly disk: Disk;
  readonly clock: Clock;
}

export interface OpenFiles extends ReadPlace {
  readonly seen: SeenRecord;
  /** The columns that will be read, by position; absent or null: all. */
  readonly needed?: readonly number[] | null;
  readonly onWarning: (message: string) => void;
}

export function openFiles(input: FileInput, open: OpenFiles): FileSource {
  return openFileSource({
    ...open,
    path: input.path,
    format: FORMATS[input.format].format,
    formatOptions: input.formatOptions,
    schema: input.schema,
    options: checkFileSourceOptions(input.sourceOptions),
    appearsWhole: ownOutput(open.disk),
  });
}

/** The columns that reading gives: those of the files, then those of partition folders (`col=value`). */
export function fileColumns({ path, schema, sourceOptions }: FileInput, { disk }: ReadPlace): Schema {
  return fileSourceSchema({ disk, path, schema, options: checkFileSourceOptions(sourceOptions) });
}

/** The input file that comes first by name; null: none is there. */
export function firstFile({ path, sourceOptions }: FileInput, disk: Disk): string | null {
  const { recursiveFileLookup: recursive } = checkFileSourceOptions(sourceOptions);
  const request = { input: inputPath(disk, path), recursive, known: () => undefined, onUnreadable: () => {} };
  const paths = listInput(disk, request).files.map((file) => file.path);
  return paths.sort()[0] ?? null;
}

/** All rows of the files that are there now, for a static table. A record that does not fit stops it: there is nowhere to set it aside. */
export async function* readTable(input: FileInput, { disk, clock }: ReadPlace): AsyncGenerator<Batch> {
  const settled = { ...input, sourceOptions: { ...input.sourceOptions, settle: 0 } };
  const source = openFiles(settled, { disk, clock, seen: memorySeen(), onWarning: () => {} });
  try {
    const start = await source.initialOffset();
    const end = await source.latestOffset(start, {});
    for (const split of await source.plan(start, end)) yield* source.read(split, TABLE_CONTEXT);
  } finally {
    await source.close();
  }
}

const TABLE_CONTEXT: ReadContext = {
  reject: (record: RejectedRecord) => {
    throw configError(
      'MALFORMED_RECORD',
      `${record.source}${record.line === undefined ? '' : `, line ${record.line}`}: ${record.reason}. A static table is read whole or not at all; mend the file, or read it with mode dropmalformed or permissive.`,
    );
  },
  countInput: () => {},
  countDropped: () => {},
  countRepeatedName: () => {},
  beginChunk: () => {},
  signal: new AbortController().signal,
};
