import { BOOLEAN, type DataType, STRING } from '../schema.ts';
import type { Expr, LiteralValue, Span } from './ast.ts';

/** Short makers of `Expr` nodes. */
export function call(name: string, args: readonly Expr[], span?: Span): Expr {
  return { kind: 'call', name, args, span };
}

export function literalExpr(value: LiteralValue, type: DataType, span?: Span): Expr {
  return { kind: 'literal', value, type, span };
}

export function stringExpr(value: string, span?: Span): Expr {
  return literalExpr(value, STRING, span);
}

export function booleanExpr(value: boolean, span?: Span): Expr {
  return literalExpr(value, BOOLEAN, span);
}

export function not(child: Expr, span?: Span): Expr {
  return call('not', [child], span);
}
