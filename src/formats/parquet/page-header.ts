import type { ByteWriter } from 'hyparquet-writer';

/** Numbers of `parquet.thrift`. */
export const PLAIN = 0;
export const RLE_DICTIONARY = 8;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

/** Thrift's compact protocol: types of fields, and the end of a struct. */
const BOOLEAN_FALSE = 2;
const I32 = 5;
const STRUCT = 12;
const STOP = 0;

interface PageSizes {
  readonly uncompressed: number;
  readonly compressed: number;
}

export interface DataPage extends PageSizes {
  /** Rows, those without a value included. */
  readonly rows: number;
  readonly nulls: number;
  readonly encoding: typeof PLAIN | typeof RLE_DICTIONARY;
  readonly definitionLevelBytes: number;
}

/** The header of a page of values; levels are in front of the values and not compressed. */
export function writeDataPageHeader(out: ByteWriter, page: DataPage, isCompressed: boolean): void {
  writeHead(out, DATA_PAGE_V2, page, 8);
  writeInts(out, [page.rows, page.nulls, page.rows, page.encoding, page.definitionLevelBytes, 0]);
  if (!isCompressed) out.appendUint8((1 << 4) | BOOLEAN_FALSE);
  end(out);
}

export function writeDictionaryPageHeader(out: ByteWriter, entries: number, sizes: PageSizes): void {
  writeHead(out, DICTIONARY_PAGE, sizes, 7);
  writeInts(out, [entries, PLAIN]);
  end(out);
}

/** A `PageHeader` up to the beginning of the struct that is its field `kind`. */
function writeHead(out: ByteWriter, type: number, { uncompressed, compressed }: PageSizes, kind: number): void {
  writeInts(out, [type, uncompressed, compressed]);
  out.appendUint8(((kind - 3) << 4) | STRUCT);
}

/** Fields 1, 2, 3 ... of a struct. */
function writeInts(out: ByteWriter, values: readonly number[]): void {
  for (const value of values) {
    out.appendUint8((1 << 4) | I32);
    out.appendZigZag(value);
  }
}

function end(out: ByteWriter): void {
  out.appendUint8(STOP);
  out.appendUint8(STOP);
}
