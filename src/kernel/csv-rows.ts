import { writeDoublePowers } from './double-powers.ts';
import { openKernel } from './module.ts';

/** What the WebAssembly module exports for this; see assembly/encode-csv.ts. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  staticEnd(): number;
  csvBytes(): number;
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
}

const KINDS = { integer: 0, double: 1, timestamp: 2, text: 3, boolean: 4, smallInteger: 5 } as const;

/**
 * A column to be encoded. `integer`, `double` and `timestamp` (microseconds) are Float64Array, `smallInteger` Int32Array, `boolean` Uint8Array; a text is
 * bytes with offsets.
 */
export interface CsvColumn {
  readonly kind: keyof typeof KINDS;
  readonly values: Float64Array | Int32Array | Uint8Array;
  readonly validity: Uint8Array | null;
  readonly offsets?: Int32Array;
}

export interface CsvLayout {
  /** One byte. */
  readonly separator: number;
  readonly nullText: Uint8Array;
  /** By byte: 1 not in a text as it stands, 2 not at its start, 4 not at its end. */
  readonly flags: Uint8Array;
}

const OUT_BYTES = 1 << 20;
const FLAGS_BYTES = 256;

/** Encodes rows of columns as CSV, as far as it goes; one per encoder. */
export class CsvRows {
  private readonly exports: Exports;
  private readonly flagsAt: number;
  private readonly nullAt: number;
  private readonly columnsAt: number;
  private readonly outAt: number;
  private readonly dataAt: number;

  private constructor(
    exports: object,
    private readonly layout: CsvLayout,
    private readonly columnCount: number,
  ) {
    this.exports = exports as Exports;
    this.flagsAt = align(this.exports.staticEnd());
    this.nullAt = this.flagsAt + FLAGS_BYTES;
    this.columnsAt = align(this.nullAt + layout.nullText.length);
    this.outAt = align(this.columnsAt + columnCount * 16);
    this.dataAt = this.outAt + OUT_BYTES;
  }

  /** Null where the kernel was not built. */
  static open(layout: CsvLayout, columnCount: number): CsvRows | null {
    if (instance === undefined) instance = openKernel();
    return instance === null ? null : new CsvRows(instance, layout, columnCount);
  }

  /** Copies a batch's columns in; they stay until the next call, of this one or another. */
  load(columns: readonly CsvColumn[]): void {
    if (user !== this) {
      user = this;
      this.reserve(this.dataAt);
      this.bytes().set(this.layout.flags, this.flagsAt);
      this.bytes().set(this.layout.nullText, this.nullAt);
    }
    let at = this.dataAt;
    const place = (size: number): number => {
      const here = at;
      at = align(at + size + 8);
      return here;
    };
    if (!hasPowers && columns.some(({ kind }) => kind === 'double')) {
      hasPowers = true;
      writeDoublePowers(new DataView(this.exports.memory.buffer), this.exports.doublePowers());
    }
    const places = columns.map(({ values, validity, offsets }) => ({
      values: place(values.byteLength),
      validity: validity === null ? 0 : place(validity.byteLength),
      offsets: offsets === undefined ? 0 : place(offsets.byteLength),
    }));
    this.reserve(at);
    const memory = this.bytes();
    const words = new Uint32Array(memory.buffer, this.columnsAt, columns.length * 4);
    columns.forEach((column, index) => {
      const to = places[index] as (typeof places)[number];
      memory.set(raw(column.values), to.values);
      if (column.validity !== null) memory.set(column.validity, to.validity);
      if (column.offsets !== undefined) memory.set(raw(column.offsets), to.offsets);
      words.set([KINDS[column.kind], to.values, to.validity, to.offsets], index * 4);
    });
  }

  /**
   * Encodes rows `from` to `to` (exclusive), as many as there is room for and up to the first that is not plain. `bytes` is valid until
   * the next call.
   */
  encode(from: number, to: number): { readonly row: number; readonly bytes: Uint8Array } {
    const { separator, nullText } = this.layout;
    const row = this.exports.encodeCsv(
      this.columnsAt,
      this.columnCount,
      from,
      to,
      this.outAt,
      this.outAt + OUT_BYTES,
      separator,
      this.nullAt,
      nullText.length,
      this.flagsAt,
    );
    return { row, bytes: this.bytes().subarray(this.outAt, this.outAt + this.exports.csvBytes()) };
  }

  private bytes(): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer);
  }

  private reserve(size: number): void {
    const missing = size - this.exports.memory.buffer.byteLength;
    if (missing > 0) this.exports.memory.grow(Math.ceil(missing / 65536));
  }
}

/** One for all files of a thread: an instance takes longer to make than a small file to encode. */
let instance: object | null | undefined;
/** Whether it has the powers of ten, which only doubles need. */
let hasPowers = false;
/** Whose layout is in the instance's memory. */
let user: CsvRows | null = null;

function align(address: number): number {
  return (address + 15) & ~15;
}

function raw(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
