import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { HEADROOM, lendBuffer, READ_BYTES, takeBuffer } from '../../formats/read-buffer.ts';
import type { Disk, FileHandle } from '../../fs/disk.ts';

/** Endings of compressed files that are not read; Spark would take some of them. */
const UNSUPPORTED = ['.bz2', '.xz', '.zst', '.lz4', '.snappy', '.deflate', '.zip', '.br', '.7z'];

/** The ending by which a file's name says that it is compressed in a way that is not read; null when it does not. */
export function unsupportedCompression(path: string): string | null {
  const name = path.toLowerCase();
  return UNSUPPORTED.find((ending) => name.endsWith(ending)) ?? null;
}

/** Whether a file's name says that it is gzip. */
export function isGzip(path: string): boolean {
  return path.toLowerCase().endsWith('.gz');
}

export interface ChunkRequest {
  /** Byte to begin with; by default the first. */
  readonly start?: number;
  /** Byte not to go beyond; by default the file's end. */
  readonly end?: number;
  /** Bytes of a chunk at most. */
  readonly chunkBytes?: number;
}

/**
 * An open file's bytes. Each chunk is overwritten by the next one, and by another file's once the iteration
 * is over. HEADROOM bytes in front of each may be written.
 */
export function* fileChunks(
  disk: Disk,
  file: FileHandle,
  { start = 0, end = Number.POSITIVE_INFINITY, chunkBytes = READ_BYTES }: ChunkRequest = {},
): Generator<Uint8Array, void, undefined> {
  const buffer = lendBuffer();
  const most = Math.min(chunkBytes, READ_BYTES);
  try {
    for (let position = start; position < end; ) {
      const length = disk.read(file, buffer, HEADROOM, Math.min(most, end - position), position);
      if (length === 0) return;
      position += length;
      yield buffer.subarray(HEADROOM, HEADROOM + length);
    }
  } finally {
    takeBuffer(buffer);
  }
}

/** The content of gzip bytes, members one after another. Throws zlib's error when they end early or are damaged. */
export async function* gunzip(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const inflater = createGunzip({ chunkSize: 256 * 1024 });
  const input = Readable.from(copies(chunks), { objectMode: true, highWaterMark: 1 });
  input.on('error', (error) => inflater.destroy(error));
  input.pipe(inflater);
  try {
    for await (const chunk of inflater) yield chunk as Uint8Array;
  } finally {
    input.destroy();
    inflater.destroy();
  }
}

/** zlib works on its own thread: it must not see a buffer that is being filled again. */
function* copies(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  for (const chunk of chunks) yield chunk.slice();
}
