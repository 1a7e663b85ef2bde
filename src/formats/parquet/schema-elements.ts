import type { SchemaElement } from 'hyparquet';
import { configError } from '../../errors.ts';
import { type DataType, type Field, formatType, type Schema } from '../../schema.ts';

/** Parquet's schema, as hyparquet has it, of a schema of ours: the types that Spark writes (`SparkToParquetSchemaConverter`). */
export function schemaElements(schema: Schema): SchemaElement[] {
  checkNames(schema, '');
  if (schema.fields.length === 0) {
    throw configError('PARQUET_TYPE', 'parquet cannot hold rows without columns. Select at least one.');
  }
  const children = schema.fields.flatMap((field) => elementsOf(field.name, field.type, field.nullable, field.name));
  return [{ name: 'spark_schema', num_children: schema.fields.length }, ...children];
}

/** The element of a column; of a nested one, that of the whole. */
export function columnElement({ name, type, nullable }: Field): SchemaElement {
  return elementsOf(name, type, nullable, name)[0] as SchemaElement;
}

function checkNames(schema: Schema, path: string): void {
  const seen = new Set<string>();
  for (const { name } of schema.fields) {
    if (seen.has(name) || name === '__proto__') {
      const why = seen.has(name) ? 'twice' : 'under a name that the readers lose';
      throw configError('PARQUET_TYPE', `parquet cannot hold column "${path}${name}" ${why}. Rename it with "as".`);
    }
    seen.add(name);
  }
}

function elementsOf(name: string, type: DataType, nullable: boolean, path: string): SchemaElement[] {
  const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
  const leaf = (element: Omit<SchemaElement, 'name'>): SchemaElement[] => [{ ...element, name, repetition_type }];
  switch (type.kind) {
    case 'boolean':
      return leaf({ type: 'BOOLEAN' });
    case 'byte':
      // No logical type: the library writes its width in a form that DuckDB does not take.
      return leaf({ type: 'INT32', converted_type: 'INT_8' });
    case 'short':
      return leaf({ type: 'INT32', converted_type: 'INT_16' });
    case 'int':
      return leaf({ type: 'INT32' });
    case 'long':
      return leaf({ type: 'INT64' });
    case 'float':
      return leaf({ type: 'FLOAT' });
    case 'double':
      return leaf({ type: 'DOUBLE' });
    case 'string':
      return leaf({ type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } });
    case 'binary':
      return leaf({ type: 'BYTE_ARRAY' });
    case 'date':
      return leaf({ type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } });
    case 'timestamp':
      return leaf({
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
      });
    case 'decimal':
      return leaf(decimalElement(type.precision, type.scale));
    case 'struct':
      return structElements(name, type, repetition_type, path);
    case 'array':
      return [
        { name, repetition_type, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf('element', type.element, true, `${path}.element`),
      ];
    case 'map':
      return [
        { name, repetition_type, converted_type: 'MAP', logical_type: { type: 'MAP' }, num_children: 1 },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...elementsOf('key', type.key, false, `${path}.key`),
        ...elementsOf('value', type.value, true, `${path}.value`),
      ];
    default:
      throw configError(
        'PARQUET_TYPE',
        `parquet cannot hold column "${path}" of type ${formatType(type)}. Convert it first, for example with cast(… as string).`,
      );
  }
}

function structElements(
  name: string,
  type: Extract<DataType, { kind: 'struct' }>,
  repetition_type: 'OPTIONAL' | 'REQUIRED',
  path: string,
): SchemaElement[] {
  if (type.fields.length === 0) {
    throw configError('PARQUET_TYPE', `parquet cannot hold column "${path}": a struct without fields. Drop it.`);
  }
  checkNames(type, `${path}.`);
  const children = type.fields.flatMap((field: Field) =>
    elementsOf(field.name, field.type, field.nullable, `${path}.${field.name}`),
  );
  return [{ name, repetition_type, num_children: type.fields.length }, ...children];
}

function decimalElement(precision: number, scale: number): Omit<SchemaElement, 'name'> {
  const logical = {
    converted_type: 'DECIMAL',
    precision,
    scale,
    logical_type: { type: 'DECIMAL', precision, scale },
  } as const;
  if (precision <= 9) return { type: 'INT32', ...logical };
  if (precision <= 18) return { type: 'INT64', ...logical };
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: decimalBytes(precision), ...logical };
}

/** Bytes that hold every value of a precision, as Spark counts them (`Decimal.minBytesForPrecision`). */
function decimalBytes(precision: number): number {
  let size = 1;
  while (2n ** BigInt(8 * size - 1) < 10n ** BigInt(precision)) size++;
  return size;
}
