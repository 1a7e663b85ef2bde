import {
  align,
  COLUMN_WORDS,
  type EncodedColumn,
  type EncodeMemory,
  encodeMemory,
  type LoadedRows,
  OUT_BYTES,
} from './encode-memory.ts';

export interface CsvLayout {
  /** One byte. */
  readonly separator: number;
  readonly nullText: Uint8Array;
  /** By byte: 1 not in a text as it stands, 2 not at its start, 4 not at its end. */
  readonly flags: Uint8Array;
}

const FLAGS_BYTES = 256;

/** Encodes rows of columns as CSV, as far as it goes; one per encoder. */
export class CsvRows implements LoadedRows {
  private readonly flagsAt: number;
  private readonly nullAt: number;
  private readonly columnsAt: number;
  private readonly outAt: number;
  private readonly dataAt: number;

  private constructor(
    private readonly memory: EncodeMemory,
    private readonly layout: CsvLayout,
    private readonly columnCount: number,
  ) {
    this.flagsAt = memory.start;
    this.nullAt = this.flagsAt + FLAGS_BYTES;
    this.columnsAt = align(this.nullAt + layout.nullText.length);
    this.outAt = align(this.columnsAt + columnCount * COLUMN_WORDS * 4);
    this.dataAt = this.outAt + OUT_BYTES;
  }

  /** Null where the kernel was not built. */
  static open(layout: CsvLayout, columnCount: number): CsvRows | null {
    const memory = encodeMemory();
    return memory === null ? null : new CsvRows(memory, layout, columnCount);
  }

  /** Copies a batch's columns in; they stay until the next call, of this one or another. */
  load(columns: readonly EncodedColumn[]): void {
    const { memory, layout } = this;
    memory.claim(this, this.dataAt, (bytes) => {
      bytes.set(layout.flags, this.flagsAt);
      bytes.set(layout.nullText, this.nullAt);
    });
    const loaded = memory.load(columns, this.dataAt);
    memory.words(this.columnsAt, loaded.length * COLUMN_WORDS).set(loaded.flat());
  }

  encode(from: number, to: number) {
    const { separator, nullText } = this.layout;
    const row = this.memory.exports.encodeCsv(
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
    return { row, bytes: this.memory.encoded(this.outAt) };
  }
}
