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
        encoding: mayHoldNegativeZero(vector) || isMostlyDistinct(vector) ? ('PLAIN' as const) : undefined,
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

/** Values of a column that are looked at to tell whether a dictionary would pay. */
const SAMPLE = 1024;

/** The library finds out by hashing every value, which takes longer than writing them. */
function isMostlyDistinct(vector: Vector): boolean {
  if (vector.kind !== 'fixed' || vector.length < 4 * SAMPLE) return false;
  const { values, length } = vector;
  const step = Math.floor(length / SAMPLE);
  const seen = new Set<number | bigint>();
  // Neighbours are often equal, so an even step.
  for (let i = 0; i < SAMPLE; i++) seen.add(values[i * step] as number | bigint);
  return seen.size > SAMPLE / 2;
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
      return values instanceof BigInt64Array ? values : int64Of(values as Float64Array);
    default:
      return null;
  }
}

const TWO_32 = 2 ** 32;
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Safe integers as 64-bit integers, by their halves: a BigInt for each would take most of the time of writing. */
export function int64Of(values: Float64Array): BigInt64Array {
  if (!IS_LITTLE_ENDIAN) return BigInt64Array.from(values, BigInt);
  const wide = new BigInt64Array(values.length);
  const halves = new Int32Array(wide.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const high = Math.floor(value / TWO_32);
    halves[2 * i] = value - high * TWO_32;
    halves[2 * i + 1] = high;
  }
  return wide;
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
