import { type DataType, decimal } from '../schema.ts';

export const MAX_PRECISION = 38;
/** Digits behind the point that a result keeps when it must give up some (`DecimalType.MINIMUM_ADJUSTED_SCALE`). */
const MINIMUM_ADJUSTED_SCALE = 6;

export type DecimalType = Extract<DataType, { kind: 'decimal' }>;

/** The decimal that holds every value of an integral type (`DecimalType.forType`); null for other types. */
export function decimalForIntegral(type: DataType): DecimalType | null {
  switch (type.kind) {
    case 'byte':
      return decimal(3, 0) as DecimalType;
    case 'short':
      return decimal(5, 0) as DecimalType;
    case 'int':
      return decimal(10, 0) as DecimalType;
    case 'long':
      return decimal(20, 0) as DecimalType;
    default:
      return null;
  }
}

/** The decimal that holds both (`DecimalPrecision.widerDecimalType`). */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  return bounded(whole + scale, scale);
}

/** The result type of an arithmetic operator (Spark's `Add`, `Multiply`, ... with allowPrecisionLoss). */
export function decimalResult(operator: string, a: DecimalType, b: DecimalType): DecimalType {
  const wholeA = a.precision - a.scale;
  const wholeB = b.precision - b.scale;
  const scale = Math.max(a.scale, b.scale);
  switch (operator) {
    case '+':
    case '-':
      return adjusted(Math.max(wholeA, wholeB) + scale + 1, scale);
    case '*':
      return adjusted(a.precision + b.precision + 1, a.scale + b.scale);
    case '/': {
      const quotientScale = Math.max(MINIMUM_ADJUSTED_SCALE, a.scale + b.precision + 1);
      return adjusted(wholeA + b.scale + quotientScale, quotientScale);
    }
    default:
      return adjusted(Math.min(wholeA, wholeB) + scale, scale);
  }
}

export function bounded(precision: number, scale: number): DecimalType {
  return decimal(Math.min(precision, MAX_PRECISION), Math.min(scale, MAX_PRECISION)) as DecimalType;
}

/** Beyond 38 digits the fraction gives way, down to 6 digits (`DecimalType.adjustPrecisionScale`). */
function adjusted(precision: number, scale: number): DecimalType {
  if (precision <= MAX_PRECISION) return decimal(precision, scale) as DecimalType;
  const whole = precision - scale;
  const kept = Math.max(MAX_PRECISION - whole, Math.min(scale, MINIMUM_ADJUSTED_SCALE));
  return decimal(MAX_PRECISION, kept) as DecimalType;
}
