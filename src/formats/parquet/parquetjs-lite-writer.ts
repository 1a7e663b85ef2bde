import type { FieldDefinition } from 'parquetjs-lite';
import { type Batch, cellAt, type Vector } from '../../batch.ts';
import { configError, dataError } from '../../errors.ts';
import { type Field, formatType, type Schema } from '../../schema.ts';
import type { ParquetOptions } from './options.ts';
import type { ParquetWriter } from './parquet-writer.ts';

const CURE = "Use parquetWriter 'hyparquet-writer'.";

/**
 * parquetjs-lite 0.8.7, on request, with a guard for each of its known faults: text minimum and maximum in the wrong order
 * (none are written), INT64 beyond 2^53 and dates before 1970 written wrong or not at all and NaN that tears the file (refused
 * before any row of the batch is taken), data pages that some readers do not know (version 1 is written). One is left: -0 becomes 0.
 */
export async function openParquetjsLite(schema: Schema, options: ParquetOptions): Promise<ParquetWriter> {
  const fields = definitions(schema, options);
  const { default: library } = (await import('parquetjs-lite')) as unknown as {
    default: typeof import('parquetjs-lite');
  };
  let parts: Uint8Array[] = [];
  const take = (): Uint8Array => {
    const bytes = Buffer.concat(parts);
    parts = [];
    return bytes;
  };
  // Row groups end where ours do, so the library's own limit must not be reached before.
  const settings = { rowGroupSize: options.rowGroupRows, useDataPageV2: false };
  const definition = new library.ParquetSchema(fields);
  const envelope = new library.ParquetEnvelopeWriter(
    definition,
    (bytes) => parts.push(bytes),
    () => {},
    0,
    settings,
  );
  const writer = new library.ParquetWriter(definition, envelope, settings);
  for (const [key, value] of Object.entries(options.kvMetadata)) writer.setMetadata(key, value);
  return {
    check(batch) {
      for (const [i, vector] of batch.vectors.entries()) checkVector(vector, schema.fields[i] as Field);
    },
    async writeRowGroup(rows) {
      for (let row = 0; row < rows.length; row++) await writer.appendRow(rowObject(rows, row));
      return take();
    },
    async finish() {
      await writer.close();
      return take();
    },
  };
}

function definitions(schema: Schema, options: ParquetOptions): Record<string, FieldDefinition> {
  const compression = options.compression.toUpperCase() as 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP';
  const fields: Record<string, FieldDefinition> = {};
  for (const { name, type, nullable } of schema.fields) {
    const libraryType = TYPES[type.kind];
    if (libraryType === undefined) {
      throw configError(
        'PARQUET_TYPE',
        `parquetjs-lite cannot write column "${name}" of type ${formatType(type)}. ${CURE}`,
      );
    }
    const isText = libraryType === 'UTF8' || libraryType === 'BYTE_ARRAY';
    fields[name] = { type: libraryType, optional: nullable, compression, statistics: isText ? false : undefined };
  }
  checkOrder(schema, Object.keys(fields));
  return fields;
}

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  byte: 'INT_8',
  short: 'INT_16',
  int: 'INT32',
  long: 'INT64',
  float: 'FLOAT',
  double: 'DOUBLE',
  string: 'UTF8',
  binary: 'BYTE_ARRAY',
  date: 'DATE',
  timestamp: 'TIMESTAMP_MICROS',
};

/** The library keeps columns in an object: names like "1" would move to the front, equal ones would become one. */
function checkOrder(schema: Schema, kept: readonly string[]): void {
  const moved = schema.fields.find((field, i) => field.name !== kept[i]);
  if (moved !== undefined || kept.length === 0) {
    throw configError(
      'PARQUET_TYPE',
      `parquetjs-lite cannot write ${moved === undefined ? 'rows without columns' : `column "${moved.name}" in its place`}. ${CURE}`,
    );
  }
}

function rowObject(rows: Batch, row: number): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  rows.schema.fields.forEach((field, i) => {
    object[field.name] = cellAt(rows.vectors[i] as Vector, row);
  });
  return object;
}

function checkVector(vector: Vector, field: Field): void {
  const { validity } = vector;
  const refuse = (row: number, why: string): never => {
    const value = String(cellAt(vector, row));
    throw dataError('PARQUET_VALUE', `parquetjs-lite cannot write ${value} in column "${field.name}": ${why}. ${CURE}`);
  };
  for (let row = 0; row < vector.length; row++) {
    if (validity !== null && validity[row] === 0) {
      if (!field.nullable) refuse(row, 'the column must not be null');
      continue;
    }
    if (vector.kind !== 'fixed') continue;
    const value = vector.values[row] as number | bigint;
    switch (field.type.kind) {
      case 'float':
      case 'double':
        if (Number.isNaN(value)) refuse(row, 'it takes no NaN');
        break;
      case 'long':
        if (!Number.isSafeInteger(Number(value))) refuse(row, 'it would be rounded, being beyond 2^53');
        break;
      case 'date':
      case 'timestamp':
        if (value < 0) refuse(row, `it takes no ${field.type.kind} before 1970`);
        break;
    }
  }
}
