import { bindAggregate, isAggregateName } from '../sql/aggregates.ts';
import { analysisError, withSpan } from '../sql/analysis-error.ts';
import type { Expr } from '../sql/ast.ts';
import { createResolver, outputName, resolveExpression } from '../sql/resolve.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { eventTimeOf, expandItem, markOf, nameOf, stripAlias } from './columns.ts';
import type { LogicalPlan } from './logical.ts';
import type { AggregateCall, Attribute, PhysicalPlan } from './physical.ts';
import { scopeOf } from './physical.ts';
import {
  childExprs,
  exprKey,
  isWindowCall,
  mapChildren,
  planWindow,
  replaceWindowCalls,
  sameExpr,
  windowCalls,
} from './windows.ts';

type AggregateNode = Omit<Extract<LogicalPlan, { op: 'aggregate' }>, 'input'>;
type Call = Extract<Expr, { kind: 'call' }>;

/** An expression and then its parts are asked for: without this, a chain of n operators would take n * n steps. */
const aggregations = new WeakMap<Expr, boolean>();

/** Whether an expression contains an aggregate. */
export function isAggregation(expr: Expr): boolean {
  let found = aggregations.get(expr);
  if (found === undefined) {
    found = (expr.kind === 'call' && isAggregateName(expr.name)) || childExprs(expr).some(isAggregation);
    aggregations.set(expr, found);
  }
  return found;
}

/**
 * Plans a grouped aggregation in four steps: the window below, a projection that computes keys and arguments, the
 * aggregation itself over plain columns, and a projection of the results above (with HAVING as a filter between).
 */
export function planAggregate(input: PhysicalPlan, node: AggregateNode, timeZone: string): PhysicalPlan {
  const grouped = planWindow(input, [...node.keys, ...node.results, ...(node.having ? [node.having] : [])], timeZone);
  const scope = scopeOf(grouped.output, timeZone);

  const keys = node.keys.map((key) => {
    const expr = resolveExpression(stripAlias(replaceWindowCalls(key)), scope);
    const mark = markOf(expr, grouped.output);
    const attribute: Attribute = {
      name: nameOf(key),
      type: expr.type,
      nullable: expr.nullable,
      ...(mark ? { eventTime: mark } : {}),
    };
    return { expr, attribute, session: isSessionKey(key) };
  });

  const calls = new AggregateCalls(keys.length);
  const resolve = createResolver(scope);
  const rewrite = (result: Expr): Expr => {
    const hasWindow = windowCalls([result]).length > 0;
    return rewriteResult(result, keys, calls, hasWindow ? (expr) => resolve(replaceWindowCalls(expr)) : resolve);
  };
  const results = node.results.map((result) => ({
    name: nameOf(result),
    expr: result.kind === 'star' ? result : rewrite(stripAlias(result)),
  }));
  const having = node.having === undefined ? null : rewrite(stripAlias(node.having));

  const below: PhysicalPlan = {
    op: 'project',
    input: grouped,
    exprs: [...keys.map((key) => key.expr), ...calls.arguments],
    output: [
      ...keys.map((key) => key.attribute),
      ...calls.arguments.map((arg, index) => ({ name: `\u0000arg${index}`, type: arg.type, nullable: arg.nullable })),
    ],
  };
  const eventTimeKey = eventTimeOf(keys.map((key) => key.attribute));
  const sessionKey = keys.findIndex((key) => key.session);
  const aggregated: PhysicalPlan = {
    op: 'aggregate',
    input: below,
    operatorId: -1,
    keys: keys.map((_, index) => index),
    aggregates: calls.calls,
    eventTimeKey,
    sessionKey: sessionKey < 0 ? null : sessionKey,
    panes: null,
    output: [
      ...keys.map((key, index) => ({ ...key.attribute, qualifier: KEY + index })),
      ...calls.calls.map((call, index) => ({
        name: AGGREGATE + index,
        type: call.type,
        nullable: call.name !== 'count',
      })),
    ],
  };
  const resultScope = scopeOf(aggregated.output, timeZone);
  const filtered: PhysicalPlan =
    having === null
      ? aggregated
      : {
          op: 'filter',
          input: aggregated,
          condition: resolveExpression(having, resultScope),
          output: aggregated.output,
        };
  const columns = results.flatMap(({ name, expr }) =>
    expandItem(expr.kind === 'star' ? expr : { kind: 'alias', child: expr, name }, aggregated.output, resultScope),
  );
  return {
    op: 'project',
    input: filtered,
    exprs: columns.map((column) => column.expr),
    output: columns.map((column) => withoutQualifier(column.attribute)),
  };
}

const KEY = '\u0000key';
const AGGREGATE = '\u0000aggregate';

function withoutQualifier({ qualifier, ...attribute }: Attribute): Attribute {
  return attribute;
}

function isSessionKey(key: Expr): boolean {
  const call = key.kind === 'alias' ? key.child : key;
  return isWindowCall(call) && call.name.toLowerCase() === 'session_window';
}

/** The aggregate calls of one aggregation, each distinct call once, with their argument columns after the keys. */
class AggregateCalls {
  readonly calls: AggregateCall[] = [];
  readonly arguments: TypedExpr[] = [];
  private readonly seen = new Map<string, number>();

  constructor(private readonly keyCount: number) {}

  add(call: Call, resolve: (expr: Expr) => TypedExpr): Expr {
    const key = exprKey({ ...call, name: call.name.toLowerCase() });
    let index = this.seen.get(key);
    if (index === undefined) {
      index = this.calls.length;
      this.seen.set(key, index);
      this.calls.push(this.bind(call, resolve));
    }
    return { kind: 'name', parts: [AGGREGATE + index] };
  }

  private bind(call: Call, resolve: (expr: Expr) => TypedExpr): AggregateCall {
    if (call.distinct) {
      throw analysisError(
        'UNSUPPORTED_OPERATION',
        `Distinct aggregations are not supported on streaming data: ${outputName(call)}. Use approx_count_distinct(...), or size(collect_set(...)) where the set stays small.`,
        call.span,
      );
    }
    const written = call.args.filter((arg) => arg.kind !== 'star').map((arg) => guard(arg, call.filter));
    const args = written.map((arg) => resolve(refuseNested(arg, call)));
    const bound = withSpan(call.span, () => bindAggregate(call.name.toLowerCase(), args));
    const counted = call.filter !== undefined && written.length === 0 ? [resolve(guard(ONE, call.filter))] : bound.args;
    const columns = counted.filter((arg, index) => index === 0 || arg.kind !== 'literal');
    return {
      name: bound.name,
      args: columns.map((arg) => this.argument(arg)),
      argTypes: columns.map((arg) => arg.type),
      type: bound.type,
      parameters: counted.map((arg) => (arg.kind === 'literal' ? arg.value : undefined)),
    };
  }

  private argument(arg: TypedExpr): number {
    const key = exprKey(arg);
    let index = this.arguments.findIndex((other) => exprKey(other) === key);
    if (index < 0) index = this.arguments.push(arg) - 1;
    return this.keyCount + index;
  }
}

const ONE: Expr = { kind: 'literal', value: 1, type: { kind: 'int' } };

/** `agg(x) FILTER (WHERE c)` is `agg(CASE WHEN c THEN x END)`: aggregates skip nulls. */
function guard(arg: Expr, filter: Expr | undefined): Expr {
  return filter === undefined ? arg : { kind: 'case', branches: [{ when: filter, then: arg }] };
}

function refuseNested(arg: Expr, call: Call): Expr {
  if (isAggregation(arg)) {
    throw analysisError(
      'NESTED_AGGREGATE_FUNCTION',
      `An aggregate cannot stand within another: ${outputName(call)}. Aggregate first, then aggregate the result.`,
      call.span,
    );
  }
  return arg;
}

/** Replaces aggregates and grouping expressions in a result by references to the aggregation's columns. */
function rewriteResult(
  expr: Expr,
  keys: readonly { expr: TypedExpr; attribute: Attribute }[],
  calls: AggregateCalls,
  resolve: (expr: Expr) => TypedExpr,
): Expr {
  if (expr.kind === 'call' && isAggregateName(expr.name)) return calls.add(expr, resolve);
  if (expr.kind === 'literal' || expr.kind === 'lambda') return expr;
  if (!isAggregation(expr)) {
    const typed = tryResolve(expr, resolve);
    if (typed !== null) {
      const at = keys.findIndex((key) => sameExpr(key.expr, typed));
      if (at >= 0) return keyRef(at, keys);
    } else if (expr.kind === 'name') {
      const at = keys.findIndex((key) => key.attribute.name.toLowerCase() === expr.parts[0]?.toLowerCase());
      if (at >= 0) {
        return expr.parts.slice(1).reduce<Expr>((child, name) => ({ kind: 'field', child, name }), keyRef(at, keys));
      }
    }
  }
  if (expr.kind === 'name') {
    if (expr.parts.length > 1) {
      const owner: Expr = { kind: 'name', parts: expr.parts.slice(0, -1) };
      const inner = rewriteResult(owner, keys, calls, resolve);
      return { kind: 'field', child: inner, name: expr.parts.at(-1) as string };
    }
    resolve(expr); // reports a column that does not exist as such
    throw analysisError(
      'MISSING_AGGREGATION',
      `Column ${expr.parts.join('.')} is neither grouped by nor aggregated. Add it to the grouping, or wrap it: first(${expr.parts.join('.')}).`,
      expr.span,
    );
  }
  return mapChildren(expr, (child) => rewriteResult(child, keys, calls, resolve));
}

function keyRef(index: number, keys: readonly { attribute: Attribute }[]): Expr {
  return { kind: 'name', parts: [KEY + index, (keys[index] as { attribute: Attribute }).attribute.name] };
}

function tryResolve(expr: Expr, resolve: (expr: Expr) => TypedExpr): TypedExpr | null {
  try {
    return resolve(expr);
  } catch {
    return null;
  }
}
