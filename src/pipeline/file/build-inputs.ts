import { resolve } from 'node:path';
import { didYouMean, nearestName } from '../../errors.ts';
import type { Schema } from '../../schema.ts';
import { FILE_SOURCE_OPTION_NAMES } from '../../sources/file/options.ts';
import { memoryStream } from '../../sources/memory.ts';
import { parseSchema } from '../../sql/parser.ts';
import type { DataFrame } from '../data-frame.ts';
import { type FileInput, fileInput } from '../files.ts';
import { type FormatName, isFormatName, type Options } from '../formats.ts';
import { readJsonSchema } from '../json-schema-file.ts';
import { parquetSchema } from '../parquet-schema.ts';
import type { Session } from '../session.ts';
import type { Findings } from './findings.ts';
import { SOURCE_OPTIONS } from './options-spec.ts';
import type { PipelineValue, SourceValue, TableValue } from './pipeline-value.ts';
import type { Replacements } from './replacements.ts';
import type { Path } from './yaml-file.ts';

/** What the inputs are built with. */
export interface InputContext {
  readonly session: Session;
  readonly findings: Findings;
  /** The folder of the pipeline file: relative paths begin there. */
  readonly folder: string;
  readonly replacements: Replacements;
}

/** Sources and tables by name; null for one that has a mistake. */
export async function buildInputs(value: PipelineValue, context: InputContext): Promise<Map<string, DataFrame | null>> {
  const inputs = new Map<string, DataFrame | null>();
  const names = new Map<string, string>();
  const add = (kind: string, name: string, table: DataFrame | null) => {
    const other = names.get(name.toLowerCase());
    if (other !== undefined) {
      const message = `There is ${other} of this name already; SQL does not tell upper from lower case. Rename one of the two.`;
      context.findings.add([kind, name], 'NAME_TAKEN', message, 'key');
    }
    names.set(name.toLowerCase(), `${kind === 'sources' ? 'a source' : 'a table'} "${name}"`);
    inputs.set(name, table);
  };
  for (const [name, source] of Object.entries(value.sources)) {
    add('sources', name, source === null ? null : buildSource(name, source, context));
  }
  for (const [name, table] of Object.entries(value.tables ?? {})) {
    add('tables', name, table === null ? null : await buildTable(name, table, context));
  }
  return inputs;
}

function buildSource(name: string, source: SourceValue, context: InputContext): DataFrame | null {
  const path = ['sources', name];
  const { findings, session, replacements } = context;
  let stream: DataFrame | null;
  if (isFormatName(source.format)) {
    const found = files(path, { ...source, format: source.format }, context);
    const replaced = replacements.sourceFolder?.(name, found);
    stream =
      found === null
        ? null
        : findings.attempt(path, () =>
            session.readStream
              .format(found.input.format)
              .schema(found.input.schema)
              .options({
                ...found.options,
                ...(replaced === undefined ? {} : { settle: 0, poll: true, ...replacements.sourceOptions }),
              })
              .load(replaced ?? found.input.path),
          );
  } else stream = otherSource(name, source, context);
  const { watermark } = source;
  if (stream === null || watermark === undefined) return stream;
  return checkedWatermark(findings, [...path, 'watermark'], stream, watermark);
}

/** A table with a watermark; a mistake is shown at the column or at the delay. */
export function checkedWatermark(
  findings: Findings,
  path: Path,
  table: DataFrame,
  { column, delay }: { readonly column: string; readonly delay: string },
): DataFrame | null {
  const delayed = findings.attempt([...path, 'delay'], () => {
    const first = table.schema.fields.find((field) => field.type.kind === 'timestamp')?.name;
    // The delay is read before the column is looked at, so any timestamp will do to check it.
    if (first !== undefined) void table.withWatermark(first, delay).schema;
    return true;
  });
  if (delayed === null) return null;
  return findings.attempt([...path, 'column'], () => {
    const marked = table.withWatermark(column, delay);
    void marked.schema;
    return marked;
  });
}

function otherSource(name: string, source: SourceValue, { session, findings, replacements }: InputContext) {
  const path = ['sources', name];
  for (const key of ['path', 'schema'] as const) {
    if (source[key] === undefined) continue;
    const message = `A ${source.format} source has no ${key}${key === 'schema' ? ': its columns are fixed' : ''}. Remove the line.`;
    findings.add([...path, key], 'KEY_UNKNOWN', message, 'key');
  }
  const known =
    source.format === 'rate'
      ? ['rowsPerSecond', 'rampUpTimeSeconds', 'numPartitions']
      : ['host', 'port', 'includeTimestamp'];
  for (const option of Object.keys(source.options ?? {})) {
    if (known.includes(option)) continue;
    const message = `A ${source.format} source has no option "${option}".${didYouMean(option, known)} Options: ${known.join(', ')}.`;
    findings.add([...path, 'options', option], 'OPTION_UNKNOWN', message, 'key');
  }
  if (source.format === 'socket' && source.options?.port === undefined) {
    findings.add(path, 'OPTION_INVALID', 'A socket source needs its port: options: { port: 9999 }', 'key');
    return null;
  }
  return findings.attempt(path, () => {
    const stream = session.readStream
      .format(source.format)
      .options(source.options ?? {})
      .load();
    if (source.format !== 'socket' || replacements.memoryStream === undefined) return stream;
    const memory = memoryStream(stream.schema);
    replacements.memoryStream(name, memory);
    return session.readStream.memory(memory);
  });
}

async function buildTable(name: string, table: TableValue, context: InputContext): Promise<DataFrame | null> {
  const path = ['tables', name];
  const { session, findings, replacements } = context;
  const bare = table.format === 'parquet' && table.schema === undefined && table.path !== undefined;
  const own = bare
    ? await findings.attemptAsync([...path, 'path'], () => parquetSchema(resolve(context.folder, table.path as string)))
    : undefined;
  if (own === null) return null;
  const found = files(path, { ...table, format: table.format as FormatName }, context, own);
  if (found === null) return null;
  const rows = replacements.tableRows?.(name);
  return findings.attempt(path, () => {
    const { input, options } = found;
    const reader = session.read.format(input.format).schema(input.schema);
    return rows === undefined ? reader.options(options).load(input.path) : reader.rows(rows);
  });
}

export interface FoundFiles {
  readonly input: FileInput;
  /** For the reader; the schema's own checks included. */
  readonly options: Options;
}

type FileValue = TableValue & { readonly format: FormatName };

/** Checks path, schema and options of files, each at its own place; null when one of them is wrong. */
function files(path: Path, value: FileValue, context: InputContext, known?: Schema): FoundFiles | null {
  const { findings, folder, session } = context;
  const { format } = value;
  const schema = known ?? schemaOf(path, value, context);
  const options = { ...value.options, ...(schema !== null && 'options' in schema ? schema.options : {}) };
  if (value.path === undefined) {
    findings.add(
      path,
      'KEY_MISSING',
      `Files need "path", the folder that they are in. For example: path: data/events`,
      'key',
    );
  }
  const columns = schema === null ? null : 'schema' in schema ? schema.schema : schema;
  const full = resolve(folder, value.path ?? '.');
  const { timeZone } = session.analysisOptions;
  const check = (given: Options) => fileInput(full, format, columns ?? { kind: 'struct', fields: [] }, given, timeZone);
  const wrong = Object.entries(value.options ?? {}).filter(
    ([name, option]) => !checkOption([...path, 'options', name], name, option, format, findings, check),
  );
  if (wrong.length > 0 || columns === null || value.path === undefined) return null;
  const input = findings.attempt([...path, 'options'], () => check(options));
  return input === null ? null : { input, options };
}

/** An option by itself, with what it cannot be without. */
function alone(name: string, value: unknown): Options {
  return name === 'cleanSource' ? { [name]: value, sourceArchiveDir: 'archive' } : { [name]: value };
}

const MODES = ['reject', 'permissive', 'dropmalformed', 'failfast'];

/** Checks one option by itself; whether it is right. */
function checkOption(
  path: Path,
  name: string,
  value: unknown,
  format: FormatName,
  findings: Findings,
  check: (options: Options) => unknown,
): boolean {
  const isMode = name.toLowerCase() === 'mode' && (format === 'json' || format === 'csv');
  if (isMode && !MODES.includes(String(value).toLowerCase())) {
    // Spark takes any other word for permissive; in a file it is a slip.
    const message = `There is no mode "${value}".${didYouMean(String(value), MODES)} Modes: ${MODES.join(', ')}.`;
    findings.add(path, 'VALUE_INVALID', message);
    return false;
  }
  // The format knows its own names only; a slip in an option of the source is hinted at here.
  const source = nearestName(name, FILE_SOURCE_OPTION_NAMES);
  if (source !== null && source.toLowerCase() !== name.toLowerCase()) {
    findings.add(
      path,
      'OPTION_UNKNOWN',
      `There is no option "${name}" for ${format} files. Did you mean "${source}"?`,
      'key',
    );
    return false;
  }
  return findings.attempt(path, () => check(alone(name, value)), placeOfOption(name)) !== null;
}

/** An unknown name is shown at the name, a bad value at the value. */
function placeOfOption(name: string): 'key' | 'value' {
  return Object.hasOwn(SOURCE_OPTIONS, name) ? 'value' : 'key';
}

function schemaOf(path: Path, { schema, format }: FileValue, { findings, folder }: InputContext) {
  const at = [...path, 'schema'];
  if (format === 'text') {
    if (schema !== undefined)
      findings.add(at, 'KEY_UNKNOWN', 'Text files have one column, "value". Remove the line.', 'key');
    return { kind: 'struct', fields: [{ name: 'value', type: { kind: 'string' }, nullable: true }] } as Schema;
  }
  if (schema === undefined) {
    const message = `${format} files need "schema", their columns: schema: user STRING, ts TIMESTAMP. Streams never guess one, so that a new file cannot change it.`;
    findings.add(path, 'SCHEMA_MISSING', message, 'key');
    return null;
  }
  return findings.attempt(at, () =>
    schema.endsWith('.json') ? readJsonSchema(resolve(folder, schema)) : parseSchema(schema),
  );
}
