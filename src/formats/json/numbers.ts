import { canonicalInt64, type Int64 } from '../../batch.ts';
import { decimalOfText, parseDecimal as exactDecimal } from '../../sql/values/decimal.ts';

/** JSON numbers from their bytes. All functions take the text of one number, as the tokenizer found it. */

/** Longer integers fit no type; the limit keeps the conversion of hostile ones cheap. */
const MAX_INTEGER_LENGTH = 40;
const MAX_DECIMAL_LENGTH = 1000;
/** Powers of ten that a double holds exactly. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** The bytes as text; they are ASCII. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/** An integer, exact; null when it does not fit 64 bits. */
export function parseInteger(bytes: Uint8Array, start: number, end: number): Int64 | null {
  const negative = bytes[start] === 45;
  let at = negative ? start + 1 : start;
  if (end - at <= 15) {
    let value = 0;
    for (; at < end; at++) value = value * 10 + (bytes[at] as number) - 48;
    return negative && value !== 0 ? -value : value;
  }
  if (end - at > MAX_INTEGER_LENGTH) return null;
  const exact = BigInt(asciiText(bytes, start, end));
  return exact === BigInt.asIntN(64, exact) ? canonicalInt64(exact) : null;
}

/** The double nearest to a number; an infinity when it is beyond all doubles. */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number {
  const negative = bytes[start] === 45;
  let mantissa = 0;
  let fractionDigits = 0;
  let seenPoint = false;
  const first = negative ? start + 1 : start;
  // Up to 15 digits are an exact double, and so is a power of ten up to 22: their quotient is correctly rounded.
  if (end - first <= 16) {
    let at = first;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === 46) seenPoint = true;
      else if (byte >= 48 && byte <= 57) {
        mantissa = mantissa * 10 + (byte - 48);
        if (seenPoint) fractionDigits++;
      } else break;
    }
    if (at === end && mantissa <= Number.MAX_SAFE_INTEGER) {
      const value = mantissa / (EXACT_POWERS[fractionDigits] as number);
      return negative ? -value : value;
    }
  }
  return Number(asciiText(bytes, start, end));
}

/**
 * A decimal's unscaled value; null when it does not fit `precision`, or `exact` is asked for and the number has
 * digits beyond `scale`. Otherwise those are rounded half up, away from zero.
 */
export function parseDecimal(text: string, precision: number, scale: number, exact: boolean): bigint | null {
  if (text.length > MAX_DECIMAL_LENGTH) return null;
  const parsed = exactDecimal(text);
  const value = parsed === null ? null : decimalOfText(text, precision, scale);
  if (parsed === null || value === null || !exact || parsed.scale <= scale) return value;
  const lost = parsed.scale - scale;
  if (lost > MAX_DECIMAL_LENGTH) return parsed.unscaled === 0n ? value : null;
  return value * 10n ** BigInt(lost) === parsed.unscaled ? value : null;
}
