/** The range of powers of ten that texts of doubles need; see assembly/double-text.ts. */
const FIRST = -292;
const LAST = 324;
const HALF = (1n << 64n) - 1n;

/** Writes, for each power of ten, its first 128 bits, rounded up, as two words: the upper and the lower half. */
export function writeDoublePowers(memory: DataView, at: number): void {
  for (let power = FIRST; power <= LAST; power++) {
    const bits = leadingBits(power);
    const place = at + (power - FIRST) * 16;
    memory.setBigUint64(place, bits >> 64n, true);
    memory.setBigUint64(place + 8, bits & HALF, true);
  }
}

function leadingBits(power: number): bigint {
  const ten = 10n ** BigInt(Math.abs(power));
  const size = ten.toString(2).length;
  if (power >= 0) return size <= 128 ? ten << BigInt(128 - size) : ceilShift(ten, size - 128);
  // 2^(127 + size) / 10^-power has 128 bits: the divisor is no power of two.
  return (1n << BigInt(127 + size)) / ten + 1n;
}

function ceilShift(value: bigint, bits: number): bigint {
  return ((value - 1n) >> BigInt(bits)) + 1n;
}
