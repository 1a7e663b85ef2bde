import { array, BOOLEAN, type DataType, DOUBLE, formatType, LONG } from '../schema.ts';
import { analysisError } from './analysis-error.ts';
import { castTo, isIntegralType, isNumericType } from './coercion.ts';
import { bounded } from './decimal-types.ts';
import type { TypedExpr } from './typed.ts';

/** What an aggregate function takes and gives. The engine computes them; here are only their names and types. */
interface AggregateRule {
  readonly minArgs: number;
  readonly maxArgs: number;
  /** The type that the first argument is cast to, from its own. Throws where Spark refuses. */
  readonly argType: (type: DataType, name: string) => DataType;
  /** The result's type, from the first argument's (after its cast). */
  readonly type: (argType: DataType) => DataType;
}

const same = (type: DataType): DataType => type;

const ordered: AggregateRule = { minArgs: 1, maxArgs: 1, argType: orderable, type: same };
const firstOrLast: AggregateRule = { minArgs: 1, maxArgs: 2, argType: same, type: same };
const statistic: AggregateRule = { minArgs: 1, maxArgs: 1, argType: doubleArg, type: () => DOUBLE };
const truth: AggregateRule = { minArgs: 1, maxArgs: 1, argType: booleanArg, type: () => BOOLEAN };
const collect: AggregateRule = { minArgs: 1, maxArgs: 1, argType: same, type: array };

const RULES: ReadonlyMap<string, AggregateRule> = new Map(
  Object.entries({
    count: { minArgs: 1, maxArgs: Number.POSITIVE_INFINITY, argType: same, type: () => LONG },
    count_if: { minArgs: 1, maxArgs: 1, argType: booleanArg, type: () => LONG },
    sum: { minArgs: 1, maxArgs: 1, argType: summable, type: sumType },
    avg: { minArgs: 1, maxArgs: 1, argType: summable, type: averageType },
    min: ordered,
    max: ordered,
    first: firstOrLast,
    last: firstOrLast,
    any_value: firstOrLast,
    min_by: { minArgs: 2, maxArgs: 2, argType: same, type: same },
    max_by: { minArgs: 2, maxArgs: 2, argType: same, type: same },
    stddev_samp: statistic,
    stddev_pop: statistic,
    var_samp: statistic,
    var_pop: statistic,
    skewness: statistic,
    kurtosis: statistic,
    median: statistic,
    percentile: { minArgs: 2, maxArgs: 3, argType: doubleArg, type: () => DOUBLE },
    percentile_approx: { minArgs: 2, maxArgs: 3, argType: summable, type: same },
    approx_count_distinct: { minArgs: 1, maxArgs: 2, argType: same, type: () => LONG },
    collect_list: collect,
    collect_set: collect,
    bool_and: truth,
    bool_or: truth,
  } satisfies Record<string, AggregateRule>),
);

/** Other names of the same aggregates. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['mean', 'avg'],
  ['first_value', 'first'],
  ['last_value', 'last'],
  ['stddev', 'stddev_samp'],
  ['std', 'stddev_samp'],
  ['variance', 'var_samp'],
  ['approx_percentile', 'percentile_approx'],
  ['array_agg', 'collect_list'],
  ['every', 'bool_and'],
  ['some', 'bool_or'],
  ['any', 'bool_or'],
]);

export const AGGREGATE_NAMES: readonly string[] = [...RULES.keys(), ...ALIASES.keys()].sort();

export function isAggregateName(name: string): boolean {
  return RULES.has(canonicalName(name));
}

/** The result type of an aggregate over arguments of these types (before their casts). `count(*)` has none. */
export function aggregateType(name: string, argTypes: readonly DataType[]): DataType {
  const rule = ruleOf(name);
  const [first] = argTypes;
  return first === undefined ? rule.type(LONG) : rule.type(rule.argType(first, name));
}

export interface BoundAggregate {
  /** The aggregate's own name, where the query wrote an alias such as `mean`. */
  readonly name: string;
  readonly args: readonly TypedExpr[];
  readonly type: DataType;
}

/** The arguments with the casts that the aggregate wants, and its type. `count(*)` is bound without arguments. */
export function bindAggregate(name: string, args: readonly TypedExpr[]): BoundAggregate {
  const rule = ruleOf(name);
  const canonical = canonicalName(name);
  const isCountStar = canonical === 'count' && args.length === 0;
  if (!isCountStar && (args.length < rule.minArgs || args.length > rule.maxArgs)) {
    throw analysisError('WRONG_NUM_ARGS', `${name} takes ${rule.minArgs} argument(s), but ${args.length} were given.`);
  }
  const bound = args.map((arg, i) => (i === 0 ? castTo(arg, rule.argType(arg.type, name)) : arg));
  const argTypes = args.map((arg) => arg.type);
  return { name: canonical, args: bound, type: aggregateType(name, argTypes) };
}

function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return ALIASES.get(lower) ?? lower;
}

function ruleOf(name: string): AggregateRule {
  const rule = RULES.get(canonicalName(name));
  if (rule === undefined) throw analysisError('UNRESOLVED_ROUTINE', `"${name}" is no aggregate function.`);
  return rule;
}

function sumType(type: DataType): DataType {
  if (type.kind === 'decimal') return bounded(type.precision + 10, type.scale);
  if (isIntegralType(type)) return LONG;
  return isNumericType(type) ? DOUBLE : type;
}

function averageType(type: DataType): DataType {
  if (type.kind === 'decimal') return bounded(type.precision + 4, type.scale + 4);
  return isNumericType(type) ? DOUBLE : type;
}

function summable(type: DataType, name: string): DataType {
  if (isNumericType(type) || type.kind === 'dayTimeInterval' || type.kind === 'yearMonthInterval') return type;
  if (type.kind === 'string' || type.kind === 'void') return DOUBLE;
  return refuse(name, 'a number or an interval', type);
}

function doubleArg(type: DataType, name: string): DataType {
  if (isNumericType(type) || type.kind === 'string' || type.kind === 'void') return DOUBLE;
  return refuse(name, 'a number', type);
}

function booleanArg(type: DataType, name: string): DataType {
  return type.kind === 'boolean' || type.kind === 'void' ? BOOLEAN : refuse(name, 'boolean', type);
}

function orderable(type: DataType, name: string): DataType {
  return type.kind === 'map' || type.kind === 'calendarInterval' ? refuse(name, 'of a type with an order', type) : type;
}

function refuse(name: string, expected: string, found: DataType): never {
  throw analysisError(
    'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
    `${name}: the argument must be ${expected}, but it is ${formatType(found)}.`,
  );
}
