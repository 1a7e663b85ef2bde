import { formatType, INT } from '../schema.ts';
import { analysisError } from '../sql/analysis-error.ts';
import type { Expr } from '../sql/ast.ts';
import { resolveExpression } from '../sql/resolve.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { sameName } from './columns.ts';
import type { Attribute, PhysicalPlan } from './physical.ts';
import { scopeOf } from './physical.ts';

/** Qualifier of a generator's columns, which no query can write. */
const GENERATED = '\u0000generated';

/** explode and its kin in a select list become a node below it (Spark: ExtractGenerator). */
export function planGenerator(
  input: PhysicalPlan,
  items: readonly Expr[],
  timeZone: string,
): { input: PhysicalPlan; items: readonly Expr[] } {
  const at = items.findIndex((item) => generatorOf(item) !== null);
  if (at < 0) return { input, items };
  const item = items[at] as Expr;
  const call = generatorOf(item) as Extract<Expr, { kind: 'call' }>;
  if (items.some((other, index) => index !== at && generatorOf(other) !== null)) {
    throw analysisError(
      'UNSUPPORTED_GENERATOR',
      'Only one generator (explode, posexplode) is allowed per select.',
      call.span,
    );
  }
  if (call.args.length !== 1) {
    const message = `${call.name} takes 1 argument(s), but ${call.args.length} were given.`;
    throw analysisError('WRONG_NUM_ARGS', message, call.span);
  }
  const value = resolveExpression(call.args[0] as Expr, scopeOf(input.output, timeZone));
  const name = call.name.toLowerCase();
  const withPosition = name.startsWith('pos');
  const columns = generatorColumns(value, call, withPosition, item.kind === 'alias' ? item.name : null);
  const plan: PhysicalPlan = {
    op: 'generate',
    input,
    value,
    withPosition,
    outer: name.endsWith('_outer'),
    output: [...input.output, ...columns.map((column) => ({ ...column, qualifier: GENERATED }))],
  };
  const references: Expr[] = columns.map((column) => ({
    kind: 'alias',
    name: column.name,
    child: { kind: 'name', parts: [GENERATED, column.name] },
  }));
  const widened = items.flatMap((other, index) =>
    index === at ? references : [expandStarOver(other, input.output)].flat(),
  );
  return { input: plan, items: widened };
}

/** The call of a generator in an item of a select list; null where there is none. */
export function generatorOf(expr: Expr): Extract<Expr, { kind: 'call' }> | null {
  const call = expr.kind === 'alias' ? expr.child : expr;
  return call.kind === 'call' && /^(pos)?explode(_outer)?$/i.test(call.name) ? call : null;
}

function generatorColumns(
  value: TypedExpr,
  call: Extract<Expr, { kind: 'call' }>,
  withPosition: boolean,
  alias: string | null,
): Attribute[] {
  const position: Attribute[] = withPosition ? [{ name: 'pos', type: INT, nullable: false }] : [];
  if (value.type.kind === 'array')
    return [...position, { name: alias ?? 'col', type: value.type.element, nullable: true }];
  if (value.type.kind === 'map') {
    return [
      ...position,
      { name: 'key', type: value.type.key, nullable: false },
      { name: 'value', type: value.type.value, nullable: true },
    ];
  }
  throw analysisError(
    'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
    `${call.name} needs an array or a map, found ${formatType(value.type)}.`,
    call.span,
  );
}

/** `*` beside a generator means the columns below it, not those that it adds. */
function expandStarOver(item: Expr, output: readonly Attribute[]): Expr | Expr[] {
  if (item.kind !== 'star') return item;
  return output
    .filter((attribute) => item.qualifier === undefined || sameName(attribute.qualifier ?? '', item.qualifier))
    .map((attribute) => ({ kind: 'name', parts: [attribute.name] }));
}
