import { pointedLine } from '../../sql/text-place.ts';

/** A mistake in a file that a user wrote, and where it is. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable, may be matched on. */
  readonly code: string;
  /** One sentence or more: what was found, what was expected, how to mend it. */
  readonly message: string;
  /** UTF-16 index into the file's text. */
  readonly offset: number;
}

/** A problem with its place counted from 1, as `lint --json` prints it. */
export interface PlacedProblem extends Omit<Problem, 'offset'> {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a file, in the order of the places, each once. */
export function placeProblems(file: string, text: string, problems: readonly Problem[]): PlacedProblem[] {
  const seen = new Set<string>();
  return [...problems]
    .sort((a, b) => a.offset - b.offset)
    .filter(({ offset, code, message }) => {
      const key = `${offset} ${code} ${message}`;
      return seen.has(key) ? false : seen.add(key);
    })
    .map(({ offset, ...problem }) => ({ file, ...placeAt(text, offset), ...problem }));
}

/** `file:line:column: error CODE: message`, the line itself, and a caret below the place. */
export function formatProblem(text: string, problem: PlacedProblem): string {
  const { file, line, column, severity, code, message } = problem;
  const lineText = (text.split('\n')[line - 1] ?? '').replace(/\r$/, '');
  return `${file}:${line}:${column}: ${severity} ${code}: ${message}\n${pointedLine(lineText, column - 1)}`;
}

function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}
