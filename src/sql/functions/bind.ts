import type { Cell } from '../../batch.ts';
import { type DataType, DOUBLE, decimal, formatType, VOID } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo } from '../coercion.ts';
import type { BindContext, Bound } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { castCell } from '../values/cast.ts';

/**
 * What a parameter takes: a type, a family of types, a list of alternatives in order of preference (Spark's
 * `TypeCollection`), or an array of something.
 */
export type Expected =
  | Exclude<DataType['kind'], 'decimal'>
  | 'decimal'
  | 'any'
  | 'numeric'
  | 'integral'
  | { readonly array: Expected }
  | readonly Expected[];

const INTEGRAL_KINDS: ReadonlySet<DataType['kind']> = new Set(['byte', 'short', 'int', 'long'] as const);
const NUMERIC_KINDS: ReadonlySet<DataType['kind']> = new Set([...INTEGRAL_KINDS, 'float', 'double', 'decimal']);
const NOT_ATOMIC: ReadonlySet<DataType['kind']> = new Set([
  'void',
  'array',
  'map',
  'struct',
  'calendarInterval',
] as const);

export function isIntegral(type: DataType): boolean {
  return INTEGRAL_KINDS.has(type.kind);
}

export function isNumeric(type: DataType): boolean {
  return NUMERIC_KINDS.has(type.kind);
}

function isList(expected: Expected): expected is readonly Expected[] {
  return Array.isArray(expected);
}

/** Whether a value of `type` fits without a cast (Spark's `AbstractDataType.acceptsType`). */
export function accepts(expected: Expected, type: DataType): boolean {
  if (isList(expected)) return expected.some((one) => accepts(one, type));
  if (typeof expected === 'object') return type.kind === 'array' && accepts(expected.array, type.element);
  if (expected === 'any') return true;
  if (expected === 'numeric') return isNumeric(type);
  if (expected === 'integral') return isIntegral(type);
  return type.kind === expected;
}

/** The decimal that holds every value of an integral type, or of a float or double as Spark sees them. */
export function decimalFor(type: DataType): DataType {
  switch (type.kind) {
    case 'byte':
      return decimal(3, 0);
    case 'short':
      return decimal(5, 0);
    case 'int':
      return decimal(10, 0);
    case 'long':
      return decimal(20, 0);
    case 'float':
      return decimal(14, 7);
    case 'double':
      return decimal(30, 15);
    default:
      return type;
  }
}

/** The type that stands for `expected` when the argument is an untyped null. */
function concreteType(expected: Expected): DataType {
  if (isList(expected)) return concreteType(expected[0] as Expected);
  if (typeof expected === 'object') return { kind: 'array', element: concreteType(expected.array) };
  switch (expected) {
    case 'any':
    case 'struct':
      return VOID;
    case 'numeric':
      return DOUBLE;
    case 'integral':
      return { kind: 'int' };
    case 'decimal':
      return decimal(38, 18);
    case 'array':
      return { kind: 'array', element: VOID };
    case 'map':
      return { kind: 'map', key: VOID, value: VOID };
    default:
      return { kind: expected };
  }
}

/**
 * The type that an argument of type `from` is cast to for a parameter that takes `expected`; null where Spark casts
 * nothing (`TypeCoercion.implicitCast`, ANSI off).
 */
export function implicitType(from: DataType, expected: Expected): DataType | null {
  if (accepts(expected, from)) return from;
  if (from.kind === 'void') return concreteType(expected);
  if (isList(expected)) {
    for (const one of expected) {
      const type = implicitType(from, one);
      if (type !== null) return type;
    }
    return null;
  }
  if (typeof expected === 'object') {
    if (from.kind !== 'array') return null;
    const element = implicitType(from.element, expected.array);
    return element === null ? null : { kind: 'array', element };
  }
  return implicitAtomic(from, expected);
}

function implicitAtomic(from: DataType, expected: Exclude<Expected, readonly Expected[] | object>): DataType | null {
  const target = concreteType(expected);
  if (from.kind === 'string') {
    if (expected === 'integral') return null;
    if (isNumeric(target) || target.kind === 'date' || target.kind === 'timestamp' || target.kind === 'binary') {
      return target;
    }
    return null;
  }
  if (isNumeric(from) && expected === 'decimal') return decimalFor(from);
  if (isNumeric(from) && isNumeric(target) && expected !== 'integral') return target;
  if (from.kind === 'date' && target.kind === 'timestamp') return target;
  if (from.kind === 'timestamp' && target.kind === 'date') return target;
  if (target.kind === 'string' && !NOT_ATOMIC.has(from.kind)) return target;
  return null;
}

function describe(expected: Expected): string {
  if (isList(expected)) return expected.map(describe).join(' or ');
  if (typeof expected === 'object') return `array<${describe(expected.array)}>`;
  return expected;
}

/** Refuses an argument whose type does not fit. `position` counts from 0. */
export function refuseType(context: BindContext, position: number, expected: string, found: DataType): never {
  throw analysisError(
    'DATATYPE_MISMATCH',
    `${context.name}: argument ${position + 1} must be ${expected}, but it is ${formatType(found)}. Cast it, or pass another value.`,
  );
}

/** Refuses a call with fewer than `min` or more than `max` arguments. */
export function checkCount(context: BindContext, args: readonly unknown[], min: number, max: number): void {
  if (args.length >= min && args.length <= max) return;
  const wanted = max === Number.POSITIVE_INFINITY ? `at least ${min}` : min === max ? `${min}` : `${min} to ${max}`;
  throw analysisError('WRONG_NUM_ARGS', `${context.name} takes ${wanted} argument(s), but ${args.length} were given.`);
}

/** The arguments with Spark's implicit casts (`ImplicitCastInputTypes`); refuses what cannot be cast. */
export function implicitArgs(
  context: BindContext,
  args: readonly TypedExpr[],
  expected: readonly Expected[],
): readonly TypedExpr[] {
  return args.map((arg, i) => {
    const one = expected[i] as Expected;
    const type = implicitType(arg.type, one);
    if (type === null) refuseType(context, i, describe(one), arg.type);
    return type === arg.type ? arg : castTo(arg, type);
  });
}

/** The arguments as they are (`ExpectsInputTypes`): only an untyped null is cast; refuses every other type. */
export function exactArgs(
  context: BindContext,
  args: readonly TypedExpr[],
  expected: readonly Expected[],
): readonly TypedExpr[] {
  return args.map((arg, i) => {
    const one = expected[i] as Expected;
    if (accepts(one, arg.type)) return arg;
    if (arg.type.kind !== 'void') refuseType(context, i, describe(one), arg.type);
    return castTo(arg, concreteType(one));
  });
}

/** A result that is null when an argument is, or when the function may give null for values. */
export function boundTo(args: readonly TypedExpr[], type: DataType, mayBeNull = false): Bound {
  return { args, type, nullable: mayBeNull || args.some((arg) => arg.nullable) };
}

export function literal(value: Cell, type: DataType): TypedExpr {
  return { kind: 'literal', value, type, nullable: value === null };
}

/** The value of an argument that is constant when the query is bound; undefined of any other. */
export function constantOf(expr: TypedExpr): Cell | undefined {
  if (expr.kind === 'literal') return expr.value;
  if (expr.kind !== 'cast') return undefined;
  const value = constantOf(expr.child);
  if (value === undefined || value === null) return value;
  // No cast of a constant that matters here (a scale, a name, a format) depends on the time zone.
  return castCell(expr.child.type, expr.type, 'UTC')?.(value);
}
