import type { DecodedArray, FileMetaData } from 'hyparquet';
import { BATCH_ROWS, type Batch, type Vector, vectorOf } from '../../batch.ts';
import { ClickstreamError, dataError } from '../../errors.ts';
import type { RandomAccess } from '../../format.ts';
import { type Field, formatType, type Schema } from '../../schema.ts';
import { checkedGroup } from './checked-group.ts';
import { columnVector } from './column-vector.ts';
import { type FileSchema, fileSchema } from './file-schema.ts';
import { checkFooter, type Leaf } from './footer-check.ts';
import { hyparquet } from './library.ts';

/** An open Parquet file. */
export interface ParquetReader {
  readonly schema: Schema;
  readonly rowCount: number;
  /** Rows of each row group, in order. */
  readonly rowGroupRows: readonly number[];
  /** The pairs of the footer. */
  readonly kvMetadata: Readonly<Record<string, string>>;
  /**
   * All rows with the columns of `wanted` (all of the file when not given), one row group in memory at a time. Columns are found by
   * name, exactly, else in any case; a missing one is null where it may be. A column may be wider than the file's: int
   * for byte and short, long for all three, double for float.
   *
   * @throws PARQUET_SCHEMA when a column cannot be had; PARQUET_FILE when the file is broken.
   */
  batches(wanted?: Schema): AsyncIterable<Batch>;
}

/**
 * Opens a Parquet file: reads its footer.
 *
 * @throws PARQUET_FILE when it is no whole Parquet file; PARQUET_TYPE when it has columns that cannot be read.
 */
export async function openParquet(access: RandomAccess): Promise<ParquetReader> {
  const { metadata, groupRows, leaves } = await readFooter(access);
  const file = fileSchema(metadata);
  return {
    schema: file.schema,
    rowCount: Number(metadata.num_rows),
    rowGroupRows: groupRows,
    kvMetadata: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''])),
    batches: (wanted = file.schema) => batches(access, { ...file, leaves }, groupRows, wanted),
  };
}

/**
 * Checks that a file is whole before it is published: a footer that can be read, row groups that lie inside the file and make up
 * the rows. Gives the number of rows.
 *
 * @throws PARQUET_FILE when it is not.
 */
export async function verifyParquet(access: RandomAccess): Promise<number> {
  const { metadata } = await readFooter(access);
  fileSchema(metadata);
  return Number(metadata.num_rows);
}

interface Footer {
  readonly metadata: FileMetaData;
  readonly groupRows: number[];
  readonly leaves: ReadonlyMap<string, Leaf>;
}

async function readFooter(access: RandomAccess): Promise<Footer> {
  if (access.size < 12) throw broken(`${access.size} bytes are too few`);
  const { parquetMetadataAsync } = await hyparquet();
  return await guarded(async () => {
    const metadata = await parquetMetadataAsync(asyncBuffer(access), { geoparquet: false });
    const leaves = checkFooter(metadata, access.size);
    return { metadata, leaves, groupRows: metadata.row_groups.map((group) => Number(group.num_rows)) };
  });
}

/** A file's schema with the leaves of its columns. */
type OpenFile = FileSchema & Pick<Footer, 'leaves'>;

async function* batches(
  access: RandomAccess,
  file: OpenFile,
  groupRows: readonly number[],
  wanted: Schema,
): AsyncIterable<Batch> {
  const positions = wanted.fields.map((field) => position(field, file.schema));
  let rowStart = 0;
  for (const [index, rows] of groupRows.entries()) {
    const columns = await readGroup(access, file, positions, { index, rowStart, rows });
    rowStart += rows;
    for (let from = 0; from < rows; from += BATCH_ROWS) {
      const length = Math.min(BATCH_ROWS, rows - from);
      const vectors = wanted.fields.map((field, i) =>
        vectorAt(field, positions[i] as number, columns, file, from, length),
      );
      yield { schema: wanted, length, vectors };
    }
  }
}

function vectorAt(
  field: Field,
  position: number,
  columns: ReadonlyMap<string, DecodedArray>,
  file: OpenFile,
  from: number,
  length: number,
): Vector {
  if (position < 0) return vectorOf(field.type, new Array<null>(length).fill(null));
  const source = file.schema.fields[position] as Field;
  // Of a column without pages the library hands out nothing.
  const values = columns.get(source.name)?.slice(from, from + length);
  const shape = file.shapes[position];
  if (shape === undefined || values?.length !== length) throw broken(`column "${source.name}" has too few rows`);
  // The library gives null for a null, and undefined where a page asks its dictionary for what that lacks.
  if (file.leaves.get(source.name)?.isFlat && Array.isArray(values) && values.includes(undefined)) {
    throw broken(`column "${source.name}" has values that are not there`);
  }
  return columnVector(field.type, shape, values);
}

/** The file's column for a wanted one; -1 when it is missing and may be. */
function position(field: Field, schema: Schema): number {
  const lower = field.name.toLowerCase();
  const exact = schema.fields.findIndex((candidate) => candidate.name === field.name);
  const found = exact >= 0 ? exact : schema.fields.findIndex((candidate) => candidate.name.toLowerCase() === lower);
  const source = schema.fields[found];
  if (source === undefined) {
    if (field.nullable) return -1;
    const names = schema.fields.map((candidate) => candidate.name).join(', ');
    throw dataError('PARQUET_SCHEMA', `parquet: the file has no column "${field.name}", it has: ${names}.`);
  }
  const have = formatType(source.type);
  const want = formatType(field.type);
  if (have !== want && !WIDER[have]?.includes(want)) {
    throw dataError('PARQUET_SCHEMA', `parquet: column "${field.name}" is ${have} in the file, ${want} was expected.`);
  }
  return found;
}

const WIDER: Readonly<Record<string, readonly string[]>> = {
  tinyint: ['smallint', 'int', 'bigint'],
  smallint: ['int', 'bigint'],
  int: ['bigint'],
  float: ['double'],
};

async function readGroup(
  access: RandomAccess,
  file: OpenFile,
  positions: readonly number[],
  group: { readonly index: number; readonly rowStart: number; readonly rows: number },
): Promise<Map<string, DecodedArray>> {
  const { index, rowStart, rows } = group;
  const names = positions.filter((p) => p >= 0).map((p) => (file.schema.fields[p] as Field).name);
  const parts = new Map<string, { rowStart: number; data: DecodedArray }[]>();
  if (names.length > 0 && rows > 0) {
    const { parquetRead, snappyUncompress } = await hyparquet();
    const { metadata, compressors, check } = checkedGroup(file.bare, file.leaves, index, snappyUncompress);
    await guarded(() =>
      parquetRead({
        file: asyncBuffer(access, check),
        metadata,
        columns: [...new Set(names)],
        rowStart,
        rowEnd: rowStart + rows,
        utf8: false,
        geoparquet: false,
        parsers: { timestampFromNanoseconds: (nanos) => nanos },
        compressors,
        onChunk: ({ columnName, columnData, rowStart: at }) => {
          const list = parts.get(columnName) ?? [];
          list.push({ rowStart: at, data: columnData });
          parts.set(columnName, list);
        },
      }),
    );
  }
  return new Map([...parts].map(([name, list]) => [name, joined(list)]));
}

function joined(parts: { rowStart: number; data: DecodedArray }[]): DecodedArray {
  if (parts.length === 1) return (parts[0] as { data: DecodedArray }).data;
  parts.sort((a, b) => a.rowStart - b.rowStart);
  return parts.flatMap(({ data }) => Array.from(data as ArrayLike<unknown>));
}

function asyncBuffer(access: RandomAccess, check: (start: number, bytes: Uint8Array) => void = () => {}) {
  return {
    byteLength: access.size,
    async slice(start: number, end = access.size): Promise<ArrayBuffer> {
      const bytes = await access.read(start, end);
      if (bytes.length !== end - start) throw broken(`it ends at byte ${start + bytes.length}`);
      check(start, bytes);
      // The library takes whole buffers only. (A Buffer's `slice` would not copy.)
      return new Uint8Array(bytes).buffer;
    },
  };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClickstreamError) throw error;
    throw broken(error instanceof Error ? error.message : String(error), error);
  }
}

function broken(what: string, cause?: unknown): ClickstreamError {
  return dataError(
    'PARQUET_FILE',
    `not a whole Parquet file: ${what}. It may still be being written, or be damaged.`,
    cause,
  );
}
