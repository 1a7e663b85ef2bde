import { configError, didYouMean } from '../errors.ts';
import { analysisError } from '../sql/analysis-error.ts';
import type { Expr } from '../sql/ast.ts';
import { outputName, resolveExpression } from '../sql/resolve.ts';
import type { Scope, TypedExpr } from '../sql/typed.ts';
import type { Attribute } from './physical.ts';
import { isWindowCall, isWindowTimeOfInput, mapChildren, replaceWindowCalls, WINDOW_COLUMN } from './windows.ts';

export const POSITION = '\u0000position';

/** A column by its place, so that repeated names do not matter. */
export function positionRef(index: number): Expr {
  return { kind: 'name', parts: [POSITION, String(index)] };
}

/** The columns that one select item stands for. */
export function expandItem(
  item: Expr,
  inputs: readonly Attribute[],
  scope: Scope,
): { expr: TypedExpr; attribute: Attribute }[] {
  if (item.kind === 'star') return expandStar(item, inputs);
  if (item.kind === 'name' && item.parts[0] === POSITION) {
    const index = Number(item.parts[1]);
    return [{ expr: inputRef(inputs[index] as Attribute, index), attribute: inputs[index] as Attribute }];
  }
  const expr = resolveExpression(stripAlias(replaceWindowCalls(item)), scope);
  const mark = markOf(expr, inputs);
  const attribute: Attribute = {
    name: nameOf(item),
    type: expr.type,
    nullable: expr.nullable,
    ...(mark ? { eventTime: mark } : {}),
  };
  return [{ expr, attribute }];
}

function expandStar(
  star: Extract<Expr, { kind: 'star' }>,
  inputs: readonly Attribute[],
): { expr: TypedExpr; attribute: Attribute }[] {
  const chosen = inputs
    .map((attribute, index) => ({ expr: inputRef(attribute, index), attribute }))
    .filter(({ attribute }) => !attribute.name.startsWith('\u0000'))
    .filter(({ attribute }) => star.qualifier === undefined || sameName(attribute.qualifier ?? '', star.qualifier));
  if (chosen.length > 0 || star.qualifier === undefined) return chosen;
  const at = inputs.findIndex((attribute) => sameName(attribute.name, star.qualifier as string));
  const owner = inputs[at];
  if (owner === undefined || owner.type.kind !== 'struct') {
    const qualifiers = new Set(inputs.flatMap((attribute) => (attribute.qualifier ? [attribute.qualifier] : [])));
    throw analysisError(
      'CANNOT_RESOLVE_STAR_EXPAND',
      `Cannot resolve ${star.qualifier}.*: there is no table or struct column of that name.${didYouMean(star.qualifier, qualifiers)}`,
      star.span,
    );
  }
  return owner.type.fields.map((f, ordinal) => ({
    expr: { kind: 'field', child: inputRef(owner, at), ordinal, type: f.type, nullable: true },
    attribute: { name: f.name, type: f.type, nullable: true },
  }));
}

/** The name of an output column: its alias, or the text Spark gives it. */
export function nameOf(item: Expr): string {
  if (item.kind === 'alias') return item.name;
  if (isWindowCall(item)) return item.name.toLowerCase();
  if (item.kind === 'name' && item.parts[0] === WINDOW_COLUMN) return 'window';
  return outputName(item);
}

/** The expression without aliases, but for those that name the fields of a struct. */
export function stripAlias(expr: Expr): Expr {
  if (expr.kind === 'alias') return stripAlias(expr.child);
  const isStruct = expr.kind === 'call' && expr.name.toLowerCase() === 'struct';
  return mapChildren(expr, (child) =>
    isStruct && child.kind === 'alias' ? { ...child, child: stripAlias(child.child) } : stripAlias(child),
  );
}

/** Which watermark a computed column carries: copies of the marked column, and window_time of a marked window. */
export function markOf(expr: TypedExpr, inputs: readonly Attribute[]): Attribute['eventTime'] {
  if (expr.kind === 'input') return inputs[expr.index]?.eventTime;
  if (isWindowTimeOfInput(expr) && expr.kind === 'call') return markOf(expr.args[0] as TypedExpr, inputs);
  return undefined;
}

export function inputRef(attribute: Attribute, index: number): TypedExpr {
  return { kind: 'input', index, name: attribute.name, type: attribute.type, nullable: attribute.nullable };
}

export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function findColumn(output: readonly Attribute[], name: string, operation: string): number {
  const exact = output.findIndex((attribute) => attribute.name === name);
  const index = exact >= 0 ? exact : output.findIndex((attribute) => sameName(attribute.name, name));
  if (index >= 0) return index;
  const names = output.map((attribute) => attribute.name);
  throw configError(
    'COLUMN_NOT_FOUND',
    `${operation}: there is no column "${name}".${didYouMean(name, names)} Columns here: ${names.join(', ')}.`,
  );
}

/** The event-time column among the columns that a stateful operator sees, or null. Two are refused by `checkStreaming`. */
export function eventTimeOf(columns: readonly Attribute[]): number | null {
  const at = columns.findIndex((attribute) => attribute.eventTime !== undefined);
  return at < 0 ? null : at;
}
