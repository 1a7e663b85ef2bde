import { equalBytes } from './text-bytes.ts';

/** Distinct texts, looked up by the bytes of one where it stands. */
export class TextSet {
  /** Texts by hash: the one at its place, or behind it up to the next free place. */
  private readonly places: (Uint8Array | undefined)[];
  private readonly mask: number;

  constructor(texts: Iterable<string>) {
    const all = [...new Set(texts)].map((text) => Buffer.from(text));
    let size = 4;
    while (size < all.length * 2) size *= 2;
    this.mask = size - 1;
    this.places = Array.from({ length: size });
    for (const bytes of all) {
      let at = hashOf(bytes, 0, bytes.length) & this.mask;
      while (this.places[at] !== undefined) at = (at + 1) & this.mask;
      this.places[at] = bytes;
    }
  }

  /** Whether the text `bytes[start .. end)` (UTF-8) is among them. */
  has(bytes: Uint8Array, start: number, end: number): boolean {
    const { places, mask } = this;
    for (let at = hashOf(bytes, start, end) & mask; ; at = (at + 1) & mask) {
      const text = places[at];
      if (text === undefined) return false;
      if (equalBytes(bytes, start, end, text, 0, text.length)) return true;
    }
  }
}

/** FNV-1a, whose lower bits are good enough for a small table. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
