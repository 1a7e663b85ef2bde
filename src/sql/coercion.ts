import {
  array,
  type DataType,
  DOUBLE,
  decimal,
  formatType,
  map,
  STRING,
  type StructType,
  sameType,
  struct,
  VOID,
} from '../schema.ts';
import { analysisError } from './analysis-error.ts';
import { type DecimalType, decimalForIntegral, widerDecimal } from './decimal-types.ts';
import type { TypedExpr } from './typed.ts';
import { castCell, castMayFail } from './values/cast.ts';

/** Spark's implicit type rules with ANSI mode off (`TypeCoercion.scala`, `DecimalPrecision.scala`). */

const NUMERIC_PRECEDENCE: readonly DataType['kind'][] = ['byte', 'short', 'int', 'long', 'float', 'double'];

export function isNumericType(type: DataType): boolean {
  return type.kind === 'decimal' || NUMERIC_PRECEDENCE.includes(type.kind);
}

export function isIntegralType(type: DataType): boolean {
  return NUMERIC_PRECEDENCE.indexOf(type.kind) >= 0 && NUMERIC_PRECEDENCE.indexOf(type.kind) <= 3;
}

export function isIntervalType(type: DataType): boolean {
  return type.kind === 'dayTimeInterval' || type.kind === 'yearMonthInterval' || type.kind === 'calendarInterval';
}

/** `expr` as `type`: itself when it has that type, a cast otherwise. Refuses a cast that Spark does not know. */
export function castTo(expr: TypedExpr, type: DataType): TypedExpr {
  if (sameType(expr.type, type)) return expr;
  if (!canCast(expr.type, type)) {
    throw analysisError(
      'DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION',
      `cannot cast ${formatType(expr.type)} to ${formatType(type)}.`,
    );
  }
  if (expr.kind === 'literal' && expr.value === null) return { kind: 'literal', value: null, type, nullable: true };
  return { kind: 'cast', child: expr, type, nullable: expr.nullable || castMayFail(expr.type, type) };
}

/** Whether CAST knows the way from one type to the other. */
export function canCast(from: DataType, to: DataType): boolean {
  return castCell(from, to, 'UTC') !== null;
}

/** `findTightestCommonType`: without losing anything and without strings. */
export function tightestCommonType(a: DataType, b: DataType): DataType | null {
  if (sameType(a, b)) return a;
  if (a.kind === 'void') return b;
  if (b.kind === 'void') return a;
  if (a.kind === 'decimal' || b.kind === 'decimal') return tightestDecimal(a, b) ?? tightestDecimal(b, a);
  const rank = Math.max(NUMERIC_PRECEDENCE.indexOf(a.kind), NUMERIC_PRECEDENCE.indexOf(b.kind));
  if (isNumericType(a) && isNumericType(b)) return { kind: NUMERIC_PRECEDENCE[rank] } as DataType;
  if (isDatetime(a) && isDatetime(b)) return { kind: 'timestamp' };
  return commonComplexType(a, b, tightestCommonType);
}

function tightestDecimal(a: DataType, b: DataType): DataType | null {
  const other = decimalForIntegral(b);
  if (a.kind !== 'decimal' || other === null) return null;
  return a.precision - a.scale >= other.precision ? a : null;
}

function isDatetime(type: DataType): boolean {
  return type.kind === 'date' || type.kind === 'timestamp';
}

/** `findWiderTypeForTwo`: decimals widen, and a string takes any atomic type but boolean and binary. */
export function widerType(a: DataType, b: DataType): DataType | null {
  return (
    tightestCommonType(a, b) ??
    widerDecimalOrDouble(a, b) ??
    stringPromotion(a, b) ??
    commonComplexType(a, b, widerType)
  );
}

/** `findWiderTypeWithoutStringPromotionForTwo`. */
export function widerTypeWithoutString(a: DataType, b: DataType): DataType | null {
  return tightestCommonType(a, b) ?? widerDecimalOrDouble(a, b) ?? commonComplexType(a, b, widerTypeWithoutString);
}

function widerDecimalOrDouble(a: DataType, b: DataType): DataType | null {
  if (a.kind !== 'decimal' && b.kind !== 'decimal') return null;
  if (!isNumericType(a) || !isNumericType(b)) return null;
  const left = asDecimal(a);
  const right = asDecimal(b);
  return left === null || right === null ? DOUBLE : widerDecimal(left, right);
}

function asDecimal(type: DataType): DecimalType | null {
  return type.kind === 'decimal' ? type : decimalForIntegral(type);
}

const NO_STRING_PROMOTION: readonly DataType['kind'][] = [
  'binary',
  'boolean',
  'array',
  'map',
  'struct',
  'calendarInterval',
];

function stringPromotion(a: DataType, b: DataType): DataType | null {
  if (a.kind === 'string' && !NO_STRING_PROMOTION.includes(b.kind)) return STRING;
  if (b.kind === 'string' && !NO_STRING_PROMOTION.includes(a.kind)) return STRING;
  return null;
}

function commonComplexType(
  a: DataType,
  b: DataType,
  common: (a: DataType, b: DataType) => DataType | null,
): DataType | null {
  if (a.kind === 'array' && b.kind === 'array') {
    const element = common(a.element, b.element);
    return element === null ? null : array(element);
  }
  if (a.kind === 'map' && b.kind === 'map') {
    const key = common(a.key, b.key);
    const value = common(a.value, b.value);
    return key === null || value === null ? null : map(key, value);
  }
  if (a.kind === 'struct' && b.kind === 'struct') return commonStructType(a, b, common);
  return null;
}

/** Structs meet field by field when their names agree (case aside). */
function commonStructType(
  a: StructType,
  b: StructType,
  common: (a: DataType, b: DataType) => DataType | null,
): DataType | null {
  if (a.fields.length !== b.fields.length) return null;
  const fields = [];
  for (const [i, left] of a.fields.entries()) {
    const right = b.fields[i] as (typeof b.fields)[number];
    const type = common(left.type, right.type);
    if (type === null || left.name.toLowerCase() !== right.name.toLowerCase()) return null;
    fields.push({ name: left.name, type, nullable: left.nullable || right.nullable });
  }
  return struct(fields);
}

/** `findWiderCommonType`: the type that all of `types` are cast to (coalesce, array, CASE, IN); null when there is none. */
export function commonType(types: readonly DataType[]): DataType | null {
  const ordered = [...types.filter(hasString), ...types.filter((type) => !hasString(type))];
  return ordered.reduce<DataType | null>((sum, type) => (sum === null ? null : widerType(sum, type)), VOID);
}

/** The same without making strings of other types (greatest, least). */
export function commonTypeWithoutString(types: readonly DataType[]): DataType | null {
  return types.reduce<DataType | null>((sum, type) => (sum === null ? null : widerTypeWithoutString(sum, type)), VOID);
}

function hasString(type: DataType): boolean {
  if (type.kind === 'array') return hasString(type.element);
  return type.kind === 'string';
}

/** `findCommonTypeForBinaryComparison` and what else the rules do to the two sides of a comparison. */
export function comparisonType(a: DataType, b: DataType): DataType | null {
  const promoted = comparisonWithString(a, b) ?? comparisonWithString(b, a);
  if (promoted !== null) return promoted;
  // BooleanEquality: a boolean meets a number as a number.
  if (a.kind === 'boolean' && isNumericType(b)) return b;
  if (b.kind === 'boolean' && isNumericType(a)) return a;
  return tightestCommonType(a, b) ?? widerDecimalOrDouble(a, b) ?? commonComplexType(a, b, comparisonType);
}

function comparisonWithString(string: DataType, other: DataType): DataType | null {
  if (string.kind !== 'string') return null;
  if (other.kind === 'decimal') return DOUBLE;
  if (other.kind === 'void') return STRING;
  const isAtomic = !['array', 'map', 'struct', 'calendarInterval'].includes(other.kind);
  return isAtomic ? other : null;
}

/** The smallest decimal that holds an integral literal (`DecimalType.fromLiteral`), else the one of its type. */
export function decimalOfOperand(expr: TypedExpr): DecimalType | null {
  if (expr.type.kind === 'decimal') return expr.type;
  const whole = decimalForIntegral(expr.type);
  if (whole === null || expr.kind !== 'literal' || expr.value === null) return whole;
  const digits = String(expr.value).replace('-', '').length;
  return decimal(Math.max(1, digits), 0) as DecimalType;
}
