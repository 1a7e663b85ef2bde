import type { Batch } from '../../batch.ts';
import { ClickstreamError } from '../../errors.ts';
import type { DecodeRequest, Format, RandomAccess } from '../../format.ts';
import type { Disk, FileHandle } from '../../fs/disk.ts';
import { errnoOf } from '../../fs/disk-error.ts';
import type { Field, Schema } from '../../schema.ts';
import type { ReadContext } from '../../source.ts';
import { fileChunks, gunzip, isGzip } from './chunks.ts';
import { SourceFileError } from './file-error.ts';
import { dataSchema, withPartitionColumns } from './partitions.ts';
import type { FileSplit } from './taken.ts';

/** A format decodes a stream of bytes, or, when its files are read from their end (Parquet), opens a file. */
export type InputFormat = Pick<Format, 'name' | 'decoder'> | FileReadingFormat;

export interface FileReadingFormat {
  readonly name: string;
  open(file: RandomAccess): Promise<{ batches(wanted: Schema): AsyncIterable<Batch> }>;
}

export interface SplitReader {
  readonly disk: Disk;
  readonly format: InputFormat;
  readonly formatOptions: Readonly<Record<string, unknown>>;
  /** The source's columns: those of the file, then `partitions`. */
  readonly schema: Schema;
  readonly partitions: readonly Field[];
  /** A file's values of `partitions`. */
  readonly partitionValues: (path: string) => ReadonlyMap<string, string | null>;
}

/**
 * The rows of one file, which must be, before and after, what was pinned. Throws SourceFileError: SOURCE_FILE_CHANGED,
 * SOURCE_FILE_MISSING, SOURCE_FILE_UNREADABLE, SOURCE_FILE_CORRUPT.
 */
export async function* readSplit(reader: SplitReader, split: FileSplit, context: ReadContext): AsyncGenerator<Batch> {
  const { disk } = reader;
  const file = openPinned(disk, split);
  try {
    checkPinned(split, disk.fstat(file));
    const values = reader.partitionValues(split.path);
    let setAside = 0;
    const request: DecodeRequest = {
      schema: dataSchema(reader.schema, reader.partitions),
      options: reader.formatOptions,
      reject: (record) => {
        setAside++;
        context.reject({ source: split.path, ...record });
      },
      dropped: (rows) => {
        setAside += rows;
        context.countDropped(rows);
      },
    };
    for await (const batch of named(disk, split, decode(reader, file, split, request))) {
      context.signal.throwIfAborted();
      context.countInput(batch.length + setAside);
      setAside = 0;
      yield withPartitionColumns(batch, reader.schema, reader.partitions, values);
    }
    if (setAside > 0) context.countInput(setAside);
    checkPinned(split, disk.fstat(file));
    checkPinned(split, statPinned(disk, split));
  } finally {
    disk.close(file);
  }
}

async function* decode(
  reader: SplitReader,
  file: FileHandle,
  split: FileSplit,
  request: DecodeRequest,
): AsyncGenerator<Batch> {
  const { disk, format } = reader;
  if ('open' in format) {
    const opened = await format.open(randomAccess(disk, file, split));
    yield* opened.batches(request.schema);
    return;
  }
  const decoder = format.decoder(request);
  const chunks = fileChunks(disk, file);
  if (!isGzip(split.path)) {
    for (const chunk of chunks) yield* decoder.push(chunk);
  } else {
    const content = gunzip(chunks);
    for (let next = await inflate(content, split); next.done !== true; next = await inflate(content, split)) {
      yield* decoder.push(next.value);
    }
  }
  yield* decoder.finish();
}

/**
 * Formats know no paths: what they say of bad data gets its file here. But data that is bad because the file was changed under
 * the reader is a changed file.
 */
async function* named(disk: Disk, split: FileSplit, batches: AsyncIterable<Batch>): AsyncGenerator<Batch> {
  try {
    yield* batches;
  } catch (error) {
    if (!(error instanceof ClickstreamError) || error.category !== 'data') throw error;
    checkPinned(split, statPinned(disk, split));
    if (error instanceof SourceFileError) throw error;
    throw new ClickstreamError(error.code, error.category, `${split.path}: ${error.message}`, { cause: error });
  }
}

/** zlib's errors only; what the decoder throws is its own. */
async function inflate(content: AsyncGenerator<Uint8Array>, split: FileSplit): Promise<IteratorResult<Uint8Array>> {
  try {
    return await content.next();
  } catch (error) {
    if (!errnoOf(error).startsWith('Z_')) throw error;
    throw new SourceFileError(
      'SOURCE_FILE_CORRUPT',
      split.path,
      `${split.path} is not whole gzip data: ${(error as Error).message}. Replace the file, or move it out of the input folder.`,
      error,
    );
  }
}

function randomAccess(disk: Disk, file: FileHandle, split: FileSplit): RandomAccess {
  return {
    size: split.size,
    async read(start, endExclusive) {
      const bytes = new Uint8Array(endExclusive - start);
      for (let done = 0; done < bytes.length; ) {
        const count = disk.read(file, bytes, done, bytes.length - done, start + done);
        if (count === 0) throw changed(split, 'ended early');
        done += count;
      }
      return bytes;
    },
  };
}

function openPinned(disk: Disk, split: FileSplit): FileHandle {
  try {
    return disk.openRead(split.path);
  } catch (error) {
    throw pinnedError(split, error);
  }
}

function statPinned(disk: Disk, split: FileSplit): { size: number; mtimeMs: number } {
  try {
    return disk.stat(split.path);
  } catch (error) {
    throw pinnedError(split, error);
  }
}

function checkPinned(split: FileSplit, found: { size: number; mtimeMs: number }): void {
  if (found.size === split.size && found.mtimeMs === split.mtimeMs) return;
  throw changed(split, `is ${found.size} bytes, changed at ${new Date(found.mtimeMs).toISOString()}`);
}

function changed(split: FileSplit, found: string): SourceFileError {
  const pinned = `${split.size} bytes, changed at ${new Date(split.mtimeMs).toISOString()}`;
  return new SourceFileError(
    'SOURCE_FILE_CHANGED',
    split.path,
    `${split.path} changed after it was taken into a batch: it was ${pinned}, and now ${found}. Input files must not be changed once they are there: deliver them by rename, or set a longer settle time.`,
  );
}

function pinnedError(split: FileSplit, error: unknown): Error {
  const code = errnoOf(error);
  if (code === 'ENOENT') {
    return new SourceFileError(
      'SOURCE_FILE_MISSING',
      split.path,
      `${split.path} was taken into a batch and is gone before the batch was committed. Put it back as it was (${split.size} bytes) and start again.`,
      error,
    );
  }
  if (code === '') return error as Error;
  return new SourceFileError(
    'SOURCE_FILE_UNREADABLE',
    split.path,
    `${split.path} was taken into a batch and cannot be read (${code}). Make it readable and start again.`,
    error,
  );
}
