import { dirname, relative, sep } from 'node:path';
import { type Batch, type Cell, type Vector, vectorOf } from '../../batch.ts';
import { configError } from '../../errors.ts';
import {
  DATE,
  type DataType,
  DOUBLE,
  type Field,
  field,
  INT,
  LONG,
  type Schema,
  STRING,
  struct,
} from '../../schema.ts';

/** What Hive and Spark write for null. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** The `col=value` parts of a file's folders below `base`, in order, with their escapes undone. */
export function partitionValues(base: string, path: string): Map<string, string | null> {
  const values = new Map<string, string | null>();
  for (const part of relative(base, path).split(sep).slice(0, -1)) {
    const at = part.indexOf('=');
    if (at <= 0) continue;
    const value = unescapePart(part.slice(at + 1));
    values.set(unescapePart(part.slice(0, at)), value === NULL_PARTITION ? null : value);
  }
  return values;
}

/** Hive's escaping: `%` and two hex digits. Others are left as they are. */
function unescapePart(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * The partition columns of a source: those of its folders, typed by the user's schema or by what all values are (int,
 * long, double, date, else string: Spark's PartitioningUtils.inferPartitionColumnValue). Throws PARTITION_FOLDERS_DIFFER when
 * files have different columns.
 */
export function partitionFields(paths: Iterable<string>, baseOf: (path: string) => string, schema: Schema): Field[] {
  let names: string[] | null = null;
  const found = new Map<string, Set<string>>();
  let folder: string | null = null;
  for (const path of paths) {
    // Files of one folder are listed together, and have the same values.
    if (folder !== null && path.startsWith(folder) && path.lastIndexOf('/') === folder.length) continue;
    folder = dirname(path);
    const values = partitionValues(baseOf(path), path);
    names ??= [...values.keys()];
    if (names.join('/') !== [...values.keys()].join('/')) {
      throw configError(
        'PARTITION_FOLDERS_DIFFER',
        `The folders of ${path} give the columns (${[...values.keys()].join(', ')}), those of other files (${names.join(', ')}). All files of a source must lie under the same partition columns.`,
      );
    }
    for (const [name, value] of values) {
      const texts = found.get(name) ?? new Set();
      if (value !== null) texts.add(value);
      found.set(name, texts);
    }
  }
  return (names ?? []).map(
    (name) => schema.fields.find((f) => f.name === name) ?? field(name, inferType(found.get(name) ?? new Set())),
  );
}

/** The schema without partition columns: what stands in the files. */
export function dataSchema(schema: Schema, partitions: readonly Field[]): Schema {
  return struct(schema.fields.filter((f) => !partitions.some((partition) => partition.name === f.name)));
}

/** Adds a file's partition values behind the columns of its batches. */
export function withPartitionColumns(
  batch: Batch,
  schema: Schema,
  partitions: readonly Field[],
  values: ReadonlyMap<string, string | null>,
): Batch {
  if (partitions.length === 0) return batch;
  const columns = partitions.map(({ name, type }): Vector => {
    const cell = partitionCell(values.get(name) ?? null, type);
    return vectorOf(type, new Array<Cell>(batch.length).fill(cell), cell === null);
  });
  return { schema, length: batch.length, vectors: [...batch.vectors, ...columns] };
}

/** The value of a partition folder in its column's type; null when it does not fit. */
export function partitionCell(text: string | null, type: DataType): Cell {
  if (text === null) return null;
  switch (type.kind) {
    case 'string':
      return text;
    case 'byte':
    case 'short':
    case 'int':
    case 'float':
    case 'double':
      return text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text);
    case 'long':
      return integerCell(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : null;
    case 'date':
      return dateCell(text);
    case 'timestamp': {
      const millis = Date.parse(`${text.replace(' ', 'T')}Z`);
      return Number.isNaN(millis) ? null : millis * 1000;
    }
    default:
      throw configError(
        'PARTITION_TYPE_UNSUPPORTED',
        `A partition folder cannot give a column of type ${type.kind}; declare it as string and cast it in the query.`,
      );
  }
}

function integerCell(text: string): Cell {
  if (!/^-?\d+$/.test(text)) return null;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt.asIntN(64, BigInt(text));
}

function dateCell(text: string): Cell {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(millis) ? null : millis / 86_400_000;
}

function inferType(values: ReadonlySet<string>): DataType {
  const all = [...values];
  if (all.length === 0) return STRING;
  if (all.every((text) => /^-?\d+$/.test(text))) {
    const wide = all.some((text) => BigInt(text) !== BigInt.asIntN(32, BigInt(text)));
    if (!wide) return INT;
    if (all.every((text) => BigInt(text) === BigInt.asIntN(64, BigInt(text)))) return LONG;
    return STRING;
  }
  if (all.every((text) => /^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text))) return DOUBLE;
  return all.every((text) => dateCell(text) !== null) ? DATE : STRING;
}
