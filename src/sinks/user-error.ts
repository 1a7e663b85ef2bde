import { ClickstreamError } from '../errors.ts';

/**
 * An error that a user's function threw, with the original as its cause. One of ours that passed through it (a changed input
 * file, a full disk) stays what it is.
 */
export function userError(sink: string, what: string, batchId: number, cause: unknown): ClickstreamError {
  if (cause instanceof ClickstreamError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ClickstreamError(
    'USER_FUNCTION_ERROR',
    'user',
    `The ${what} function given to ${sink} failed in batch ${batchId}: ${reason}. The batch is not committed; it is run again, with the same rows and batchId, at the next start.`,
    { cause },
  );
}

/** Calls a user's function and names it when it throws. */
export async function callUser<T>(sink: string, what: string, batchId: number, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw userError(sink, what, batchId, error);
  }
}

/** What a user's `close` is told: its own error when it threw one, else the failure as it is. */
export function userCause(failure: unknown): unknown {
  return failure instanceof ClickstreamError && failure.code === 'USER_FUNCTION_ERROR' ? failure.cause : failure;
}
