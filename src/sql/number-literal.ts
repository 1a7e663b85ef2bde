import { canonicalInt64 } from '../batch.ts';
import { BYTE, type DataType, DOUBLE, decimal, FLOAT, INT, LONG, SHORT } from '../schema.ts';
import type { LiteralValue } from './ast.ts';

export interface NumberLiteral {
  readonly value: LiteralValue;
  readonly type: DataType;
}

const MAX_DECIMAL_PRECISION = 38;
const INTEGRAL_BITS = { Y: 8, S: 16, L: 64 } as const;
const INTEGRAL_TYPES = { Y: BYTE, S: SHORT, L: LONG } as const;

/**
 * The value of a number as written (`1`, `1L`, `1.5`, `1e3`, `1.5BD`), with its sign; a string says what is wrong with
 * it (Spark's `AstBuilder.visitNumericLiteral`s).
 */
export function readNumber(text: string, negative: boolean): NumberLiteral | string {
  const [, digits = '', suffix = ''] = /^([\d.]+(?:[eE][+-]?\d+)?)(BD|[LSYFD])?$/i.exec(text) ?? [];
  const signed = negative ? `-${digits}` : digits;
  const kind = suffix.toUpperCase();
  if (kind === 'BD') return readDecimal(signed);
  if (kind === 'D' || kind === 'F') return readFloating(signed, kind === 'F');
  if (kind === 'L' || kind === 'S' || kind === 'Y') {
    if (!/^-?\d+$/.test(signed)) return `${text}: a whole number must come before ${kind}`;
    return readIntegral(signed, kind);
  }
  if (/[eE]/.test(digits)) return readFloating(signed, false);
  if (digits.includes('.')) return readDecimal(signed);
  return readInteger(signed);
}

function readIntegral(signed: string, suffix: 'L' | 'S' | 'Y'): NumberLiteral | string {
  const value = BigInt(signed);
  const type = INTEGRAL_TYPES[suffix];
  if (BigInt.asIntN(INTEGRAL_BITS[suffix], value) !== value) return `${signed}: out of the range of ${type.kind}`;
  return { value: canonicalInt64(value), type };
}

/** No suffix: the first of int, long and decimal that holds it. */
function readInteger(signed: string): NumberLiteral | string {
  const value = BigInt(signed);
  if (BigInt.asIntN(32, value) === value) return { value: Number(value), type: INT };
  if (BigInt.asIntN(64, value) === value) return { value: canonicalInt64(value), type: LONG };
  return readDecimal(signed);
}

function readFloating(signed: string, single: boolean): NumberLiteral | string {
  const value = single ? Math.fround(Number(signed)) : Number(signed);
  const type = single ? FLOAT : DOUBLE;
  if (!Number.isFinite(value)) return `${signed}: out of the range of ${type.kind}`;
  return { value, type };
}

function readDecimal(signed: string): NumberLiteral | string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(signed) ?? [];
  const unscaled = BigInt(whole + fraction);
  const scale = fraction.length - Number(exponent);
  const digits = unscaled === 0n ? 1 : unscaled.toString().length;
  const precision = scale < 0 ? digits - scale : Math.max(digits, scale);
  if (precision > MAX_DECIMAL_PRECISION) return `${signed}: more than ${MAX_DECIMAL_PRECISION} digits`;
  const value = scale < 0 ? unscaled * 10n ** BigInt(-scale) : unscaled;
  return { value: sign === '-' ? -value : value, type: decimal(precision, Math.max(scale, 0)) };
}
