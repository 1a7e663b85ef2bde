import { HashIndex, scatter } from './hash-index.ts';

/** Numbers pairs of codes: 0, 1, 2 ... in the order of first appearance. */
export class PairCodes {
  size = 0;
  private readonly index = new HashIndex();
  /** The pair of code c stands at 2c and 2c + 1. */
  private pairs = new Int32Array(32);

  /** The number of `(left[i], right[i])`, for every i. */
  encode(left: Int32Array, right: Int32Array): Int32Array {
    const codes = new Int32Array(left.length);
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
    return codes;
  }

  codeOf(left: number, right: number): number {
    const { places, shift } = this.index;
    const { pairs } = this;
    const mask = places.length - 1;
    for (let at = hashOf(left, right) >>> shift; ; at = (at + 1) & mask) {
      const code = places[at] as number;
      if (code < 0) return this.enter(at, left, right);
      if (pairs[2 * code + 1] === right && pairs[2 * code] === left) return code;
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

  private enter(at: number, left: number, right: number): number {
    const code = this.size++;
    if (2 * code === this.pairs.length) {
      const grown = new Int32Array(4 * code);
      grown.set(this.pairs);
      this.pairs = grown;
    }
    this.pairs[2 * code] = left;
    this.pairs[2 * code + 1] = right;
    this.index.put(at, code, this.hashOfCode);
    return code;
  }

  private readonly hashOfCode = (code: number): number =>
    hashOf(this.pairs[2 * code] as number, this.pairs[2 * code + 1] as number);
}

function hashOf(left: number, right: number): number {
  return scatter(Math.imul(left, 0x9e3779b1) ^ right);
}
