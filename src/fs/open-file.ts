import type { Disk, FileHandle, FileStat } from './disk.ts';
import { closeQuietly } from './entries.ts';

export interface OpenedFile {
  readonly file: FileHandle;
  /** As it was when it was opened. */
  readonly stat: FileStat;
}

/** Opens a regular file for reading. Errors are Node's; EISDIR for a folder, EINVAL for a FIFO or device. */
export function openFile(disk: Disk, path: string): OpenedFile {
  const file = disk.openRead(path);
  try {
    const stat = disk.fstat(file);
    if (stat.kind === 'file') return { file, stat };
    throw Object.assign(new Error(`EINVAL: not a regular file, open '${path}'`), {
      code: stat.kind === 'directory' ? 'EISDIR' : 'EINVAL',
      path,
      syscall: 'open',
    });
  } catch (error) {
    closeQuietly(disk, file);
    throw error;
  }
}
