import type { Cell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, BOOLEAN, type DataType, INT, LONG, STRING, struct } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, commonType } from '../coercion.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount, constantOf, implicitArgs, refuseType } from './bind.ts';
import { arrayAndElement, arrayArg, differentTypes } from './collection-args.ts';
import { scalar } from './define.ts';
import { compareBy, equalityKey, isOrderable } from './ordering.ts';

/** Making, reading and changing single arrays. */
export const arrayFunctions: readonly FunctionSpec[] = [
  {
    name: 'array',
    group: 'collection',
    usage: 'An array of the arguments.',
    example: ['array(1, 2, 3)', '[1,2,3]'],
    bind(args, context) {
      const types = args.map((arg) => arg.type);
      const element = commonType(types);
      if (element === null) throw differentTypes(context, types);
      return { args: args.map((arg) => castTo(arg, element)), type: array(element), nullable: false };
    },
    implement: () => ({ kind: 'call', fn: (...cells: Cell[]) => cells, nulls: 'see' }),
  },
  withElement(
    'array_contains',
    BOOLEAN,
    true,
    'Whether the value is in the array; null when it is not and a null is.',
    ['array_contains(array(1, 2, 3), 2)', 'true'],
    (same) => (cells, value) => {
      if (cells.some((cell) => cell !== null && same(cell, value))) return true;
      return cells.includes(null) ? null : false;
    },
  ),
  withElement(
    'array_position',
    LONG,
    false,
    'The position, from 1, of the value; 0 when it is not there.',
    ['array_position(array(312, 773, 708, 708), 708)', '3'],
    (same) => (cells, value) => cells.findIndex((cell) => cell !== null && same(cell, value)) + 1,
  ),
  withElement(
    'array_remove',
    null,
    false,
    'The array without the elements equal to the value.',
    ['array_remove(array(1, 2, 3, null, 3), 3)', '[1,2,null]'],
    (same) => (cells, value) => cells.filter((cell) => cell === null || !same(cell, value)),
  ),
  extended(
    'array_append',
    'The array with the value behind its last element.',
    ["array_append(array('b', 'd'), 'd')", '["b","d","d"]'],
    (cells, value) => [...cells, value],
  ),
  extended(
    'array_prepend',
    'The array with the value before its first element.',
    ["array_prepend(array('b', 'd'), 'a')", '["a","b","d"]'],
    (cells, value) => [value, ...cells],
  ),
  {
    name: 'array_insert',
    group: 'collection',
    usage: 'The array with the value put in at a position from 1, or from the end when negative; gaps are null.',
    example: ['array_insert(array(1, 2, 3, 4), 5, 5)', '[1,2,3,4,5]'],
    bind(args, context) {
      checkCount(context, args, 3, 3);
      const [list, value] = arrayAndElement(context, [args[0] as TypedExpr, args[2] as TypedExpr]);
      const position = args[1] as TypedExpr;
      if (!['byte', 'short', 'int', 'void'].includes(position.type.kind)) refuseType(context, 1, 'int', position.type);
      const at = castTo(position, INT);
      return { args: [list, at, value], type: list.type, nullable: list.nullable || at.nullable };
    },
    implement: () => ({ kind: 'call', fn: insertAt, nulls: 'see', mayBeNull: true }),
  },
  {
    name: 'array_repeat',
    group: 'collection',
    usage: 'An array of the value n times.',
    example: ["array_repeat('123', 2)", '["123","123"]'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [value, count] = implicitArgs(context, args, ['any', 'int']) as readonly [TypedExpr, TypedExpr];
      return { args: [value, count], type: array(value.type), nullable: count.nullable };
    },
    implement: () => ({
      kind: 'call',
      fn: (value: Cell, count: number | null) => (count === null ? null : Array<Cell>(Math.max(0, count)).fill(value)),
      nulls: 'see',
      mayBeNull: true,
    }),
  },
  plain('array_compact', 'The array without its nulls.', ['array_compact(array(1, 2, 3, null))', '[1,2,3]'], (cells) =>
    cells.filter((cell) => cell !== null),
  ),
  plain(
    'array_distinct',
    'The array without repeated elements.',
    ['array_distinct(array(1, 2, 3, null, 3))', '[1,2,3,null]'],
    (cells, element) => distinct(cells, element),
  ),
  extreme('array_max', 'The greatest element; nulls do not count.', ['array_max(array(1, 20, null, 3))', '20'], 1),
  extreme('array_min', 'The least element; nulls do not count.', ['array_min(array(1, 20, null, 3))', '1'], -1),
  {
    name: 'array_join',
    group: 'collection',
    usage: 'The elements with a text between them; nulls are left out or replaced by the third argument.',
    example: ["array_join(array('hello', null, 'world'), ' ', ',')", 'hello , world'],
    bind(args, context) {
      checkCount(context, args, 2, 3);
      return boundTo(implicitArgs(context, args, [{ array: 'string' }, 'string', 'string']), STRING);
    },
    implement: () => ({ kind: 'call', fn: joinTexts, nulls: 'propagate' }),
  },
  scalar('collection', {
    name: 'array_size',
    usage: 'The number of elements; null of null.',
    example: ["array_size(array('b', 'd', 'c', 'a'))", '4'],
    takes: ['array'],
    exact: true,
    returns: INT,
    inline: ([cells]) => `${cells}.length`,
  }),
  {
    name: 'size',
    aliases: ['cardinality'],
    group: 'collection',
    usage: 'The number of elements of an array or entries of a map; -1 of null.',
    example: ["size(array('b', 'd', 'c', 'a'))", '4'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const { type } = args[0] as TypedExpr;
      if (!['array', 'map', 'void'].includes(type.kind)) refuseType(context, 0, 'an array or a map', type);
      return { args, type: INT, nullable: false };
    },
    // spark.sql.legacy.sizeOfNull is true as long as ANSI mode is off.
    implement: ([type]) => ({ kind: 'call', fn: sizeOf(type as DataType), nulls: 'see' }),
  },
  {
    name: 'get',
    group: 'collection',
    usage: 'The element at an index from 0; null when it is not there.',
    example: ['get(array(1, 2, 3), 0)', '1'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const { element } = arrayArg(context, args, 0);
      const [index] = implicitArgs(context, args.slice(1), ['int']) as readonly [TypedExpr];
      return boundTo([castTo(args[0] as TypedExpr, array(element)), index], element, true);
    },
    implement: () => ({
      kind: 'call',
      fn: (cells: readonly Cell[], index: number) => cells[index] ?? null,
      nulls: 'propagate',
      mayBeNull: true,
    }),
  },
  scalar('collection', {
    name: 'slice',
    usage: 'The elements from a position (from 1, or from the end when negative), at most `length` of them.',
    example: ['slice(array(1, 2, 3, 4), -2, 2)', '[3,4]'],
    takes: ['array', 'int', 'int'],
    returns: ([type]) => type as DataType,
    run: slice,
  }),
  {
    name: 'flatten',
    group: 'collection',
    usage: 'The elements of the arrays in an array; null when one of these is null.',
    example: ['flatten(array(array(1, 2), array(3, 4)))', '[1,2,3,4]'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const { element } = arrayArg(context, args, 0);
      if (element.kind !== 'array') refuseType(context, 0, 'an array of arrays', (args[0] as TypedExpr).type);
      return boundTo(args, element, true);
    },
    implement: () => ({
      kind: 'call',
      fn: (lists: readonly (readonly Cell[] | null)[]) =>
        lists.includes(null) ? null : lists.flatMap((list) => list ?? []),
      nulls: 'propagate',
      mayBeNull: true,
    }),
  },
  {
    name: 'arrays_zip',
    group: 'collection',
    usage: 'An array of structs of the elements at the same place; missing ones are null.',
    example: ['arrays_zip(array(1, 2), array(2, 3))', '[{"0":1,"1":2},{"0":2,"1":3}]'],
    bind(args, context) {
      const fields = args.map((arg, i) => {
        const { element } = arrayArg(context, args, i);
        const name = arg.kind === 'input' || arg.kind === 'param' ? arg.name : (fieldName(arg) ?? String(i));
        return { name, type: element, nullable: true };
      });
      return boundTo(args, array(struct(fields)));
    },
    implement: () => ({ kind: 'call', fn: zip, nulls: 'propagate' }),
  },
  {
    name: 'sort_array',
    group: 'collection',
    usage:
      'The array in order: ascending with nulls first, or, when the second argument is false, descending with nulls last.',
    example: ["sort_array(array('b', 'd', null, 'c', 'a'), true)", '[null,"a","b","c","d"]'],
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const { element } = arrayArg(context, args, 0);
      const order = args[1];
      if (order !== undefined && typeof constantOf(order) !== 'boolean')
        refuseType(context, 1, 'true or false', order.type);
      if (!isOrderable(element)) refuseType(context, 0, 'an array of values that have an order', element);
      return boundTo(args, array(element));
    },
    implement([type]) {
      const compare = compareBy((type as { element: DataType }).element);
      const fn = (cells: readonly Cell[], ascending = true): Cell => {
        const nulls = cells.filter((cell) => cell === null);
        const rest = cells.filter((cell) => cell !== null).sort((a, b) => (ascending ? compare(a, b) : compare(b, a)));
        return ascending ? [...nulls, ...rest] : [...rest, ...nulls];
      };
      return { kind: 'call', fn, nulls: 'propagate' };
    },
  },
];

/** The name of a struct's field, when the argument is one. */
function fieldName(arg: TypedExpr): string | null {
  if (arg.kind !== 'field' || arg.child.type.kind !== 'struct') return null;
  return arg.child.type.fields[arg.ordinal]?.name ?? null;
}

type Same = (a: Cell, b: Cell) => boolean;

function withElement(
  name: string,
  returns: DataType | null,
  mayBeNull: boolean,
  usage: string,
  example: readonly [string, string],
  build: (same: Same) => (cells: readonly Cell[], value: Cell) => Cell,
): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [list, value] = arrayAndElement(context, args);
      if (name === 'array_contains' && args.some((arg) => arg.type.kind === 'void')) {
        throw analysisError('DATATYPE_MISMATCH', `${context.name}: an untyped null can be neither array nor element.`);
      }
      if (!isOrderable(value.type)) refuseType(context, 1, 'a value that can be compared', value.type);
      return boundTo([list, value], returns ?? list.type, mayBeNull);
    },
    implement([, type]) {
      const key = equalityKey(type as DataType);
      const same: Same = (a, b) => Object.is(key(a), key(b)) || key(a) === key(b);
      return { kind: 'call', fn: build(same), nulls: 'propagate', mayBeNull };
    },
  };
}

function extended(
  name: string,
  usage: string,
  example: readonly [string, string],
  add: (cells: readonly Cell[], value: Cell) => Cell,
): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [list, value] = arrayAndElement(context, args);
      return { args: [list, value], type: list.type, nullable: list.nullable };
    },
    implement: () => ({
      kind: 'call',
      fn: (cells: readonly Cell[] | null, value: Cell) => (cells === null ? null : add(cells, value)),
      nulls: 'see',
      mayBeNull: true,
    }),
  };
}

function plain(
  name: string,
  usage: string,
  example: readonly [string, string],
  run: (cells: readonly Cell[], element: DataType) => Cell,
): FunctionSpec {
  return scalar('collection', {
    name,
    usage,
    example,
    takes: ['array'],
    exact: true,
    returns: ([type]) => type as DataType,
    make: (_types, type) => (cells: readonly Cell[]) => run(cells, (type as { element: DataType }).element),
  });
}

function extreme(name: string, usage: string, example: readonly [string, string], sign: 1 | -1): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const { element } = arrayArg(context, args, 0);
      if (!isOrderable(element)) refuseType(context, 0, 'an array of values that have an order', element);
      return boundTo(args, element, true);
    },
    implement(_types, type) {
      const compare = compareBy(type);
      const fn = (cells: readonly Cell[]): Cell =>
        cells.reduce((best, cell) => {
          if (cell === null) return best;
          return best === null || compare(cell, best) * sign > 0 ? cell : best;
        }, null);
      return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
    },
  };
}

/** The elements without repetitions, in order of first appearance; null counts as one value. */
export function distinct(cells: readonly Cell[], element: DataType): readonly Cell[] {
  const key = equalityKey(element);
  const seen = new Set<unknown>();
  return cells.filter((cell) => {
    const unique = cell === null ? null : key(cell);
    if (seen.has(unique)) return false;
    seen.add(unique);
    return true;
  });
}

function joinTexts(cells: readonly (string | null)[], separator: string, missing?: string): string {
  const texts = missing === undefined ? cells.filter((cell) => cell !== null) : cells.map((cell) => cell ?? missing);
  return texts.join(separator);
}

function sizeOf(type: DataType): (cell: never) => Cell {
  if (type.kind === 'map') return (cell: { keys: readonly Cell[] } | null) => (cell === null ? -1 : cell.keys.length);
  return (cell: readonly Cell[] | null) => (cell === null ? -1 : cell.length);
}

function slice(cells: readonly Cell[], start: number, length: number): Cell {
  if (start === 0)
    throw dataError('INVALID_PARAMETER_VALUE', 'slice: positions are counted from 1 or from -1; 0 is none.');
  if (length < 0)
    throw dataError('INVALID_PARAMETER_VALUE', `slice: the length must not be negative, but it is ${length}.`);
  const from = start > 0 ? start - 1 : cells.length + start;
  return from < 0 ? [] : cells.slice(from, from + length);
}

function insertAt(cells: readonly Cell[] | null, position: number | null, value: Cell): Cell {
  if (cells === null || position === null) return null;
  if (position === 0) {
    throw dataError('INVALID_INDEX_OF_ZERO', 'array_insert: positions are counted from 1 or from -1; 0 is none.');
  }
  if (position > 0) {
    const gap = Array<Cell>(Math.max(0, position - 1 - cells.length)).fill(null);
    return [...cells.slice(0, position - 1), ...gap, value, ...cells.slice(position - 1)];
  }
  const at = cells.length + position + 1;
  if (at >= 0) return [...cells.slice(0, at), value, ...cells.slice(at)];
  return [value, ...Array<Cell>(-at).fill(null), ...cells];
}

function zip(...lists: (readonly Cell[])[]): Cell {
  const length = lists.reduce((longest, list) => Math.max(longest, list.length), 0);
  return Array.from({ length }, (_, i) => lists.map((list) => list[i] ?? null));
}
