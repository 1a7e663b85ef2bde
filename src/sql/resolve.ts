import { didYouMean } from '../errors.ts';
import { BOOLEAN, type DataType, formatType, STRING } from '../schema.ts';
import { isAggregateName } from './aggregates.ts';
import { type AnalysisError, analysisError, withSpan } from './analysis-error.ts';
import type { Expr, Span } from './ast.ts';
import { canCast, castTo, commonType } from './coercion.ts';
import type { FunctionSpec } from './function-spec.ts';
import { functionNames, lookupFunction } from './functions/table.ts';
import { RESERVED_WORDS } from './keywords.ts';
import { lambdaParamTypes } from './lambda-types.ts';
import { outputName } from './output-name.ts';
import { ATOMIC_TYPE_NAMES } from './parse-type.ts';
import { expandStar, extractField, resolveName } from './resolve-name.ts';
import type { LambdaParam, Scope, TypedExpr } from './typed.ts';
import { readTypedText } from './typed-text.ts';
import { tryCastCell } from './values/cast.ts';

export { outputName };

/** Functions that the planner takes out of an expression before it is resolved. */
const PLANNER_FUNCTIONS: ReadonlySet<string> = new Set([
  'window',
  'session_window',
  'explode',
  'explode_outer',
  'posexplode',
  'posexplode_outer',
  'inline',
  'inline_outer',
  'stack',
]);

/** Functions that may be written without brackets, where no column has the name. */
const BARE_CALLS: ReadonlySet<string> = new Set([
  'current_date',
  'current_timestamp',
  'localtimestamp',
  'current_user',
  'user',
]);

/** What an unknown function may have been meant as: no operators. */
const CALLABLE_NAMES = functionNames().filter((name) => /^[a-z]/.test(name) && !RESERVED_WORDS.has(name.toUpperCase()));

type Call = Extract<Expr, { kind: 'call' }>;

interface Env extends Scope {
  /** Lambda parameters in sight, innermost last. */
  readonly params: readonly LambdaParam[];
  /** What came of expressions before; null: nothing is kept. */
  readonly known: Map<Expr, TypedExpr | Error> | null;
}

/**
 * Gives every name its column and every node its type, with Spark's implicit casts made explicit.
 * Throws `AnalysisError`s (UNRESOLVED_COLUMN, UNRESOLVED_ROUTINE, DATATYPE_MISMATCH, ...) with the span of the culprit.
 */
export function resolveExpression(expr: Expr, scope: Scope): TypedExpr {
  return resolve(expr, { columns: scope.columns, timeZone: scope.timeZone, params: [], known: null });
}

/** `resolveExpression` for an expression and then its parts: a part that was resolved with the whole is not resolved again. */
export function createResolver(scope: Scope): (expr: Expr) => TypedExpr {
  const env: Env = { columns: scope.columns, timeZone: scope.timeZone, params: [], known: new Map() };
  return (expr) => resolve(expr, env);
}

function resolve(expr: Expr, env: Env): TypedExpr {
  const { known } = env;
  if (known === null) return resolveAnew(expr, env);
  const found = known.get(expr);
  if (found instanceof Error) throw found;
  if (found !== undefined) return found;
  try {
    const typed = resolveAnew(expr, env);
    known.set(expr, typed);
    return typed;
  } catch (error) {
    known.set(expr, error as Error);
    throw error;
  }
}

function resolveAnew(expr: Expr, env: Env): TypedExpr {
  switch (expr.kind) {
    case 'literal':
      return resolveLiteral(expr, env);
    case 'name':
      return resolveNamed(expr, env);
    case 'star':
      throw analysisError(
        'INVALID_USAGE_OF_STAR',
        '"*" cannot stand here: it belongs in a list of columns.',
        expr.span,
      );
    case 'alias':
      return resolve(expr.child, env);
    case 'field':
      return extractField(resolve(expr.child, env), expr.name, expr.span);
    case 'cast':
      return resolveCast(resolve(expr.child, env), expr.type, expr.try, expr.span);
    case 'case':
      return resolveCase(expr, env);
    case 'lambda':
      throw analysisError('INVALID_LAMBDA', 'a lambda can only be the argument of a higher-order function.', expr.span);
    case 'call':
      return resolveCall(expr, env);
  }
}

function resolveLiteral(expr: Extract<Expr, { kind: 'literal' }>, env: Env): TypedExpr {
  const { type, span } = expr;
  const isTyped = type.kind === 'date' || type.kind === 'timestamp';
  const value = isTyped && typeof expr.value === 'string' ? readTypedText(expr.value, type, env.timeZone) : expr.value;
  if (value === null && expr.value !== null) {
    throw analysisError('INVALID_TYPED_LITERAL', `${JSON.stringify(expr.value)} is no ${formatType(type)}.`, span);
  }
  return { kind: 'literal', value, type, nullable: value === null };
}

function resolveNamed({ parts, span }: Extract<Expr, { kind: 'name' }>, env: Env): TypedExpr {
  const [name = ''] = parts;
  const isBareCall = parts.length === 1 && BARE_CALLS.has(name.toLowerCase());
  if (isBareCall && !env.columns.some((column) => column.name.toLowerCase() === name.toLowerCase())) {
    return resolveCall({ kind: 'call', name, args: [], span }, env);
  }
  return resolveParam(parts, env, span) ?? resolveName(parts, env, span);
}

function resolveParam(parts: readonly string[], env: Env, span?: Span): TypedExpr | null {
  const [first, ...rest] = parts;
  const param = env.params.findLast(({ name }) => name.toLowerCase() === first?.toLowerCase());
  if (param === undefined) return null;
  const typed: TypedExpr = { kind: 'param', id: param.id, name: param.name, type: param.type, nullable: true };
  return rest.reduce<TypedExpr>((child, part) => extractField(child, part, span), typed);
}

function resolveCast(child: TypedExpr, type: DataType, isTry: boolean, span?: Span): TypedExpr {
  const isKnown = isTry ? tryCastCell(child.type, type, 'UTC') !== null : canCast(child.type, type);
  if (!isKnown) {
    const what = `cannot cast ${formatType(child.type)} to ${formatType(type)}.`;
    throw analysisError('DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION', what, span);
  }
  return isTry ? { kind: 'call', name: 'try_cast', args: [child], type, nullable: true } : castTo(child, type);
}

function resolveCase(expr: Extract<Expr, { kind: 'case' }>, env: Env): TypedExpr {
  const whens = expr.branches.map(({ when }) => {
    const typed = resolve(when, env);
    if (typed.type.kind === 'boolean' || typed.type.kind === 'void') return castTo(typed, BOOLEAN);
    const found = formatType(typed.type);
    throw analysisError('DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE', `WHEN needs a boolean, not ${found}.`, when.span);
  });
  const thens = expr.branches.map((branch) => resolve(branch.then, env));
  const otherwise = expr.otherwise === undefined ? null : resolve(expr.otherwise, env);
  const results = otherwise === null ? thens : [...thens, otherwise];
  const type = commonType(results.map((result) => result.type));
  if (type === null) {
    const found = results.map((result) => formatType(result.type)).join(', ');
    throw analysisError(
      'DATATYPE_MISMATCH.DATA_DIFF_TYPES',
      `CASE gives values of different types: ${found}.`,
      expr.span,
    );
  }
  const branches = whens.map((when, i) => caseBranch(when, castTo(thens[i] as TypedExpr, type)));
  const nullable = otherwise === null || results.some((result) => result.nullable);
  return { kind: 'case', branches, otherwise: otherwise && castTo(otherwise, type), type, nullable };
}

function caseBranch(when: TypedExpr, value: TypedExpr) {
  return { when, then: value };
}

function resolveCall(expr: Call, env: Env): TypedExpr {
  const name = expr.name.toLowerCase();
  if (name === 'struct')
    return bindCall(lookupFunction('named_struct') as FunctionSpec, expr, structArgs(expr.args, env), env);
  if (name === '[]') return resolveIndex(expr, env);
  const spec = lookupFunction(name);
  const castType = ATOMIC_TYPE_NAMES.get(name);
  if (spec === undefined && castType !== undefined && expr.args.length === 1) {
    return resolveCast(resolve(expr.args[0] as Expr, env), castType, false, expr.span);
  }
  if (spec === undefined) throw unresolvedRoutine(expr);
  if (expr.distinct || expr.filter !== undefined) {
    const what = `${expr.name} is no aggregate function, so it takes neither DISTINCT nor FILTER.`;
    throw analysisError('INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX', what, expr.span);
  }
  return bindCall(spec, expr, resolveArgs(expr, env), env);
}

function bindCall(spec: FunctionSpec, expr: Call, args: readonly TypedExpr[], env: Env): TypedExpr {
  const bound = withSpan(expr.span, () => spec.bind(args, { name: expr.name, timeZone: env.timeZone }));
  return { kind: 'call', name: spec.name, args: bound.args, type: bound.type, nullable: bound.nullable };
}

/** `child[index]`: with a string on a struct it is a field. */
function resolveIndex(expr: Call, env: Env): TypedExpr {
  const args = expr.args.map((arg) => resolve(arg, env));
  const [child, index] = args;
  if (child?.type.kind === 'struct' && index?.kind === 'literal' && typeof index.value === 'string') {
    return extractField(child, index.value, expr.span);
  }
  return bindCall(lookupFunction('[]') as FunctionSpec, expr, args, env);
}

function resolveArgs(expr: Call, env: Env): TypedExpr[] {
  const lambdas = new Map<number, LambdaExpr>();
  const typed: TypedExpr[] = [];
  for (const arg of expr.args) {
    if (arg.kind === 'lambda') lambdas.set(typed.length + lambdas.size, arg);
    else if (arg.kind === 'star') typed.push(...expandStar(arg, env).map((column) => column.expr));
    else typed.push(resolve(plainArg(arg, expr), env));
  }
  const types = typed.map((arg) => arg.type);
  const all = [...typed];
  for (const [index, lambda] of lambdas) all.splice(index, 0, resolveLambda(lambda, expr, types, index, env));
  return all;
}

function plainArg(arg: Expr, call: Call): Expr {
  if (arg.kind !== 'alias') return arg;
  const what = `an argument of ${call.name} has the alias "${arg.name}"; only those of struct(...) have names.`;
  throw analysisError('INVALID_ALIAS', what, arg.span);
}

type LambdaExpr = Extract<Expr, { kind: 'lambda' }>;

function resolveLambda(
  lambda: LambdaExpr,
  call: Call,
  argTypes: readonly DataType[],
  index: number,
  env: Env,
): TypedExpr {
  const types = lambdaParamTypes(call.name.toLowerCase(), argTypes, index, lambda.params.length);
  if (types === null || types.length !== lambda.params.length) {
    const what = types === null ? 'takes no lambda here' : `takes a lambda of ${types.length} parameter(s) here`;
    throw analysisError('INVALID_LAMBDA_FUNCTION_CALL', `${call.name} ${what}.`, lambda.span);
  }
  const params = lambda.params.map((name, i) => ({ id: env.params.length + i, name, type: types[i] as DataType }));
  const body = resolve(lambda.body, { ...env, params: [...env.params, ...params], known: null });
  return { kind: 'lambda', params, body, type: body.type, nullable: body.nullable };
}

/** `struct(a, b + 1 AS c, t.*)` as names and values in turn; a value without a name is `col1`, `col2`, ... */
function structArgs(args: readonly Expr[], env: Env): TypedExpr[] {
  const named = args.flatMap((arg, i) => {
    if (arg.kind === 'star') return expandStar(arg, env);
    const hasName = arg.kind === 'name' || arg.kind === 'alias' || arg.kind === 'field';
    return [{ name: hasName ? outputName(arg) : `col${i + 1}`, expr: resolve(arg, env) }];
  });
  return named.flatMap(({ name, expr }): TypedExpr[] => [
    { kind: 'literal', value: name, type: STRING, nullable: false },
    expr,
  ]);
}

function unresolvedRoutine(expr: Call): AnalysisError {
  const { name, span } = expr;
  if (isAggregateName(name)) {
    const what = `the aggregate function ${name} cannot stand here: it belongs in the SELECT list or HAVING of a grouped query.`;
    return analysisError('INVALID_AGGREGATE', what, span);
  }
  if (PLANNER_FUNCTIONS.has(name.toLowerCase())) {
    const what = `${name} cannot stand inside this expression: make it a column of its own (SELECT or GROUP BY) first.`;
    return analysisError('UNSUPPORTED_EXPR_FOR_OPERATOR', what, span);
  }
  return analysisError(
    'UNRESOLVED_ROUTINE',
    `there is no function "${name}".${didYouMean(name, CALLABLE_NAMES)}`,
    span,
  );
}
