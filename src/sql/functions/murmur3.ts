/** Murmur3 (x86, 32 bit) as Spark's `hash` uses it: the last bytes of a string count as four bytes each, with their sign. */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

export function murmurInt(value: number, seed: number): number {
  return finish(mixHash(seed, mixWord(value)), 4);
}

/** `value` as its 64 bits. */
export function murmurLong(value: bigint, seed: number): number {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return finish(mixHash(mixHash(seed, mixWord(low)), mixWord(high)), 8);
}

export function murmurBytes(bytes: Uint8Array, seed: number): number {
  const aligned = bytes.length - (bytes.length % 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let hash = seed;
  for (let i = 0; i < aligned; i += 4) hash = mixHash(hash, mixWord(view.getInt32(i, true)));
  for (let i = aligned; i < bytes.length; i++) hash = mixHash(hash, mixWord(view.getInt8(i)));
  return finish(hash, bytes.length);
}

function mixWord(word: number): number {
  const mixed = Math.imul(word, C1);
  return Math.imul((mixed << 15) | (mixed >>> 17), C2);
}

function mixHash(hash: number, word: number): number {
  const mixed = hash ^ word;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, length: number): number {
  let mixed = hash ^ length;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
