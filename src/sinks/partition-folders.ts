import { type Batch, cellAt, takeBatch, type Vector } from '../batch.ts';
import { configError, dataError, didYouMean } from '../errors.ts';
import { type Schema, struct } from '../schema.ts';
import { cellText } from '../sql/values/text.ts';

/** What Hive and Spark write for null and for the empty text. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';
/** The longest name that common file systems take. */
const MAX_NAME_BYTES = 255;

/** Divides batches by the values of the partition columns. */
export interface PartitionSplitter {
  /** What stays in the files: the schema without the partition columns. */
  readonly schema: Schema;
  /** The rows of each folder (`a=1/b=x`, `''` without partition columns), folders in the order of their first row. */
  split(batch: Batch): Iterable<readonly [folder: string, rows: Batch]>;
}

/** Errors: PARTITION_COLUMN_UNKNOWN, PARTITION_COLUMNS_ALL. */
export function partitionSplitter(schema: Schema, partitionBy: readonly string[]): PartitionSplitter {
  if (partitionBy.length === 0) return { schema, split: (batch) => [['', batch]] };
  const columns = partitionBy.map((name) => columnIndex(schema, name));
  const kept = schema.fields.map((_, index) => index).filter((index) => !columns.includes(index));
  if (kept.length === 0) {
    throw configError(
      'PARTITION_COLUMNS_ALL',
      'partitionBy names every column; at least one must be left for the files.',
    );
  }
  const fileSchema = struct(kept.flatMap((index) => schema.fields[index] ?? []));
  return {
    schema: fileSchema,
    *split(batch) {
      for (const [folder, rows] of rowsByFolder(batch, columns)) {
        const part = rows.length === batch.length ? batch : takeBatch(batch, Int32Array.from(rows));
        yield [
          folder,
          { schema: fileSchema, length: part.length, vectors: kept.map((index) => part.vectors[index] as Vector) },
        ];
      }
    },
  };
}

function columnIndex(schema: Schema, name: string): number {
  const index = schema.fields.findIndex((field) => field.name === name);
  if (index !== -1) return index;
  const names = schema.fields.map((field) => field.name);
  throw configError(
    'PARTITION_COLUMN_UNKNOWN',
    `partitionBy names "${name}", which is not a column.${didYouMean(name, names)}`,
  );
}

function rowsByFolder(batch: Batch, columns: readonly number[]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (let row = 0; row < batch.length; row++) {
    const folder = columns.map((column) => folderPart(batch, column, row)).join('/');
    const list = rows.get(folder);
    if (list === undefined) rows.set(folder, [row]);
    else list.push(row);
  }
  return rows;
}

function folderPart(batch: Batch, column: number, row: number): string {
  const field = batch.schema.fields[column] as Schema['fields'][number];
  const cell = cellAt(batch.vectors[column] as Vector, row);
  const text = cell === null || cell === '' ? NULL_PARTITION : escapePathPart(cellText(field.type, 'UTC')(cell));
  const part = `${escapePathPart(field.name)}=${text}`;
  if (Buffer.byteLength(part) <= MAX_NAME_BYTES) return part;
  throw dataError(
    'PARTITION_VALUE_TOO_LONG',
    `A value of partition column "${field.name}" gives a folder name of ${Buffer.byteLength(part)} bytes, and file systems take ${MAX_NAME_BYTES}: ${part.slice(0, 80)}... Shorten the column before it (left(${field.name}, 50)) or filter such rows out, and start again.`,
  );
}

/** Hive's escaping (Spark's ExternalCatalogUtils.escapePathName): what has a meaning in paths becomes `%XX`. */
export function escapePathPart(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those escaped
  return text.replace(/[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}
