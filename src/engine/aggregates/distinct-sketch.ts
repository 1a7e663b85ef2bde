/**
 * HyperLogLog (Flajolet et al. 2007) with linear counting for small sets (Heule et al. 2013): the number of distinct
 * values within a relative standard deviation. The first byte is log2 of the number of registers.
 */
export function emptySketch(relativeSd: number): Uint8Array {
  const bits = Math.min(18, Math.max(4, Math.ceil(2 * Math.log2(1.106 / relativeSd))));
  const sketch = new Uint8Array(1 + (1 << bits));
  sketch[0] = bits;
  return sketch;
}

export function addToSketch(sketch: Uint8Array, key: string): Uint8Array {
  const bits = sketch[0] as number;
  const [high, low] = hash64(key);
  const register = 1 + (high >>> (32 - bits));
  const rest = (high << bits) | (low >>> (32 - bits));
  const zeros = rest !== 0 ? Math.clz32(rest) : 32 + Math.clz32(low << bits);
  if (zeros + 1 > (sketch[register] as number)) sketch[register] = Math.min(zeros + 1, 64 - bits + 1);
  return sketch;
}

export function mergeSketch(into: Uint8Array, from: Uint8Array): Uint8Array {
  for (let i = 1; i < into.length; i++) {
    if ((from[i] as number) > (into[i] as number)) into[i] = from[i] as number;
  }
  return into;
}

export function estimate(sketch: Uint8Array): number {
  const m = sketch.length - 1;
  let sum = 0;
  let empty = 0;
  for (let i = 1; i <= m; i++) {
    const register = sketch[i] as number;
    sum += 2 ** -register;
    if (register === 0) empty++;
  }
  const raw = ((0.7213 / (1 + 1.079 / m)) * m * m) / sum;
  return Math.round(raw <= 2.5 * m && empty > 0 ? m * Math.log(m / empty) : raw);
}

/** Two 32-bit halves of a 64-bit hash of the text (two FNV-1a streams, each finished by murmur3's mixer). */
function hash64(key: string): [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ (code + i), 0x85ebca6b) ^ (b >>> 13);
  }
  return [mix(a), mix(b ^ a)];
}

function mix(h: number): number {
  let x = h;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
