import type { Int64 } from '../../batch.ts';
import { configError } from '../../errors.ts';
import { type DataType, type Field, formatType } from '../../schema.ts';
import { CellsBuilder } from '../builders/cells-builder.ts';
import { FixedBuilder } from '../builders/fixed-builder.ts';
import { TextBuilder } from '../builders/text-builder.ts';
import type { VectorBuilder } from '../builders/vector-builder.ts';
import { parseDateBytes, parseTimestampBytes, type ZoneOffset } from '../timestamp-bytes.ts';
import { unreadVector } from '../unread.ts';
import { parseDecimal, parseDouble, parseLong } from './number-bytes.ts';

/** Reads the fields of one column. */
export interface ColumnBuilder extends VectorBuilder {
  /** What a field of this column must be, for messages. */
  readonly expected: string;
  /** Sets the value of a row from a field; false when the field is no such value. */
  read(bytes: Uint8Array, start: number, end: number, row: number): boolean;
}

/** What the meaning of a field's text depends on. */
export interface ReadRules {
  readonly zone: ZoneOffset;
  /** Refuse a number that its type cannot hold as written, where Spark rounds it or makes it infinite. */
  readonly exact: boolean;
}

/**
 * The builder of a column.
 *
 * @throws CSV_TYPE for a type that CSV has no text for.
 */
export function columnBuilder(field: Field, rules: ReadRules): ColumnBuilder {
  const { type } = field;
  switch (type.kind) {
    case 'boolean':
      return fixedColumn(type, 'true or false', readBoolean);
    case 'byte':
      return fixedColumn(type, 'a whole number', readInt(-0x80, 0x7f));
    case 'short':
      return fixedColumn(type, 'a whole number', readInt(-0x8000, 0x7fff));
    case 'int':
      return fixedColumn(type, 'a whole number', readInt(-0x80000000, 0x7fffffff));
    case 'date':
      return fixedColumn(type, 'a date like 2026-01-31', parseDateBytes);
    case 'float':
    case 'double':
      return fixedColumn(type, 'a number', readDouble(type.kind === 'float', rules.exact));
    case 'long':
      return fixedColumn(type, 'a whole number', parseLong);
    case 'timestamp':
      return fixedColumn(type, 'a timestamp like 2026-01-31T12:00:00Z', (bytes, start, end) =>
        parseTimestampBytes(bytes, start, end, rules.zone),
      );
    case 'decimal':
      return parsedColumn(type, 'a number that fits', new CellsBuilder(type), (bytes, start, end) =>
        parseDecimal(bytes, start, end, type.precision, type.scale, rules.exact),
      );
    case 'string':
      return textColumn(type);
    default:
      throw configError(
        'CSV_TYPE',
        `csv cannot hold column "${field.name}" of type ${formatType(type)}. Read it as a string, and convert it by an expression such as from_json.`,
      );
  }
}

/** Checks the values of a column that nobody reads. */
export function unreadBuilder(type: DataType, builder: ColumnBuilder): ColumnBuilder {
  return {
    expected: builder.expected,
    read: (bytes, start, end) => builder.read(bytes, start, end, 0),
    setNull() {},
    append(run) {
      run.nextColumn();
    },
    finish: (length) => unreadVector(type, length),
  };
}

/** The value of a field; null when it has none of the kind. */
type ReadField<T> = (bytes: Uint8Array, start: number, end: number) => T | null;

/** Values of fixed width. */
function fixedColumn(type: DataType, what: string, parse: ReadField<Int64>): ColumnBuilder {
  return parsedColumn(type, what, new FixedBuilder(type), parse);
}

function parsedColumn<T>(
  type: DataType,
  what: string,
  builder: VectorBuilder & { set(row: number, value: T): void },
  parse: ReadField<T>,
): ColumnBuilder {
  const read: ColumnBuilder['read'] = (bytes, start, end, row) => {
    const value = parse(bytes, start, end);
    if (value === null) return false;
    builder.set(row, value);
    return true;
  };
  return columnOf(type, what, builder, read);
}

function textColumn(type: DataType): ColumnBuilder {
  const builder = new TextBuilder(type);
  return columnOf(type, 'text', builder, (bytes, start, end, row) => {
    builder.set(row, bytes, start, end);
    return true;
  });
}

function columnOf(type: DataType, what: string, builder: VectorBuilder, read: ColumnBuilder['read']): ColumnBuilder {
  return {
    expected: `${what} (${formatType(type)})`,
    read,
    setNull: (row) => builder.setNull(row),
    append: (run) => builder.append(run),
    finish: (length, reuse) => builder.finish(length, reuse),
  };
}

function readInt(min: number, max: number): ReadField<number> {
  return (bytes, start, end) => {
    const value = parseLong(bytes, start, end);
    return typeof value === 'number' && value >= min && value <= max ? value : null;
  };
}

/** Spark's `toBoolean`: true or false in any case. */
function readBoolean(bytes: Uint8Array, start: number, end: number): number | null {
  const text = end - start === 4 ? 'true' : end - start === 5 ? 'false' : '';
  if (text === '') return null;
  for (let i = 0; i < text.length; i++) if (((bytes[start + i] as number) | 32) !== text.charCodeAt(i)) return null;
  return text === 'true' ? 1 : 0;
}

function readDouble(single: boolean, exact: boolean): ReadField<number> {
  return (bytes, start, end) => {
    const parsed = parseDouble(bytes, start, end);
    if (parsed === null) return null;
    const value = single ? Math.fround(parsed) : parsed;
    // Digits that overflow are no infinity that somebody wrote.
    if (exact && !Number.isFinite(value) && isDigitOrDot(bytes[end - 1] as number)) return null;
    return value;
  };
}

function isDigitOrDot(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || byte === 46;
}
