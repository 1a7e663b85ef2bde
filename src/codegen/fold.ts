import type { Cell } from '../batch.ts';
import { lookupFunction } from '../sql/functions/table.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { childrenOf, mapChildren } from '../sql/typed-tree.ts';

/** Functions that give something else each time they are called. */
const NOT_DETERMINISTIC: ReadonlySet<string> = new Set([
  'rand',
  'random',
  'randn',
  'uuid',
  'shuffle',
  'raise_error',
  'assert_true',
  'input_file_name',
  'monotonically_increasing_id',
  'spark_partition_id',
]);

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
      return isFoldableCall(expr) && expr.args.every(isConstant);
    default:
      return childrenOf(expr).every(isConstant);
  }
}

function isFoldableCall(expr: Extract<TypedExpr, { kind: 'call' }>): boolean {
  if (NOT_DETERMINISTIC.has(expr.name)) return false;
  const argTypes = expr.args.map((arg) => arg.type);
  const constants = expr.args.map((arg) => (arg.kind === 'literal' ? arg.value : undefined));
  try {
    const implementation = lookupFunction(expr.name)?.implement(argTypes, expr.type, { timeZone: 'UTC', constants });
    return implementation !== undefined && !(implementation.kind === 'call' && implementation.usesBatchTime);
  } catch {
    return false;
  }
}
