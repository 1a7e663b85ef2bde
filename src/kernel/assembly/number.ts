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

/** Eight digits of which the last are the first `count` of `bytes`, 1 to 8, and those before zeros. */
// @ts-ignore: decorator
@inline
function lastOf(bytes: u64, count: u64): u64 {
  return bytes << (64 - (count << 3));
}

/** The value of eight digits: pairs, then fours, then all. */
// @ts-ignore: decorator
@inline
function digitsValue(digits: u64): i32 {
  const pairs = ((digits * 0xa01) >> 8) & 0x00ff00ff00ff00ff;
  const fours = ((pairs * 0x640001) >> 16) & 0x0000ffff0000ffff;
  return <i32>((fours * 0x271000000001) >> 32);
}

// Numbers of up to eight bytes whose ends are known: several are read at once, and all that may be wrong with them is one branch.

/** By number of bytes: those of the last eight that belong to the number; none for a size that is not taken. */
const BYTES_OF = memory.data<u64>([
  0,
  0xff00000000000000,
  0xffff000000000000,
  0xffffff0000000000,
  0xffffffff00000000,
  0xffffffffff000000,
  0xffffffffffff0000,
  0xffffffffffffff00,
  0xffffffffffffffff,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
]);

/** By number of digits before the point: the least value that they may have, as there is no zero in front of others. */
const LEAST_OF = memory.data<f64>([
  Infinity,
  0,
  1e1,
  1e2,
  1e3,
  1e4,
  1e5,
  1e6,
  1e7,
  Infinity,
  Infinity,
  Infinity,
  Infinity,
  Infinity,
  Infinity,
  Infinity,
]);

/** The last eight bytes before each of two ends as digits, those before the last `size` as zeros. */
// @ts-ignore: decorator
@inline
function twoDigitsBefore(end0: usize, size0: usize, end1: usize, size1: usize): v128 {
  const bytes = v128.load64_lane(end1 - 8, v128.load64_zero(end0 - 8), 1);
  const first = v128.load64_zero(BYTES_OF + ((size0 & 15) << 3));
  const mask = v128.load64_lane(BYTES_OF + ((size1 & 15) << 3), first, 1);
  return v128.and(v128.xor(bytes, i8x16.splat(48)), mask);
}

/** Has the highest bit of a byte set where `digits` has none. */
// @ts-ignore: decorator
@inline
function odds(digits: v128): v128 {
  return v128.or(digits, i8x16.add_sat_u(digits, i8x16.splat(118)));
}

/** The values of sixteen digits, four at a time: as i32. */
// @ts-ignore: decorator
@inline
function fours(digits: v128): v128 {
  const pairs = i16x8.shr_u(i16x8.mul(digits, i16x8.splat(0xa01)), 8);
  return i32x4.dot_i16x8_s(pairs, i32x4.splat(0x10064));
}

/** The values of four numbers of eight digits, the fours of which are given. */
// @ts-ignore: decorator
@inline
function eights(first: v128, second: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(first, second), i32x4.splat(0x12710));
}

/** By number of digits: the least whole number that they may be, as there is no zero in front of others. */
const LEAST_WHOLE = memory.data<i32>([
  i32.MAX_VALUE,
  0,
  10,
  100,
  1000,
  10000,
  100000,
  1000000,
  10000000,
  i32.MAX_VALUE,
  i32.MAX_VALUE,
  i32.MAX_VALUE,
  i32.MAX_VALUE,
  i32.MAX_VALUE,
  i32.MAX_VALUE,
  i32.MAX_VALUE,
]);

/** Whether the bytes before four ends are whole numbers without sign of the sizes that are given: `four` has their values. */
// @ts-ignore: decorator
@inline
export function areShortWholes(
  end0: usize,
  size0: usize,
  end1: usize,
  size1: usize,
  end2: usize,
  size2: usize,
  end3: usize,
  size3: usize,
): bool {
  const first = twoDigitsBefore(end0, size0, end1, size1);
  const second = twoDigitsBefore(end2, size2, end3, size3);
  four = eights(fours(first), fours(second));
  let least = v128.load32_zero(LEAST_WHOLE + ((size0 & 15) << 2));
  least = v128.load32_lane(LEAST_WHOLE + ((size1 & 15) << 2), least, 1);
  least = v128.load32_lane(LEAST_WHOLE + ((size2 & 15) << 2), least, 2);
  least = v128.load32_lane(LEAST_WHOLE + ((size3 & 15) << 2), least, 3);
  const odd = v128.or(v128.or(odds(first), odds(second)), i32x4.lt_s(four, least));
  return (((size0 | size1 | size2 | size3) >> 4) | <u32>i8x16.bitmask(odd)) == 0;
}

/** What `areShortWholes` read. */
export let four: v128 = i32x4.splat(0);

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
    store<f64>(to, <f64>digitsValue(lastOf(bytes, count)));
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
    const integer = digitsValue(lastOf(bytes, count));
    if (load<u8>(p) == DOT) {
      const fraction = eightBytes(++p);
      const digits = digitCount(fraction);
      p += <usize>digits;
      if (digits - 1 < 7 && (<u32>load<u8>(p) | 32) != 101) {
        const power = load<f64>(POWERS + (<usize>digits << 3));
        store<f64>(to, (<f64>integer * power + <f64>digitsValue(lastOf(fraction, digits))) / power);
        return p;
      }
    } else if ((<u32>load<u8>(p) | 32) != 101) {
      store<f64>(to, <f64>integer);
      return p;
    }
  }
  return anyDouble(start, to);
}

/** By eight times the place of the point in eight bytes, or 64 for none: ten to the power of the digits behind it. */
const POWERS_BEHIND = memory.data<f64>([1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1, 1]);

/** Stores two numbers of at most eight bytes that are written with digits and a point alone; false where one is any other. */
// @ts-ignore: decorator
@inline
export function twoShortDoubles(end0: usize, size0: usize, end1: usize, size1: usize, to: usize): bool {
  const x = twoDigitsBefore(end0, size0, end1, size1);
  const point = v128.and(i8x16.eq(x, i8x16.splat(0x1e)), i8x16.splat(1));
  const below = i64x2.sub(point, i64x2.splat(1));
  // The digits before the point move up to those behind it; a second point is no digit. Whether there is one is no branch: numbers differ in that.
  const moved = v128.or(
    v128.and(x, i64x2.neg(i64x2.shl(point, 8))),
    i64x2.shl(v128.and(x, below), 8),
  );
  const digits = v128.bitselect(x, moved, i64x2.eq(point, i64x2.splat(0)));
  const isLast = v128.and(point, i64x2.splat(1 << 56));
  const place0 = <usize>ctz(i64x2.extract_lane(point, 0));
  const place1 = <usize>ctz(i64x2.extract_lane(point, 1));
  const group = fours(digits);
  const power = v128.load64_lane(POWERS_BEHIND + place1, v128.load64_zero(POWERS_BEHIND + place0), 1);
  const number = f64x2.div(f64x2.convert_low_i32x4_s(eights(group, group)), power);
  const least0 = v128.load64_zero(LEAST_OF + place0 + ((size0 & 15) << 3) - 64);
  const least = v128.load64_lane(LEAST_OF + place1 + ((size1 & 15) << 3) - 64, least0, 1);
  const odd = v128.or(v128.and(odds(digits), i8x16.splat(-128)), v128.or(isLast, f64x2.lt(number, least)));
  if (v128.any_true(odd) || (size0 | size1) >> 4 != 0) return false;
  v128.store(to, number);
  return true;
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
