/** So many equal values in a row are written as a run, as fewer would take more room so. */
const MIN_RUN = 8;

/**
 * Parquet's hybrid of runs and bit-packed groups of eight (`RLE` of its Encodings.md), as levels and indexes of dictionaries have it.
 * `values` are below `2 ** bitWidth`, `bitWidth` is at most 24.
 */
export function runLengths(values: Int32Array | Uint8Array, from: number, to: number, bitWidth: number): Uint8Array {
  // At worst groups and runs of eight take turns: a header for each.
  const out = new Uint8Array(16 + Math.ceil((to - from) / MIN_RUN) * (bitWidth + 6));
  let used = 0;
  const header = (value: number): void => {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) out[used++] = (rest & 0x7f) | 0x80;
    out[used++] = rest;
  };
  const packed = (start: number, end: number): void => {
    const groups = Math.ceil((end - start) / 8);
    header((groups << 1) | 1);
    let bits = 0;
    let pending = 0;
    for (let i = start; i < end; i++) {
      pending |= (values[i] as number) << bits;
      for (bits += bitWidth; bits >= 8; bits -= 8) {
        out[used++] = pending;
        pending >>>= 8;
      }
    }
    // The last group is filled up with zeros, and is whole bytes then.
    const last = used + ((bits + (start + groups * 8 - end) * bitWidth) >> 3);
    if (used < last) out[used] = pending;
    used = last;
  };
  let unwritten = from;
  for (let i = from; i < to; ) {
    const value = values[i] as number;
    let end = i + 1;
    while (end < to && values[end] === value) end++;
    if (end - i < MIN_RUN) {
      // Groups begin at every eighth value behind the run before.
      i += 8;
      continue;
    }
    if (unwritten < i) packed(unwritten, i);
    header((end - i) << 1);
    for (let shift = 0; shift < bitWidth; shift += 8) out[used++] = value >>> shift;
    i = end;
    unwritten = end;
  }
  if (unwritten < to) packed(unwritten, to);
  return out.subarray(0, used);
}

/** Bits that hold the numbers below `count`. */
export function bitsFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}
