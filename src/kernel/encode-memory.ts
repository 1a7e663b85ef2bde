import { writeDoublePowers } from './double-powers.ts';
import { openKernel } from './module.ts';
import { CELL_FLAG, CELL_INTEGER, CELL_RAW, CELL_REAL, CELL_SMALL_INTEGER, CELL_TEXT, CELL_TIME } from './ops.ts';

/** What the WebAssembly module exports for encoders; see assembly/encode-csv.ts and assembly/encode-json.ts. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  staticEnd(): number;
  encodedBytes(): number;
  doublePowers(): number;
  encodeCsv(
    columns: number,
    count: number,
    from: number,
    to: number,
    out: number,
    outEnd: number,
    separator: number,
    nullText: number,
    nullSize: number,
    flags: number,
  ): number;
  encodeJson(
    steps: number,
    stepsEnd: number,
    from: number,
    to: number,
    out: number,
    outEnd: number,
    keepNulls: boolean,
    fixedBytes: number,
  ): number;
}

const KINDS = {
  integer: CELL_INTEGER,
  double: CELL_REAL,
  timestamp: CELL_TIME,
  text: CELL_TEXT,
  boolean: CELL_FLAG,
  smallInteger: CELL_SMALL_INTEGER,
  raw: CELL_RAW,
} as const;

/**
 * A column to be encoded. `integer`, `double` and `timestamp` (microseconds) are Float64Array, `smallInteger` Int32Array, `boolean` Uint8Array;
 * `text`, and `raw`, which is written as it is, are bytes with offsets.
 */
export interface EncodedColumn {
  readonly kind: keyof typeof KINDS;
  readonly values: Float64Array | Int32Array | Uint8Array;
  readonly validity: Uint8Array | null;
  readonly offsets?: Int32Array;
}

/** Encodes the rows of the batch that it loaded. */
export interface LoadedRows {
  /**
   * Encodes rows `from` to `to` (exclusive), as many as there is room for and up to the first that is not plain. `bytes` is valid until
   * the next call.
   */
  encode(from: number, to: number): { readonly row: number; readonly bytes: Uint8Array };
}

/** Encodes rows 0 to `count` in their order: `write` takes the bytes of those that the kernel writes, `plain` is to write each other one. */
export function encodeRows(
  rows: LoadedRows,
  count: number,
  write: (bytes: Uint8Array) => void,
  plain: (row: number) => void,
): void {
  for (let row = 0; row < count; ) {
    const done = rows.encode(row, count);
    write(done.bytes);
    if (done.row === row) plain(row++);
    else row = done.row;
  }
}

/** Room for the text of one run. */
export const OUT_BYTES = 1 << 20;
/** Words of a column as the kernel takes it: kind, values, validity, offsets; an address of 0 for what is not there. */
export const COLUMN_WORDS = 4;

/** The kernel's instance for encoders: one for all files of a thread, as it takes longer to make than a small file to encode. */
export class EncodeMemory {
  /** Behind the kernel's own data. */
  readonly start: number;
  private user: object | null = null;
  /** Only doubles need the powers of ten. */
  private hasPowers = false;

  constructor(readonly exports: Exports) {
    this.start = align(exports.staticEnd());
  }

  /** Makes `user` the one whose data stands from `start` to `end`; `write` puts it there when another's did. */
  claim(user: object, end: number, write?: (memory: Uint8Array) => void): void {
    if (this.user === user) return;
    this.user = user;
    this.reserve(end);
    write?.(this.bytes());
  }

  /** Copies a batch's columns to `at` and behind, where they stay until the next call; gives the words of each. */
  load(columns: readonly EncodedColumn[], start: number): readonly (readonly number[])[] {
    if (!this.hasPowers && columns.some(({ kind }) => kind === 'double')) {
      this.hasPowers = true;
      writeDoublePowers(new DataView(this.exports.memory.buffer), this.exports.doublePowers());
    }
    let at = start;
    const place = (part: ArrayBufferView | null | undefined): number => {
      if (part === null || part === undefined) return 0;
      const here = at;
      // Texts are read sixteen bytes at a time.
      at = align(at + part.byteLength + 16);
      return here;
    };
    const places = columns.map(({ values, validity, offsets }) => [place(values), place(validity), place(offsets)]);
    this.reserve(at);
    const memory = this.bytes();
    columns.forEach(({ values, validity, offsets }, index) => {
      [values, validity, offsets].forEach((part, n) => {
        const to = (places[index] as number[])[n] as number;
        if (part) memory.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), to);
      });
    });
    return columns.map(({ kind }, index) => [KINDS[kind], ...(places[index] as number[])]);
  }

  /** What the last run wrote to `out`, until the next one. */
  encoded(out: number): Uint8Array {
    return this.bytes().subarray(out, out + this.exports.encodedBytes());
  }

  words(at: number, count: number): Uint32Array {
    return new Uint32Array(this.exports.memory.buffer, at, count);
  }

  private bytes(): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer);
  }

  private reserve(end: number): void {
    const missing = end - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / 65536));
  }
}

let instance: EncodeMemory | null | undefined;

/** That of this thread; null where the kernel was not built. */
export function encodeMemory(): EncodeMemory | null {
  if (instance === undefined) {
    const exports = openKernel();
    instance = exports === null ? null : new EncodeMemory(exports as Exports);
  }
  return instance;
}

export function align(address: number): number {
  return (address + 15) & ~15;
}
