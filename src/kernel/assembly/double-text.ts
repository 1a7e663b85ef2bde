/**
 * The shortest text of a double, as JavaScript writes it (ECMAScript, Number::toString), by Schubfach (R. Giulietti, "The Schubfach way
 * to render doubles"). The host computes the powers of ten; see ../double-powers.ts.
 */
import { decimalSize, digits, two } from './digits';

/** For each power of ten from -292 to 324, the first 128 bits of it, rounded up: the upper half and the lower half. */
const FIRST_POWER: i32 = -292;
const POWERS = memory.data(617 * 16, 16);
let hasPowers = false;

/** Where the host puts the powers. They count as there from now on. */
export function doublePowers(): usize {
  hasPowers = true;
  return POWERS;
}

/** Writes a double; gives the address behind it, or 0 for the ones left to the host: infinities, NaN and zeros. */
export function shortest(o: usize, value: f64): usize {
  const bits = reinterpret<u64>(value);
  const fraction = bits & 0x000fffffffffffff;
  const biased = <i32>((bits >> 52) & 0x7ff);
  if (!hasPowers || biased == 0x7ff || (bits << 1) == 0) return 0;
  if (bits >> 63) store<u8>(o++, 45);
  const c = biased == 0 ? fraction : fraction | 0x0010000000000000;
  const q = (biased == 0 ? 1 : biased) - 1075;
  // The next smaller double is nearer at powers of two.
  const closer = fraction == 0 && biased > 1;
  let k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
  const h = q + ((-k * 1741647) >> 19) + 1;
  const power = POWERS + (<usize>(-k - FIRST_POWER) << 4);
  const high = load<u64>(power);
  const low = load<u64>(power, 8);
  const odd = c & 1;
  const cb = c << 2;
  const lower = scaled(high, low, (cb - 2 + u64(closer)) << h) + odd;
  const middle = scaled(high, low, cb << h);
  const upper = scaled(high, low, (cb + 2) << h) - odd;
  let decimal = middle >> 2;
  const tens = decimal / 10;
  const tenBelow = lower <= 40 * tens;
  const tenAbove = 40 * tens + 40 <= upper;
  if (decimal >= 10 && tenBelow != tenAbove) {
    decimal = tens + u64(tenAbove);
    k++;
  } else {
    const below = lower <= decimal << 2;
    const above = (decimal << 2) + 4 <= upper;
    const half = (decimal << 2) + 2;
    const up = below != above ? above : middle > half || (middle == half && (decimal & 1) != 0);
    decimal += u64(up);
  }
  while (decimal % 10 == 0) {
    decimal /= 10;
    k++;
  }
  return placed(o, decimal, k);
}

/** The upper 64 bits of the product of a power (128 bits) and `factor`, the last of them set when anything is below. */
@inline
function scaled(high: u64, low: u64, factor: u64): u64 {
  const x = upperHalf(low, factor);
  const y = high * factor;
  const sum = x + y;
  return (upperHalf(high, factor) + u64(sum < x)) | u64(sum > 1);
}

@inline
function upperHalf(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const cross = a1 * b0 + ((a0 * b0) >> 32);
  const carry = a0 * b1 + (cross & 0xffffffff);
  return a1 * b1 + (cross >> 32) + (carry >> 32);
}

/** Writes `decimal` times ten to the power `k`. */
@inline
function placed(o: usize, decimal: u64, k: i32): usize {
  const size = <i32>decimalSize(decimal);
  const point = size + k;
  if (k >= 0 && point <= 21) {
    o = digits(o, decimal, size);
    memory.fill(o, 48, k);
    return o + k;
  }
  if (point > 0 && point <= 21) {
    digits(o + 1, decimal, size);
    for (let i = 0; i < point; i++) store<u8>(o + i, load<u8>(o + i + 1));
    store<u8>(o + point, 46);
    return o + size + 1;
  }
  if (point > -6 && point <= 0) {
    store<u16>(o, 0x2e30); // 0.
    memory.fill(o + 2, 48, -point);
    return digits(o + 2 - point, decimal, size);
  }
  digits(o + 1, decimal, size);
  store<u8>(o, load<u8>(o + 1));
  if (size > 1) store<u8>(o + 1, 46);
  o += size > 1 ? <usize>size + 1 : 1;
  const exponent = point - 1;
  store<u8>(o, 101); // e
  store<u8>(o + 1, exponent < 0 ? 45 : 43);
  const whole = <u64>(exponent < 0 ? -exponent : exponent);
  return digits(o + 2, whole, decimalSize(whole));
}
