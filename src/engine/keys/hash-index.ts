const EMPTY = -1;

/** Scatters a hash over all 32 bits; the upper ones, which choose the place, are the best. */
export function scatter(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return Math.imul(h ^ (h >>> 12), 0x297a2d39);
}

/**
 * The places of an open-addressing hash table, probed one after another from `hash >>> shift` on; -1 is free. It holds codes; its owner keeps
 * the keys and compares them. Never more than half full.
 */
export class HashIndex {
  places = new Int32Array(16).fill(EMPTY);
  shift = 28;
  private used = 0;

  /** Enters a code in place `at`, which is free, and makes room for more. */
  put(at: number, code: number, hashOf: (code: number) => number): void {
    this.places[at] = code;
    this.used++;
    if (this.used * 2 >= this.places.length) this.grow(hashOf);
  }

  private grow(hashOf: (code: number) => number): void {
    const { places: before } = this;
    const places = new Int32Array(before.length * 4).fill(EMPTY);
    const mask = places.length - 1;
    this.shift -= 2;
    for (const code of before) {
      if (code === EMPTY) continue;
      let at = hashOf(code) >>> this.shift;
      while ((places[at] as number) !== EMPTY) at = (at + 1) & mask;
      places[at] = code;
    }
    this.places = places;
  }
}
