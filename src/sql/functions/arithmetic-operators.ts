import {
  BYTE,
  DATE,
  DAY_TIME_INTERVAL,
  type DataType,
  DOUBLE,
  formatType,
  INT,
  LONG,
  sameType,
  TIMESTAMP,
} from '../../schema.ts';
import { type AnalysisError, analysisError } from '../analysis-error.ts';
import {
  castTo,
  decimalOfOperand,
  isIntegralType,
  isIntervalType,
  isNumericType,
  tightestCommonType,
  widerTypeWithoutString,
} from '../coercion.ts';
import { decimalResult } from '../decimal-types.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount } from './bind.ts';
import { implementTimeOperator, isTimeOperator } from './interval-operators.ts';
import { implementNumeric } from './numeric-operators.ts';

type Operator = '+' | '-' | '*' | '/' | '%' | 'div' | '&' | '|' | '^';

/** The arithmetic operators, signs included. */
export const arithmeticOperators: readonly FunctionSpec[] = [
  binary('+', [], 'The sum. Dates take days and intervals, timestamps take intervals.', ['1 + 2', '3']),
  binary('-', [], 'The difference. Dates and timestamps give an interval.', ['2 - 1', '1']),
  binary('*', [], 'The product.', ['2 * 3', '6']),
  binary('/', [], 'The quotient as a double or decimal; null when the divisor is zero.', ['3 / 2', '1.5']),
  binary('%', ['mod'], "The remainder with the dividend's sign; null when the divisor is zero.", ['2 % 1.8', '0.2']),
  binary('div', [], 'The whole part of the quotient, a bigint; null when the divisor is zero.', ['7 div 2', '3']),
  binary('&', [], 'Bitwise and.', ['3 & 5', '1']),
  binary('|', [], 'Bitwise or.', ['3 | 5', '7']),
  binary('^', [], 'Bitwise exclusive or.', ['3 ^ 5', '6']),
  sign('negative', 'The value with the opposite sign.', ['negative(1)', '-1']),
  sign('positive', 'The value itself.', ['positive(1)', '1']),
  {
    name: '~',
    group: 'operator',
    usage: 'Bitwise not.',
    example: ['~ 0', '-1'],
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const [child] = args as readonly [TypedExpr];
      const type = child.type.kind === 'void' ? INT : child.type;
      if (!isIntegralType(type)) throw mismatch(context, 'a whole number', [child]);
      return boundTo([castTo(child, type)], type);
    },
    implement: () => ({
      kind: 'inline',
      code: ([a]) => `(typeof ${a} === 'bigint' ? ~${a} : -${a} - 1)`,
    }),
  },
];

function binary(
  name: Operator,
  aliases: readonly string[],
  usage: string,
  example: readonly [string, string],
): FunctionSpec {
  return {
    name,
    aliases,
    group: 'operator',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return bindBinary(name, args as readonly [TypedExpr, TypedExpr], context);
    },
    implement(argTypes, type, context) {
      return isTimeOperator(argTypes)
        ? implementTimeOperator(name, argTypes, context)
        : implementNumeric(name, argTypes, type, context);
    },
  };
}

function bindBinary(name: Operator, operands: readonly [TypedExpr, TypedExpr], context: BindContext): Bound {
  const time = bindTime(name, operands, context);
  if (time !== null) return time;
  const [left, right] = operands.map(stringAsDouble) as [TypedExpr, TypedExpr];
  if (![left, right].every((side) => isNumericType(side.type) || side.type.kind === 'void')) {
    throw mismatch(context, 'numbers', operands);
  }
  const mayBeNull = name === '/' || name === '%' || name === 'div';
  if (name === '&' || name === '|' || name === '^') return bindBitwise(operands, context);
  const decimals = bindDecimal(name, left, right);
  if (decimals !== null) return decimals;
  const common = widerTypeWithoutString(left.type, right.type) as DataType;
  const type = numericResult(name, common, context, operands);
  return boundTo([castTo(left, type), castTo(right, type)], type, mayBeNull);
}

function numericResult(
  name: Operator,
  common: DataType,
  context: BindContext,
  operands: readonly TypedExpr[],
): DataType {
  if (name === '/') return DOUBLE;
  if (name === 'div') {
    if (common.kind === 'void' || isIntegralType(common)) return LONG;
    throw mismatch(context, 'whole numbers or decimals', operands);
  }
  return common.kind === 'void' ? DOUBLE : common;
}

/** PromoteStrings: a string in arithmetic is a double. */
function stringAsDouble(expr: TypedExpr): TypedExpr {
  return expr.type.kind === 'string' ? castTo(expr, DOUBLE) : expr;
}

function bindBitwise(operands: readonly [TypedExpr, TypedExpr], context: BindContext): Bound {
  const common = tightestCommonType(operands[0].type, operands[1].type);
  const type = common?.kind === 'void' ? INT : common;
  if (type === null || !isIntegralType(type)) throw mismatch(context, 'whole numbers', operands);
  return boundTo([castTo(operands[0], type), castTo(operands[1], type)], type);
}

/** Decimals keep their own scales; a whole number beside one becomes a decimal, a double makes both doubles. */
function bindDecimal(name: Operator, left: TypedExpr, right: TypedExpr): Bound | null {
  if (left.type.kind !== 'decimal' && right.type.kind !== 'decimal') return null;
  const a = decimalOfOperand(left) ?? (left.type.kind === 'void' ? right.type : null);
  const b = decimalOfOperand(right) ?? (right.type.kind === 'void' ? left.type : null);
  if (a?.kind !== 'decimal' || b?.kind !== 'decimal') return null;
  const type = name === 'div' ? LONG : decimalResult(name, a, b);
  return boundTo([castTo(left, a), castTo(right, b)], type, true);
}

/** Operators of dates, timestamps and intervals (`ResolveBinaryArithmetic`); null when none is there. */
function bindTime(name: Operator, operands: readonly [TypedExpr, TypedExpr], context: BindContext): Bound | null {
  const isTime = (expr: TypedExpr) => isDatetime(expr.type) || isIntervalType(expr.type);
  if (!operands.some(isTime)) return null;
  const [left, right] = name === '+' || name === '-' ? readIntervalText(operands) : operands;
  const refuse = (): AnalysisError => mismatch(context, 'operands that fit together', [left, right]);
  if (name === '+') {
    // The sum is the same both ways round: the date or timestamp comes first.
    const swap = isDatetime(right.type) || (right.type.kind === 'calendarInterval' && !isDatetime(left.type));
    return (swap && !isDatetime(left.type) ? bindPlus(right, left) : bindPlus(left, right)) ?? fail(refuse);
  }
  if (name === '-') return bindMinus(left, right) ?? fail(refuse);
  if (name === '*')
    return (isIntervalType(left.type) ? bindScale(left, right) : bindScale(right, left)) ?? fail(refuse);
  if (name === '/' && isIntervalType(left.type)) return bindScale(left, right) ?? fail(refuse);
  if (name === 'div' && isIntervalType(left.type) && sameType(left.type, right.type)) {
    return boundTo([left, right], LONG, true);
  }
  throw refuse();
}

/** A text beside an interval is read as one of the same kind. */
function readIntervalText([left, right]: readonly [TypedExpr, TypedExpr]): readonly [TypedExpr, TypedExpr] {
  if (left.type.kind === 'string' && isIntervalType(right.type)) return [castTo(left, right.type), right];
  if (right.type.kind === 'string' && isIntervalType(left.type)) return [left, castTo(right, left.type)];
  return [left, right];
}

function bindPlus(left: TypedExpr, right: TypedExpr): Bound | null {
  if (left.type.kind === 'date') return bindDatePlus(left, right);
  if (left.type.kind === 'timestamp') return isIntervalType(right.type) ? boundTo([left, right], TIMESTAMP) : null;
  return bindIntervals(left, right);
}

function bindMinus(left: TypedExpr, right: TypedExpr): Bound | null {
  if (isDatetime(left.type) && isDatetime(right.type)) {
    const type = left.type.kind === 'date' && right.type.kind === 'date' ? DATE : TIMESTAMP;
    return boundTo([castTo(left, type), castTo(right, type)], DAY_TIME_INTERVAL);
  }
  return bindPlus(left, right);
}

function bindDatePlus(date: TypedExpr, right: TypedExpr): Bound | null {
  switch (right.type.kind) {
    case 'void':
      return boundTo([date, castTo(right, INT)], DATE);
    case 'byte':
    case 'short':
    case 'int':
      return boundTo([date, castTo(right, INT)], DATE);
    case 'yearMonthInterval':
    case 'calendarInterval':
      return boundTo([date, right], DATE);
    case 'dayTimeInterval':
      // Spark looks at the interval's unit: days give a date, hours and less a timestamp. A literal of whole days is one of days.
      if (isWholeDays(right)) return boundTo([date, right], DATE);
      return boundTo([castTo(date, TIMESTAMP), right], TIMESTAMP);
    default:
      return null;
  }
}

function isWholeDays(expr: TypedExpr): boolean {
  return expr.kind === 'literal' && typeof expr.value === 'number' && expr.value % 86_400_000_000 === 0;
}

function bindIntervals(left: TypedExpr, right: TypedExpr): Bound | null {
  const type = tightestCommonType(left.type, right.type);
  if (type === null || !isIntervalType(type)) return null;
  return boundTo([castTo(left, type), castTo(right, type)], type);
}

/** Interval times or by number. */
function bindScale(interval: TypedExpr, factor: TypedExpr): Bound | null {
  if (interval.type.kind === 'calendarInterval') return null;
  const number = factor.type.kind === 'string' || factor.type.kind === 'void' ? castTo(factor, DOUBLE) : factor;
  return isNumericType(number.type) ? boundTo([interval, number], interval.type) : null;
}

function isDatetime(type: DataType): boolean {
  return type.kind === 'date' || type.kind === 'timestamp';
}

function sign(name: 'negative' | 'positive', usage: string, example: readonly [string, string]): FunctionSpec {
  return {
    name,
    group: 'operator',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 1, 1);
      let child = stringAsDouble(args[0] as TypedExpr);
      if (child.type.kind === 'void') child = castTo(child, DOUBLE);
      if (!isNumericType(child.type) && !isIntervalType(child.type)) {
        throw mismatch(context, 'a number or an interval', [child]);
      }
      return boundTo([child], child.type);
    },
    implement: ([type], resultType, context) =>
      name === 'positive'
        ? { kind: 'inline', code: ([a]) => a as string }
        : negate(type ?? BYTE, resultType, context.timeZone),
  };
}

function negate(type: DataType, result: DataType, timeZone: string): ReturnType<FunctionSpec['implement']> {
  switch (type.kind) {
    case 'float':
    case 'double':
    case 'decimal':
      return { kind: 'inline', code: ([a]) => `(-${a})` };
    case 'dayTimeInterval':
      return implementTimeOperator('negative', [type], { timeZone, constants: [] });
    case 'yearMonthInterval':
      return implementTimeOperator('negative', [type], { timeZone, constants: [] });
    case 'calendarInterval':
      return implementTimeOperator('negative', [type], { timeZone, constants: [] });
    default: {
      const minus = implementNumeric('-', [type, type], result, { timeZone, constants: [0] });
      if (minus.kind !== 'inline') return minus;
      return { ...minus, code: ([a]) => minus.code(['0', a as string]) };
    }
  }
}

function mismatch(context: BindContext, expected: string, operands: readonly TypedExpr[]): AnalysisError {
  const found = operands.map((operand) => formatType(operand.type)).join(' and ');
  return analysisError(
    'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES',
    `"${context.name}" needs ${expected}, but it is used with ${found}. Cast one of them.`,
  );
}

function fail(error: () => AnalysisError): never {
  throw error();
}
