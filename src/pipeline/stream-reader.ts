import { resolve } from 'node:path';
import { configError, didYouMean } from '../errors.ts';
import type { SourceSpec } from '../plan/logical.ts';
import type { Schema } from '../schema.ts';
import type { MemoryStream } from '../sources/memory.ts';
import { RATE_SCHEMA } from '../sources/rate.ts';
import { socketSchema } from '../sources/socket.ts';
import { DataFrame } from './data-frame.ts';
import { fileColumns, fileInput } from './files.ts';
import { FORMAT_NAMES, isFormatName } from './formats.ts';
import { Reader, type ReaderState } from './reader.ts';

let streams = 0;

/**
 * Describes a streaming source with Spark's names (Spark: DataStreamReader). Immutable.
 *
 * @example
 * readStream.format('json').schema('user STRING, ts TIMESTAMP').option('maxFilesPerTrigger', 10).load('data/events')
 */
export class DataStreamReader extends Reader<DataStreamReader> {
  /** The stream as a table. `path` is a folder, a file or a glob. */
  override load(path?: string): DataFrame {
    const format = this.state.format ?? 'parquet';
    if (isFormatName(format)) return this.files(path ?? (this.state.options?.path as string | undefined));
    const options = this.state.options ?? {};
    if (format === 'rate') return this.stream({ kind: 'rate', description: 'rate', options }, RATE_SCHEMA);
    if (format === 'socket') {
      const description = `socket ${options.host ?? 'localhost'}:${options.port}`;
      return this.stream({ kind: 'socket', description, options }, socketSchema(options.includeTimestamp === true));
    }
    const names = [...FORMAT_NAMES, 'rate', 'socket'];
    throw configError(
      'FORMAT_UNKNOWN',
      `readStream: there is no format "${format}".${didYouMean(format, names)} Formats: ${names.join(', ')}.`,
    );
  }

  /** The rows that a program gives, for tests and experiments. */
  memory(stream: MemoryStream): DataFrame {
    return this.stream({ kind: 'memory', description: 'memory', options: { stream } }, stream.schema);
  }

  private files(path: string | undefined): DataFrame {
    if (path === undefined) throw configError('OPTION_INVALID', 'readStream: load(path) needs the folder to read.');
    const { format = 'parquet', schema = null, options = {} } = this.state;
    const { path: _, ...others } = options;
    const input = fileInput(resolve(path), format as 'json', schema, others, this.session.analysisOptions.timeZone);
    const columns = fileColumns(input, this.session);
    return this.stream({ kind: 'file', description: `FileStreamSource[${input.path}]`, options: { input } }, columns);
  }

  private stream(source: SourceSpec, schema: Schema): DataFrame {
    return new DataFrame(this.session, { op: 'stream', id: `${source.kind}-${streams++}`, source, schema });
  }

  protected override with(state: ReaderState): DataStreamReader {
    return new DataStreamReader(this.session, state);
  }
}
