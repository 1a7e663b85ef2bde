import type { Cell } from '../../batch.ts';
import { BOOLEAN, type DataType, formatType } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, commonType, comparisonType } from '../coercion.ts';
import type { BindContext, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount } from './bind.ts';
import { compareBy } from './ordering.ts';

/**
 * Logic and choice. The code generator knows `and`, `or`, `isnull`, `isnotnull`, `coalesce` and `if` by name and evaluates only what is
 * needed; what stands here as their code is the plain meaning.
 */
export const conditionalFunctions: readonly FunctionSpec[] = [
  junction('and', 'True when both are true, false when one is false, else null.', ['true and NULL', 'NULL']),
  junction('or', 'True when one is true, false when both are false, else null.', ['true or NULL', 'true']),
  {
    name: 'not',
    aliases: ['!'],
    group: 'operator',
    usage: 'The opposite truth value; null of null.',
    example: ['not false', 'true'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      return boundTo(
        args.map((arg) => booleanArg(arg, context)),
        BOOLEAN,
      );
    },
    implement: () => ({ kind: 'inline', code: ([a]) => `!${a}` }),
  },
  nullTest('isnull', 'Whether the argument is null.', ['isnull(1)', 'false'], true),
  nullTest('isnotnull', 'Whether the argument is not null.', ['isnotnull(1)', 'true'], false),
  coalesce(
    'coalesce',
    [],
    'The first argument that is not null.',
    ['coalesce(NULL, 1, NULL)', '1'],
    1,
    Number.POSITIVE_INFINITY,
  ),
  coalesce('nvl', ['ifnull'], 'The first argument, or the second where it is null.', ["nvl(NULL, 'x')", 'x'], 2, 2),
  {
    name: 'nvl2',
    group: 'conditional',
    usage: 'The second argument where the first is not null, else the third.',
    example: ['nvl2(NULL, 2, 1)', '1'],
    bind(args, context) {
      checkCount(context, args, 3, 3);
      const [test, ...rest] = args as [TypedExpr, TypedExpr, TypedExpr];
      const branches = castToCommon(rest, context);
      return {
        args: [test, ...branches],
        type: (branches[0] as TypedExpr).type,
        nullable: branches.some((b) => b.nullable),
      };
    },
    implement: () => ({
      kind: 'call',
      fn: (test: Cell, a: Cell, b: Cell) => (test === null ? b : a),
      nulls: 'see',
      mayBeNull: true,
    }),
  },
  {
    name: 'nullif',
    group: 'conditional',
    usage: 'Null when both are equal, else the first.',
    example: ['nullif(2, 2)', 'NULL'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const [left, right] = args as readonly [TypedExpr, TypedExpr];
      const type = comparisonType(left.type, right.type);
      if (type === null) throw differentTypes(context, args);
      // Compared as the common type, given back as it came.
      return { args: [left, castTo(left, type), castTo(right, type)], type: left.type, nullable: true };
    },
    implement([, type]) {
      const compare = compareBy(type as DataType);
      const fn = (value: Cell, a: Cell, b: Cell): Cell =>
        a !== null && b !== null && compare(a, b) === 0 ? null : value;
      return { kind: 'call', fn, nulls: 'see', mayBeNull: true };
    },
  },
  {
    name: 'if',
    group: 'conditional',
    usage: 'The second argument where the first is true, else the third.',
    example: ["if(1 < 2, 'a', 'b')", 'a'],
    bind(args, context) {
      checkCount(context, args, 3, 3);
      const [test, ...rest] = args as [TypedExpr, TypedExpr, TypedExpr];
      const branches = castToCommon(rest, context);
      const type = (branches[0] as TypedExpr).type;
      return { args: [booleanArg(test, context), ...branches], type, nullable: branches.some((b) => b.nullable) };
    },
    implement: () => ({
      kind: 'call',
      fn: (test: Cell, a: Cell, b: Cell) => (test === true ? a : b),
      nulls: 'see',
      mayBeNull: true,
    }),
  },
];

function junction(name: 'and' | 'or', usage: string, example: readonly [string, string]): FunctionSpec {
  const decisive = name === 'or';
  return {
    name,
    group: 'operator',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return boundTo(
        args.map((arg) => booleanArg(arg, context)),
        BOOLEAN,
      );
    },
    implement() {
      const fn = (a: Cell, b: Cell): Cell => {
        if (a === decisive || b === decisive) return decisive;
        return a === null || b === null ? null : !decisive;
      };
      return { kind: 'call', fn, nulls: 'see', mayBeNull: true };
    },
  };
}

function nullTest(name: string, usage: string, example: readonly [string, string], whenNull: boolean): FunctionSpec {
  return {
    name,
    group: 'operator',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 1, 1);
      return { args, type: BOOLEAN, nullable: false };
    },
    implement: () => ({ kind: 'call', fn: (cell: Cell) => (cell === null) === whenNull, nulls: 'see' }),
  };
}

function coalesce(
  name: string,
  aliases: readonly string[],
  usage: string,
  example: readonly [string, string],
  min: number,
  max: number,
): FunctionSpec {
  return {
    name,
    aliases,
    group: 'conditional',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, min, max);
      const cast = castToCommon(args, context);
      return { args: cast, type: (cast[0] as TypedExpr).type, nullable: cast.every((arg) => arg.nullable) };
    },
    implement: () => ({
      kind: 'call',
      fn: (...cells: Cell[]) => cells.find((cell) => cell !== null) ?? null,
      nulls: 'see',
      mayBeNull: true,
    }),
  };
}

function booleanArg(arg: TypedExpr, context: BindContext): TypedExpr {
  if (arg.type.kind === 'boolean') return arg;
  if (arg.type.kind === 'void') return castTo(arg, BOOLEAN);
  throw analysisError(
    'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE',
    `"${context.name}" needs a boolean, but it is used with ${formatType(arg.type)}. Compare it or cast it.`,
  );
}

function castToCommon(args: readonly TypedExpr[], context: BindContext): readonly TypedExpr[] {
  const type = commonType(args.map((arg) => arg.type));
  if (type === null) throw differentTypes(context, args);
  return args.map((arg) => castTo(arg, type));
}

function differentTypes(context: BindContext, args: readonly TypedExpr[]): Error {
  const found = args.map((arg) => formatType(arg.type)).join(', ');
  return analysisError(
    'DATATYPE_MISMATCH.DATA_DIFF_TYPES',
    `${context.name}: the values must be of one type, but they are ${found}. Cast them.`,
  );
}
