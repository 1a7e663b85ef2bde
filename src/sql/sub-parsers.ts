import type { Expr } from './ast.ts';

/** The parsers of looser levels, which primaries hold inside brackets. */
export interface SubParsers {
  readonly expression: () => Expr;
  /** Without AND, OR, NOT and predicates. */
  readonly value: () => Expr;
  /** With an optional alias. */
  readonly named: () => Expr;
}
