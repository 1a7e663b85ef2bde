const buffer = new DataView(new ArrayBuffer(8));

/** The exact value of a finite double, which always has a finite decimal expansion. */
export function exactDecimal(value: number): { readonly unscaled: bigint; readonly scale: number } {
  buffer.setFloat64(0, value);
  const bits = buffer.getBigUint64(0);
  const exponentBits = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponentBits === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = (exponentBits === 0 ? 1 : exponentBits) - 1075;
  const signed = value < 0 ? -mantissa : mantissa;
  if (exponent >= 0) return { unscaled: signed << BigInt(exponent), scale: 0 };
  // m / 2^k = m * 5^k / 10^k
  return { unscaled: signed * 5n ** BigInt(-exponent), scale: -exponent };
}
