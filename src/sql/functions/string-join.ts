import type { Cell } from '../../batch.ts';
import { type DataType, formatType, STRING } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, commonType } from '../coercion.ts';
import type { BindContext, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount, implicitArgs, implicitType, refuseType } from './bind.ts';

/** Functions that put several values together. */
export const stringJoinFunctions: readonly FunctionSpec[] = [
  {
    name: 'concat',
    aliases: ['||'],
    group: 'string',
    usage: 'Strings, binaries or arrays one behind the other.',
    example: ["concat('Spark', 'SQL')", 'SparkSQL'],
    bind(args, context) {
      if (args.length === 0) return boundTo([], STRING);
      const bound = concatArgs(context, args);
      return boundTo(bound, (bound[0] as TypedExpr).type);
    },
    implement: (_types, type) => ({ kind: 'call', fn: concatOf(type), nulls: 'propagate' }),
  },
  {
    name: 'concat_ws',
    group: 'string',
    usage: 'Strings and the elements of arrays of strings, nulls left out, with a separator between them.',
    example: ["concat_ws(' ', 'Spark', 'SQL')", 'Spark SQL'],
    bind(args, context) {
      checkCount(context, args, 1, Number.POSITIVE_INFINITY);
      const expected = args.map((_, i) =>
        i === 0 ? ('string' as const) : [{ array: 'string' as const }, 'string' as const],
      );
      const bound = implicitArgs(
        context,
        args.map((arg, i) => (i > 0 && arg.type.kind === 'void' ? castTo(arg, STRING) : arg)),
        expected,
      );
      return { args: bound, type: STRING, nullable: (bound[0] as TypedExpr).nullable };
    },
    implement: () => ({ kind: 'call', fn: concatWithSeparator, nulls: 'see', mayBeNull: true }),
  },
  {
    name: 'elt',
    group: 'string',
    usage: 'The n-th of the arguments behind n; null when there is none.',
    example: ["elt(1, 'scala', 'java')", 'scala'],
    bind(args, context) {
      checkCount(context, args, 2, Number.POSITIVE_INFINITY);
      const rest = args.slice(1);
      const kind = rest.every((arg) => arg.type.kind === 'binary') ? ('binary' as const) : ('string' as const);
      const bound = implicitArgs(context, args, ['int', ...rest.map(() => kind)]);
      return { args: bound, type: { kind }, nullable: true };
    },
    implement: () => ({
      kind: 'call',
      fn: (n: number | null, ...cells: Cell[]) => (n === null || n < 1 ? null : (cells[n - 1] ?? null)),
      nulls: 'see',
      mayBeNull: true,
    }),
  },
];

/** All arrays, or all binaries, or else all strings (Spark's `ConcatCoercion`). */
function concatArgs(context: BindContext, args: readonly TypedExpr[]): readonly TypedExpr[] {
  const types = args.map((arg) => arg.type);
  if (types.every((type) => type.kind === 'binary')) return args;
  if (types.some((type) => type.kind === 'array')) {
    const type = types.every((one) => one.kind === 'array') ? commonType(types) : null;
    if (type === null) {
      throw analysisError(
        'DATATYPE_MISMATCH',
        `${context.name}: all arguments must be arrays of one type, or all strings, but they are ${types.map(formatType).join(', ')}.`,
      );
    }
    return args.map((arg) => castTo(arg, type));
  }
  return args.map((arg, i) => {
    if (implicitType(arg.type, 'string') === null) refuseType(context, i, 'string, binary or array', arg.type);
    return castTo(arg, STRING);
  });
}

function concatOf(type: DataType): (...cells: never[]) => Cell {
  if (type.kind === 'array') return (...lists: (readonly Cell[])[]) => lists.flat() as readonly Cell[];
  if (type.kind === 'binary') return (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  return (...parts: string[]) => parts.join('');
}

function concatWithSeparator(
  separator: string | null,
  ...parts: (string | null | readonly (string | null)[])[]
): string | null {
  if (separator === null) return null;
  const texts: string[] = [];
  for (const part of parts) {
    if (typeof part === 'string') texts.push(part);
    else if (part !== null) for (const element of part) if (element !== null) texts.push(element);
  }
  return texts.join(separator);
}
