/**
 * The operations on a disk that clickstream uses, one to one system calls, synchronous: a batch's durable steps are
 * strictly ordered and short, and a thread-pool hop would cost more than most of them. Everything that reaches a disk goes through this interface, so
 * that tests can lose power, tear writes and fail the Nth operation (test/support/model-disk.ts).
 *
 * Errors are Node's (`code` ENOENT, EEXIST, ...). Paths are absolute.
 */
export interface Disk {
  /** Opens for reading. Follows symbolic links, and waits for nobody; `openFile` (open-file.ts) refuses what is no regular file. */
  openRead(path: string): FileHandle;
  /** Creates a file for writing; EEXIST when it is there. */
  create(path: string): FileHandle;
  /** Reads up to `length` bytes at `position`; 0 at the end. May read less. */
  read(file: FileHandle, buffer: Uint8Array, offset: number, length: number, position: number): number;
  /** Writes at the end; returns the bytes taken, which may be fewer. */
  write(file: FileHandle, buffer: Uint8Array, offset: number, length: number): number;
  fsync(file: FileHandle): void;
  /**
   * Begins to bring what was written so far to the disk, while the caller goes on: what `fsync` finds done takes it no time. It fails as `fsync`
   * does, and the file must stay open until it is over. Absent: there is no such way.
   */
  flush?(file: FileHandle): Promise<void>;
  close(file: FileHandle): void;
  /** Gives an open file a modification time. */
  setTime(file: FileHandle, mtimeMs: number): void;
  stat(path: string): FileStat;
  fstat(file: FileHandle): FileStat;
  /** Makes one folder; EEXIST when it is there. */
  mkdir(path: string): void;
  /** Names in a folder with their kinds, in no order. */
  readdir(path: string): DirectoryEntry[];
  /** Second name for a file; EEXIST when `to` is there. Never overwrites. */
  link(from: string, to: string): void;
  /** Moves; overwrites `to`. */
  rename(from: string, to: string): void;
  unlink(path: string): void;
  rmdir(path: string): void;
  /** Makes the names in a folder durable. */
  fsyncDirectory(path: string): void;
  /** The path with symbolic links resolved. */
  realpath(path: string): string;
}

export type FileHandle = number;

export interface FileStat {
  readonly kind: EntryKind;
  readonly size: number;
  /** Milliseconds, with the fraction the file system keeps. */
  readonly mtimeMs: number;
}

export type EntryKind = 'file' | 'directory' | 'symlink' | 'other';

export interface DirectoryEntry {
  readonly name: string;
  readonly kind: EntryKind;
}
