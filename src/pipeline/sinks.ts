import { resolve } from 'node:path';
import { configError, didYouMean } from '../errors.ts';
import type { EncodeElsewhere } from '../formats/parquet/encode-columns.ts';
import type { Disk } from '../fs/disk.ts';
import type { Attribute } from '../plan/physical.ts';
import { schemaOf } from '../plan/physical.ts';
import type { OutputMode, Sink } from '../sink.ts';
import { consoleSink } from '../sinks/console.ts';
import { openFileSink } from '../sinks/file.ts';
import { foreachSink } from '../sinks/foreach.ts';
import { foreachBatchSink } from '../sinks/foreach-batch.ts';
import { memorySink } from '../sinks/memory.ts';
import type { OutputFormat } from '../sinks/output-format.ts';
import { claimOutput } from '../sinks/owner.ts';
import type { QueryDefinition } from './build.ts';
import type { FormatName, Options } from './formats.ts';
import { checkFormatOptions, FORMAT_NAMES, FORMATS, isFormatName } from './formats.ts';
import type { Session } from './session.ts';
import type { SinkSpec } from './sink-spec.ts';

/** A sink as it will be opened: its kind known, its options checked and sorted out. */
export interface SinkPlan {
  readonly spec: SinkSpec;
  readonly description: string;
  readonly checkpointLocation: string | null;
  readonly needsCheckpoint: boolean;
  /** Absolute; null for sinks that are no files. */
  readonly outputFolder: string | null;
  /** The folder whose `_rejects/` takes what is set aside; null: the checkpoint's. */
  readonly rejectsFolder: string | null;
  readonly formatOptions: Options;
  readonly ownOptions: Options;
  readonly partitionBy: readonly string[];
  readonly queryName: string | null;
}

/** Options of the writer that belong to no format. */
const WRITER_OPTIONS = [
  'checkpointLocation',
  'path',
  'sparkManifest',
  'maxRowsPerFile',
  'rejectsPath',
  'numRows',
  'truncate',
];

export function sinkPlan(definition: QueryDefinition): SinkPlan {
  const { sink: spec, options } = definition;
  const names = new Map(WRITER_OPTIONS.map((name) => [name.toLowerCase(), name]));
  const own: Record<string, unknown> = {};
  // No prototype: an option called __proto__ is refused as unknown, not taken for something else.
  const rest: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(options)) {
    const known = names.get(name.toLowerCase());
    if (known === undefined) rest[name] = value;
    else own[known] = value;
  }
  const format = spec.kind === 'format' ? spec.format : null;
  const isFile = format !== null && isFormatName(format);
  if (format !== null && !isFile && format !== 'console' && format !== 'memory') {
    const all = [...FORMAT_NAMES, 'console', 'memory'];
    throw configError(
      'FORMAT_UNKNOWN',
      `writeStream: there is no format "${format}".${didYouMean(format, all)} Formats: ${all.join(', ')}.`,
    );
  }
  if (!isFile) refuseUnknown(rest);
  const outputFolder = isFile ? outputPath(own) : null;
  const rejects = own.rejectsPath === undefined ? outputFolder : resolve(String(own.rejectsPath));
  return {
    spec,
    description: describe(spec, outputFolder),
    checkpointLocation: (own.checkpointLocation as string | undefined) ?? null,
    needsCheckpoint: isFile,
    outputFolder,
    rejectsFolder: rejects,
    formatOptions: isFile ? checkFormatOptions(format as FormatName, rest) : {},
    ownOptions: own,
    partitionBy: definition.partitionBy,
    queryName: definition.name,
  };
}

function refuseUnknown(rest: Options): void {
  const [name] = Object.keys(rest);
  if (name === undefined) return;
  throw configError('OPTION_UNKNOWN', `writeStream: there is no option "${name}".${didYouMean(name, WRITER_OPTIONS)}`);
}

function outputPath(own: Options): string {
  if (own.path === undefined)
    throw configError('OPTION_INVALID', 'writeStream: a file format needs the folder to write to: start(path).');
  return resolve(String(own.path));
}

function describe(spec: SinkSpec, outputFolder: string | null): string {
  if (spec.kind === 'foreachBatch') return 'ForeachBatchSink';
  if (spec.kind === 'foreach') return 'ForeachWriterTable';
  return outputFolder === null ? `${spec.format} sink` : `FileSink[${outputFolder}]`;
}

/** What each sink takes (Spark: DataSource.createSink, DataStreamWriter.startInternal). */
export function checkSink(sink: SinkPlan, mode: OutputMode, continuous: boolean, output: readonly Attribute[]): void {
  if (sink.outputFolder !== null && mode !== 'append') {
    throw configError(
      'SINK_OUTPUT_MODE_NOT_SUPPORTED',
      `Files are appended, never changed: they cannot take output mode ${mode}. Use append mode (an aggregation then needs a watermark), or foreachBatch.`,
    );
  }
  if (continuous && (sink.outputFolder !== null || sink.spec.kind === 'foreachBatch')) {
    throw configError(
      'SINK_TRIGGER_NOT_SUPPORTED',
      `${sink.description} works batch by batch and cannot take a continuous trigger. Use a processingTime trigger, or foreach, console or memory.`,
    );
  }
  if (sink.partitionBy.length > 0 && sink.outputFolder === null) {
    throw configError('OPTION_INVALID', `partitionBy makes folders of files; ${sink.description} has none.`);
  }
  for (const column of sink.partitionBy) {
    if (!output.some((attribute) => attribute.name === column)) {
      const names = output.map((attribute) => attribute.name);
      throw configError('COLUMN_NOT_FOUND', `partitionBy: there is no column "${column}".${didYouMean(column, names)}`);
    }
  }
  const repeated = sink.partitionBy.find((column, index) => sink.partitionBy.indexOf(column) !== index);
  if (repeated !== undefined) throw configError('OPTION_INVALID', `partitionBy names the column "${repeated}" twice.`);
  if (sink.partitionBy.length > 0 && sink.partitionBy.length === output.length) {
    throw configError(
      'PARTITION_COLUMNS_ALL',
      'partitionBy names every column; at least one must be left for the files.',
    );
  }
  if (sink.spec.kind === 'format' && sink.spec.format === 'memory' && sink.queryName === null) {
    throw configError('OPTION_INVALID', 'The memory sink needs a name for its table: queryName("my_table").');
  }
}

export interface OpenSinkRequest {
  readonly disk: Disk;
  readonly session: Session;
  /** Other threads for row groups of Parquet. */
  readonly encodeElsewhere: EncodeElsewhere;
  readonly queryId: string;
  /** Batches were committed with this checkpoint. */
  readonly ranBefore: boolean;
  /** The query has written batches of its own, so that its output folders must carry its mark. */
  readonly expectOwned: boolean;
  /** Told of each output folder that shows up only when the query runs. */
  readonly onOutput: (directory: string) => void;
  readonly numFiles: number | undefined;
  readonly outputMode: OutputMode;
  readonly schemaOf: readonly Attribute[];
}

export function openSink(plan: SinkPlan, request: OpenSinkRequest): Sink {
  const { disk, queryId, expectOwned } = request;
  const { spec, ownOptions } = plan;
  if (spec.kind === 'foreach') return foreachSink(spec.writer);
  if (spec.kind === 'foreachBatch') {
    // The folder whose rejects it fills is the folder it writes to; a mark that got lost there is told at the start.
    if (plan.rejectsFolder !== null) claimOutput(disk, plan.rejectsFolder, queryId, expectOwned);
    const formats = Object.fromEntries(FORMAT_NAMES.map((name) => [name, FORMATS[name].format]));
    return foreachBatchSink({ disk, queryId, formats, call: spec.call, onOutput: request.onOutput });
  }
  if (plan.outputFolder !== null) {
    const output = {
      disk,
      directory: plan.outputFolder,
      format: outputFormat(spec.format as FormatName, request.encodeElsewhere),
      formatOptions: plan.formatOptions,
      queryId,
      expectOwned,
      partitionBy: plan.partitionBy,
      ...(request.numFiles === undefined ? {} : { numFiles: request.numFiles }),
      ...(ownOptions.maxRowsPerFile === undefined ? {} : { maxRowsPerFile: Number(ownOptions.maxRowsPerFile) }),
      sparkManifest: ownOptions.sparkManifest === true || ownOptions.sparkManifest === 'true',
    };
    return openFileSink(output, schemaOf(request.schemaOf));
  }
  if (spec.format === 'console') return openConsole(ownOptions);
  return openMemory(plan, request);
}

function outputFormat(name: FormatName, elsewhere: EncodeElsewhere): OutputFormat {
  if (name !== 'parquet') return FORMATS[name].format;
  const { format } = FORMATS.parquet;
  return { ...format, openEncoder: (request) => format.openEncoder(request, elsewhere) };
}

function openConsole(options: Options): Sink {
  const truncate = options.truncate === false || options.truncate === 'false' ? 0 : Number(options.truncate ?? 20);
  return consoleSink({
    write: (text) => process.stdout.write(text),
    numRows: Number(options.numRows ?? 20),
    truncate: options.truncate === true ? 20 : truncate,
  });
}

/** The memory sink's rows are a static table under the query's name. */
function openMemory(plan: SinkPlan, { session, ranBefore, outputMode, schemaOf: output }: OpenSinkRequest): Sink {
  if (ranBefore && outputMode !== 'complete') {
    throw configError(
      'OPTION_INVALID',
      'The memory sink does not support recovering from a checkpoint location, but for complete mode: its former rows are gone. Remove the checkpointLocation.',
    );
  }
  const sink = memorySink();
  session.registerView(plan.queryName as string, {
    op: 'static',
    name: plan.queryName as string,
    schema: schemaOf(output),
    async *read() {
      for (const { batches } of sink.batches) yield* batches;
    },
  });
  return sink;
}
