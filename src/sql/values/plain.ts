/** Values as people handle them in programs and tests, to cells and back. */
import {
  type Batch,
  batchOf,
  type Cell,
  canonicalInt64,
  cellAt,
  type Int64,
  type MapCell,
  type Vector,
} from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { type DataType, type Field, formatType, type Schema } from '../../schema.ts';
import { decimalText } from './decimal.ts';
import { formatDate, isoTimestamp, parseDate, parseTimestamp } from './timestamp.ts';
import { UTC_ZONE } from './zone.ts';

/** A row as people handle it: values by column name. It has no prototype, so a column named `__proto__` is a column. */
export type RowObject = Record<string, unknown>;

/**
 * The rows of a batch as objects. By type: long `number` when it is exact, else `bigint`; timestamp ISO 8601 text in UTC
 * with its microseconds; date `yyyy-MM-dd`; decimal text; binary `Uint8Array`; array `unknown[]`; struct an object; map a
 * `Map`; null `null`. Of columns with the same name the last one is seen.
 */
export function* rowObjects(batch: Batch): Generator<RowObject, void, undefined> {
  for (let row = 0; row < batch.length; row++) yield rowObject(batch, row);
}

/** One row of a batch as an object; see `rowObjects`. */
export function rowObject(batch: Batch, row: number): RowObject {
  const { fields } = batch.schema;
  const object = emptyRow();
  for (let column = 0; column < fields.length; column++) {
    const { name, type } = fields[column] as Field;
    object[name] = plainValue(cellAt(batch.vectors[column] as Vector, row), type);
  }
  return object;
}

function emptyRow(): RowObject {
  return Object.create(null) as RowObject;
}

function plainValue(cell: Cell, type: DataType): unknown {
  if (cell === null) return null;
  switch (type.kind) {
    case 'timestamp':
      return isoMillis(cell as Int64);
    case 'date':
      return formatDate(cell as number);
    case 'decimal':
      return decimalText(BigInt(cell as bigint), type.scale);
    case 'array':
      return (cell as readonly Cell[]).map((item) => plainValue(item, type.element));
    case 'struct': {
      const object = emptyRow();
      type.fields.forEach((field, index) => {
        object[field.name] = plainValue((cell as readonly Cell[])[index] ?? null, field.type);
      });
      return object;
    }
    case 'map': {
      const { keys, values } = cell as MapCell;
      return new Map(
        keys.map((key, index) => [plainValue(key, type.key), plainValue(values[index] ?? null, type.value)]),
      );
    }
    default:
      return cell;
  }
}

/** ISO 8601 in UTC with `.SSS`, or all six digits where the value has microseconds. */
function isoMillis(micros: Int64): string {
  const [whole, fraction = ''] = isoTimestamp(micros).slice(0, -1).split('.');
  return `${whole}.${fraction.padEnd(fraction.length > 3 ? 6 : 3, '0')}Z`;
}

/** A batch from rows given by column name. Throws VALUE_DOES_NOT_FIT. */
export function batchOfRows(schema: Schema, rows: readonly PlainRow[]): Batch {
  return batchOf(
    schema,
    rows.map((row) => cellsOf(schema, row)),
  );
}

/**
 * A row given by column name; absent columns are null. By type: timestamp an ISO 8601 text, a `Date` or microseconds; date
 * `yyyy-MM-dd` or days; decimal text; struct an object; map a `Map` or an object; the rest as in `Cell`.
 */
export type PlainRow = Readonly<Record<string, unknown>>;

/** The cells of a row in the order of `schema`. Throws VALUE_DOES_NOT_FIT for a value that is not of its column's type. */
export function cellsOf(schema: Schema, row: PlainRow): Cell[] {
  for (const name of Object.keys(row)) {
    if (!schema.fields.some((field) => field.name === name)) {
      throw dataError('VALUE_DOES_NOT_FIT', `The row has a column "${name}", which the schema does not have.`);
    }
  }
  return schema.fields.map(({ name, type }) => cellOf(Object.hasOwn(row, name) ? row[name] : null, type, name));
}

function cellOf(value: unknown, type: DataType, where: string): Cell {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'float':
    case 'double':
      if (typeof value === 'number') return type.kind === 'float' ? Math.fround(value) : value;
      break;
    case 'byte':
    case 'short':
    case 'int':
    case 'yearMonthInterval':
      if (typeof value === 'number' && Number.isInteger(value)) return value;
      break;
    case 'long':
    case 'dayTimeInterval':
      if (typeof value === 'bigint' || Number.isSafeInteger(value)) return canonicalInt64(value as number | bigint);
      break;
    case 'timestamp':
      return timestampCell(value) ?? misfit(value, type, where);
    case 'date':
      return dateCell(value) ?? misfit(value, type, where);
    case 'decimal':
      return decimalCell(value, type.scale) ?? misfit(value, type, where);
    case 'binary':
      if (value instanceof Uint8Array) return value;
      break;
    case 'array':
      if (Array.isArray(value)) return value.map((item, i) => cellOf(item, type.element, `${where}[${i}]`));
      break;
    case 'struct':
      if (typeof value === 'object') return cellsOf(type, value as PlainRow);
      break;
    case 'map': {
      const entries = value instanceof Map ? [...value] : Object.entries(value as PlainRow);
      return {
        keys: entries.map(([key]) => cellOf(key, type.key, `${where} key`)),
        values: entries.map(([, item]) => cellOf(item, type.value, `${where} value`)),
      };
    }
  }
  return misfit(value, type, where);
}

function misfit(value: unknown, type: DataType, where: string): never {
  throw dataError(
    'VALUE_DOES_NOT_FIT',
    `Column "${where}" is ${formatType(type)}; found ${typeof value} ${String(value)}.`,
  );
}

function timestampCell(value: unknown): Cell {
  if (value instanceof Date) return canonicalInt64(BigInt(value.getTime()) * 1000n);
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return canonicalInt64(value as number | bigint);
  return typeof value === 'string' ? parseTimestamp(value, UTC_ZONE) : null;
}

function dateCell(value: unknown): Cell {
  if (Number.isInteger(value)) return value as number;
  return typeof value === 'string' ? parseDate(value) : null;
}

function decimalCell(value: unknown, scale: number): Cell {
  if (typeof value === 'bigint') return value * 10n ** BigInt(scale);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (match === null || (match[3] ?? '').length > scale) return null;
  const unscaled = BigInt(`${match[2]}${(match[3] ?? '').padEnd(scale, '0')}`);
  return match[1] === '-' ? -unscaled : unscaled;
}

/** A row object as JSON can say it: bigints as their digits, binaries as base64, maps as lists of pairs. */
export function plainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Map) return [...value].map(([key, item]) => [plainJson(key), plainJson(item)]);
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== 'object' || value === null) return value;
  const object = emptyRow();
  for (const [name, item] of Object.entries(value)) object[name] = plainJson(item);
  return object;
}
