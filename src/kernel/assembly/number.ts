import { digit, NO } from './cursor';

const MAX_SAFE: u64 = 9007199254740991;
const MINUS = 45;
const DOT = 46;
/** Digits that 64 bits hold in any case. */
const MAX_DIGITS: usize = 19;

/** Powers of ten that a double holds exactly. */
const POWERS = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
  1e22,
]);

// Up to eight digits at once, one to a byte: no branch for each of them, and numbers differ in length.

/** The eight bytes at `p`, digits as their values. */
// @ts-ignore: decorator
@inline
export function eightBytes(p: usize): u64 {
  return load<u64>(p) ^ 0x3030303030303030;
}

/** How many of eight bytes are digits before the first other one. */
// @ts-ignore: decorator
@inline
export function digitCount(bytes: u64): u64 {
  // Adding 118 carries what is above 9 into the highest bit; what spills over reaches later bytes only.
  return ctz((bytes | (bytes + 0x7676767676767676)) & 0x8080808080808080) >> 3;
}

/** The value of the first `count` digits, 1 to 8: pairs, then fours, then all. */
// @ts-ignore: decorator
@inline
function digitsValue(bytes: u64, count: u64): u64 {
  let x = bytes << (64 - (count << 3));
  x = (x * 10 + (x >> 8)) & 0x00ff00ff00ff00ff;
  x = (x * 100 + (x >> 16)) & 0x0000ffff0000ffff;
  return (x * 10000 + (x >> 32)) & 0xffffffff;
}

/** What `digitRun` read, with what it was to stand behind. */
let value: u64 = 0;

/** Appends the digits from `start` on to `before`; the address behind them. 64 bits may be too few: the callers count. */
// @ts-ignore: decorator
@inline
function digitRun(start: usize, before: u64): usize {
  let p = start;
  let sum = before;
  for (let next = digit(p); next <= 9; next = digit(++p)) sum = sum * 10 + next;
  value = sum;
  return p;
}

/** What `wholeNumber` read. */
let whole: i64 = 0;

/** `-? (0 | [1-9][0-9]*)` without more behind it that would make it another number. */
// @ts-ignore: decorator
@inline
function wholeNumber(start: usize): usize {
  const negative = load<u8>(start) == MINUS;
  const first = negative ? start + 1 : start;
  const p = digitRun(first, 0);
  const digits = p - first;
  if (digits == 0 || digits > 18 || (digits > 1 && digit(first) == 0)) return NO;
  whole = negative ? -<i64>value : <i64>value;
  return p;
}

// @ts-ignore: decorator
@inline
export function safeInteger(p: usize, to: usize): usize {
  const bytes = eightBytes(p);
  const count = digitCount(bytes);
  if (count - 1 < 7 && (count == 1 || (bytes & 0xff) != 0)) {
    store<f64>(to, <f64>digitsValue(bytes, count));
    return p + <usize>count;
  }
  return anySafeInteger(p, to);
}

function anySafeInteger(p: usize, to: usize): usize {
  const end = wholeNumber(p);
  if (end == NO || whole > <i64>MAX_SAFE || whole < -<i64>MAX_SAFE) return NO;
  store<f64>(to, <f64>whole);
  return end;
}

export function smallInteger(p: usize, to: usize, min: i64, max: i64): usize {
  const end = wholeNumber(p);
  if (end == NO || whole < min || whole > max) return NO;
  store<i32>(to, <i32>whole);
  return end;
}

/**
 * Correctly rounded: digits that a double holds exactly, times or divided by a power of ten that it holds exactly, is one
 * rounding (Clinger 1990). Other numbers are left to others.
 */
// @ts-ignore: decorator
@inline
export function double(start: usize, to: usize): usize {
  const bytes = eightBytes(start);
  const count = digitCount(bytes);
  if (count - 1 < 7 && (count == 1 || (bytes & 0xff) != 0)) {
    let p = start + <usize>count;
    const integer = digitsValue(bytes, count);
    if (load<u8>(p) == DOT) {
      const fraction = eightBytes(++p);
      const digits = digitCount(fraction);
      p += <usize>digits;
      if (digits - 1 < 7 && (<u32>load<u8>(p) | 32) != 101) {
        const power = load<f64>(POWERS + (<usize>digits << 3));
        store<f64>(to, (<f64>integer * power + <f64>digitsValue(fraction, digits)) / power);
        return p;
      }
    } else if ((<u32>load<u8>(p) | 32) != 101) {
      store<f64>(to, <f64>integer);
      return p;
    }
  }
  return anyDouble(start, to);
}

function anyDouble(start: usize, to: usize): usize {
  const negative = load<u8>(start) == MINUS;
  const first = negative ? start + 1 : start;
  let p = digitRun(first, 0);
  let digits = p - first;
  if (digits == 0 || (digits > 1 && digit(first) == 0)) return NO;
  let exponent: i32 = 0;
  if (load<u8>(p) == DOT) {
    const fraction = p + 1;
    p = digitRun(fraction, value);
    if (p == fraction) return NO;
    digits += p - fraction;
    exponent = -<i32>(p - fraction);
  }
  const mantissa = value;
  if (digits > MAX_DIGITS || mantissa > MAX_SAFE) return NO;
  if ((<u32>load<u8>(p) | 32) == 101) {
    const sign = load<u8>(++p);
    if (sign == MINUS || sign == 43) p++;
    const from = p;
    p = digitRun(from, 0);
    if (p == from || p - from > 4) return NO;
    const power = <i32>value;
    exponent += sign == MINUS ? -power : power;
  }
  let result = <f64>mantissa;
  if (exponent < 0) {
    if (exponent < -22) return NO;
    result /= load<f64>(POWERS + (<usize>-exponent << 3));
  } else if (exponent > 0) {
    if (exponent > 22) return NO;
    result *= load<f64>(POWERS + (<usize>exponent << 3));
  }
  store<f64>(to, negative ? -result : result);
  return p;
}

/** Exact, without exponent: up to `scale` digits behind the point, as a whole number below `limit`. */
export function decimal(start: usize, to: usize, scale: i64, limit: i64): usize {
  const negative = load<u8>(start) == MINUS;
  const first = negative ? start + 1 : start;
  let p = digitRun(first, 0);
  let digits = <i64>(p - first);
  if (digits == 0 || (digits > 1 && digit(first) == 0)) return NO;
  let missing = scale;
  if (load<u8>(p) == DOT) {
    const fraction = p + 1;
    p = digitRun(fraction, value);
    if (p == fraction) return NO;
    digits += p - fraction;
    missing -= p - fraction;
  }
  if (missing < 0 || digits + missing > 18 || (<u32>load<u8>(p) | 32) == 101) return NO;
  let scaled = <i64>value;
  for (; missing > 0; missing--) scaled *= 10;
  if (scaled >= limit) return NO;
  store<i64>(to, negative ? -scaled : scaled);
  return p;
}

/** Any JSON number. */
export function skipNumber(start: usize): usize {
  let p = load<u8>(start) == MINUS ? start + 1 : start;
  if (digit(p) == 0) p++;
  else {
    const end = digitsEnd(p);
    if (end == p) return NO;
    p = end;
  }
  if (load<u8>(p) == DOT) {
    const end = digitsEnd(p + 1);
    if (end == p + 1) return NO;
    p = end;
  }
  if ((<u32>load<u8>(p) | 32) == 101) {
    p++;
    if (load<u8>(p) == MINUS || load<u8>(p) == 43) p++;
    const end = digitsEnd(p);
    if (end == p) return NO;
    p = end;
  }
  return p;
}

function digitsEnd(start: usize): usize {
  let p = start;
  while (digit(p) <= 9) p++;
  return p;
}
