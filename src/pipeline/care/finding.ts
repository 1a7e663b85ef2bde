import { ClickstreamError } from '../../errors.ts';

/** One thing that was found out about a checkpoint. */
export interface Finding {
  /**
   * `ok`: looked at, and right. `note`: worth knowing; a start goes on, and mends it where there is something to mend. `problem`: a start would be
   * refused, or the output is not what the checkpoint says.
   */
  readonly level: 'ok' | 'note' | 'problem';
  /** What it is about: a file or folder, absolute. */
  readonly path: string;
  readonly found: string;
  /** What to do about it; null when there is nothing to do, or when `found` says it. */
  readonly remedy: string | null;
}

export function ok(path: string, found: string): Finding {
  return { level: 'ok', path, found, remedy: null };
}

export function note(path: string, found: string, remedy: string | null = null): Finding {
  return { level: 'note', path, found, remedy };
}

export function problem(path: string, found: string, remedy: string | null = null): Finding {
  return { level: 'problem', path, found, remedy };
}

/** Runs a check that throws what is wrong, and says so as a problem of `path`; what it returns are findings of its own. */
export function attempt(path: string, check: () => Finding[]): Finding[] {
  try {
    return check();
  } catch (error) {
    return [failed(path, error)];
  }
}

/** The problem that an error is. Errors that are not for people are ours, and not of the checkpoint. */
export function failed(path: string, error: unknown): Finding {
  if (!(error instanceof ClickstreamError) || error.category === 'bug') throw error;
  return problem(path, error.message);
}
