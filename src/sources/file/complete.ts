import type { Disk, FileHandle } from '../../fs/disk.ts';
import { isSystemError } from '../../fs/disk-error.ts';
import { closeQuietly } from '../../fs/entries.ts';
import { fileChunks, gunzip } from './chunks.ts';

/**
 * Whether a file tells by itself that it is whole: `complete`; that it is not: `incomplete`; or nothing: `unknown`.
 * - gzip: all its members inflate and their checksums fit;
 * - Parquet: its magic at both ends, with the footer's length inside the file;
 * - JSON: one array whose last bracket closes with the file. (An array that is one line of many is not told from this; the
 *   check that a file did not change while it was read stands behind it.)
 */
export type Completeness = 'complete' | 'incomplete' | 'unknown';

/** Most files that are no array show it in their first bytes. */
const ARRAY_CHUNK_BYTES = 64 * 1024;

export async function completeness(disk: Disk, path: string, format: string, gzip: boolean): Promise<Completeness> {
  const file = disk.openRead(path);
  try {
    if (gzip) return await gzipCompleteness(disk, file);
    if (format === 'parquet') return parquetCompleteness(disk, file);
    if (format === 'json') return arrayCompleteness(fileChunks(disk, file, { chunkBytes: ARRAY_CHUNK_BYTES }));
    return 'unknown';
  } finally {
    closeQuietly(disk, file);
  }
}

async function gzipCompleteness(disk: Disk, file: FileHandle): Promise<Completeness> {
  if (disk.fstat(file).size === 0) return 'incomplete';
  try {
    for await (const _ of gunzip(fileChunks(disk, file))) {
      // Only the checksum at the end matters here.
    }
    return 'complete';
  } catch (error) {
    // A file that cannot be read now may be whole.
    if (isSystemError(error)) throw error;
    return 'incomplete';
  }
}

const MAGIC = 'PAR1';

function parquetCompleteness(disk: Disk, file: FileHandle): Completeness {
  const { size } = disk.fstat(file);
  if (size < 12) return 'incomplete';
  const head = readAt(disk, file, 0, 4);
  const tail = readAt(disk, file, size - 8, 8);
  if (latin1(head) !== MAGIC || latin1(tail.subarray(4)) !== MAGIC) return 'incomplete';
  const footerBytes = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  return footerBytes <= size - 12 ? 'complete' : 'incomplete';
}

function readAt(disk: Disk, file: FileHandle, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = disk.read(file, bytes, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes;
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BOM = [0xef, 0xbb, 0xbf];

/** Counts brackets outside strings. Exported for its tests. */
export function arrayCompleteness(chunks: Iterable<Uint8Array>): Completeness {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let begun = false;
  let position = 0;
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++, position++) {
      const byte = chunk[i] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
      if (!begun) {
        if (position < 3 && byte === BOM[position]) continue;
        if (byte !== 0x5b) return 'unknown';
        begun = true;
      } else if (depth === 0) return 'unknown';
      if (byte === QUOTE) inString = true;
      else if (byte === 0x5b || byte === 0x7b) depth++;
      else if (byte === 0x5d || byte === 0x7d) depth--;
    }
  }
  if (!begun) return 'unknown';
  return depth === 0 && !inString ? 'complete' : 'incomplete';
}
