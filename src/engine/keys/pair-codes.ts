import { HashIndex, scatter } from './hash-index.ts';
import { takeInt32 } from './take.ts';

/** Numbers pairs of codes: 0, 1, 2 ... in the order of first appearance. */
export class PairCodes {
  size = 0;
  private readonly index = new HashIndex();
  private lefts = new Int32Array(16);
  private rights = new Int32Array(16);

  /** The number of `(left[i], right[i])`, for every i. */
  encode(left: Int32Array, right: Int32Array): Int32Array {
    const codes = new Int32Array(left.length);
    let lastLeft = -1;
    let lastRight = -1;
    let last = -1;
    for (let i = 0; i < codes.length; i++) {
      const l = left[i] as number;
      const r = right[i] as number;
      if (l !== lastLeft || r !== lastRight) {
        lastLeft = l;
        lastRight = r;
        last = this.codeOf(l, r);
      }
      codes[i] = last;
    }
    return codes;
  }

  codeOf(left: number, right: number): number {
    const { places, shift } = this.index;
    const { lefts, rights } = this;
    const mask = places.length - 1;
    for (let at = hashOf(left, right) >>> shift; ; at = (at + 1) & mask) {
      const code = places[at] as number;
      if (code < 0) return this.enter(at, left, right);
      if (rights[code] === right && lefts[code] === left) return code;
    }
  }

  leftsOf(codes: Int32Array): Int32Array {
    return takeInt32(this.lefts, codes);
  }

  rightsOf(codes: Int32Array): Int32Array {
    return takeInt32(this.rights, codes);
  }

  private enter(at: number, left: number, right: number): number {
    const code = this.size++;
    if (code === this.lefts.length) {
      this.lefts = doubled(this.lefts);
      this.rights = doubled(this.rights);
    }
    this.lefts[code] = left;
    this.rights[code] = right;
    this.index.put(at, code, this.hashOfCode);
    return code;
  }

  private readonly hashOfCode = (code: number): number =>
    hashOf(this.lefts[code] as number, this.rights[code] as number);
}

function hashOf(left: number, right: number): number {
  return scatter(Math.imul(left, 0x9e3779b1) ^ right);
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const result = new Int32Array(array.length * 2);
  result.set(array);
  return result;
}
