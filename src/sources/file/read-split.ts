import type { Batch, Vector } from '../../batch.ts';
import { ClickstreamError } from '../../errors.ts';
import type { DecodeRange, DecodeRequest, Decoder, Format, RandomAccess } from '../../format.ts';
import { HEADROOM } from '../../formats/read-buffer.ts';
import { isRead, unreadVector } from '../../formats/unread.ts';
import type { Disk, FileHandle } from '../../fs/disk.ts';
import { errnoOf, isSystemError } from '../../fs/disk-error.ts';
import { closeQuietly } from '../../fs/entries.ts';
import { openFile } from '../../fs/open-file.ts';
import { type Schema, struct } from '../../schema.ts';
import type { ReadContext, RecordPlace } from '../../source.ts';
import { fileChunks, gunzip, isGzip } from './chunks.ts';
import type { SourceColumns } from './columns.ts';
import { SourceFileError } from './file-error.ts';
import { baseOf } from './list-input.ts';
import { partitionValues, withPartitionColumns } from './partitions.ts';
import type { FileSplit } from './taken.ts';

/** A format decodes a stream of bytes, or, when its files are read from their end (Parquet), opens a file. */
export type InputFormat = Pick<Format, 'name' | 'decoder' | 'decodesRanges'> | FileReadingFormat;

export interface FileReadingFormat {
  readonly name: string;
  open(file: RandomAccess): Promise<{ batches(wanted: Schema): AsyncIterable<Batch> }>;
}

export interface SplitReader extends ReaderColumns {
  readonly disk: Disk;
  readonly format: InputFormat;
}

/** Plain data: with a disk and a format, all that reading takes. */
export interface ReaderColumns extends SourceColumns {
  readonly formatOptions: Readonly<Record<string, unknown>>;
  /** The columns of `fileSchema` that will be read, by position; absent: all. */
  readonly needed?: readonly number[] | undefined;
  /** How many folders deep the input path is: partition folders count from there. */
  readonly depth: number;
}

/**
 * The rows of one file, which must be, before and after, what was pinned. Throws SourceFileError: SOURCE_FILE_CHANGED,
 * SOURCE_FILE_MISSING, SOURCE_FILE_UNREADABLE, SOURCE_FILE_CORRUPT.
 */
export async function* readSplit(reader: SplitReader, split: FileSplit, context: ReadContext): AsyncGenerator<Batch> {
  let next: RecordPlace | null = { offset: 0, line: 1 };
  for (const until of chunkEnds(split)) {
    if (next.offset >= until) continue;
    if (next.offset > 0) context.beginChunk();
    next = yield* readRange(reader, split, { start: next.offset, until, line: next.line }, context);
    if (next === null) return;
  }
}

/** Where the chunks of a file end: the next one begins with the first record at or behind that byte. */
export function chunkEnds({ size, chunkBytes }: FileSplit): readonly number[] {
  const ends: number[] = [];
  if (chunkBytes !== undefined) for (let end = chunkBytes; end < size; end += chunkBytes) ends.push(end);
  return [...ends, Number.POSITIVE_INFINITY];
}

/** The rows of one chunk of a file; gives where the next one begins, or null at the file's end. Throws as `readSplit` does. */
export async function* readRange(
  reader: SplitReader,
  split: FileSplit,
  range: DecodeRange,
  context: ReadContext,
): AsyncGenerator<Batch, RecordPlace | null> {
  const { format } = reader;
  const inPartition = partitioner(reader, split.path);
  const decode: Decode<Batch> =
    'open' in format
      ? (file, request) => decodeWhole(format, randomAccess(reader.disk, file, split), request)
      : (file, request) => decodeRange(reader, file, split, request, format.decoder(request));
  const reading = readDecoded(reader, split, range, context, decode, (batch) => batch.length);
  for (let next = await reading.next(); ; next = await reading.next()) {
    if (next.done) return next.value;
    yield inPartition(next.value);
  }
}

/** Gives what was read of the file at `path` the columns of its partition. */
export function partitioner(reader: ReaderColumns, path: string): (batch: Batch) => Batch {
  const { partitions, schema } = reader;
  if (partitions.length === 0) return (batch) => batch;
  const values = partitionValues(baseOf(reader, path), path);
  return (batch) => withPartitionColumns(batch, schema, partitions, values);
}

/** Decodes as a format does, into something else than batches. */
export interface OtherDecoding<T> {
  readonly open: (request: DecodeRequest) => Decoder<T>;
  readonly rowsOf: (decoded: T) => number;
}

/** As `readRange`, decoded otherwise. Partition columns are left out. */
export function readRangeAs<T>(
  reader: SplitReader,
  split: FileSplit,
  range: DecodeRange,
  context: ReadContext,
  { open, rowsOf }: OtherDecoding<T>,
): AsyncGenerator<T, RecordPlace | null> {
  const decode: Decode<T> = (file, request) => decodeRange(reader, file, split, request, open(request));
  return readDecoded(reader, split, range, context, decode, rowsOf);
}

type RangeRequest = DecodeRequest & { readonly range: DecodeRange };
type Decode<T> = (file: FileHandle, request: RangeRequest) => AsyncGenerator<T, RecordPlace | null>;

async function* readDecoded<T>(
  reader: SplitReader,
  split: FileSplit,
  range: DecodeRange,
  context: ReadContext,
  decode: Decode<T>,
  rowsOf: (decoded: T) => number,
): AsyncGenerator<T, RecordPlace | null> {
  const { disk } = reader;
  const { file, stat } = pinned(split, () => openFile(disk, split.path));
  try {
    checkPinned(split, stat);
    let setAside = 0;
    const request: RangeRequest = {
      schema: reader.fileSchema,
      options: reader.formatOptions,
      range,
      needed: reader.needed,
      reuse: context.returnsBatches ?? false,
      reject: (record) => {
        setAside++;
        context.reject({ source: split.path, ...record });
      },
      dropped: (rows) => {
        setAside += rows;
        context.countDropped(rows);
      },
      repeatedName: (found) => context.countRepeatedName({ source: split.path, ...found }),
    };
    const decoded = named(disk, split, decode(file, request));
    for (let next = await decoded.next(); ; next = await decoded.next()) {
      context.signal.throwIfAborted();
      if (next.done) {
        if (setAside > 0) context.countInput(setAside);
        // By its path: who looks for it there after a crash must find the same file, and a change of the open one shows there as well.
        checkPinned(split, statPinned(disk, split));
        return next.value;
      }
      context.countInput(rowsOf(next.value) + setAside);
      setAside = 0;
      yield next.value;
    }
  } finally {
    closeQuietly(disk, file);
  }
}

async function* decodeWhole(
  format: FileReadingFormat,
  file: RandomAccess,
  { schema, needed }: DecodeRequest,
): AsyncGenerator<Batch, null> {
  const opened = await format.open(file);
  const read = isRead(schema, needed);
  for await (const { length, vectors } of opened.batches(struct(schema.fields.filter((_, i) => read[i])))) {
    const given = vectors.values();
    const all = schema.fields.map(({ type }, i) =>
      read[i] ? (given.next().value as Vector) : unreadVector(type, length),
    );
    yield { schema, length, vectors: all };
  }
  return null;
}

async function* decodeRange<T>(
  { disk }: SplitReader,
  file: FileHandle,
  split: FileSplit,
  { range }: RangeRequest,
  decoder: Decoder<T>,
): AsyncGenerator<T, RecordPlace | null> {
  // What comes behind the pinned size is not read: it shows as a change at the end.
  const end = split.size;
  if (isGzip(split.path)) {
    const content = gunzip(fileChunks(disk, file, { end }));
    for (let next = await inflate(content, split); next.done !== true; next = await inflate(content, split)) {
      yield* decoder.push(next.value);
    }
  } else {
    const { start } = range;
    if (start > 0 && decoder.readHead !== undefined) {
      for (const chunk of fileChunks(disk, file, { end })) if (decoder.readHead(chunk)) break;
    }
    for (const chunk of fileChunks(disk, file, { start, end })) {
      yield* decoder.push(chunk, HEADROOM);
      if (decoder.stopped) break;
    }
  }
  yield* decoder.finish();
  return decoder.stopped ?? null;
}

/**
 * Formats know no paths: what they say of bad data gets its file here. But data that is bad because the file was changed under
 * the reader is a changed file.
 */
async function* named<T, R>(disk: Disk, split: FileSplit, decoded: AsyncGenerator<T, R>): AsyncGenerator<T, R> {
  try {
    return yield* decoded;
  } catch (error) {
    if (isSystemError(error)) throw pinnedError(split, error);
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

function statPinned(disk: Disk, split: FileSplit): { size: number; mtimeMs: number } {
  return pinned(split, () => disk.stat(split.path));
}

/** What the system says of a pinned file, for people. */
function pinned<T>(split: FileSplit, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw pinnedError(split, error);
  }
}

/** Errors: SOURCE_FILE_CHANGED. */
export function checkPinned(split: FileSplit, found: { size: number; mtimeMs: number }): void {
  if (found.size === split.size && found.mtimeMs === split.mtimeMs) return;
  throw changed(split, `is ${found.size} bytes, changed at ${new Date(found.mtimeMs).toISOString()}`);
}

function changed(split: FileSplit, found: string): SourceFileError {
  const pinned = `${split.size} bytes, changed at ${new Date(split.mtimeMs).toISOString()}`;
  return new SourceFileError(
    'SOURCE_FILE_CHANGED',
    split.path,
    `${split.path} changed after it was taken into a batch: it was ${pinned}, and now ${found}. Input files must not be changed once they are there: deliver them by rename, or set a longer settle time. To go on, put it back as it was, or leave it out for good with \`clickstream checkpoint quarantine\`.`,
  );
}

function pinnedError(split: FileSplit, error: unknown): Error {
  const code = errnoOf(error);
  if (code === 'ENOENT') {
    return new SourceFileError(
      'SOURCE_FILE_MISSING',
      split.path,
      `${split.path} was taken into a batch and is gone before the batch was committed. Put it back as it was (${split.size} bytes) and start again, or leave it out for good with \`clickstream checkpoint quarantine\`.`,
      error,
    );
  }
  if (code === '') return error as Error;
  return new SourceFileError(
    'SOURCE_FILE_UNREADABLE',
    split.path,
    `${split.path} was taken into a batch and cannot be read (${code}). Make it readable and start again, or leave it out for good with \`clickstream checkpoint quarantine\`.`,
    error,
  );
}
