import { configError, didYouMean } from '../../errors.ts';
import type { DataType, Schema } from '../../schema.ts';
import { batchOfRows, type PlainRow, plainJson, rowObject } from '../../sql/values/plain.ts';
import { parseTimestamp } from '../../sql/values/timestamp.ts';
import { type Zone, zone } from '../../sql/values/zone.ts';

/** Rows that a test expects against rows that came out, in any order. */
export interface RowsDifference {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly same: number;
}

/**
 * Compares by the columns that the expected rows name. Values are read as their column's type, so that `2026-01-01 10:00:00` is a timestamp;
 * doubles are the same when twelve digits are. Errors: COLUMN_NOT_FOUND, VALUE_DOES_NOT_FIT.
 */
export function compareRows(
  expected: readonly PlainRow[],
  actual: readonly PlainRow[],
  schema: Schema,
  timeZone: string,
): RowsDifference {
  const names = [...new Set(expected.flatMap((row) => Object.keys(row)))];
  const fields = expected.length === 0 ? schema.fields : names.map((name) => fieldNamed(schema, name));
  const columns: Schema = { kind: 'struct', fields };
  const textOf = (row: PlainRow) => rowText(row, columns, zone(timeZone));
  const missing = expected.map(textOf);
  const unexpected: string[] = [];
  for (const row of actual) {
    const text = textOf(Object.fromEntries(fields.map(({ name }) => [name, row[name]])));
    const at = missing.indexOf(text);
    if (at < 0) unexpected.push(text);
    else missing.splice(at, 1);
  }
  return { missing, unexpected, same: expected.length - missing.length };
}

function fieldNamed(schema: Schema, name: string): Schema['fields'][number] {
  const found = schema.fields.find((field) => field.name === name);
  if (found !== undefined) return found;
  const names = schema.fields.map((field) => field.name);
  throw configError(
    'COLUMN_NOT_FOUND',
    `The output has no column "${name}".${didYouMean(name, names)} Columns: ${names.join(', ')}.`,
  );
}

/** A row in one form, whether it was written by hand or came out. */
function rowText(row: PlainRow, columns: Schema, inZone: Zone): string {
  const read = localised(row, columns, inZone) as PlainRow;
  const whole = plainJson(rowObject(batchOfRows(columns, [read]), 0));
  return JSON.stringify(whole, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(12)) : value));
}

/** Timestamps without zone are of the pipeline's. */
function localised(value: unknown, type: DataType, inZone: Zone): unknown {
  if (value === null || value === undefined) return value;
  if (type.kind === 'timestamp' && typeof value === 'string') return parseTimestamp(value, inZone) ?? value;
  if (type.kind === 'array' && Array.isArray(value)) return value.map((item) => localised(item, type.element, inZone));
  if (type.kind !== 'struct' || typeof value !== 'object') return value;
  const fields = new Map(type.fields.map((field) => [field.name, field.type]));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const of = fields.get(name);
      return [name, of === undefined ? inner : localised(inner, of, inZone)];
    }),
  );
}
