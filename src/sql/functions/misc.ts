import type { Cell } from '../../batch.ts';
import { ClickstreamError } from '../../errors.ts';
import { type DataType, formatType, STRING, VOID } from '../../schema.ts';
import { castTo } from '../coercion.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { checkCount, implicitArgs, literal } from './bind.ts';
import { operatorFunctions } from './operators.ts';
import { compareBy, nullsFirst } from './ordering.ts';

export const miscFunctions: readonly FunctionSpec[] = [
  {
    name: 'typeof',
    group: 'misc',
    usage: 'The name of the type of a value.',
    example: ['typeof(array(1))', 'array<int>'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const name = formatType((args[0] as TypedExpr).type);
      return { args: [literal(name, STRING)], type: STRING, nullable: false };
    },
    implement: () => ({ kind: 'inline', code: ([name]) => name as string }),
  },
  {
    name: 'assert_true',
    group: 'misc',
    usage: 'Null when the condition is true; else an error with a message stops the query.',
    example: ['assert_true(0 < 1)', 'NULL'],
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const message = args[1] ?? literal('the condition is not true', STRING);
      const bound = implicitArgs(context, [args[0] as TypedExpr, message], ['boolean', 'string']);
      return { args: bound, type: VOID, nullable: true };
    },
    implement: () => ({
      kind: 'call',
      fn: (condition: boolean | null, message: string | null) => (condition === true ? null : raise(message)),
      nulls: 'see',
      mayBeNull: true,
    }),
  },
  {
    name: 'raise_error',
    group: 'misc',
    usage: 'Stops the query with a message.',
    example: ["if(false, raise_error('never'), 1)", '1'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      return { args: implicitArgs(context, args, ['string']), type: VOID, nullable: true };
    },
    implement: () => ({ kind: 'call', fn: raise, nulls: 'see', mayBeNull: true }),
  },
  {
    name: 'equal_null',
    group: 'misc',
    usage: 'Whether both are equal, null being equal to null.',
    example: ['equal_null(1, 11)', 'false'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return nullSafeEqual().bind(args, context);
    },
    implement([type]) {
      const compare = nullsFirst(compareBy(type as DataType));
      return { kind: 'call', fn: (a: Cell, b: Cell) => compare(a, b) === 0, nulls: 'see' };
    },
  },
  {
    name: 'nullifzero',
    group: 'misc',
    usage: 'Null of zero, else the value.',
    example: ['nullifzero(0)', 'NULL'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const bound = implicitArgs(context, args, ['numeric']);
      return { args: bound, type: (bound[0] as TypedExpr).type, nullable: true };
    },
    implement: () => ({
      kind: 'call',
      fn: (value: number | bigint) => (value === 0 || value === 0n ? null : value),
      nulls: 'propagate',
      mayBeNull: true,
    }),
  },
  {
    name: 'zeroifnull',
    group: 'misc',
    usage: 'Zero of null, else the value.',
    example: ['zeroifnull(NULL)', '0'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const [value] = args as readonly [TypedExpr];
      const bound =
        value.type.kind === 'void'
          ? castTo(value, { kind: 'int' })
          : (implicitArgs(context, args, ['numeric'])[0] as TypedExpr);
      return { args: [bound], type: bound.type, nullable: false };
    },
    implement: (_types, type) => ({
      kind: 'call',
      fn: (value: Cell) => value ?? (type.kind === 'decimal' ? 0n : 0),
      nulls: 'see',
    }),
  },
];

function raise(message: string | null): never {
  throw new ClickstreamError('USER_RAISED_EXCEPTION', 'user', message ?? 'null');
}

function nullSafeEqual(): FunctionSpec {
  const spec = operatorFunctions.find((row) => row.name === '<=>');
  if (spec === undefined) throw new Error('no operator <=>');
  return spec;
}
