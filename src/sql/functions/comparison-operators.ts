import type { Cell } from '../../batch.ts';
import { BOOLEAN, type DataType, formatType } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, commonType, comparisonType } from '../coercion.ts';
import type { BindContext, Bound, FunctionSpec, Implementation } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount } from './bind.ts';
import { compareBy, compareStrings, equalityKey, isOrderable } from './ordering.ts';

type Comparison = '=' | '<' | '<=' | '>' | '>=';

/** Comparisons and IN. */
export const comparisonOperators: readonly FunctionSpec[] = [
  comparison('=', ['=='], 'Whether both are equal; null when one is null.', ['2 = 2', 'true']),
  comparison('<', [], 'Whether the first is smaller.', ['1 < 2', 'true']),
  comparison('<=', [], 'Whether the first is smaller or equal.', ['2 <= 2', 'true']),
  comparison('>', [], 'Whether the first is greater.', ['2 > 1', 'true']),
  comparison('>=', [], 'Whether the first is greater or equal.', ['2 >= 3', 'false']),
  {
    name: '<=>',
    group: 'operator',
    usage: 'Whether both are equal, null being equal to null; never null.',
    example: ['NULL <=> NULL', 'true'],
    bind: (args, context) => ({ ...bindComparison(args, context), nullable: false }),
    implement: ([type]) => equality(type as DataType),
  },
  {
    name: 'in',
    group: 'operator',
    usage: 'Whether the first equals one of the others; null when it does not and one of them is null.',
    example: ['1 in (1, 2, 3)', 'true'],
    bind: bindIn,
    implement: ([type], _result, context) => implementIn(type as DataType, context.constants),
  },
];

function comparison(
  name: Comparison,
  aliases: readonly string[],
  usage: string,
  example: readonly [string, string],
): FunctionSpec {
  return {
    name,
    aliases,
    group: 'operator',
    usage,
    example,
    bind: bindComparison,
    implement: ([type]) => (name === '=' ? equality(type as DataType) : order(name, type as DataType)),
  };
}

function bindComparison(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 2, 2);
  const [left, right] = args as readonly [TypedExpr, TypedExpr];
  const type = comparisonType(left.type, right.type);
  if (type === null || !isOrderable(type)) {
    throw analysisError(
      'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES',
      `"${context.name}" cannot compare ${formatType(left.type)} with ${formatType(right.type)}. Cast one of them.`,
    );
  }
  return boundTo([castTo(left, type), castTo(right, type)], BOOLEAN);
}

/** Code that tells whether two values are equal. */
function equality(type: DataType): Implementation {
  switch (type.kind) {
    case 'float':
    case 'double':
      return inline(([a, b]) => `(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`);
    case 'binary':
    case 'array':
    case 'struct':
      return inline(([a, b]) => `(compare(${a}, ${b}) === 0)`, { compare: compareBy(type) });
    default:
      return inline(([a, b]) => `(${a} === ${b})`);
  }
}

function order(name: Exclude<Comparison, '='>, type: DataType): Implementation {
  switch (type.kind) {
    case 'string':
      return inline(([a, b]) => `(compareStrings(${a}, ${b}) ${name} 0)`, { compareStrings });
    case 'float':
    case 'double':
      return inline(([a, b]) => floatOrder(name, a as string, b as string));
    case 'binary':
    case 'array':
    case 'struct':
      return inline(([a, b]) => `(compare(${a}, ${b}) ${name} 0)`, { compare: compareBy(type) });
    default:
      return inline(([a, b]) => `(${a} ${name} ${b})`);
  }
}

/** NaN equals itself and is greater than every number. */
function floatOrder(name: Exclude<Comparison, '='>, a: string, b: string): string {
  switch (name) {
    case '<':
      return `(${a} < ${b} || (${b} !== ${b} && ${a} === ${a}))`;
    case '<=':
      return `(${a} <= ${b} || ${b} !== ${b})`;
    case '>':
      return `(${a} > ${b} || (${a} !== ${a} && ${b} === ${b}))`;
    case '>=':
      return `(${a} >= ${b} || ${a} !== ${a})`;
  }
}

function inline(
  code: (args: readonly string[]) => string,
  helpers?: Readonly<Record<string, unknown>>,
): Implementation {
  return { kind: 'inline', code, helpers };
}

function bindIn(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 2, Number.POSITIVE_INFINITY);
  const types = args.map((arg) => arg.type);
  const type = commonType(types);
  if (type === null || !isOrderable(type)) {
    throw analysisError(
      'DATATYPE_MISMATCH.DATA_DIFF_TYPES',
      `IN needs values of one type, but they are ${types.map(formatType).join(', ')}. Cast them.`,
    );
  }
  return boundTo(
    args.map((arg) => castTo(arg, type)),
    BOOLEAN,
  );
}

function implementIn(type: DataType, constants: readonly (Cell | undefined)[]): Implementation {
  const list = constants.slice(1);
  const key = equalityKey(type);
  if (list.some((cell) => cell === undefined)) {
    const fn = (value: Cell, ...cells: Cell[]): boolean | null => {
      if (value === null) return null;
      const wanted = key(value);
      if (cells.some((cell) => cell !== null && sameKey(key(cell), wanted))) return true;
      return cells.includes(null) ? null : false;
    };
    return { kind: 'call', fn, nulls: 'see', mayBeNull: true };
  }
  const wanted = new Set(list.filter((cell) => cell !== null).map((cell) => key(cell as Cell)));
  const missing = list.includes(null) ? null : false;
  const fn = (value: Cell): boolean | null => (wanted.has(key(value)) ? true : missing);
  return { kind: 'inline', code: ([a]) => `isIn(${a})`, helpers: { isIn: fn }, mayBeNull: missing === null };
}

function sameKey(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}
