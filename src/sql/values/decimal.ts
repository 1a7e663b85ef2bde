/** Exact decimals: an unscaled bigint with a scale (`value = unscaled / 10^scale`), as Spark's `Decimal`. */

export type Rounding = 'halfUp' | 'halfEven' | 'floor' | 'ceiling' | 'down';

/** Spark's widest decimal. */
export const MAX_PRECISION = 38;

const POWERS: bigint[] = [1n];
/** The powers of ten that a double holds exactly. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** 10 to the power of a small whole number. */
export function powerOfTen(exponent: number): bigint {
  for (let i = POWERS.length; i <= exponent && i < 1024; i++) POWERS.push((POWERS[i - 1] as bigint) * 10n);
  return POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** A quotient rounded to a whole number. Halves go away from zero (halfUp) or to the even neighbour (halfEven). */
export function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding = 'halfUp'): bigint {
  const quotient = numerator / denominator;
  const rest = numerator % denominator;
  if (rest === 0n || rounding === 'down') return quotient;
  const away = rest < 0n === denominator < 0n ? 1n : -1n;
  if (rounding === 'floor') return away < 0n ? quotient - 1n : quotient;
  if (rounding === 'ceiling') return away > 0n ? quotient + 1n : quotient;
  const twice = absolute(rest) * 2n;
  const divisor = absolute(denominator);
  if (twice < divisor) return quotient;
  if (twice === divisor && rounding === 'halfEven' && quotient % 2n === 0n) return quotient;
  return quotient + away;
}

/** The same value with another scale, rounded where digits are lost. */
export function rescale(unscaled: bigint, fromScale: number, toScale: number, rounding: Rounding = 'halfUp'): bigint {
  if (toScale >= fromScale) return unscaled * powerOfTen(toScale - fromScale);
  return divideRounded(unscaled, powerOfTen(fromScale - toScale), rounding);
}

/** Whether the value has at most `precision` digits. */
export function fitsPrecision(unscaled: bigint, precision: number): boolean {
  return absolute(unscaled) < powerOfTen(precision);
}

/** The value as a `decimal(precision, scale)`: rounded half up, null when it does not fit (`Decimal.changePrecision`). */
export function fitDecimal(unscaled: bigint, fromScale: number, precision: number, scale: number): bigint | null {
  const scaled = fromScale === scale ? unscaled : rescale(unscaled, fromScale, scale);
  return fitsPrecision(scaled, precision) ? scaled : null;
}

export interface ParsedDecimal {
  readonly unscaled: bigint;
  /** May be negative: `1e3` is 1 with scale -3. */
  readonly scale: number;
}

/** The exact value of a number's text, exponent allowed; null for any other text (`java.math.BigDecimal`). */
export function parseDecimal(text: string): ParsedDecimal | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text);
  if (match === null) return null;
  const whole = match[2] as string;
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return null;
  const exponent = Number(match[4] ?? 0);
  const unscaled = BigInt(whole + fraction);
  return { unscaled: match[1] === '-' ? -unscaled : unscaled, scale: fraction.length - exponent };
}

/** The value of a number's text as a `decimal(precision, scale)`; null for other texts and for what does not fit. */
export function decimalOfText(text: string, precision: number, scale: number): bigint | null {
  const parsed = parseDecimal(text);
  if (parsed === null) return null;
  if (parsed.unscaled === 0n) return 0n;
  // The place of the first digit decides far exponents, without making a number of that many digits.
  const integerDigits = absolute(parsed.unscaled).toString().length - parsed.scale;
  if (integerDigits > precision - scale) return null;
  if (integerDigits < -scale) return 0n;
  return fitDecimal(parsed.unscaled, parsed.scale, precision, scale);
}

/** Plain text, always with `scale` digits behind the point (`BigDecimal.toPlainString`). */
export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString();
  const digits = absolute(unscaled)
    .toString()
    .padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/**
 * A double as a `decimal(precision, scale)`, through its shortest text as Spark does (`BigDecimal(double.toString)`), so 0.1 is
 * exactly 0.1; null for NaN, infinities and what does not fit.
 */
export function decimalOfDouble(value: number, precision: number, scale: number): bigint | null {
  return Number.isFinite(value) ? decimalOfText(`${value}`, precision, scale) : null;
}

/** The nearest double. */
export function decimalToDouble(unscaled: bigint, scale: number): number {
  const whole = Number(unscaled);
  // A quotient of two exact doubles is rounded once.
  const power = EXACT_POWERS[scale];
  if (power !== undefined && Number.isSafeInteger(whole)) return whole / power;
  return Number(decimalText(unscaled, scale));
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
