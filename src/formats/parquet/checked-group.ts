import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Compressors, FileMetaData } from 'hyparquet';
import { chunkRange, type Leaf } from './footer-check.ts';
import { PageCheck } from './page-check.ts';

/** One row group in a form in which the library reads nothing that was not checked before. */
export interface CheckedGroup {
  /** For the library: the codec of each column is a name of its own, so that each of its pages comes through `compressors`. */
  readonly metadata: FileMetaData;
  readonly compressors: Compressors;
  /** Is shown the file's bytes from `start` on before the library gets them. @throws PageError */
  check(start: number, bytes: Uint8Array): void;
}

type Inflate = (bytes: Uint8Array, size: number) => Uint8Array;

export function checkedGroup(
  metadata: FileMetaData,
  leaves: ReadonlyMap<string, Leaf>,
  index: number,
  snappyUncompress: (input: Uint8Array, output: Uint8Array) => void,
): CheckedGroup {
  const compressors: Record<string, Inflate> = {};
  const chunks: { readonly start: number; readonly end: number; readonly check: PageCheck }[] = [];
  const row_groups = metadata.row_groups.map((group, at) => {
    if (at !== index) return group;
    const columns = group.columns.map((column, position) => {
      const chunk = column.meta_data as NonNullable<typeof column.meta_data>;
      const path = chunk.path_in_schema.join('.');
      const { element, maxDefinitionLevel, maxRepetitionLevel } = leaves.get(path) as Leaf;
      const { codec } = chunk;
      const values = Number(chunk.num_values);
      const isBoolean = element.type === 'BOOLEAN';
      const inflate = inflaterOf(codec, snappyUncompress);
      const check = new PageCheck(
        { name: path, isBoolean, values, maxDefinitionLevel, maxRepetitionLevel, codec },
        inflate,
      );
      chunks.push({ ...chunkRange(chunk), check });
      const name = `column ${position}`;
      compressors[name] = (bytes, size) => check.decompress(bytes.byteOffset, bytes, size);
      return { ...column, meta_data: { ...chunk, codec: name as typeof codec } };
    });
    return { ...group, columns };
  });
  return {
    metadata: { ...metadata, row_groups },
    compressors,
    check(start, bytes) {
      for (const chunk of chunks) {
        const from = chunk.start - start;
        const to = chunk.end - start;
        if (from >= 0 && to <= bytes.length) chunk.check.chunk(bytes.subarray(from, to));
      }
    },
  };
}

function inflaterOf(codec: string, snappyUncompress: (input: Uint8Array, output: Uint8Array) => void): Inflate {
  switch (codec) {
    case 'UNCOMPRESSED':
      return (bytes) => bytes;
    case 'SNAPPY':
      return (bytes, size) => {
        const output = new Uint8Array(size);
        snappyUncompress(bytes, output);
        return output;
      };
    case 'GZIP':
      return (bytes, size) => gunzipSync(bytes, { maxOutputLength: size });
    case 'BROTLI':
      return (bytes, size) => brotliDecompressSync(bytes, { maxOutputLength: size });
    default:
      return () => {
        throw new Error(`pages compressed with ${codec} cannot be read; use snappy, gzip or brotli`);
      };
  }
}
