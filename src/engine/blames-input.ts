import { ClickstreamError } from '../errors.ts';
import { STOPPED } from './current-run.ts';
import { REJECT_RATIO_EXCEEDED } from './reject-limit.ts';

/**
 * Whether a batch may have failed because of what its input is, so that running it again will fail again. Not so when it was stopped, when the disk
 * is full or a file unreadable, when the definition is wrong, or when the user's own limit was reached. A user's function counts when it
 * was working on the input; one that takes the output (foreach, foreachBatch) may have a database that is down.
 *
 * @param inputError what reading and computing the batch's rows threw, if they did
 */
export function blamesInput(error: unknown, inputError: unknown): boolean {
  if (!(error instanceof ClickstreamError)) return !isSystemError(error);
  if (error.code === STOPPED || error.code === REJECT_RATIO_EXCEEDED) return false;
  switch (error.category) {
    case 'data':
    case 'bug':
      return true;
    case 'user':
      return error === inputError;
    case 'config':
    case 'io':
    case 'busy':
      return false;
  }
}

/** What the operating system refused: files, sockets, memory limits; Node gives such errors the failed call. */
function isSystemError(error: unknown): boolean {
  return typeof (error as { syscall?: unknown } | null)?.syscall === 'string';
}
