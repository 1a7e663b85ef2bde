import * as fs from 'node:fs';
import { promisify } from 'node:util';
import type { DirectoryEntry, Disk, EntryKind, FileStat } from './disk.ts';

interface Kinds {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function kindOf(entry: Kinds): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

function statOf(stats: fs.Stats): FileStat {
  return { kind: kindOf(stats), size: stats.size, mtimeMs: stats.mtimeMs };
}

/** Errors by which a file system says that it has no fsync for folders; its names are as durable as it makes them. */
const FOLDER_FSYNC_UNSUPPORTED = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EISDIR']);

/** O_NONBLOCK: opening a FIFO without a writer would wait for ever. */
const READ_ONLY = fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0);

/** The real disk: node:fs, one call each. */
export const nodeDisk: Disk = {
  openRead: (path) => fs.openSync(path, READ_ONLY),
  create: (path) => fs.openSync(path, 'wx'),
  read: (file, buffer, offset, length, position) => fs.readSync(file, buffer, offset, length, position),
  write: (file, buffer, offset, length) => fs.writeSync(file, buffer, offset, length),
  fsync: (file) => fs.fsyncSync(file),
  flush: promisify(fs.fdatasync),
  close: (file) => fs.closeSync(file),
  setTime: (file, mtimeMs) => fs.futimesSync(file, mtimeMs / 1000, mtimeMs / 1000),
  stat: (path) => statOf(fs.statSync(path)),
  fstat: (file) => statOf(fs.fstatSync(file)),
  mkdir: (path) => fs.mkdirSync(path),
  readdir: (path) =>
    fs
      .readdirSync(path, { withFileTypes: true })
      .map((entry): DirectoryEntry => ({ name: entry.name, kind: kindOf(entry) })),
  link: (from, to) => fs.linkSync(from, to),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  rmdir: (path) => fs.rmdirSync(path),
  fsyncDirectory(path) {
    // Windows cannot open folders; its file systems journal names.
    if (process.platform === 'win32') return;
    const file = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(file);
    } catch (error) {
      if (!FOLDER_FSYNC_UNSUPPORTED.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    } finally {
      fs.closeSync(file);
    }
  },
  realpath: (path) => fs.realpathSync.native(path),
};
