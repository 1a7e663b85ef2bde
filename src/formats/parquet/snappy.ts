/**
 * Snappy's raw format (format_description.txt of google/snappy): the length, then literals and copies of what stood before. Matches are looked for within
 * blocks of 64 KiB, so that an offset takes two bytes, in steps that grow where nothing is found.
 */
const BLOCK_BYTES = 1 << 16;
const HASH_BITS = 13;
/** Reads of four bytes need no check so far before the end of a block. */
const MARGIN = 16;

const table = new Uint16Array(1 << HASH_BITS);

export function snappyCompress(input: Uint8Array): Uint8Array {
  const { length } = input;
  // A literal costs at most three bytes of every 64 KiB, a copy is never longer than what it stands for.
  const out = new Uint8Array(16 + length + 8 * Math.ceil(length / BLOCK_BYTES) + (length >> 5));
  let used = 0;
  let rest = length;
  for (; rest > 0x7f; rest >>>= 7) out[used++] = (rest & 0x7f) | 0x80;
  out[used++] = rest;
  const view = new DataView(input.buffer, input.byteOffset, length);
  for (let start = 0; start < length; start += BLOCK_BYTES) {
    used = compressBlock(input, view, start, Math.min(length, start + BLOCK_BYTES), out, used);
  }
  return out.subarray(0, used);
}

function compressBlock(
  input: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  from: number,
): number {
  let used = from;
  let unwritten = start;
  const last = end - MARGIN;
  if (last > start) {
    table.fill(0);
    let misses = 32;
    for (let at = start + 1; at < last; ) {
      const word = view.getInt32(at, true);
      const place = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS);
      const candidate = start + (table[place] as number);
      table[place] = at - start;
      if (candidate >= at || view.getInt32(candidate, true) !== word) {
        at += misses++ >>> 5;
        continue;
      }
      if (unwritten < at) used = literal(input, unwritten, at, out, used);
      let matched = at + 4;
      let earlier = candidate + 4;
      while (matched + 4 <= end && view.getInt32(matched, true) === view.getInt32(earlier, true)) {
        matched += 4;
        earlier += 4;
      }
      while (matched < end && input[matched] === input[earlier]) {
        matched++;
        earlier++;
      }
      used = copy(at - candidate, matched - at, out, used);
      unwritten = matched;
      at = matched;
      misses = 32;
    }
  }
  return unwritten < end ? literal(input, unwritten, end, out, used) : used;
}

function literal(input: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
  const length = to - from;
  let used = at;
  if (length <= 60) out[used++] = (length - 1) << 2;
  else if (length <= 256) {
    out[used++] = 60 << 2;
    out[used++] = length - 1;
  } else {
    out[used++] = 61 << 2;
    out[used++] = length - 1;
    out[used++] = (length - 1) >>> 8;
  }
  if (length > 64) {
    out.set(input.subarray(from, to), used);
    return used + length;
  }
  for (let i = from; i < to; i++) out[used++] = input[i] as number;
  return used;
}

function copy(offset: number, length: number, out: Uint8Array, at: number): number {
  let used = at;
  let rest = length;
  while (rest > 0) {
    // What is left must be worth a copy of four.
    const part = rest > 64 ? (rest < 68 ? 60 : 64) : rest;
    if (part >= 4 && part < 12 && offset < 2048) {
      out[used++] = 1 | ((part - 4) << 2) | ((offset >>> 8) << 5);
      out[used++] = offset;
    } else {
      out[used++] = 2 | ((part - 1) << 2);
      out[used++] = offset;
      out[used++] = offset >>> 8;
    }
    rest -= part;
  }
  return used;
}
