import { ClickstreamError } from '../errors.ts';
import type { Span } from './ast.ts';
import { describePlace } from './text-place.ts';

/** An expression that parses but means nothing: unknown name, wrong type, wrong number of arguments. */
export class AnalysisError extends ClickstreamError {
  constructor(
    code: string,
    message: string,
    /** Where in the expression's text, when known. */
    readonly span?: Span,
  ) {
    super(code, 'config', message);
  }
}

/** `code` is Spark's error class without its sub-class: UNRESOLVED_COLUMN, DATATYPE_MISMATCH, WRONG_NUM_ARGS, ... */
export function analysisError(code: string, message: string, span?: Span): AnalysisError {
  return new AnalysisError(code, message, span);
}

/** Runs `analyse`; an `AnalysisError` that knows its span comes out with line, column and the line of `text`. */
export function withSourceText<T>(text: string, analyse: () => T): T {
  try {
    return analyse();
  } catch (error) {
    if (!(error instanceof AnalysisError) || error.span === undefined) throw error;
    throw new AnalysisError(error.code, `${error.message}\nat ${describePlace(text, error.span.start)}`);
  }
}
