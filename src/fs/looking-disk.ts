import { invariant } from '../errors.ts';
import type { Disk } from './disk.ts';

/**
 * A disk that is looked at and never changed, for commands that report on files which may be another process's: cleaning up and flushing do
 * nothing, writing is a mistake of ours.
 */
export function lookingDisk(disk: Disk): Disk {
  const refuse = () => invariant(false, 'a command that only looks must not write');
  return {
    openRead: (path) => disk.openRead(path),
    read: (file, buffer, offset, length, position) => disk.read(file, buffer, offset, length, position),
    close: (file) => disk.close(file),
    stat: (path) => disk.stat(path),
    fstat: (file) => disk.fstat(file),
    readdir: (path) => disk.readdir(path),
    realpath: (path) => disk.realpath(path),
    unlink: () => {},
    fsync: () => {},
    fsyncDirectory: () => {},
    create: refuse as never,
    write: refuse as never,
    setTime: refuse,
    mkdir: refuse,
    link: refuse,
    rename: refuse,
    rmdir: refuse,
  };
}
