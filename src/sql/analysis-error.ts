import { ClickstreamError } from '../errors.ts';
import type { Span } from './ast.ts';
import { describePlace } from './text-place.ts';

/**
 * Something is wrong at a place in an expression: it does not parse, or it means nothing (unknown name, wrong type, wrong number of
 * arguments). Its message ends with line, column and the line itself, where the text is known.
 */
export class AnalysisError extends ClickstreamError {
  constructor(
    code: string,
    /** The message without its place, for those who show the place themselves. */
    readonly reason: string,
    readonly span?: Span,
  ) {
    super(code, 'config', span?.text === undefined ? reason : `${reason}\nat ${describePlace(span.text, span.start)}`);
  }
}

/** `code` is Spark's error class without its sub-class: UNRESOLVED_COLUMN, DATATYPE_MISMATCH, WRONG_NUM_ARGS, ... */
export function analysisError(code: string, reason: string, span?: Span): AnalysisError {
  return new AnalysisError(code, reason, span);
}

/** Runs `analyse`; an `AnalysisError` that does not know its place gets this one. */
export function withSpan<T>(span: Span | undefined, analyse: () => T): T {
  try {
    return analyse();
  } catch (error) {
    if (!(error instanceof AnalysisError) || error.span !== undefined) throw error;
    throw analysisError(error.code, error.reason, span);
  }
}
