import type { Int64 } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { type DecimalType, MAX_PRECISION } from '../decimal-types.ts';
import type { Implementation, ImplementContext } from '../function-spec.ts';
import {
  addLong,
  bitAndLong,
  bitOrLong,
  bitXorLong,
  divideLong,
  multiplyLong,
  remainderLong,
  subtractLong,
} from '../long-arithmetic.ts';
import { divideRounded, fitDecimal, powerOfTen } from '../values/decimal.ts';
import { wrapInt64 } from '../values/int64.ts';

/** How `+ - * / % div & | ^` are computed on numbers; what overflows wraps (integers) or is null (decimals). */

const LONG_HELPERS: Readonly<Record<string, readonly [name: string, fn: (a: Int64, b: Int64) => Int64]>> = {
  '+': ['addLong', addLong],
  '-': ['subtractLong', subtractLong],
  '*': ['multiplyLong', multiplyLong],
  '%': ['remainderLong', remainderLong],
  div: ['divideLong', divideLong],
  '&': ['bitAndLong', bitAndLong],
  '|': ['bitOrLong', bitOrLong],
  '^': ['bitXorLong', bitXorLong],
};

/** Code for a binary operator; both arguments have the result's type, decimals and `div` aside. */
export function implementNumeric(
  operator: string,
  [left, right]: readonly DataType[],
  type: DataType,
  context: ImplementContext,
): Implementation {
  if (left?.kind === 'decimal' && right?.kind === 'decimal') return decimalOperator(operator, left, right, type);
  const divides = operator === '/' || operator === '%' || operator === 'div';
  const divisor = context.constants[1];
  const guarded = divides && (divisor === undefined || divisor === 0);
  const { helpers, code } = plainOperator(operator, type);
  return {
    kind: 'inline',
    code: ([a, b]) => code(a as string, b as string),
    ...(guarded ? { isNull: ([, b]: readonly string[]) => `${b} === 0` } : {}),
    helpers,
  };
}

interface Plain {
  readonly code: (a: string, b: string) => string;
  readonly helpers?: Readonly<Record<string, unknown>>;
}

function plainOperator(operator: string, type: DataType): Plain {
  switch (type.kind) {
    case 'long': {
      const [name, fn] = LONG_HELPERS[operator] as readonly [string, unknown];
      return { code: (a, b) => `${name}(${a}, ${b})`, helpers: { [name]: fn } };
    }
    case 'int':
      if (operator === '*') return { code: (a, b) => `Math.imul(${a}, ${b})` };
      return { code: (a, b) => `((${a} ${operator} ${b}) | 0)` };
    case 'short':
      return { code: (a, b) => `(((${a} ${operator} ${b}) << 16) >> 16)` };
    case 'byte':
      return { code: (a, b) => `(((${a} ${operator} ${b}) << 24) >> 24)` };
    case 'float':
      return { code: (a, b) => `Math.fround(${a} ${operator} ${b})` };
    default:
      return { code: (a, b) => `(${a} ${operator} ${b})` };
  }
}

function decimalOperator(operator: string, left: DecimalType, right: DecimalType, type: DataType): Implementation {
  const result = type.kind === 'decimal' ? type : left;
  switch (operator) {
    case '+':
    case '-':
      return decimalSum(operator, left, right, result);
    case '*':
      return decimalProduct(left, right, result);
    case '/':
      return { kind: 'call', fn: decimalQuotient(left, right, result), nulls: 'propagate', mayBeNull: true };
    case '%':
      return { kind: 'call', fn: decimalRemainder(left, right, result), nulls: 'propagate', mayBeNull: true };
    default:
      return { kind: 'call', fn: decimalWholeQuotient(left, right), nulls: 'propagate', mayBeNull: true };
  }
}

function decimalSum(operator: '+' | '-', left: DecimalType, right: DecimalType, result: DecimalType): Implementation {
  const scale = Math.max(left.scale, right.scale);
  const sum = (a: string, b: string) =>
    `(${scaled(a, scale - left.scale)} ${operator} ${scaled(b, scale - right.scale)})`;
  return fitted(result, scale, ([a, b]) => sum(a as string, b as string));
}

function decimalProduct(left: DecimalType, right: DecimalType, result: DecimalType): Implementation {
  return fitted(result, left.scale + right.scale, ([a, b]) => `(${a} * ${b})`);
}

/** Below 38 digits the result type holds every result; at 38 it may have to be rounded or given up. */
function fitted(result: DecimalType, scale: number, exact: (args: readonly string[]) => string): Implementation {
  if (result.precision < MAX_PRECISION && result.scale === scale) return { kind: 'inline', code: exact };
  const code = (args: readonly string[]) =>
    `fitDecimal(${exact(args)}, ${scale}, ${result.precision}, ${result.scale})`;
  return { kind: 'inline', code, helpers: { fitDecimal }, mayBeNull: true };
}

function scaled(value: string, digits: number): string {
  return digits === 0 ? value : `${value} * ${powerOfTen(digits)}n`;
}

function decimalQuotient(left: DecimalType, right: DecimalType, result: DecimalType) {
  const shift = result.scale - left.scale + right.scale;
  const up = powerOfTen(Math.max(shift, 0));
  const down = powerOfTen(Math.max(-shift, 0));
  return (a: bigint, b: bigint): bigint | null =>
    b === 0n ? null : fitDecimal(divideRounded(a * up, b * down), result.scale, result.precision, result.scale);
}

function decimalRemainder(left: DecimalType, right: DecimalType, result: DecimalType) {
  const scale = Math.max(left.scale, right.scale);
  const toLeft = powerOfTen(scale - left.scale);
  const toRight = powerOfTen(scale - right.scale);
  return (a: bigint, b: bigint): bigint | null =>
    b === 0n ? null : fitDecimal((a * toLeft) % (b * toRight), scale, result.precision, result.scale);
}

function decimalWholeQuotient(left: DecimalType, right: DecimalType) {
  const scale = Math.max(left.scale, right.scale);
  const toLeft = powerOfTen(scale - left.scale);
  const toRight = powerOfTen(scale - right.scale);
  return (a: bigint, b: bigint): Int64 | null => (b === 0n ? null : wrapInt64((a * toLeft) / (b * toRight)));
}
