import { ioError } from '../errors.ts';
import type { Disk, FileHandle } from './disk.ts';
import { diskError } from './disk-error.ts';
import { closeQuietly } from './entries.ts';
import { openFile } from './open-file.ts';

/** A whole file. Errors: FILE_NOT_FOUND; FILE_TOO_LARGE above `maxBytes`. */
export function readWhole(disk: Disk, path: string, maxBytes = 0x7fff_ffff): Uint8Array {
  let handle: FileHandle | null = null;
  try {
    const { file, stat } = openFile(disk, path);
    handle = file;
    const { size } = stat;
    if (size > maxBytes)
      throw ioError('FILE_TOO_LARGE', `${path} has ${size} bytes, more than the ${maxBytes} allowed`);
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const got = disk.read(file, bytes, at, size - at, at);
      if (got <= 0) break;
      at += got;
    }
    return bytes.subarray(0, at);
  } catch (error) {
    throw diskError('read', path, error);
  } finally {
    if (handle !== null) closeQuietly(disk, handle);
  }
}
