/** A stream of pseudo-random numbers that depends on its seed alone, on any machine. Not for secrets. */
export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1), in steps of 2^-32. */
  fraction(): number;
  /** An integer in [low, high], both included; high - low must stay below 2^32. */
  integer(low: number, high: number): number;
}

/**
 * xoshiro128** (Blackman and Vigna, 2018), its four words filled by a splitmix32 sequence so that neighbouring seeds give
 * unrelated streams.
 *
 * @param seed a safe integer; all 53 bits count
 */
export function createRandom(seed: number): Random {
  const next = splitmix32(seed);
  let a = next();
  let b = next();
  let c = next();
  let d = next();

  const uint32 = (): number => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const fraction = (): number => uint32() / 4294967296;
  // Multiplying instead of taking a remainder: the bias is below 2^-32 per value, which no test of the data can see.
  const integer = (low: number, high: number): number => low + Math.floor(fraction() * (high - low + 1));
  return { uint32, fraction, integer };
}

function splitmix32(seed: number): () => number {
  let state = (seed >>> 0) ^ Math.imul(Math.floor(seed / 4294967296) | 0, 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
