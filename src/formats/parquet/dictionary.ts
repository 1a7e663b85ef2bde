/** Which rows hold equal values: `codes[i]` numbers the value of row i, and row `firstRows[code]` was the first that had it. Valid until the next one is made. */
export interface Dictionary {
  readonly firstRows: Int32Array;
  readonly codes: Int32Array;
}

/** More values than that are not counted. */
const MAX_ENTRIES = 1 << 20;
const MIN_ENTRIES = 16;
const FREE = -1;
/** Whole numbers that lie within so many are found without hashing. */
const MAX_RANGE = 1 << 16;

/** As `wordDictionary`, of whole numbers from `least` to `most`; null also where these lie too far apart. */
export function rangeDictionary(values: Float64Array, least: number, most: number): Dictionary | null {
  if (!(most - least < MAX_RANGE)) return null;
  const { length } = values;
  const { firstRows } = scratch.entries(length);
  const places = scratch.places(most - least + 1);
  const codes = scratch.codes(length);
  let size = 0;
  for (let row = 0; row < length; row++) {
    const at = (values[row] as number) - least;
    let code = places[at] as number;
    if (code === FREE) {
      if (size === firstRows.length) return null;
      code = size++;
      places[at] = code;
      firstRows[code] = row;
    }
    codes[row] = code;
  }
  return dictionary(firstRows, size, codes);
}

/** Numbers values of one or two 32-bit words, by their bits: -0 is not 0. Null when there are too many different ones for a dictionary to pay. */
export function wordDictionary(words: Int32Array, perValue: 1 | 2, length: number): Dictionary | null {
  const { firstRows, bits } = scratch.entries(length);
  const places = scratch.places(1 << bits);
  const codes = scratch.codes(length);
  const shift = 32 - bits;
  const mask = places.length - 1;
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
  return dictionary(firstRows, size, codes);
}

/** As `wordDictionary`, of the strings `bytes[offsets[i] .. offsets[i + 1])`. */
export function bytesDictionary(bytes: Uint8Array, offsets: Int32Array, length: number): Dictionary | null {
  const { firstRows, bits } = scratch.entries(length);
  const places = scratch.places(1 << bits);
  const codes = scratch.codes(length);
  const shift = 32 - bits;
  const mask = places.length - 1;
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
  return dictionary(firstRows, size, codes);
}

function isSame(bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
  if (to - from !== end - start) return false;
  for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== bytes[j]) return false;
  return true;
}

function dictionary(firstRows: Int32Array, size: number, codes: Int32Array): Dictionary | null {
  return size === 0 ? null : { firstRows: firstRows.subarray(0, size), codes };
}

/** Memory that every dictionary uses again: to ask for as much anew takes longer than to fill it. */
const scratch = {
  first: new Int32Array(0),
  table: new Int32Array(0),
  numbers: new Int32Array(0),

  /** Room for the first rows of as many values as a dictionary may have (four rows for each are the least for which one pays), and the bits of a table of them. */
  entries(rows: number): { firstRows: Int32Array; bits: number } {
    const most = Math.min(MAX_ENTRIES, Math.max(MIN_ENTRIES, rows >> 2));
    if (this.first.length < most) this.first = new Int32Array(most);
    // Never more than half full.
    return { firstRows: this.first.subarray(0, most), bits: 33 - Math.clz32(most) };
  },

  /** All free. */
  places(size: number): Int32Array {
    if (this.table.length < size) this.table = new Int32Array(size);
    return this.table.subarray(0, size).fill(FREE);
  },

  codes(rows: number): Int32Array {
    if (this.numbers.length < rows) this.numbers = new Int32Array(rows);
    return this.numbers.subarray(0, rows);
  },
};
