const FREE = -1;
/** At most so many places: as many bytes four times over stay in a processor's cache. */
const MAX_PLACES = 1 << 18;

/** A code for each pair of two numbers, in a flat table: that of `(left, right)` stands at `(left << bits) | right`; -1 where there is none. */
export class PairTable {
  places = new Int32Array(64).fill(FREE);
  bits = 3;

  /** Makes the table hold all pairs; false when that would take too many places. */
  reach(left: Int32Array, right: Int32Array): boolean {
    let mostLeft = 0;
    let mostRight = 0;
    for (let i = 0; i < left.length; i++) {
      if ((left[i] as number) > mostLeft) mostLeft = left[i] as number;
      if ((right[i] as number) > mostRight) mostRight = right[i] as number;
    }
    const bits = Math.max(this.bits, 32 - Math.clz32(mostRight));
    const rows = Math.max(this.places.length >> this.bits, 2 ** (32 - Math.clz32(mostLeft)));
    if (rows * 2 ** bits > MAX_PLACES) return false;
    if (rows << bits > this.places.length) this.grow(rows, bits);
    return true;
  }

  private grow(rows: number, bits: number): void {
    const before = this.places;
    const width = 1 << this.bits;
    this.places = new Int32Array(rows << bits).fill(FREE);
    for (let from = 0, to = 0; from < before.length; from += width, to += 1 << bits) {
      this.places.set(before.subarray(from, from + width), to);
    }
    this.bits = bits;
  }
}
