import { ClickstreamError } from '../errors.ts';
import type { CommandIo } from './io.ts';

/**
 * Tells a person what went wrong: one line, `error: message`. The chain of causes and the stack are for `--verbose` and
 * CLICKSTREAM_DEBUG, and for errors that are our own fault.
 */
export function reportError(error: unknown, io: Pick<CommandIo, 'stderr' | 'env'>, verbose: boolean): void {
  io.stderr.write(`error: ${messageOf(error)}\n`);
  if (error instanceof ClickstreamError && error.category === 'bug') {
    io.stderr.write('This is a mistake in clickstream; please report it with the output of CLICKSTREAM_DEBUG=1.\n');
  }
  if (!verbose && !io.env.CLICKSTREAM_DEBUG) return;
  if (error instanceof ClickstreamError) io.stderr.write(`  code: ${error.code} (${error.category})\n`);
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null) {
    io.stderr.write(`  caused by: ${messageOf(cause)}\n`);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  if (io.env.CLICKSTREAM_DEBUG && error instanceof Error && error.stack) io.stderr.write(`${error.stack}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
