/** So many equal values in a row are written as a run, as fewer would take more room so. */
const MIN_RUN = 8;

/**
 * Parquet's hybrid of runs and bit-packed groups of eight (`RLE` of its Encodings.md), as levels and indexes of dictionaries have it.
 * `values` are below `2 ** bitWidth`, `bitWidth` is at most 24.
 */
export function runLengths(values: Int32Array | Uint8Array, from: number, to: number, bitWidth: number): Uint8Array {
  // At worst groups and runs of eight take turns: a header for each.
  const out = new Uint8Array(16 + ((to - from + MIN_RUN - 1) >> 3) * (bitWidth + 6));
  let used = 0;
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
    if (unwritten < i) used = writeGroups(out, used, values, unwritten, i, bitWidth);
    used = writeRun(out, used, value, end - i, bitWidth);
    i = end;
    unwritten = end;
  }
  if (unwritten < to) used = writeGroups(out, used, values, unwritten, to, bitWidth);
  return out.subarray(0, used);
}

/** As `runLengths`, of `length` times the same value. */
export function oneRun(value: number, length: number, bitWidth: number): Uint8Array {
  const out = new Uint8Array(16);
  return out.subarray(0, length === 0 ? 0 : writeRun(out, 0, value, length, bitWidth));
}

// What follows writes to `out[at]`, and gives the end of what it wrote.

function writeRun(out: Uint8Array, at: number, value: number, length: number, bitWidth: number): number {
  let used = writeHeader(out, at, length << 1);
  for (let shift = 0; shift < bitWidth; shift += 8) out[used++] = value >>> shift;
  return used;
}

function writeGroups(
  out: Uint8Array,
  at: number,
  values: Int32Array | Uint8Array,
  start: number,
  end: number,
  bitWidth: number,
): number {
  const groups = (end - start + 7) >> 3;
  let used = writeHeader(out, at, (groups << 1) | 1);
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
  return last;
}

function writeHeader(out: Uint8Array, at: number, value: number): number {
  let used = at;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) out[used++] = (rest & 0x7f) | 0x80;
  out[used++] = rest;
  return used;
}

/** Bits that hold the numbers below `count`. */
export function bitsFor(count: number): number {
  return count <= 1 ? 0 : 32 - Math.clz32(count - 1);
}
