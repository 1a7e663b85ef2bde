/** Numbers as Java prints them (`Double.toString`, `Float.toString`, `BigDecimal.toString`). */

/** `1.0`, `1.0E10`, `1.0E-5`, `NaN`, `-Infinity`. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return `${value}`;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) {
    const text = `${value}`;
    return text.includes('.') ? text : `${text}.0`;
  }
  return scientific(value.toExponential(), value);
}

/** The same for a 32-bit float: the fewest digits that name it among floats. */
export function floatText(value: number): string {
  if (!Number.isFinite(value) || value === 0) return doubleText(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return `${value}.0`;
  let digits = 1;
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits++;
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return doubleText(Number(value.toPrecision(digits)));
  return scientific(value.toExponential(digits - 1), value);
}

/** Java writes at least two digits, and when it adds the second one it takes the nearest. */
function scientific(exponential: string, value: number): string {
  const [mantissa, exponent] = exponential.split('e') as [string, string];
  if (!mantissa.includes('.')) {
    const [twoDigits, twoExponent] = value.toExponential(1).split('e') as [string, string];
    return `${twoDigits}E${Number(twoExponent)}`;
  }
  return `${mantissa}E${Number(exponent)}`;
}

/** A decimal as `BigDecimal.toString`: plain, but `1E-7` where the first digit is more than six places behind the point. */
export function decimalJavaText(unscaled: bigint, scale: number, plain: string): string {
  if (scale <= 6) return plain;
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  const exponent = digits.length - 1 - scale;
  if (exponent >= -6) return plain;
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
  return `${unscaled < 0n ? '-' : ''}${mantissa}E${exponent}`;
}
