import { join } from 'node:path';
import type { Disk, FileHandle } from './disk.ts';
import { diskError, errnoOf } from './disk-error.ts';
import { DurableFile, isTemporaryName } from './durable-file.ts';
import { syncDirectory } from './durable-folder.ts';
import { closeQuietly, entriesIn } from './entries.ts';

const CHUNK_BYTES = 1 << 20;

/** Copies a folder with its files and folders to `to`, which is made, durably; unfinished files, links and devices are left out. */
export function copyTreeDurable(disk: Disk, from: string, to: string): void {
  try {
    disk.mkdir(to);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw diskError('make the folder', to, error);
  }
  for (const { name, kind } of entriesIn(disk, from)) {
    if (kind === 'directory') copyTreeDurable(disk, join(from, name), join(to, name));
    else if (kind === 'file' && !isTemporaryName(name)) copyFile(disk, join(from, name), join(to, name));
  }
  syncDirectory(disk, to);
}

/** The name is as durable as its folder: see `syncDirectory`. */
function copyFile(disk: Disk, from: string, to: string): void {
  let handle: FileHandle | null = null;
  const target = DurableFile.create(disk, to);
  try {
    handle = disk.openRead(from);
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let at = 0; ; ) {
      const count = disk.read(handle, chunk, 0, chunk.length, at);
      if (count <= 0) break;
      target.write(chunk.subarray(0, count));
      at += count;
    }
    target.publish('link', { syncDirectory: false });
  } catch (error) {
    target.abandon();
    throw diskError('copy', from, error);
  } finally {
    if (handle !== null) closeQuietly(disk, handle);
  }
}
