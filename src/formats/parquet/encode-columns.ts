import { gzipSync } from 'node:zlib';
import type { Vector } from '../../batch.ts';
import type { Field } from '../../schema.ts';
import { type Codec, type EncodedColumn, encodeFlatColumn } from './flat-column.ts';
import { flatValues } from './flat-values.ts';
import { columnElement } from './schema-elements.ts';
import { snappyCompress } from './snappy.ts';

/** The columns of a row group that are to be encoded. Plain data, so that any thread can do it. */
export interface ColumnsToEncode {
  readonly fields: readonly Field[];
  readonly vectors: readonly Vector[];
  readonly codec: Codec['name'];
}

/** By column; null: it is nested, and the library's to write. */
export type EncodedColumns = readonly (EncodedColumn | null)[];

/**
 * Has columns encoded by another thread; null: none has time, or it would not pay. What is promised is null when the thread failed. The columns stay
 * as they are until it is there.
 */
export type EncodeElsewhere = (columns: ColumnsToEncode) => Promise<EncodedColumns | null> | null;

export const COMPRESSORS = {
  SNAPPY: snappyCompress,
  GZIP: (input: Uint8Array): Uint8Array => gzipSync(input),
  UNCOMPRESSED: (input: Uint8Array): Uint8Array => input,
} as const;

export function encodeColumns({ fields, vectors, codec }: ColumnsToEncode): EncodedColumns {
  const used = { name: codec, compress: COMPRESSORS[codec] };
  return vectors.map((vector, i) => {
    const values = flatValues(vector);
    if (values === null) return null;
    const { validity, length } = vector;
    return encodeFlatColumn({ element: columnElement(fields[i] as Field), validity, rows: length, values }, used);
  });
}
