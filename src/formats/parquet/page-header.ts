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
export function dataPageHeader(page: DataPage, isCompressed: boolean): Uint8Array {
  const { rows, nulls, encoding, definitionLevelBytes } = page;
  return Uint8Array.from([
    ...head(DATA_PAGE_V2, page, 8),
    ...ints([rows, nulls, rows, encoding, definitionLevelBytes, 0]),
    ...(isCompressed ? [] : [(1 << 4) | BOOLEAN_FALSE]),
    ...END,
  ]);
}

export function dictionaryPageHeader(entries: number, sizes: PageSizes): Uint8Array {
  return Uint8Array.from([...head(DICTIONARY_PAGE, sizes, 7), ...ints([entries, PLAIN]), ...END]);
}

/** A `PageHeader` up to the beginning of the struct that is its field `kind`. */
function head(type: number, { uncompressed, compressed }: PageSizes, kind: number): number[] {
  return [...ints([type, uncompressed, compressed]), ((kind - 3) << 4) | STRUCT];
}

/** Fields 1, 2, 3 ... of a struct: numbers from 0 to 2^31 - 1. */
function ints(values: readonly number[]): number[] {
  return values.flatMap((value) => {
    const bytes = [(1 << 4) | I32];
    let rest = value * 2; // zigzag
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
    return [...bytes, rest];
  });
}

/** Of the inner struct, and of the header. */
const END = [STOP, STOP] as const;
