import { releaseLocks } from '../fs/lock.ts';
import { EXIT_CODES, exitCodeOfSignal } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { addProgress, NO_TOTALS, type QueryProgress, type RunTotals } from './progress.ts';
import { createProgressLine } from './progress-line.ts';
import { summaryLines } from './summary.ts';

/** A query that was started, as the command line needs it. */
export interface RunningQuery {
  /** Resolves when the query ended or was stopped; rejects with what made it fail. */
  awaitTermination(): Promise<void>;
  /** Finishes or abandons the batch; resolves when nothing runs any more. */
  stop(): Promise<void>;
  /** Calls `listener` after every batch, in order. */
  onProgress(listener: (progress: QueryProgress) => void): void;
  /** What each source found so far, by name. */
  readonly sourceMetrics: readonly Readonly<Record<string, number>>[];
  /** Why nothing came out: open windows, the event time that closes the next, the watermark. A sentence each. */
  explainEmpty(): readonly string[];
}

export interface RunQueryOptions {
  /** Runs until it is stopped; then a signal is its proper end, and the exit code 0. */
  readonly watching: boolean;
  /** One progress object per batch on stdout, one line each. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** The exit code of a run that read no row. */
  readonly exitCodeIfEmpty: number | null;
}

/** How long a first signal waits for the batch; what is not finished then is run again at the next start. */
const STOP_LIMIT_MS = 8000;

/**
 * Follows a query to its end: progress while it runs, signals, and the closing summary (on stderr; stdout is for data).
 *
 * @returns the exit code
 * @throws ClickstreamError what made the query fail
 */
export async function runQuery(query: RunningQuery, options: RunQueryOptions, io: CommandIo): Promise<number> {
  const line = createProgressLine(io.stderr, io.clock, !io.env.NO_COLOR);
  const startMs = io.clock.monotonicMs();
  let totals: RunTotals = NO_TOTALS;
  query.onProgress((progress) => {
    totals = addProgress(totals, progress);
    if (options.json) io.stdout.write(`${JSON.stringify(progress)}\n`);
    if (!options.quiet) line.show(totals, progress.processedRowsPerSecond ?? 0);
  });

  const signals = followSignals(query, options, io, () => line.clear());
  try {
    await Promise.race([query.awaitTermination(), signals.stopped]);
  } finally {
    signals.unsubscribe();
    line.clear();
  }
  if (!options.quiet) {
    const lines = summaryLines(totals, io.clock.monotonicMs() - startMs, query);
    io.stderr.write(`${lines.join('\n')}\n`);
  }
  const code = signals.exitCode();
  if (code !== null) return code;
  return totals.inputRows === 0 && options.exitCodeIfEmpty !== null ? options.exitCodeIfEmpty : EXIT_CODES.done;
}

/** The first signal stops the query, within a limit; the second ends the process at once. */
function followSignals(query: RunningQuery, options: RunQueryOptions, io: CommandIo, clearLine: () => void) {
  let code: number | null = null;
  let resolveStopped = () => {};
  let rejectStopped: (error: unknown) => void = () => {};
  const stopped = new Promise<void>((resolve, reject) => {
    resolveStopped = resolve;
    rejectStopped = reject;
  });
  // When the query fails first, nobody waits for this one any more.
  stopped.catch(() => {});
  const unsubscribe = io.onSignal((signal) => {
    if (code !== null) return endNow(io, exitCodeOfSignal(signal));
    code = options.watching ? EXIT_CODES.done : exitCodeOfSignal(signal);
    clearLine();
    if (!options.quiet) io.stderr.write('stopping; a second signal ends at once\n');
    stopWithin(query, io, code).then(resolveStopped, rejectStopped);
  });
  return { stopped, unsubscribe, exitCode: () => code };
}

/** A person or a scheduler wants the end: the checkpoint is given free, so that the batch which is left does not count as crashed. */
function endNow(io: CommandIo, code: number): void {
  releaseLocks();
  io.exit(code);
}

async function stopWithin(query: RunningQuery, io: CommandIo, code: number): Promise<void> {
  const finished = new AbortController();
  const limit = io.clock.sleep(STOP_LIMIT_MS, finished.signal).then(() => {
    if (finished.signal.aborted) return;
    io.stderr.write('the batch did not end in time; it is run again at the next start\n');
    endNow(io, code);
  });
  try {
    await query.stop();
  } finally {
    finished.abort();
    await limit;
  }
}
