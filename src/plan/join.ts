import { configError } from '../errors.ts';
import { BOOLEAN } from '../schema.ts';
import type { Expr } from '../sql/ast.ts';
import { resolveExpression } from '../sql/resolve.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { findColumn, inputRef } from './columns.ts';
import { mapInputs } from './inputs.ts';
import type { LogicalPlan } from './logical.ts';
import type { Attribute, PhysicalPlan } from './physical.ts';
import { scopeOf } from './physical.ts';

type JoinNode = Omit<Extract<LogicalPlan, { op: 'join' }>, 'left' | 'right'>;

/** Splits a join's condition into equal keys, which are hashed, and the rest, which is checked per pair. */
export function planJoin(left: PhysicalPlan, right: PhysicalPlan, node: JoinNode, timeZone: string): PhysicalPlan {
  const both = [...left.output, ...right.output];
  const leftKeys: TypedExpr[] = [];
  const rightKeys: TypedExpr[] = [];
  const rest: TypedExpr[] = [];
  const on = node.using === undefined ? node.on : usingCondition(node.using, left, right);
  if (on !== undefined) {
    const scope = scopeOf(node.using === undefined ? both : positional(both), timeZone);
    for (const conjunct of conjuncts(resolveExpression(on, scope))) {
      const pair = equalKeys(conjunct, left.output.length);
      if (pair === null) rest.push(conjunct);
      else {
        leftKeys.push(pair[0]);
        rightKeys.push(mapInputs(pair[1], (input) => ({ ...input, index: input.index - left.output.length })));
      }
    }
  } else if (node.type !== 'cross' && node.type !== 'inner') {
    throw configError('MISSING_JOIN_CONDITION', `A ${node.type} join needs a condition: on or using.`);
  }
  const joined: PhysicalPlan = {
    op: 'join',
    left,
    right,
    type: node.type,
    leftKeys,
    rightKeys,
    condition: rest.length === 0 ? null : rest.reduce(and),
    output: joinOutput(left.output, right.output, node.type),
  };
  return node.using === undefined || node.type === 'leftSemi' || node.type === 'leftAnti'
    ? joined
    : mergeUsing(joined, node.using, left, right);
}

function joinOutput(left: readonly Attribute[], right: readonly Attribute[], type: JoinNode['type']): Attribute[] {
  if (type === 'leftSemi' || type === 'leftAnti') return [...left];
  const nullable = (attributes: readonly Attribute[], yes: boolean) =>
    attributes.map((attribute) => (yes ? { ...attribute, nullable: true } : attribute));
  return [
    ...nullable(left, type === 'rightOuter' || type === 'fullOuter'),
    ...nullable(right, type === 'leftOuter' || type === 'fullOuter'),
  ];
}

const SIDE = '\u0000side';

function positional(attributes: readonly Attribute[]): Attribute[] {
  return attributes.map((attribute, index) => ({ ...attribute, name: SIDE + index }));
}

function usingCondition(columns: readonly string[], left: PhysicalPlan, right: PhysicalPlan): Expr {
  const equals = columns.map(
    (column): Expr => ({
      kind: 'call',
      name: '=',
      args: [
        { kind: 'name', parts: [SIDE + findColumn(left.output, column, 'join')] },
        { kind: 'name', parts: [SIDE + (left.output.length + findColumn(right.output, column, 'join'))] },
      ],
    }),
  );
  return equals.reduce((a, b) => ({ kind: 'call', name: 'and', args: [a, b] }));
}

/** USING shows each join column once, first, from the side that is never null. */
function mergeUsing(
  join: PhysicalPlan,
  columns: readonly string[],
  left: PhysicalPlan,
  right: PhysicalPlan,
): PhysicalPlan {
  const offset = left.output.length;
  const fromLeft = columns.map((column) => findColumn(left.output, column, 'join'));
  const fromRight = columns.map((column) => offset + findColumn(right.output, column, 'join'));
  const outerRight = join.op === 'join' && join.type === 'rightOuter';
  const merged = outerRight ? fromRight : fromLeft;
  const others = join.output.map((_, index) => index).filter((i) => !fromLeft.includes(i) && !fromRight.includes(i));
  const chosen = [...merged, ...others];
  return {
    op: 'project',
    input: join,
    exprs: chosen.map((index) => inputRef(join.output[index] as Attribute, index)),
    output: chosen.map((index) => join.output[index] as Attribute),
  };
}

export function conjuncts(expr: TypedExpr): TypedExpr[] {
  return expr.kind === 'call' && expr.name === 'and' ? expr.args.flatMap(conjuncts) : [expr];
}

export function and(a: TypedExpr, b: TypedExpr): TypedExpr {
  return { kind: 'call', name: 'and', args: [a, b], type: BOOLEAN, nullable: a.nullable || b.nullable };
}

/** `left expression = right expression`, whichever way round it is written. */
function equalKeys(expr: TypedExpr, leftWidth: number): [TypedExpr, TypedExpr] | null {
  if (expr.kind !== 'call' || expr.name !== '=') return null;
  const [a, b] = expr.args as [TypedExpr, TypedExpr];
  const sideA = sideOf(a, leftWidth);
  const sideB = sideOf(b, leftWidth);
  if (sideA === 'left' && sideB === 'right') return [a, b];
  if (sideA === 'right' && sideB === 'left') return [b, a];
  return null;
}

function sideOf(expr: TypedExpr, leftWidth: number): 'left' | 'right' | 'neither' {
  const sides = new Set<string>();
  mapInputs(expr, (input) => {
    sides.add(input.index < leftWidth ? 'left' : 'right');
    return input;
  });
  return sides.size === 1 ? ([...sides][0] as 'left' | 'right') : 'neither';
}
