import type { ColumnMetaData, Encoding, SchemaElement } from 'hyparquet';
import type { ParquetWriter } from 'hyparquet-writer';
import type { FlatValues } from './flat-values.ts';
import { dataPageHeader, dictionaryPageHeader, PLAIN, RLE_DICTIONARY } from './page-header.ts';
import { bitsFor, oneRun, runLengths } from './run-lengths.ts';

/** What the library keeps of a column chunk, to write the footer. */
type WrittenColumn = ParquetWriter['pendingIndexes'][number];
type Compressor = (bytes: Uint8Array) => Uint8Array;

/** A page's values are cut at about so many bytes. */
const PAGE_BYTES = 1 << 20;
/** So much of a column is compressed to see whether it pays, and a column that saves less than a tenth is left as it is. */
const SAMPLE_BYTES = 16 * 1024;
const WORTHWHILE = 0.9;

export interface FlatColumn {
  readonly element: SchemaElement;
  /** Of all rows, 1 where there is a value; null when no row is null. */
  readonly validity: Uint8Array | null;
  readonly rows: number;
  readonly values: FlatValues;
}

export interface Codec {
  readonly name: 'SNAPPY' | 'GZIP' | 'UNCOMPRESSED';
  readonly compress: Compressor;
}

/** One column of a row group, as bytes and what the footer says of them. Plain data; places are counted from its first byte. */
export interface EncodedColumn {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Behind the dictionary, where there is one. */
  readonly firstPage: number;
  readonly pages: readonly { readonly offset: number; readonly bytes: number; readonly firstRow: number }[];
  readonly metaData: Omit<ColumnMetaData, 'data_page_offset' | 'dictionary_page_offset'>;
}

/** The values of a column as its pages hold them. */
interface EncodedValues {
  readonly encoding: Encoding;
  /** Of the first page, in PLAIN encoding. */
  readonly dictionary: { readonly entries: number; readonly bytes: Uint8Array } | null;
  readonly totalBytes: number;
  /** What has the same bounds as all values. */
  readonly distinct: FlatValues;
  page(from: number, to: number): Uint8Array;
}

/**
 * Encodes one column of a row group: values are copied from the vector as they are, or numbered where a dictionary halves them. The format is
 * Parquet's own (parquet.thrift, Encodings.md); the library writes everything else of the file.
 */
export function encodeFlatColumn(column: FlatColumn, codec: Codec): EncodedColumn {
  const { element, validity, rows, values } = column;
  const out = new Parts();
  const encoded = encodedValues(values);
  const pageRows = Math.max(1, Math.floor((rows * PAGE_BYTES) / Math.max(1, encoded.totalBytes)));
  const used = isWorthwhile(codec, encoded, values.length) ? codec : UNCOMPRESSED;
  let uncompressed = 0;
  if (encoded.dictionary !== null) uncompressed += writeDictionary(out, encoded.dictionary, used);
  const firstPage = out.length;
  const pages = [];
  for (let from = 0, value = 0; from < rows; from += pageRows) {
    const offset = out.length;
    const to = Math.min(rows, from + pageRows);
    const present = validity === null ? to - from : countOnes(validity, from, to);
    const levels = definitionLevels(element, validity, from, to);
    const plain = encoded.page(value, value + present);
    const bytes = used.compress(plain);
    const page = {
      rows: to - from,
      nulls: to - from - present,
      encoding: encoded.dictionary === null ? PLAIN : RLE_DICTIONARY,
      definitionLevelBytes: levels.length,
      uncompressed: levels.length + plain.length,
      compressed: levels.length + bytes.length,
    } as const;
    out.append(dataPageHeader(page, used !== UNCOMPRESSED));
    uncompressed += out.length - offset + page.uncompressed;
    out.append(levels);
    out.append(bytes);
    pages.push({ offset, bytes: out.length - offset, firstRow: from });
    value += present;
  }
  const { encoding, dictionary } = encoded;
  const dataPages = { page_type: 'DATA_PAGE_V2', encoding, count: pages.length } as const;
  const dictionaryPage = { page_type: 'DICTIONARY_PAGE', encoding: 'PLAIN', count: 1 } as const;
  const metaData = {
    type: element.type as NonNullable<SchemaElement['type']>,
    encodings: dictionary === null ? [encoding] : (['PLAIN', encoding] as Encoding[]),
    path_in_schema: [element.name],
    codec: used.name,
    num_values: BigInt(rows),
    total_compressed_size: BigInt(out.length),
    total_uncompressed_size: BigInt(uncompressed),
    statistics: statisticsOf(column, encoded.distinct),
    encoding_stats: dictionary === null ? [dataPages] : [dictionaryPage, dataPages],
  };
  return { bytes: out.take(), firstPage, pages, metaData };
}

/** What the library is told of a column that begins at byte `start` of the file. */
export function placedColumn({ firstPage, pages, metaData }: EncodedColumn, start: number): WrittenColumn {
  const dictionary = firstPage === 0 ? {} : { dictionary_page_offset: BigInt(start) };
  return {
    chunk: {
      meta_data: { ...metaData, data_page_offset: BigInt(start + firstPage), ...dictionary },
      file_offset: BigInt(start),
    },
    offsetIndex: {
      page_locations: pages.map(({ offset, bytes, firstRow }) => ({
        offset: BigInt(start + offset),
        compressed_page_size: bytes,
        first_row_index: BigInt(firstRow),
      })),
    },
  };
}

/** Bytes that are put together when all are there. */
class Parts {
  length = 0;
  private readonly parts: Uint8Array[] = [];

  append(bytes: Uint8Array): void {
    this.parts.push(bytes);
    this.length += bytes.length;
  }

  take(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

const UNCOMPRESSED: Codec = { name: 'UNCOMPRESSED', compress: (bytes) => bytes };

function encodedValues(values: FlatValues): EncodedValues {
  const dictionary = values.dictionary();
  if (dictionary === null) return plainValues(values, values);
  const entries = values.take(dictionary.firstRows);
  const bits = bitsFor(entries.length);
  const indexBytes = Math.ceil((values.length * bits) / 8);
  if (2 * (entries.plainBytes + indexBytes) > values.plainBytes) return plainValues(values, entries);
  return {
    encoding: 'RLE_DICTIONARY',
    dictionary: { entries: entries.length, bytes: entries.plain(0, entries.length) },
    totalBytes: indexBytes,
    distinct: entries,
    page(from, to) {
      const runs = runLengths(dictionary.codes, from, to, bits);
      const page = new Uint8Array(1 + runs.length);
      page[0] = bits;
      page.set(runs, 1);
      return page;
    },
  };
}

function plainValues(values: FlatValues, distinct: FlatValues): EncodedValues {
  return {
    encoding: 'PLAIN',
    dictionary: null,
    totalBytes: values.plainBytes,
    distinct,
    page: (from, to) => values.plain(from, to),
  };
}

/** Columns that do not shrink are common (sums of many values), and compressing them takes longer than all else. */
function isWorthwhile(codec: Codec, encoded: EncodedValues, values: number): boolean {
  if (codec.name !== 'SNAPPY' || encoded.totalBytes < 2 * SAMPLE_BYTES) return true;
  const count = Math.ceil((values * SAMPLE_BYTES) / encoded.totalBytes);
  const from = (values - count) >> 1;
  const sample = encoded.page(from, from + count);
  return codec.compress(sample).length <= WORTHWHILE * sample.length;
}

function writeDictionary(
  out: Parts,
  { entries, bytes }: NonNullable<EncodedValues['dictionary']>,
  codec: Codec,
): number {
  const compressed = codec.compress(bytes);
  const header = dictionaryPageHeader(entries, { uncompressed: bytes.length, compressed: compressed.length });
  out.append(header);
  out.append(compressed);
  return header.length + bytes.length;
}

function definitionLevels(element: SchemaElement, validity: Uint8Array | null, from: number, to: number): Uint8Array {
  if (element.repetition_type !== 'OPTIONAL') return new Uint8Array(0);
  return validity === null ? oneRun(1, to - from, 1) : runLengths(validity, from, to, 1);
}

function countOnes(validity: Uint8Array, from: number, to: number): number {
  let ones = 0;
  for (let i = from; i < to; i++) ones += validity[i] as number;
  return ones;
}

function statisticsOf({ rows, values }: FlatColumn, distinct: FlatValues) {
  const { min, max, nans } = (values.isFloat ? values : distinct).bounds();
  return {
    min_value: min,
    max_value: max,
    null_count: BigInt(rows - values.length),
    ...(values.isFloat ? { nan_count: BigInt(nans) } : {}),
  };
}
