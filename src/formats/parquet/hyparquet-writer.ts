import { gzipSync } from 'node:zlib';
import type { DecodedArray } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer';
import { type Cell, cellAt, type FixedVector, type MapCell, type Vector } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import type { DataType, Field, Schema } from '../../schema.ts';
import type { ParquetOptions } from './options.ts';
import type { ParquetWriter } from './parquet-writer.ts';
import { schemaElements } from './schema-elements.ts';

/** The default writer. Columns go in as they are where the library takes typed arrays. */
export async function openHyparquetWriter(schema: Schema, options: ParquetOptions): Promise<ParquetWriter> {
  const elements = schemaElements(schema);
  const library = await import('hyparquet-writer');
  const bytes = new library.ByteWriter();
  const writer = new library.ParquetWriter({
    writer: bytes,
    schema: elements,
    codec: options.compression === 'gzip' ? 'GZIP' : options.compression === 'snappy' ? 'SNAPPY' : 'UNCOMPRESSED',
    compressors: { GZIP: (input) => gzipSync(input) },
    kvMetadata: Object.entries(options.kvMetadata).map(([key, value]) => ({ key, value })),
  });
  return {
    check(batch) {
      for (const [i, vector] of batch.vectors.entries()) checkNulls(vector, schema.fields[i] as Field);
    },
    async writeRowGroup(rows) {
      const columnData = rows.vectors.map((vector, i) => ({
        name: (schema.fields[i] as Field).name,
        data: columnOf(vector),
        encoding: mayHoldNegativeZero(vector) ? ('PLAIN' as const) : undefined,
      }));
      await writer.write({ columnData, rowGroupSize: rows.length });
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

/** In its dictionaries the library takes -0 for 0, so a column with one is written without. */
function mayHoldNegativeZero(vector: Vector): boolean {
  const { kind } = vector.type;
  if (kind === 'double' || kind === 'float') {
    return vector.kind === 'fixed' && (vector.values as Float64Array).some((value) => Object.is(value, -0));
  }
  return holdsDouble(vector.type);
}

function holdsDouble(type: DataType): boolean {
  switch (type.kind) {
    case 'double':
    case 'float':
      return true;
    case 'array':
      return holdsDouble(type.element);
    case 'map':
      return holdsDouble(type.key) || holdsDouble(type.value);
    case 'struct':
      return type.fields.some((field) => holdsDouble(field.type));
    default:
      return false;
  }
}

function columnOf(vector: Vector): DecodedArray {
  if (vector.kind === 'fixed' && vector.validity === null) {
    const plain = typedColumn(vector);
    if (plain !== null) return plain;
  }
  const { type, length } = vector;
  return Array.from({ length }, (_, row) => libraryValue(type, cellAt(vector, row)));
}

function typedColumn({ type, values }: FixedVector): DecodedArray | null {
  switch (type.kind) {
    case 'int':
    case 'date':
    case 'float':
    case 'double':
      return values as Int32Array | Float32Array | Float64Array;
    case 'byte':
    case 'short':
      return Int32Array.from(values as Int16Array);
    case 'long':
    case 'timestamp':
      return values instanceof BigInt64Array ? values : BigInt64Array.from(values as Float64Array, BigInt);
    default:
      return null;
  }
}

/** A cell in the form that the library wants for its type. */
function libraryValue(type: DataType, cell: Cell): unknown {
  if (cell === null) return null;
  switch (type.kind) {
    case 'long':
    case 'timestamp':
      return BigInt(cell as number | bigint);
    case 'array':
      return (cell as readonly Cell[]).map((element) => libraryValue(type.element, element));
    case 'struct': {
      const cells = cell as readonly Cell[];
      return Object.fromEntries(
        type.fields.map((field, i) => [field.name, libraryValue(field.type, cells[i] ?? null)]),
      );
    }
    case 'map': {
      const { keys, values } = cell as MapCell;
      return keys.map((key, i) => ({
        key: libraryValue(type.key, key),
        value: libraryValue(type.value, values[i] ?? null),
      }));
    }
    default:
      return cell;
  }
}
