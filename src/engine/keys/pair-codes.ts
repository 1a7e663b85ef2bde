import { HashIndex, scatter } from './hash-index.ts';
import { PairTable } from './pair-table.ts';

/** Numbers pairs of codes: 0, 1, 2 ... in the order of first appearance. */
export class PairCodes {
  size = 0;
  /** Where all pairs that there could be are few, each has a place of its own; else they are hashed. */
  private table: PairTable | null = new PairTable();
  private index = new HashIndex();
  /** The pair of code c stands at 2c and 2c + 1. */
  private pairs = new Int32Array(32);

  /** The number of `(left[i], right[i])`, for every i. */
  encode(left: Int32Array, right: Int32Array): Int32Array {
    const codes = new Int32Array(left.length);
    if (this.table !== null && !this.table.reach(left, right)) this.leaveTable();
    if (this.table === null) this.encodeHashed(left, right, codes);
    else this.encodeInTable(this.table, left, right, codes);
    return codes;
  }

  private encodeInTable({ places, bits }: PairTable, left: Int32Array, right: Int32Array, codes: Int32Array): void {
    for (let i = 0; i < codes.length; i++) {
      const l = left[i] as number;
      const r = right[i] as number;
      const at = (l << bits) | r;
      let code = places[at] as number;
      if (code < 0) {
        code = this.allocate(l, r);
        places[at] = code;
      }
      codes[i] = code;
    }
  }

  private encodeHashed(left: Int32Array, right: Int32Array, codes: Int32Array): void {
    let lastLeft = -1;
    let lastRight = -1;
    let last = -1;
    let { places, shift } = this.index;
    let { pairs } = this;
    for (let i = 0; i < codes.length; i++) {
      const l = left[i] as number;
      const r = right[i] as number;
      if (l !== lastLeft || r !== lastRight) {
        lastLeft = l;
        lastRight = r;
        last = places[hashOf(l, r) >>> shift] as number;
        if (last < 0 || pairs[2 * last] !== l || pairs[2 * last + 1] !== r) {
          last = this.codeOf(l, r);
          ({ places, shift } = this.index);
          ({ pairs } = this);
        }
      }
      codes[i] = last;
    }
  }

  private codeOf(left: number, right: number): number {
    const { places, shift } = this.index;
    const { pairs } = this;
    const mask = places.length - 1;
    for (let at = hashOf(left, right) >>> shift; ; at = (at + 1) & mask) {
      const code = places[at] as number;
      if (code < 0) {
        const entered = this.allocate(left, right);
        this.index.put(at, entered, this.hashOfCode);
        return entered;
      }
      if (pairs[2 * code + 1] === right && pairs[2 * code] === left) return code;
    }
  }

  /** Enters all pairs in the hash index. */
  private leaveTable(): void {
    this.table = null;
    for (let code = 0; code < this.size; code++) {
      const { places, shift } = this.index;
      let at = this.hashOfCode(code) >>> shift;
      while ((places[at] as number) >= 0) at = (at + 1) & (places.length - 1);
      this.index.put(at, code, this.hashOfCode);
    }
  }

  leftsOf(codes: Int32Array): Int32Array {
    return this.halvesOf(codes, 0);
  }

  rightsOf(codes: Int32Array): Int32Array {
    return this.halvesOf(codes, 1);
  }

  private halvesOf(codes: Int32Array, half: 0 | 1): Int32Array {
    const halves = new Int32Array(codes.length);
    for (let i = 0; i < halves.length; i++) halves[i] = this.pairs[2 * (codes[i] as number) + half] as number;
    return halves;
  }

  private allocate(left: number, right: number): number {
    const code = this.size++;
    if (2 * code === this.pairs.length) {
      const grown = new Int32Array(4 * code);
      grown.set(this.pairs);
      this.pairs = grown;
    }
    this.pairs[2 * code] = left;
    this.pairs[2 * code + 1] = right;
    return code;
  }

  private readonly hashOfCode = (code: number): number =>
    hashOf(this.pairs[2 * code] as number, this.pairs[2 * code + 1] as number);
}

function hashOf(left: number, right: number): number {
  return scatter(Math.imul(left, 0x9e3779b1) ^ right);
}
