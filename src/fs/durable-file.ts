import { basename, dirname, join } from 'node:path';
import { ClickstreamError, invariant, ioError } from '../errors.ts';
import { alreadyExists, claimAndRename } from './claim.ts';
import type { Disk, FileHandle } from './disk.ts';
import { diskError, errnoOf } from './disk-error.ts';
import { fsyncError, syncDirectory } from './durable-folder.ts';

/**
 * How a finished file gets its name. `link` never overwrites: a log entry that is there already means another writer.
 * `rename` replaces: an output or state file that a replay writes again with the same bytes.
 */
export type PublishMode = 'link' | 'rename';

export interface PublishOptions {
  /**
   * False leaves the folder's fsync to the caller, who publishes several files and then calls `syncDirectory` once.
   * Until then the name may be lost when the power goes, the bytes under it may not.
   */
  readonly syncDirectory?: boolean;
  /** The file's modification time, where the file system lets it be set; the time of writing unless given. */
  readonly mtimeMs?: number;
}

/** What link(2) says where the file system has no hard links. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

const processTag = crypto.randomUUID().slice(0, 8);
let temporaryCount = 0;

/** Whether a name is that of a file which was never published: a crash left it behind. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith('.') && name.endsWith('.tmp');
}

function temporaryPath(finalPath: string): string {
  // Cut: the whole name must stay within 255 bytes.
  const name = basename(finalPath).slice(0, 60);
  return join(dirname(finalPath), `.${name}.${processTag}-${(temporaryCount++).toString(36)}.tmp`);
}

/** So much new output is worth a flush of its own. */
const FLUSH_BYTES = 8 * 1024 * 1024;

/**
 * A file that appears whole or not at all, and stays. Bytes go to a temporary name in the same folder; `publish` gives it its name.
 * fsyncs: one for the file, one for the folder (see `PublishOptions`).
 *
 * Law: after `publish` returned, the file survives a loss of power. A failed `write` or `publish` removes the temporary file where
 * that is still possible, and the object is dead. A failed fsync (FSYNC_FAILED) is final: what reached the disk is unknown, and asking
 * again may falsely succeed, so the caller must stop and recover from its log.
 */
export class DurableFile {
  private handle: FileHandle | null;
  private written = 0;
  private flushedTo = 0;
  private flushing: Promise<void> | null = null;
  private flushError: unknown = null;

  private constructor(
    private readonly disk: Disk,
    private readonly finalPath: string,
    private readonly temporary: string,
    handle: FileHandle,
  ) {
    this.handle = handle;
  }

  static create(disk: Disk, finalPath: string): DurableFile {
    for (;;) {
      const temporary = temporaryPath(finalPath);
      try {
        return new DurableFile(disk, finalPath, temporary, disk.create(temporary));
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw diskError('create', temporary, error);
      }
    }
  }

  get bytesWritten(): number {
    return this.written;
  }

  write(bytes: Uint8Array): void {
    const handle = this.openHandle();
    try {
      // write(2) may take fewer bytes than asked, without an error.
      for (let at = 0; at < bytes.length; ) {
        const taken = this.disk.write(handle, bytes, at, bytes.length - at);
        if (taken <= 0) throw ioError('SHORT_WRITE', `cannot write ${this.finalPath}: the disk took no bytes`);
        at += taken;
      }
    } catch (error) {
      this.abandon();
      throw diskError('write', this.finalPath, error);
    }
    this.written += bytes.length;
  }

  /**
   * Begins to bring large output to the disk while more of it is made: `publish` would wait for all of it at once. `settled` comes
   * before `publish` then.
   */
  flushEarly(): void {
    const handle = this.openHandle();
    if (this.flushing !== null || this.flushError !== null || this.disk.flush === undefined) return;
    if (this.written - this.flushedTo < FLUSH_BYTES) return;
    this.flushedTo = this.written;
    this.flushing = this.disk
      .flush(handle)
      .catch((error) => {
        this.flushError = error;
      })
      .finally(() => {
        this.flushing = null;
      });
  }

  /** Until nothing is going on that `flushEarly` began. */
  async settled(): Promise<void> {
    await this.flushing;
  }

  publish(mode: PublishMode, options: PublishOptions = {}): void {
    const handle = this.openHandle();
    invariant(this.flushing === null, 'a file is published when its flush is over');
    try {
      if (options.mtimeMs !== undefined) setTime(this.disk, handle, options.mtimeMs);
    } catch (error) {
      this.abandon();
      throw diskError('set the time of', this.finalPath, error);
    }
    try {
      // Asked again, the disk might say that all is well.
      if (this.flushError !== null) throw this.flushError;
      this.disk.fsync(handle);
    } catch (error) {
      this.abandon();
      throw fsyncError(this.finalPath, error);
    }
    try {
      const size = this.disk.fstat(handle).size;
      if (size !== this.written) {
        throw ioError('SHORT_WRITE', `${this.finalPath}: wrote ${this.written} bytes but the file has ${size}`);
      }
      this.handle = null;
      this.disk.close(handle);
      giveName(this.disk, this.temporary, this.finalPath, mode);
    } catch (error) {
      this.abandon();
      throw diskError('publish', this.finalPath, error);
    }
    if (options.syncDirectory !== false) syncDirectory(this.disk, dirname(this.finalPath));
  }

  /** Gives up: closes and removes the temporary file. Idempotent, never throws. */
  abandon(): void {
    const handle = this.handle;
    this.handle = null;
    const close = () => quietly(() => this.disk.close(handle as FileHandle));
    // Its number might be that of another file, when the flush gets to it.
    if (handle !== null) void (this.flushing === null ? close() : this.flushing.then(close));
    quietly(() => this.disk.unlink(this.temporary));
  }

  private openHandle(): FileHandle {
    if (this.handle === null) {
      throw new ClickstreamError(
        'INTERNAL_ERROR',
        'bug',
        `internal error: ${this.finalPath} is published or abandoned`,
      );
    }
    return this.handle;
  }
}

/** File systems that do not let a file's time be set keep their own. */
const NO_TIMES = new Set(['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL']);

function setTime(disk: Disk, handle: FileHandle, mtimeMs: number): void {
  try {
    disk.setTime(handle, mtimeMs);
  } catch (error) {
    if (!NO_TIMES.has(errnoOf(error))) throw error;
  }
}

function giveName(disk: Disk, temporary: string, finalPath: string, mode: PublishMode): void {
  if (mode === 'rename') disk.rename(temporary, finalPath);
  else if (tryLink(disk, temporary, finalPath)) quietly(() => disk.unlink(temporary));
  else claimAndRename(disk, temporary, finalPath);
}

/** False where the file system has no links. */
function tryLink(disk: Disk, temporary: string, finalPath: string): boolean {
  try {
    disk.link(temporary, finalPath);
    return true;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') throw alreadyExists(finalPath, error);
    if (NO_LINKS.has(errno)) return false;
    throw error;
  }
}

/** One whole file, published durably: see `DurableFile`. */
export function writeDurable(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  mode: PublishMode,
  options: PublishOptions = {},
): void {
  const file = DurableFile.create(disk, path);
  file.write(bytes);
  file.publish(mode, options);
}

function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Best effort: the error that led here is the one to report.
  }
}
