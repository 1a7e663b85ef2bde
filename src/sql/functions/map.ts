import type { Cell, MapCell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { array, BOOLEAN, type DataType, INT, map, STRING, struct } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, commonType, commonTypeWithoutString } from '../coercion.ts';
import type { BindContext, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount, literal, refuseType } from './bind.ts';
import { arrayArg, buildMap, checkKeyType, differentTypes, mapArg } from './collection-args.ts';
import { scalar } from './define.ts';
import { compileJavaRegex } from './java-regex.ts';
import { equalityKey } from './ordering.ts';
import { splitBy } from './regexp.ts';

export const mapFunctions: readonly FunctionSpec[] = [
  {
    name: 'map',
    group: 'collection',
    usage: 'A map of keys and values in turn.',
    example: ["map(1.0, '2', 3.0, '4')", '{1.0:"2",3.0:"4"}'],
    bind(args, context) {
      if (args.length % 2 !== 0) {
        throw analysisError(
          'WRONG_NUM_ARGS',
          `${context.name} takes keys and values in turn, but ${args.length} arguments were given.`,
        );
      }
      const [key, value] = [0, 1].map((odd) =>
        commonOf(
          context,
          args.filter((_, i) => i % 2 === odd),
        ),
      ) as [DataType, DataType];
      checkKeyType(context, key);
      const bound = args.map((arg, i) => castTo(arg, i % 2 === 0 ? key : value));
      return { args: bound, type: map(key, value), nullable: false };
    },
    implement(_types, type) {
      const fn = (...cells: Cell[]): Cell =>
        buildMap(
          'map',
          keyTypeOf(type),
          cells.filter((_, i) => i % 2 === 0),
          cells.filter((_, i) => i % 2 === 1),
        );
      return { kind: 'call', fn, nulls: 'see' };
    },
  },
  {
    name: 'map_from_arrays',
    group: 'collection',
    usage: 'A map of the keys in one array and the values in another.',
    example: ["map_from_arrays(array(1.0, 3.0), array('2', '4'))", '{1.0:"2",3.0:"4"}'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const key = arrayArg(context, args, 0).element;
      const value = arrayArg(context, args, 1).element;
      checkKeyType(context, key);
      return boundTo(args, map(key, value));
    },
    implement(_types, type) {
      const fn = (keys: readonly Cell[], values: readonly Cell[]): Cell => {
        if (keys.length === values.length) return buildMap('map_from_arrays', keyTypeOf(type), keys, values);
        throw dataError(
          'INVALID_PARAMETER_VALUE',
          `map_from_arrays: there must be as many values as keys, but there are ${keys.length} keys and ${values.length} values.`,
        );
      };
      return { kind: 'call', fn, nulls: 'propagate' };
    },
  },
  {
    name: 'map_from_entries',
    group: 'collection',
    usage: 'A map of an array of structs of key and value; null when one of them is null.',
    example: ["map_from_entries(array(struct(1, 'a'), struct(2, 'b')))", '{1:"a",2:"b"}'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const { element } = arrayArg(context, args, 0);
      const [key, value] = element.kind === 'struct' && element.fields.length === 2 ? element.fields : [];
      if (key === undefined || value === undefined)
        return refuseType(context, 0, 'an array of structs of two fields', element);
      checkKeyType(context, key.type);
      return boundTo(args, map(key.type, value.type), true);
    },
    implement(_types, type) {
      const fn = (entries: readonly (readonly [Cell, Cell] | null)[]): Cell => {
        const present = entries.filter((entry) => entry !== null);
        if (present.length < entries.length) return null;
        return buildMap(
          'map_from_entries',
          keyTypeOf(type),
          present.map(([key]) => key),
          present.map(([, value]) => value),
        );
      };
      return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
    },
  },
  reader(
    'map_keys',
    'The keys of a map.',
    ["map_keys(map(1, 'a', 2, 'b'))", '[1,2]'],
    ({ key }) => array(key),
    ({ keys }) => keys,
  ),
  reader(
    'map_values',
    'The values of a map.',
    ["map_values(map(1, 'a', 2, 'b'))", '["a","b"]'],
    ({ value }) => array(value),
    ({ values }) => values,
  ),
  reader(
    'map_entries',
    'The entries of a map as an array of structs.',
    ["map_entries(map(1, 'a', 2, 'b'))", '[{"key":1,"value":"a"},{"key":2,"value":"b"}]'],
    ({ key, value }) =>
      array(
        struct([
          { name: 'key', type: key, nullable: false },
          { name: 'value', type: value, nullable: true },
        ]),
      ),
    ({ keys, values }) => keys.map((key, i) => [key, values[i] as Cell]),
  ),
  {
    name: 'map_contains_key',
    group: 'collection',
    usage: 'Whether the map has the key.',
    example: ["map_contains_key(map(1, 'a', 2, 'b'), 3)", 'false'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [child, key] = mapAndKey(context, args);
      if (key.type.kind === 'void') throw differentTypes(context, [child.type, key.type]);
      return boundTo([child, key], BOOLEAN);
    },
    implement([type]) {
      const find = keyFinder(keyTypeOf(type as DataType));
      return { kind: 'call', fn: (child: MapCell, key: Cell) => find(child, key) >= 0, nulls: 'propagate' };
    },
  },
  {
    name: 'map_concat',
    group: 'collection',
    usage: 'The entries of all maps in one.',
    example: ["map_concat(map(1, 'a', 2, 'b'), map(3, 'c'))", '{1:"a",2:"b",3:"c"}'],
    bind(args, context) {
      if (args.length === 0) return { args, type: map(STRING, STRING), nullable: false };
      const types = args.map((_, i) => mapArg(context, args, i));
      const type = commonType(types);
      if (type === null) throw differentTypes(context, types);
      return boundTo(
        args.map((arg) => castTo(arg, type)),
        type,
      );
    },
    implement(_types, type) {
      const fn = (...maps: MapCell[]): Cell =>
        buildMap(
          'map_concat',
          keyTypeOf(type),
          maps.flatMap(({ keys }) => keys),
          maps.flatMap(({ values }) => values),
        );
      return { kind: 'call', fn, nulls: 'propagate' };
    },
  },
  elementAt(
    'element_at',
    'The element at a position from 1 (from the end when negative), or the value of a key; null when it is not there.',
    ['element_at(array(1, 2, 3), 2)', '2'],
  ),
  elementAt('try_element_at', 'As element_at.', ["try_element_at(map(1, 'a', 2, 'b'), 2)", 'b']),
  scalar('collection', {
    name: 'str_to_map',
    usage: 'A text of pairs as a map; the delimiters of pairs and of key and value are regular expressions.',
    example: ["str_to_map('a:1,b:2,c:3', ',', ':')", '{"a":"1","b":"2","c":"3"}'],
    takes: ['string', 'string', 'string'],
    defaults: [literal(',', STRING), literal(':', STRING)],
    returns: map(STRING, STRING),
    run: textToMap,
  }),
];

function commonOf(context: BindContext, args: readonly TypedExpr[]): DataType {
  const types = args.map((arg) => arg.type);
  const type = commonType(types);
  if (type === null) throw differentTypes(context, types);
  return type;
}

export function keyTypeOf(type: DataType): DataType {
  return type.kind === 'map' ? type.key : type;
}

function reader(
  name: string,
  usage: string,
  example: readonly [string, string],
  typeOf: (type: { readonly key: DataType; readonly value: DataType }) => DataType,
  run: (child: MapCell) => Cell,
): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 1, 1);
      return boundTo(args, typeOf(mapArg(context, args, 0)));
    },
    implement: () => ({ kind: 'call', fn: run, nulls: 'propagate' }),
  };
}

/** A map and a key, cast to one type of key; nothing becomes a string. */
function mapAndKey(context: BindContext, args: readonly TypedExpr[]): readonly [TypedExpr, TypedExpr] {
  const [child, key] = args as readonly [TypedExpr, TypedExpr];
  const type = mapArg(context, args, 0);
  const common = commonTypeWithoutString([type.key, key.type]);
  if (common === null) throw differentTypes(context, [child.type, key.type]);
  return [castTo(child, map(common, type.value)), castTo(key, common)];
}

export function keyFinder(type: DataType): (child: MapCell, key: Cell) => number {
  const keyOf = equalityKey(type);
  return ({ keys }, key) => {
    const wanted = keyOf(key);
    return keys.findIndex((candidate) => Object.is(keyOf(candidate), wanted) || keyOf(candidate) === wanted);
  };
}

function elementAt(name: string, usage: string, example: readonly [string, string]): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [child, index] = args as readonly [TypedExpr, TypedExpr];
      if (child.type.kind === 'map') return boundTo(mapAndKey(context, args), child.type.value, true);
      if (child.type.kind !== 'array') refuseType(context, 0, 'an array or a map', child.type);
      if (!['byte', 'short', 'int', 'void'].includes(index.type.kind)) refuseType(context, 1, 'an int', index.type);
      return boundTo([child, castTo(index, INT)], child.type.element, true);
    },
    implement([type]) {
      if (type?.kind !== 'map') {
        const fn = (cells: readonly Cell[], position: number): Cell => at(name, cells, position);
        return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
      }
      const find = keyFinder(type.key);
      const fn = (child: MapCell, key: Cell): Cell => child.values[find(child, key)] ?? null;
      return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
    },
  };
}

function at(name: string, cells: readonly Cell[], position: number): Cell {
  if (position !== 0) return cells.at(position > 0 ? position - 1 : position) ?? null;
  throw dataError('INVALID_INDEX_OF_ZERO', `${name}: positions are counted from 1 or from -1; 0 is none.`);
}

function textToMap(text: string, pairDelimiter: string, keyDelimiter: string): MapCell {
  const pairs = splitBy(text, compileJavaRegex(pairDelimiter).regex, -1).map((pair) =>
    splitBy(pair, compileJavaRegex(keyDelimiter).regex, 2),
  );
  return buildMap(
    'str_to_map',
    STRING,
    pairs.map(([key]) => key as string),
    pairs.map(([, value]) => value ?? null),
  );
}
