import type { Cell, MapCell } from '../../batch.ts';
import { array, type DataType, type Field, formatType, INT, struct } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, isIntegralType } from '../coercion.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount, constantOf } from './bind.ts';
import { equalityKey } from './ordering.ts';

/** Making structs, and reading from arrays, maps and arrays of structs. Fields of structs are a node of their own (`field`). */
export const accessFunctions: readonly FunctionSpec[] = [
  {
    name: 'named_struct',
    group: 'collection',
    usage: 'A struct of names and values in turn.',
    example: ["named_struct('a', 1, 'b', 2)", '{"a":1,"b":2}'],
    bind(args, context) {
      if (args.length === 0 || args.length % 2 !== 0) {
        throw analysisError(
          'WRONG_NUM_ARGS',
          `${context.name} takes names and values in turn, but ${args.length} arguments were given.`,
        );
      }
      const fields: Field[] = [];
      for (let i = 0; i < args.length; i += 2) {
        const name = constantOf(args[i] as TypedExpr);
        const value = args[i + 1] as TypedExpr;
        if (typeof name !== 'string') throw nameExpected(context.name, i);
        fields.push({ name, type: value.type, nullable: value.nullable });
      }
      return { args, type: struct(fields), nullable: false };
    },
    implement: () => ({ kind: 'call', fn: (...cells: Cell[]) => cells.filter((_, i) => i % 2 === 1), nulls: 'see' }),
  },
  {
    name: '[]',
    group: 'operator',
    usage: 'The element of an array at an index from 0, or the value of a key in a map; null when it is not there.',
    example: ['array(1, 2, 3)[0]', '1'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [child, index] = args as readonly [TypedExpr, TypedExpr];
      if (child.type.kind === 'map') {
        return boundTo([child, castTo(index, child.type.key)], child.type.value, true);
      }
      if (child.type.kind !== 'array' || !(isIntegralType(index.type) || index.type.kind === 'void')) {
        throw analysisError(
          child.type.kind === 'array' ? 'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE' : 'INVALID_EXTRACT_BASE_FIELD_TYPE',
          `[...] reads arrays by a whole number and maps by a key, but it is used on ${formatType(child.type)} with ${formatType(index.type)}.`,
        );
      }
      return boundTo([child, index.type.kind === 'void' ? castTo(index, INT) : index], child.type.element, true);
    },
    implement: ([child]) => ({
      kind: 'call',
      fn: elementReader(child as DataType),
      nulls: 'propagate',
      mayBeNull: true,
    }),
  },
  {
    name: 'array_struct_field',
    group: 'operator',
    usage: 'The field at an ordinal of every struct in an array: what `structs.name` means.',
    example: ["array(named_struct('a', 1), named_struct('a', 2)).a", '[1,2]'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [child, ordinal] = args as readonly [TypedExpr, TypedExpr];
      const element = child.type.kind === 'array' ? child.type.element : null;
      const field = element?.kind === 'struct' ? element.fields[Number(constantOf(ordinal) ?? -1)] : undefined;
      if (field === undefined)
        throw analysisError('FIELD_NOT_FOUND', 'array_struct_field takes an array of structs and an ordinal.');
      return boundTo(args, array(field.type));
    },
    implement: () => ({
      kind: 'inline',
      code: ([a, ordinal]) => `${a}.map((element) => element === null ? null : element[${ordinal}])`,
    }),
  },
];

function elementReader(type: DataType): (child: never, index: never) => Cell {
  if (type.kind !== 'map') return (child: readonly Cell[], index: number | bigint) => child[Number(index)] ?? null;
  const key = equalityKey(type.key);
  return (child: MapCell, wanted: Cell) => {
    const wantedKey = key(wanted);
    const at = child.keys.findIndex((candidate) => key(candidate) === wantedKey);
    return at === -1 ? null : (child.values[at] as Cell);
  };
}

function nameExpected(name: string, index: number): Error {
  return analysisError(
    'DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING',
    `${name}: argument ${index + 1} must be a field's name, a string literal.`,
  );
}
