/** Which rows hold equal values: `codes[i]` numbers the value of row i, and row `firstRows[code]` was the first that had it. */
export interface Dictionary {
  readonly firstRows: Int32Array;
  readonly codes: Int32Array;
}

/** More values than that are not counted. */
const MAX_ENTRIES = 1 << 20;
const MIN_ENTRIES = 16;
const FREE = -1;

/** Numbers values of one or two 32-bit words, by their bits: -0 is not 0. Null when there are too many different ones for a dictionary to pay. */
export function wordDictionary(words: Int32Array, perValue: 1 | 2, length: number): Dictionary | null {
  const entries = new Entries(length);
  const { firstRows, places, shift } = entries;
  const mask = places.length - 1;
  const codes = new Int32Array(length);
  const last = perValue - 1;
  let size = 0;
  let before = -1;
  for (let row = 0; row < length; row++) {
    const low = words[row * perValue] as number;
    const high = words[row * perValue + last] as number;
    if (row > 0 && words[(row - 1) * perValue] === low && words[(row - 1) * perValue + last] === high) {
      codes[row] = before;
      continue;
    }
    const hash = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    let at = (hash ^ (hash >>> 15)) >>> shift;
    let code = FREE;
    for (; ; at = (at + 1) & mask) {
      code = places[at] as number;
      if (code === FREE) break;
      const known = (firstRows[code] as number) * perValue;
      if (words[known] === low && words[known + last] === high) break;
    }
    if (code === FREE) {
      if (size === firstRows.length) return null;
      code = size++;
      places[at] = code;
      firstRows[code] = row;
    }
    codes[row] = code;
    before = code;
  }
  return size === 0 ? null : { firstRows: firstRows.subarray(0, size), codes };
}

/** As `wordDictionary`, of the strings `bytes[offsets[i] .. offsets[i + 1])`. */
export function bytesDictionary(bytes: Uint8Array, offsets: Int32Array, length: number): Dictionary | null {
  const entries = new Entries(length);
  const { firstRows, places, shift } = entries;
  const mask = places.length - 1;
  const codes = new Int32Array(length);
  let size = 0;
  for (let row = 0; row < length; row++) {
    const start = offsets[row] as number;
    const end = offsets[row + 1] as number;
    let hash = end - start;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x9e3779b1);
    let at = hash >>> shift;
    let code = FREE;
    for (; ; at = (at + 1) & mask) {
      code = places[at] as number;
      if (code === FREE) break;
      const known = firstRows[code] as number;
      if (isSame(bytes, start, end, offsets[known] as number, offsets[known + 1] as number)) break;
    }
    if (code === FREE) {
      if (size === firstRows.length) return null;
      code = size++;
      places[at] = code;
      firstRows[code] = row;
    }
    codes[row] = code;
  }
  return size === 0 ? null : { firstRows: firstRows.subarray(0, size), codes };
}

function isSame(bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
  if (to - from !== end - start) return false;
  for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== bytes[j]) return false;
  return true;
}

/** An open-addressing table that is never more than half full. */
class Entries {
  readonly firstRows: Int32Array;
  readonly places: Int32Array;
  readonly shift: number;

  /** Four rows for each value are the least for which a dictionary pays. */
  constructor(rows: number) {
    const most = Math.min(MAX_ENTRIES, Math.max(MIN_ENTRIES, rows >> 2));
    const bits = 33 - Math.clz32(most);
    this.firstRows = new Int32Array(most);
    this.places = new Int32Array(1 << bits).fill(FREE);
    this.shift = 32 - bits;
  }
}
