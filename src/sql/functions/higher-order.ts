import type { Cell, MapCell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, BOOLEAN, type DataType, INT, map, sameType } from '../../schema.ts';
import { castTo } from '../coercion.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { checkCount, refuseType } from './bind.ts';
import { arrayArg, buildMap, differentTypes, type Lambda, lambdaArg, lambdaOf, mapArg } from './collection-args.ts';
import { keyFinder, keyTypeOf } from './map.ts';
import { compareBy, isOrderable } from './ordering.ts';

/**
 * Functions of lambdas. The resolver gives a lambda's parameters their types (`src/sql/lambda-types.ts`) and hands it to
 * `bind` resolved; at run time it arrives as a function over cells. A lambda of fewer parameters ignores the rest.
 */
export const higherOrderFunctions: readonly FunctionSpec[] = [
  ofArray(
    'transform',
    'The results of a lambda of each element (and its index from 0).',
    ['transform(array(1, 2, 3), x -> x + 1)', '[2,3,4]'],
    {
      type: (_element, result) => array(result),
      run: (cells, f) => cells.map((cell, i) => f(cell, i)),
    },
  ),
  ofArray(
    'filter',
    'The elements for which a lambda (of the element and its index) is true.',
    ['filter(array(1, 2, 3), x -> x % 2 = 1)', '[1,3]'],
    {
      result: BOOLEAN,
      type: (element) => array(element),
      run: (cells, f) => cells.filter((cell, i) => f(cell, i) === true),
    },
  ),
  ofArray(
    'exists',
    'Whether a lambda is true of an element; null when it is of none, but null of one.',
    ['exists(array(1, 2, 3), x -> x % 2 = 0)', 'true'],
    {
      result: BOOLEAN,
      type: () => BOOLEAN,
      run: (cells, f) => decide(cells, f, true),
    },
  ),
  ofArray(
    'forall',
    'Whether a lambda is true of every element; null when it is false of none, but null of one.',
    ['forall(array(1, 2, 3), x -> x % 2 = 0)', 'false'],
    {
      result: BOOLEAN,
      type: () => BOOLEAN,
      run: (cells, f) => decide(cells, f, false),
    },
  ),
  {
    name: 'aggregate',
    aliases: ['reduce'],
    group: 'collection',
    usage: 'Merges the elements, one after the other, into a start value; the last lambda makes the result of it.',
    example: ['aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x)', '6'],
    bind: bindAggregate,
    implement: () => ({ kind: 'call', fn: aggregate, nulls: 'see', mayBeNull: true }),
  },
  {
    name: 'array_sort',
    group: 'collection',
    usage: 'The array in ascending order with nulls last, or in the order of a lambda that gives -1, 0 or 1.',
    example: ["array_sort(array('b', 'd', null, 'c', 'a'))", '["a","b","c","d",null]'],
    bind: bindArraySort,
    implement([type]) {
      const natural = nullsLast(compareBy((type as { element: DataType }).element));
      const fn = (cells: readonly Cell[], compare?: Lambda): Cell =>
        cells.toSorted(compare === undefined ? natural : (a, b) => orderOf(compare(a, b)));
      return { kind: 'call', fn, nulls: 'propagate' };
    },
  },
  {
    name: 'zip_with',
    group: 'collection',
    usage: 'The results of a lambda of the elements of two arrays at the same place; missing ones are null.',
    example: ["zip_with(array(1, 2, 3), array('a', 'b', 'c'), (x, y) -> concat(y, x))", '["a1","b2","c3"]'],
    bind(args, context) {
      checkCount(context, args, 3, 3);
      arrayArg(context, args, 0);
      arrayArg(context, args, 1);
      return withLambda(args, array(lambdaArg(context, args, 2).type));
    },
    implement: () => ({ kind: 'call', fn: zipWith, nulls: 'propagate' }),
  },
  ofMap(
    'map_filter',
    'The entries for which a lambda of key and value is true.',
    ['map_filter(map(1, 0, 2, 2, 3, -1), (k, v) -> k > v)', '{1:0,3:-1}'],
    {
      result: BOOLEAN,
      type: (key, value) => map(key, value),
      run: ({ keys, values }, f) => {
        const kept = keys.map((key, i) => f(key, values[i] as Cell) === true);
        return { keys: keys.filter((_, i) => kept[i]), values: values.filter((_, i) => kept[i]) };
      },
    },
  ),
  ofMap(
    'transform_keys',
    'The map with its keys replaced by the results of a lambda of key and value.',
    ['transform_keys(map_from_arrays(array(1, 2, 3), array(1, 2, 3)), (k, v) -> k + 1)', '{2:1,3:2,4:3}'],
    {
      type: (_key, value, result) => map(result, value),
      run: ({ keys, values }, f, type) =>
        buildMap(
          'transform_keys',
          keyTypeOf(type),
          keys.map((key, i) => f(key, values[i] as Cell)),
          values,
        ),
    },
  ),
  ofMap(
    'transform_values',
    'The map with its values replaced by the results of a lambda of key and value.',
    ['transform_values(map_from_arrays(array(1, 2, 3), array(1, 2, 3)), (k, v) -> v + 1)', '{1:2,2:3,3:4}'],
    {
      type: (key, _value, result) => map(key, result),
      run: ({ keys, values }, f) => ({ keys, values: keys.map((key, i) => f(key, values[i] as Cell)) }),
    },
  ),
  {
    name: 'map_zip_with',
    group: 'collection',
    usage: 'The keys of two maps with the results of a lambda of the key and both values; missing ones are null.',
    example: [
      "map_zip_with(map(1, 'a', 2, 'b'), map(1, 'x', 2, 'y'), (k, v1, v2) -> concat(v1, v2))",
      '{1:"ax",2:"by"}',
    ],
    bind(args, context) {
      checkCount(context, args, 3, 3);
      const a = mapArg(context, args, 0);
      const b = mapArg(context, args, 1);
      if (!sameType(a.key, b.key)) throw differentTypes(context, [a, b]);
      return withLambda(args, map(a.key, lambdaArg(context, args, 2).type));
    },
    implement(_types, type) {
      const find = keyFinder(keyTypeOf(type));
      const fn = (a: MapCell, b: MapCell, f: Lambda): Cell => {
        const keys = [...a.keys, ...b.keys.filter((key) => find(a, key) < 0)];
        const values = keys.map((key) => f(key, a.values[find(a, key)] ?? null, b.values[find(b, key)] ?? null));
        return { keys, values };
      };
      return { kind: 'call', fn, nulls: 'propagate' };
    },
  },
];

interface ArrayRule {
  /** What the lambda must give; anything when absent. */
  readonly result?: DataType;
  readonly type: (element: DataType, result: DataType) => DataType;
  readonly run: (cells: readonly Cell[], f: Lambda) => Cell;
}

function ofArray(name: string, usage: string, example: readonly [string, string], rule: ArrayRule): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const { element } = arrayArg(context, args, 0);
      const lambda = resultOf(context, lambdaArg(context, args, 1), rule.result);
      return withLambda([args[0] as TypedExpr, lambda], rule.type(element, lambda.type), name !== 'transform');
    },
    implement: () => ({ kind: 'call', fn: rule.run, nulls: 'propagate', mayBeNull: true }),
  };
}

interface MapRule {
  readonly result?: DataType;
  readonly type: (key: DataType, value: DataType, result: DataType) => DataType;
  readonly run: (child: MapCell, f: Lambda, type: DataType) => Cell;
}

function ofMap(name: string, usage: string, example: readonly [string, string], rule: MapRule): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const { key, value } = mapArg(context, args, 0);
      const lambda = resultOf(context, lambdaArg(context, args, 1), rule.result);
      return withLambda([args[0] as TypedExpr, lambda], rule.type(key, value, lambda.type));
    },
    implement(_types, type) {
      return { kind: 'call', fn: (child: MapCell, f: Lambda) => rule.run(child, f, type), nulls: 'propagate' };
    },
  };
}

function resultOf(
  context: BindContext,
  lambda: Extract<TypedExpr, { kind: 'lambda' }>,
  wanted: DataType | undefined,
): TypedExpr {
  if (wanted === undefined || sameType(lambda.type, wanted)) return lambda;
  if (lambda.type.kind !== 'void') refuseType(context, 1, `a lambda that gives ${wanted.kind}`, lambda.type);
  return lambdaOf(lambda, wanted);
}

/** The lambda itself is never null, whatever it gives. */
function withLambda(args: readonly TypedExpr[], type: DataType, mayBeNull = false): Bound {
  return { args, type, nullable: mayBeNull || args.some((arg) => arg.kind !== 'lambda' && arg.nullable) };
}

function decide(cells: readonly Cell[], f: Lambda, decisive: boolean): Cell {
  let open = false;
  for (const cell of cells) {
    const result = f(cell);
    if (result === decisive) return decisive;
    if (result === null) open = true;
  }
  return open ? null : !decisive;
}

function bindAggregate(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 3, 4);
  const list = args[0] as TypedExpr;
  arrayArg(context, args, 0);
  const merge = lambdaArg(context, args, 2);
  const zero = args[1] as TypedExpr;
  if (!sameType(merge.type, zero.type) && merge.type.kind !== 'void')
    throw differentTypes(context, [zero.type, merge.type]);
  const bound = [list, zero, lambdaOf(merge, zero.type)];
  if (args.length === 3) return { args: bound, type: zero.type, nullable: true };
  const finish = lambdaArg(context, args, 3);
  return { args: [...bound, finish], type: finish.type, nullable: true };
}

function aggregate(cells: readonly Cell[] | null, zero: Cell, merge: Lambda, finish?: Lambda): Cell {
  if (cells === null) return null;
  const result = cells.reduce<Cell>((sum, cell) => merge(sum, cell), zero);
  return finish === undefined ? result : finish(result);
}

function bindArraySort(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 1, 2);
  const { element } = arrayArg(context, args, 0);
  const list = castTo(args[0] as TypedExpr, array(element));
  if (args.length === 1) {
    if (!isOrderable(element)) refuseType(context, 0, 'an array of values that have an order', element);
    return withLambda([list], list.type);
  }
  const compare = lambdaArg(context, args, 1);
  if (compare.type.kind !== 'int') refuseType(context, 1, 'a lambda that gives an int', compare.type);
  return withLambda([list, lambdaOf(compare, INT)], list.type);
}

function nullsLast(compare: (a: Cell, b: Cell) => number): (a: Cell, b: Cell) => number {
  return (a, b) => {
    if (a === null) return b === null ? 0 : 1;
    return b === null ? -1 : compare(a, b);
  };
}

function orderOf(result: Cell): number {
  if (typeof result === 'number') return result;
  throw dataError(
    'COMPARATOR_RETURNS_NULL',
    'array_sort: the lambda gave null; it must give -1, 0 or 1 for every pair.',
  );
}

function zipWith(a: readonly Cell[], b: readonly Cell[], f: Lambda): Cell {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => f(a[i] ?? null, b[i] ?? null));
}
