import type { Batch } from '../../batch.ts';
import type { Disk } from '../../fs/disk.ts';
import type { ChunkEnds, ReadContext, RecordPlace, SplitChunk } from '../../source.ts';
import { fileChunks, isGzip } from './chunks.ts';
import { chunkEnds, readRange, type SplitReader } from './read-split.ts';
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
  const split = chunk.split as FileSplit;
  const first = start ?? guessStart(reader.disk, split, chunk.from);
  const until = chunk.until ?? Number.POSITIVE_INFINITY;
  if (first === null || first.offset >= until) return { start: null, next: null };
  const range = { start: first.offset, until, line: first.line };
  return { start: first, next: yield* readRange(reader, split, range, context) };
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
