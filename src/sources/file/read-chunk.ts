import type { Batch } from '../../batch.ts';
import type { DecodeRange, DecodeRequest } from '../../format.ts';
import type { Disk } from '../../fs/disk.ts';
import type { ChunkEnds, ReadContext, RecordPlace, SplitChunk } from '../../source.ts';
import { fileChunks, isGzip } from './chunks.ts';
import { readSmallAs } from './read-small.ts';
import { chunkEnds, type OtherDecoding, partitioner, readRange, readRangeAs, type SplitReader } from './read-split.ts';
import type { FileSplit } from './taken.ts';

const LF = 10;
const SEARCH_BYTES = 64 * 1024;
/** gzip's content is several times as long as the file. */
const GZIP_RATIO = 4;

/** The chunks of a file, in order. */
export function chunksOf(split: FileSplit): SplitChunk[] {
  let from = 0;
  return chunkEnds(split).map((end) => {
    const until = Number.isFinite(end) ? end : null;
    const bytes = (until ?? split.size) - from;
    const chunk = { split, from, until, bytes: isGzip(split.path) ? bytes * GZIP_RATIO : bytes };
    from = end;
    return chunk;
  });
}

/**
 * The rows of one chunk. Where its first record begins is known by `start`, or else guessed: behind the first line end at or behind the
 * byte before it, which is wrong inside a record of several lines. The guess held if the chunk before ended there. Lines are
 * counted from 1 then.
 */
export async function* readChunk(
  reader: SplitReader,
  chunk: SplitChunk,
  start: RecordPlace | null,
  context: ReadContext,
): AsyncGenerator<Batch, ChunkEnds> {
  const { format } = reader;
  if (chunk.more !== undefined && 'decoder' in format) {
    const open = (request: DecodeRequest) => format.decoder(request);
    const rowsOf = (batch: Batch) => batch.length;
    for (const split of readSmallAs(reader, splitsOf(chunk), context, { open, rowsOf })) {
      const inPartition = partitioner(reader, split.path);
      for (const batch of split.decoded) yield inPartition(batch);
    }
    return WHOLE_FILES;
  }
  const split = chunk.split as FileSplit;
  const range = rangeOf(reader.disk, chunk, start);
  if (range === null) return { start: null, next: null };
  return { start: placeOf(range), next: yield* readRange(reader, split, range, context) };
}

/** As `readChunk`, decoded otherwise. Partition columns are left out. */
export async function* readChunkAs<T>(
  reader: SplitReader,
  chunk: SplitChunk,
  start: RecordPlace | null,
  context: ReadContext,
  decoding: OtherDecoding<T>,
): AsyncGenerator<T, ChunkEnds> {
  if (chunk.more !== undefined) {
    for (const { decoded } of readSmallAs(reader, splitsOf(chunk), context, decoding)) yield* decoded;
    return WHOLE_FILES;
  }
  const split = chunk.split as FileSplit;
  const range = rangeOf(reader.disk, chunk, start);
  if (range === null) return { start: null, next: null };
  return { start: placeOf(range), next: yield* readRangeAs(reader, split, range, context, decoding) };
}

const WHOLE_FILES: ChunkEnds = { start: { offset: 0, line: 1 }, next: null };

function splitsOf({ split, more = [] }: SplitChunk): FileSplit[] {
  return [split, ...more] as FileSplit[];
}

function rangeOf(disk: Disk, chunk: SplitChunk, start: RecordPlace | null): DecodeRange | null {
  const first = start ?? guessStart(disk, chunk.split as FileSplit, chunk.from);
  const until = chunk.until ?? Number.POSITIVE_INFINITY;
  return first === null || first.offset >= until ? null : { start: first.offset, until, line: first.line };
}

function placeOf({ start, line }: DecodeRange): RecordPlace {
  return { offset: start, line };
}

function guessStart(disk: Disk, split: FileSplit, from: number): RecordPlace | null {
  if (from === 0) return { offset: 0, line: 1 };
  const file = disk.openRead(split.path);
  try {
    let offset = from - 1;
    for (const bytes of fileChunks(disk, file, { start: offset, chunkBytes: SEARCH_BYTES })) {
      const at = bytes.indexOf(LF);
      if (at >= 0) return { offset: offset + at + 1, line: 1 };
      offset += bytes.length;
      if (offset > from + SEARCH_BYTES) return null;
    }
    return null;
  } finally {
    disk.close(file);
  }
}
