import { ClickstreamError, type ErrorCategory } from '../errors.ts';

/** What a process says to the shell, to cron and to schedulers. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usage: 2,
  /**
   * Starting again will not help before somebody has looked at the input: more was rejected than `--max-reject-ratio` allows, a batch crashed three
   * times, or a file that was read changed and `--changed-files` is `fail` (EX_DATAERR of sysexits.h).
   */
  badInput: 65,
  busy: 75,
  badConfiguration: 78,
  interrupted: 130,
  terminated: 143,
} as const;

/** The code of an error about the command line itself; everything else is told apart by its category. */
const USAGE = 'USAGE';

/** Errors with an exit code of their own. */
const CODE_OF_ERROR: Readonly<Record<string, number>> = {
  [USAGE]: EXIT_CODES.usage,
  REJECT_RATIO_EXCEEDED: EXIT_CODES.badInput,
  BATCH_CRASHED: EXIT_CODES.badInput,
  TAKEN_FILE_CHANGED: EXIT_CODES.badInput,
};

const CODE_OF_CATEGORY: Record<ErrorCategory, number> = {
  data: EXIT_CODES.failed,
  config: EXIT_CODES.badConfiguration,
  io: EXIT_CODES.failed,
  busy: EXIT_CODES.busy,
  user: EXIT_CODES.failed,
  bug: EXIT_CODES.failed,
};

/** The command line is wrong: an unknown command or option, a value that cannot be read. Exit 2. */
export function usageError(message: string): ClickstreamError {
  return new ClickstreamError(USAGE, 'config', message);
}

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ClickstreamError)) return EXIT_CODES.failed;
  return CODE_OF_ERROR[error.code] ?? CODE_OF_CATEGORY[error.category];
}

export function exitCodeOfSignal(signal: 'SIGINT' | 'SIGTERM'): number {
  return signal === 'SIGINT' ? EXIT_CODES.interrupted : EXIT_CODES.terminated;
}
