/** Values as people write them in tests and small programs, to cells. */
import { type Cell, canonicalInt64 } from '../batch.ts';
import { dataError } from '../errors.ts';
import { type DataType, formatType, type Schema } from '../schema.ts';

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

const ISO = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})?$/;

function timestampCell(value: unknown): Cell {
  if (value instanceof Date) return canonicalInt64(BigInt(value.getTime()) * 1000n);
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return canonicalInt64(value as number | bigint);
  const match = typeof value === 'string' ? ISO.exec(value) : null;
  if (match === null) return null;
  const millis = Date.parse(`${(match[1] ?? '').replace(' ', 'T')}${match[3] ?? 'Z'}`);
  if (Number.isNaN(millis)) return null;
  return millis * 1000 + Number((match[2] ?? '').padEnd(6, '0'));
}

function dateCell(value: unknown): Cell {
  if (Number.isInteger(value)) return value as number;
  const millis = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(millis) ? null : millis / 86_400_000;
}

function decimalCell(value: unknown, scale: number): Cell {
  if (typeof value === 'bigint') return value * 10n ** BigInt(scale);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (match === null || (match[3] ?? '').length > scale) return null;
  const unscaled = BigInt(`${match[2]}${(match[3] ?? '').padEnd(scale, '0')}`);
  return match[1] === '-' ? -unscaled : unscaled;
}
