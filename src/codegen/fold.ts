import type { Cell } from '../batch.ts';
import { isDeterministicCall } from '../sql/deterministic.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { childrenOf, mapChildren } from '../sql/typed-tree.ts';

/**
 * Replaces what needs no row and no clock by its value, so that functions see constants (patterns, formats) as literals.
 * An expression whose evaluation fails stays as it is and fails on the first row, as if it had not been tried.
 */
export function foldConstants(expr: TypedExpr, evaluate: (expr: TypedExpr) => Cell): TypedExpr {
  if (expr.kind === 'literal' || expr.kind === 'input' || expr.kind === 'param') return expr;
  if (isConstant(expr)) {
    try {
      const value = evaluate(expr);
      return { kind: 'literal', value, type: expr.type, nullable: value === null };
    } catch {
      return expr;
    }
  }
  return mapChildren(expr, (child) => foldConstants(child, evaluate));
}

function isConstant(expr: TypedExpr): boolean {
  switch (expr.kind) {
    case 'literal':
      return true;
    case 'input':
    case 'param':
    case 'lambda':
      return false;
    case 'call':
      return isDeterministicCall(expr) && expr.args.every(isConstant);
    default:
      return childrenOf(expr).every(isConstant);
  }
}
