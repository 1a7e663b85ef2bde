import { ClickstreamError, configError } from '../errors.ts';
import type { Expr } from '../sql/ast.ts';
import { resolveExpression } from '../sql/resolve.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { inputRef } from './columns.ts';
import type { LogicalPlan } from './logical.ts';
import type { Attribute, PhysicalPlan } from './physical.ts';
import { scopeOf } from './physical.ts';

type SortNode = Extract<LogicalPlan, { op: 'sort' }>;
type SelectNode = Extract<LogicalPlan, { op: 'select' }>;
type AggregateNode = Extract<LogicalPlan, { op: 'aggregate' }>;

export interface SortPlanner {
  plan(node: LogicalPlan): PhysicalPlan;
  /** Plans a node over its input, which is planned already. */
  planOver(node: SelectNode | AggregateNode, input: PhysicalPlan): PhysicalPlan;
}

const HIDDEN = '\u0000sort';

/**
 * Sorts by columns of the result, by their position, or by what the select list left out, which is then carried along and taken off again
 * (Spark: ResolveOrdinalInOrderByAndGroupBy, ResolveReferencesInSort).
 */
export function planSort(node: SortNode, planner: SortPlanner, timeZone: string): PhysicalPlan {
  const below = node.input;
  if (below.op !== 'select' && below.op !== 'aggregate') return sortBy(node, planner.plan(below), [], timeZone);
  const base = planner.plan(below.input);
  const shown = planner.planOver(below, base);
  const missing = node.by.map(({ expr }) => expr).filter((expr) => !isKnown(expr, shown.output, timeZone));
  if (missing.length === 0) return sortBy(node, shown, [], timeZone);
  const sorted = sortBy(node, planner.planOver(carry(below, missing), base), missing, timeZone);
  return { op: 'project', input: sorted, exprs: shown.output.map(inputRef), output: shown.output };
}

/** `carried` are the expressions that the last columns of `input` hold. */
function sortBy(node: SortNode, input: PhysicalPlan, carried: readonly Expr[], timeZone: string): PhysicalPlan {
  const columns = input.output.length - carried.length;
  const by = node.by.map((item) => {
    const hidden = carried.indexOf(item.expr);
    const index = hidden < 0 ? positionOf(item.expr, columns) : columns + hidden;
    const expr: TypedExpr =
      index === null
        ? resolveExpression(item.expr, scopeOf(input.output, timeZone))
        : inputRef(input.output[index] as Attribute, index);
    return { expr, ascending: item.ascending, nullsFirst: item.nullsFirst };
  });
  return { op: 'sort', input, by, output: input.output };
}

/** The column that a whole number stands for, from 0; null for any other expression. */
function positionOf(expr: Expr, columns: number): number | null {
  if (expr.kind !== 'literal' || typeof expr.value !== 'number' || expr.type.kind !== 'int') return null;
  if (expr.value >= 1 && expr.value <= columns) return expr.value - 1;
  throw configError('ORDER_BY_POS_OUT_OF_RANGE', `ORDER BY ${expr.value}: the select list has ${columns} items.`);
}

function isKnown(expr: Expr, output: readonly Attribute[], timeZone: string): boolean {
  try {
    resolveExpression(expr, scopeOf(output, timeZone));
    return true;
  } catch (error) {
    if (error instanceof ClickstreamError) return false;
    throw error;
  }
}

/** The select list with more items behind its own. */
function carry(below: SelectNode | AggregateNode, missing: readonly Expr[]): SelectNode | AggregateNode {
  const hidden = missing.map((child, index): Expr => ({ kind: 'alias', child, name: `${HIDDEN}${index}` }));
  return below.op === 'select'
    ? { ...below, items: [...below.items, ...hidden] }
    : { ...below, results: [...below.results, ...hidden] };
}
