import { gzipSync } from 'node:zlib';
import type { ByteWriter } from 'hyparquet-writer';
import type { Vector } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import type { Field, Schema } from '../../schema.ts';
import { type Codec, writeFlatColumn } from './flat-column.ts';
import { flatValues } from './flat-values.ts';
import { writeNestedColumn } from './nested-column.ts';
import type { ParquetOptions } from './options.ts';
import type { ParquetWriter } from './parquet-writer.ts';
import { columnElement, schemaElements } from './schema-elements.ts';
import { snappyCompress } from './snappy.ts';

/**
 * The default writer. The library writes the file around the columns (its footer, its indexes) and the columns that are nested; flat ones are
 * copied from their vectors (docs/adr/0010).
 */
export async function openHyparquetWriter(schema: Schema, options: ParquetOptions): Promise<ParquetWriter> {
  const elements = schemaElements(schema);
  const library = await import('hyparquet-writer');
  const bytes = new library.ByteWriter();
  const writer = new library.ParquetWriter({
    writer: bytes,
    schema: elements,
    codec: options.compression === 'gzip' ? 'GZIP' : options.compression === 'snappy' ? 'SNAPPY' : 'UNCOMPRESSED',
    compressors: { SNAPPY: snappyCompress, GZIP: (input) => gzipSync(input) },
    kvMetadata: Object.entries(options.kvMetadata).map(([key, value]) => ({ key, value })),
  });
  const name = writer.codec as Codec['name'];
  const codec: Codec = { name, compress: writer.compressors[name] ?? ((input) => input) };
  return {
    check(batch) {
      for (const [i, vector] of batch.vectors.entries()) checkNulls(vector, schema.fields[i] as Field);
    },
    async writeRowGroup(rows) {
      const start = bytes.offset;
      const columns = rows.vectors.flatMap((vector, i) => {
        const field = schema.fields[i] as Field;
        const values = flatValues(vector);
        if (values === null) return writeNestedColumn(writer, field.name, vector);
        const { validity, length } = vector;
        const column = { element: columnElement(field), validity, rows: length, values };
        const written = writeFlatColumn(bytes, column, codec);
        writer.pendingIndexes.push(written);
        return [written.chunk];
      });
      const sizes = columns.map(({ meta_data }) => meta_data?.total_uncompressed_size ?? 0n);
      const num_rows = BigInt(rows.length);
      writer.num_rows += num_rows;
      writer.row_groups.push({
        columns,
        num_rows,
        total_byte_size: sizes.reduce((sum, size) => sum + size, 0n),
        total_compressed_size: BigInt(bytes.offset - start),
      });
      return drain(bytes);
    },
    async finish() {
      await writer.finish();
      return drain(bytes);
    },
  };
}

/** Takes the bytes written so far. The offsets in the file count on; only the buffer begins anew. */
function drain(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/** A null where the schema promises none would come out as a broken page. */
function checkNulls(vector: Vector, field: Field): void {
  if (field.nullable || vector.validity === null) return;
  const row = vector.validity.indexOf(0);
  if (row >= 0) {
    throw dataError('PARQUET_NULL', `parquet: column "${field.name}" must not be null, and row ${row} of a batch is.`);
  }
}
