import type { ByteWriter, ParquetWriter as Library } from 'hyparquet-writer';
import type { Batch, Vector } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import type { Field, Schema } from '../../schema.ts';
import { COMPRESSORS, type EncodedColumns, type EncodeElsewhere, encodeColumns } from './encode-columns.ts';
import { type Codec, placedColumn } from './flat-column.ts';
import { writeNestedColumn } from './nested-column.ts';
import type { ParquetOptions } from './options.ts';
import type { ParquetWriter } from './parquet-writer.ts';
import { schemaElements } from './schema-elements.ts';

/** So many row groups at most wait for another thread to encode the first of them: they are held in memory. */
const MOST_WAITING = 8;

/**
 * The default writer. The library writes the file around the columns (its footer, its indexes) and the columns that are nested; flat ones are
 * copied from their vectors (docs/adr/0010), some row groups by other threads.
 */
export async function openHyparquetWriter(
  schema: Schema,
  options: ParquetOptions,
  elsewhere: EncodeElsewhere,
): Promise<ParquetWriter> {
  const elements = schemaElements(schema);
  const library = await import('hyparquet-writer');
  const bytes = new library.ByteWriter();
  const writer = new library.ParquetWriter({
    writer: bytes,
    schema: elements,
    codec: options.compression === 'gzip' ? 'GZIP' : options.compression === 'snappy' ? 'SNAPPY' : 'UNCOMPRESSED',
    compressors: COMPRESSORS,
    kvMetadata: Object.entries(options.kvMetadata).map(([key, value]) => ({ key, value })),
  });
  const codec = writer.codec as Codec['name'];
  const waiting: WaitingGroup[] = [];
  const columnsOf = ({ vectors }: Batch) => ({ fields: schema.fields, vectors, codec });

  /** Writes the row groups that are encoded, in their order, and waits for those that are more than `most`. */
  async function write(most: number): Promise<Uint8Array> {
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      if (first.answer === undefined && waiting.length <= most) break;
      const encoded = first.answer === undefined ? await first.promised : first.answer;
      waiting.shift();
      writeRowGroup(writer, bytes, first.rows, encoded ?? encodeColumns(columnsOf(first.rows)));
    }
    return drain(bytes);
  }

  return {
    check(batch) {
      for (const [i, vector] of batch.vectors.entries()) checkNulls(vector, schema.fields[i] as Field);
    },
    async writeRowGroup(rows) {
      const columns = columnsOf(rows);
      const promised = elsewhere(columns);
      const group: WaitingGroup = { rows, promised, answer: promised === null ? encodeColumns(columns) : undefined };
      void promised?.then((answer) => {
        group.answer = answer;
      });
      waiting.push(group);
      // Other threads' answers come with a turn of the event loop.
      if (waiting.length > 1) await new Promise((resolve) => setImmediate(resolve));
      return write(MOST_WAITING);
    },
    async finish() {
      const rest = await write(0);
      await writer.finish();
      return Buffer.concat([rest, drain(bytes)]);
    },
  };
}

interface WaitingGroup {
  readonly rows: Batch;
  readonly promised: Promise<EncodedColumns | null> | null;
  /** Undefined: another thread has not answered. Null: it failed. */
  answer: EncodedColumns | null | undefined;
}

function writeRowGroup(writer: Library, bytes: ByteWriter, rows: Batch, encoded: EncodedColumns): void {
  const start = bytes.offset;
  const columns = encoded.flatMap((column, i) => {
    if (column === null)
      return writeNestedColumn(writer, rows.schema.fields[i]?.name as string, rows.vectors[i] as Vector);
    const written = placedColumn(column, bytes.offset);
    bytes.appendBytes(column.bytes);
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
