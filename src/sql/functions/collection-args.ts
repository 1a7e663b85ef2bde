import type { Cell, MapCell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, type DataType, formatType, map } from '../../schema.ts';
import { type AnalysisError, analysisError } from '../analysis-error.ts';
import { castTo, commonTypeWithoutString } from '../coercion.ts';
import type { BindContext } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { refuseType } from './bind.ts';
import { equalityKey } from './ordering.ts';

/** Type rules and laws that the functions of arrays and maps share. */

export type ArrayType = Extract<DataType, { kind: 'array' }>;
export type MapType = Extract<DataType, { kind: 'map' }>;

/** The argument's type when it is an array; refuses every other one. An untyped null counts as an array of nulls. */
export function arrayArg(context: BindContext, args: readonly TypedExpr[], position: number): ArrayType {
  const { type } = args[position] as TypedExpr;
  if (type.kind === 'array') return type;
  if (type.kind === 'void') return array(type) as ArrayType;
  return refuseType(context, position, 'an array', type);
}

export function mapArg(context: BindContext, args: readonly TypedExpr[], position: number): MapType {
  const { type } = args[position] as TypedExpr;
  if (type.kind === 'map') return type;
  if (type.kind === 'void') return map(type, type) as MapType;
  return refuseType(context, position, 'a map', type);
}

export function differentTypes(context: BindContext, types: readonly DataType[]): AnalysisError {
  return analysisError(
    'DATATYPE_MISMATCH',
    `${context.name}: the types ${types.map(formatType).join(', ')} do not go together. Cast one of them.`,
  );
}

/** An array and a value that may stand in it, cast to one element type; nothing becomes a string. */
export function arrayAndElement(
  context: BindContext,
  args: readonly TypedExpr[],
): readonly [list: TypedExpr, element: TypedExpr] {
  const [list, element] = args as readonly [TypedExpr, TypedExpr];
  const { element: inside } = arrayArg(context, args, 0);
  const common = commonTypeWithoutString([inside, element.type]);
  if (common === null) throw differentTypes(context, [list.type, element.type]);
  return [castTo(list, array(common)), castTo(element, common)];
}

/** Arrays cast to one element type. */
export function sameArrays(context: BindContext, args: readonly TypedExpr[]): readonly TypedExpr[] {
  const types = args.map((_, i) => arrayArg(context, args, i));
  const common = commonTypeWithoutString(types);
  if (common === null) throw differentTypes(context, types);
  return args.map((arg) => castTo(arg, common));
}

/** A lambda as the argument at `position`; refuses anything else. */
export function lambdaArg(
  context: BindContext,
  args: readonly TypedExpr[],
  position: number,
): Extract<TypedExpr, { kind: 'lambda' }> {
  const arg = args[position] as TypedExpr;
  if (arg.kind === 'lambda') return arg;
  throw analysisError(
    'INVALID_LAMBDA_FUNCTION_CALL',
    `${context.name}: argument ${position + 1} must be a lambda such as x -> x + 1.`,
  );
}

/** The lambda with its result cast. */
export function lambdaOf(lambda: Extract<TypedExpr, { kind: 'lambda' }>, type: DataType): TypedExpr {
  const body = castTo(lambda.body, type);
  return { ...lambda, body, type, nullable: body.nullable };
}

export type Lambda = (...cells: readonly Cell[]) => Cell;

/** A map of keys that are not null and differ (Spark's `ArrayBasedMapBuilder`, mapKeyDedupPolicy EXCEPTION). */
export function buildMap(name: string, keyType: DataType, keys: readonly Cell[], values: readonly Cell[]): MapCell {
  const keyOf = equalityKey(keyType);
  const seen = new Set<unknown>();
  for (const key of keys) {
    if (key === null) throw dataError('NULL_MAP_KEY', `${name}: a map has no null key. Filter nulls out before.`);
    const unique = keyOf(key);
    if (seen.has(unique)) {
      throw dataError(
        'DUPLICATED_MAP_KEY',
        `${name}: the key ${String(unique)} stands twice. Remove one of them before.`,
      );
    }
    seen.add(unique);
  }
  return { keys, values };
}

/** Refuses a map type whose keys would be maps. */
export function checkKeyType(context: BindContext, key: DataType): void {
  if (key.kind === 'map') {
    throw analysisError('DATATYPE_MISMATCH', `${context.name}: keys of type ${formatType(key)} are not possible.`);
  }
}
