/**
 * One error class for everything that is reported to a user. `code` is stable and may be matched on; `message` says
 * where, what was found, what was expected and how to mend it.
 *
 * Three different things, three categories, three exit codes:
 * - `data`: the input is not what was promised, and the mode said to stop (exit 1);
 * - `config`: the pipeline, an option or the checkpoint it is used with is wrong (exit 78; `usage` 64 is mapped to 2 by the CLI);
 * - `bug`: an invariant of ours is broken (exit 1, asks for a report).
 * `io` is the outside world (disk full, file gone), `busy` a checkpoint in use (exit 75), `user` an error thrown by a user's function.
 */
export type ErrorCategory = 'data' | 'config' | 'io' | 'busy' | 'user' | 'bug';

export class ClickstreamError extends Error {
  override readonly name = 'ClickstreamError';

  constructor(
    readonly code: string,
    readonly category: ErrorCategory,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The definition, an option or the use of a checkpoint is wrong: nothing was read or written yet. */
export function configError(code: string, message: string, cause?: unknown): ClickstreamError {
  return new ClickstreamError(code, 'config', message, { cause });
}

/** Input that does not fit, in a mode that must stop. */
export function dataError(code: string, message: string, cause?: unknown): ClickstreamError {
  return new ClickstreamError(code, 'data', message, { cause });
}

export function ioError(code: string, message: string, cause?: unknown): ClickstreamError {
  return new ClickstreamError(code, 'io', message, { cause });
}

/** States an invariant. A broken one is our bug, never bad data or bad configuration. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new ClickstreamError('INTERNAL_ERROR', 'bug', `internal error: ${what}`);
}

/** The candidate nearest to `name`, for "did you mean"; null when none is near. Names are compared without regard to case. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` Did you mean "x"?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === null ? '' : ` Did you mean "${nearest}"?`;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] as number) + 1, (current[j - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}
