import { ClickstreamError, ioError } from '../errors.ts';

/** Node's error code (`ENOENT`, ...) of a thrown value; '' when it has none. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** Whether a thrown value is what a call of the system said, not a library's or our own error. */
export function isSystemError(error: unknown): boolean {
  return typeof (error as { syscall?: unknown } | null)?.syscall === 'string';
}

const REMEDIES: Record<string, readonly [code: string, remedy: string]> = {
  ENOSPC: ['DISK_FULL', 'the disk is full: free some space and start again, nothing that was committed is lost'],
  EDQUOT: [
    'DISK_FULL',
    'the disk quota is used up: free some space and start again, nothing that was committed is lost',
  ],
  EFBIG: ['DISK_FULL', 'the file would exceed the size limit of the process or file system (see ulimit -f)'],
  EACCES: ['PERMISSION_DENIED', 'permission denied: check who owns the folder and who runs this process'],
  EPERM: ['PERMISSION_DENIED', 'operation not permitted: check who owns the folder and who runs this process'],
  EROFS: ['PERMISSION_DENIED', 'the file system is read-only'],
  EMFILE: ['TOO_MANY_OPEN_FILES', 'this process has too many open files: raise ulimit -n'],
  ENFILE: ['TOO_MANY_OPEN_FILES', 'the machine has too many open files'],
  ENOENT: ['FILE_NOT_FOUND', 'it does not exist'],
};

/**
 * A disk error for people: what was done to which path, what the system said, and what to do about it.
 * An error that already is for people is returned as it is.
 */
export function diskError(action: string, path: string, cause: unknown): ClickstreamError {
  if (cause instanceof ClickstreamError) return cause;
  const errno = errnoOf(cause);
  const [code, remedy] = REMEDIES[errno] ?? ['IO_ERROR', cause instanceof Error ? cause.message : String(cause)];
  return ioError(code, `cannot ${action} ${path}: ${remedy}${errno === '' ? '' : ` (${errno})`}`, cause);
}
