import { ClickstreamError } from '../../errors.ts';
import { AnalysisError } from '../../sql/analysis-error.ts';
import type { Span } from '../../sql/ast.ts';
import type { Problem } from './problem.ts';
import { withNullAt } from './replace-span.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/** Of one text: each costs a search of its own, and who has that many sees what is wrong. */
const MAX_UNKNOWN_NAMES = 20;

const UNKNOWN_NAME = new Set(['UNRESOLVED_COLUMN', 'UNRESOLVED_ROUTINE', 'FIELD_NOT_FOUND']);

/** Collects what is wrong with a file while it is built, so that all of it can be told at once. */
export class Findings {
  private readonly found: Problem[];

  constructor(
    readonly file: YamlFile,
    problems: readonly Problem[] = [],
  ) {
    this.found = [...problems];
  }

  get problems(): readonly Problem[] {
    return this.found;
  }

  get hasErrors(): boolean {
    return this.found.some((problem) => problem.severity === 'error');
  }

  add(
    path: Path,
    code: string,
    message: string,
    at: 'key' | 'value' = 'value',
    severity: Problem['severity'] = 'error',
  ) {
    const offset = at === 'key' ? this.file.keyPlaceOf(path) : this.file.placeOf(path);
    this.found.push({ severity, code, message, offset });
  }

  /** Runs `act`; a mistake of the user's is noted at `path` (within its text, where it is in one), and null comes out. */
  attempt<T>(path: Path, act: () => T, at: 'key' | 'value' = 'value'): T | null {
    try {
      return act();
    } catch (error) {
      this.note(path, error, at);
      return null;
    }
  }

  /**
   * As `attempt`, with a parsed text: an unknown name does not end the search, so that the unknown names of the text are noted, up to 20.
   */
  attemptNames<E, T>(path: Path, parsed: E, act: (parsed: E) => T): T | null {
    let tree = parsed;
    let last: Span | undefined;
    for (let names = 0; names < MAX_UNKNOWN_NAMES; names++) {
      try {
        const result = act(tree);
        return tree === parsed ? result : null;
      } catch (error) {
        const isName = error instanceof AnalysisError && UNKNOWN_NAME.has(error.code) && error.span !== undefined;
        // With NULL in the place of a name, types may no longer fit: that is nobody's mistake.
        if (tree === parsed || isName) this.note(path, error, 'value');
        if (!isName || error.span === last) return null;
        last = error.span as Span;
        tree = withNullAt(tree, last);
      }
    }
    return null;
  }

  async attemptAsync<T>(path: Path, act: () => Promise<T>): Promise<T | null> {
    try {
      return await act();
    } catch (error) {
      this.note(path, error, 'value');
      return null;
    }
  }

  private note(path: Path, error: unknown, at: 'key' | 'value'): void {
    if (!(error instanceof ClickstreamError) || error.category === 'bug') throw error;
    const { code } = error;
    if (error instanceof AnalysisError) {
      const offset = error.span === undefined ? this.file.placeOf(path) : this.file.placeInText(path, error.span.start);
      this.found.push({ severity: 'error', code, message: capital(error.reason), offset });
    } else this.add(path, code, error.message, at);
  }
}

function capital(text: string): string {
  return /^\w+:/.test(text) ? text : text.slice(0, 1).toUpperCase() + text.slice(1);
}
