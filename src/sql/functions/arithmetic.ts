import type { Cell } from '../../batch.ts';
import { ClickstreamError } from '../../errors.ts';
import { BOOLEAN, type DataType, formatType } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import { castTo, commonTypeWithoutString } from '../coercion.ts';
import type { BindContext, FunctionSpec, Implementation } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { fitInt, wrapInt } from './arithmetic-cells.ts';
import { checkCount, implicitArgs, isIntegral, isNumeric } from './bind.ts';
import { scalar } from './define.ts';
import { operatorFunctions } from './operators.ts';
import { compareBy, isOrderable } from './ordering.ts';

/** Arithmetic beyond the operators, and the largest and smallest of several values. */
export const arithmeticFunctions: readonly FunctionSpec[] = [
  absolute(),
  pmod(),
  tryOperator('try_add', '+', 'The sum, or null on overflow.', ['try_add(2147483647, 1)', 'NULL'], (a, b) => a + b),
  tryOperator(
    'try_subtract',
    '-',
    'The difference, or null on overflow.',
    ['try_subtract(2147483647, -1)', 'NULL'],
    (a, b) => a - b,
  ),
  tryOperator(
    'try_multiply',
    '*',
    'The product, or null on overflow.',
    ['try_multiply(-2147483648, 10)', 'NULL'],
    (a, b) => a * b,
  ),
  tryOperator('try_divide', '/', 'The quotient, or null when the divisor is zero.', ['try_divide(1, 0)', 'NULL'], null),
  extreme('greatest', 'The greatest of the arguments that are not null.', ['greatest(10, 9, 2, 4, 3)', '10'], 1),
  extreme('least', 'The least of the arguments that are not null.', ['least(10, 9, 2, 4, 3)', '2'], -1),
  {
    name: 'isnan',
    group: 'math',
    usage: 'Whether the argument is NaN; false of null.',
    example: ["isnan(cast('NaN' as double))", 'true'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      return { args: implicitArgs(context, args, [['double', 'float']]), type: BOOLEAN, nullable: false };
    },
    implement: () => ({ kind: 'call', fn: (x: number | null) => x !== null && Number.isNaN(x), nulls: 'see' }),
  },
];

function absolute(): FunctionSpec {
  return scalar('math', {
    name: 'abs',
    usage: 'The value without its sign; the least number of an integral type stays as it is.',
    example: ['abs(-1)', '1'],
    takes: [['numeric', 'dayTimeInterval', 'yearMonthInterval']],
    returns: ([type]) => type as DataType,
    make: ([type]) => absoluteOf(type as DataType),
  });
}

function absoluteOf(type: DataType): (x: never) => Cell {
  if (type.kind === 'decimal') return (x: bigint) => (x < 0n ? -x : x);
  if (type.kind === 'float' || type.kind === 'double') return (x: number) => Math.abs(x);
  if (isIntegral(type)) return (x: number | bigint) => (x < 0 ? wrapInt(-BigInt(x), type) : x);
  return (x: number | bigint) => (x < 0 ? -x : x);
}

/** The remainder with the sign of the divisor's absolute value: types and null rules are those of `%`. */
function pmod(): FunctionSpec {
  return {
    name: 'pmod',
    group: 'math',
    usage: 'The positive remainder of a division; null when the divisor is zero.',
    example: ['pmod(-10, 3)', '2'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return operator('%').bind(args, context);
    },
    implement([a, b], type) {
      return {
        kind: 'call',
        fn: positiveRemainder(a as DataType, b as DataType, type),
        nulls: 'propagate',
        mayBeNull: true,
      };
    },
  };
}

function positiveRemainder(a: DataType, b: DataType, type: DataType): (x: never, y: never) => Cell {
  if (type.kind === 'decimal' && a.kind === 'decimal' && b.kind === 'decimal') {
    const scale = Math.max(a.scale, b.scale);
    const toA = 10n ** BigInt(scale - a.scale);
    const toB = 10n ** BigInt(scale - b.scale);
    const down = 10n ** BigInt(scale - type.scale);
    const limit = 10n ** BigInt(type.precision);
    return (x: bigint, y: bigint) => {
      if (y === 0n) return null;
      const value = positive(x * toA, y * toB) / down;
      return value < limit && value > -limit ? value : null;
    };
  }
  if (isIntegral(type)) {
    return (x: number | bigint, y: number | bigint) => {
      if (y === 0) return null;
      return wrapInt(positive(BigInt(x), BigInt(y)), type);
    };
  }
  return (x: number, y: number) => {
    if (y === 0) return null;
    const rest = x % y;
    const value = rest < 0 ? (rest + y) % y : rest;
    return type.kind === 'float' ? Math.fround(value) : value;
  };
}

function positive(x: bigint, y: bigint): bigint {
  const rest = x % y;
  return rest < 0n ? (rest + y) % y : rest;
}

function operator(name: string): FunctionSpec {
  const spec = operatorFunctions.find((row) => row.name === name);
  if (spec === undefined) throw new Error(`no operator ${name}`);
  return spec;
}

/** The operator, with null in place of overflow; of decimals and doubles the operator itself already gives that. */
function tryOperator(
  name: string,
  sign: string,
  usage: string,
  example: readonly [string, string],
  exact: ((a: bigint, b: bigint) => bigint) | null,
): FunctionSpec {
  return {
    name,
    group: 'math',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return { ...operator(sign).bind(args, context), nullable: true };
    },
    implement(types, type, context): Implementation {
      if (exact !== null && isIntegral(type)) {
        const fn = (a: number | bigint, b: number | bigint): Cell => fitInt(exact(BigInt(a), BigInt(b)), type);
        return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
      }
      const plain = operator(sign).implement(types, type, context);
      return isNumeric(type) ? plain : nullOnFailure(plain);
    },
  };
}

/** Dates, timestamps and intervals fail where they leave their range; tried, they give null. */
function nullOnFailure(plain: Implementation): Implementation {
  const attempt = (compute: () => Cell): Cell => {
    try {
      return compute();
    } catch (error) {
      if (error instanceof ClickstreamError && error.category !== 'bug') return null;
      throw error;
    }
  };
  if (plain.kind === 'call') {
    const compute = plain.fn as (...cells: Cell[]) => Cell;
    return { ...plain, fn: (...cells: Cell[]) => attempt(() => compute(...cells)), mayBeNull: true };
  }
  const code = (args: readonly string[]): string => `attempt(() => ${plain.code(args)})`;
  return { ...plain, code, helpers: { ...plain.helpers, attempt }, mayBeNull: true };
}

function extreme(name: string, usage: string, example: readonly [string, string], sign: 1 | -1): FunctionSpec {
  return {
    name,
    group: 'math',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, Number.POSITIVE_INFINITY);
      const type = commonOf(context, args);
      if (!isOrderable(type)) {
        throw analysisError('DATATYPE_MISMATCH', `${context.name}: values of type ${formatType(type)} have no order.`);
      }
      return { args: args.map((arg) => castTo(arg, type)), type, nullable: args.every((arg) => arg.nullable) };
    },
    implement(_types, type) {
      const compare = compareBy(type);
      const fn = (...cells: Cell[]): Cell => {
        let best: Cell = null;
        for (const cell of cells) {
          if (cell !== null && (best === null || compare(cell, best) * sign > 0)) best = cell;
        }
        return best;
      };
      return { kind: 'call', fn, nulls: 'see', mayBeNull: true };
    },
  };
}

/** One type for all arguments; here Spark makes no strings of numbers. */
function commonOf(context: BindContext, args: readonly TypedExpr[]): DataType {
  const types = args.map((arg) => arg.type);
  const type = commonTypeWithoutString(types);
  if (type !== null) return type;
  throw analysisError(
    'DATATYPE_MISMATCH',
    `${context.name}: all arguments must be of one type, but they are ${types.map(formatType).join(', ')}. Cast them.`,
  );
}
