import { allocateFixed, type FixedValues, type Int64, type Vector } from '../../batch.ts';
import { configError } from '../../errors.ts';
import { type DataType, type Field, formatType } from '../../schema.ts';
import { appendDecimals, appendFixed, type DecodedRun } from '../decoded-run.ts';
import { grown, roomFor } from '../grown.ts';
import { Nulls } from '../nulls.ts';
import { parseDateBytes, parseTimestampBytes, type ZoneOffset } from '../timestamp-bytes.ts';
import { unreadVector } from '../unread.ts';
import { parseDecimal, parseDouble, parseLong } from './number-bytes.ts';

/** Collects the values of one column from the bytes of fields. Rows are numbered from 0; a row may be written again. */
export interface ColumnBuilder {
  /** What a field of this column must be, for messages. */
  readonly expected: string;
  /** Sets the value of a row from a field; false when the field is no such value. */
  read(bytes: Uint8Array, start: number, end: number, row: number): boolean;
  setNull(row: number): void;
  /** Takes its values of the rows that the kernel decoded. */
  append(run: DecodedRun): void;
  /** The first `length` rows as a vector; the builder begins anew, with fresh memory unless it may `reuse` the vector's. */
  finish(length: number, reuse: boolean): Vector;
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
      return fixedBuilder(type, 'true or false', readBoolean);
    case 'byte':
      return fixedBuilder(type, 'a whole number', readInt(-0x80, 0x7f));
    case 'short':
      return fixedBuilder(type, 'a whole number', readInt(-0x8000, 0x7fff));
    case 'int':
      return fixedBuilder(type, 'a whole number', readInt(-0x80000000, 0x7fffffff));
    case 'date':
      return fixedBuilder(type, 'a date like 2026-01-31', parseDateBytes);
    case 'float':
    case 'double':
      return fixedBuilder(type, 'a number', readDouble(type.kind === 'float', rules.exact));
    case 'long':
      return new Int64Builder(type, 'a whole number', parseLong);
    case 'timestamp':
      return new Int64Builder(type, 'a timestamp like 2026-01-31T12:00:00Z', (bytes, start, end) =>
        parseTimestampBytes(bytes, start, end, rules.zone),
      );
    case 'decimal':
      return new DecimalBuilder(type, rules.exact);
    case 'string':
      return new StringBuilder(type);
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

type ReadNumber = (bytes: Uint8Array, start: number, end: number) => number | null;
type PlainValues = Exclude<FixedValues, BigInt64Array>;

function fixedBuilder(type: DataType, what: string, parse: ReadNumber): ColumnBuilder {
  const nulls = new Nulls();
  let values = allocateFixed(type, 0) as PlainValues;
  const reserve = (rows: number) => {
    if (rows > values.length) values = grown(values, roomFor(rows));
  };
  return {
    expected: `${what} (${formatType(type)})`,
    read(bytes, start, end, row) {
      const value = parse(bytes, start, end);
      if (value === null) return false;
      reserve(row + 1);
      values[row] = value;
      nulls.set(row, 1);
      return true;
    },
    setNull(row) {
      reserve(row + 1);
      nulls.set(row, 0);
    },
    append(run) {
      const column = run.nextColumn();
      reserve(run.row + run.rows);
      nulls.append(run, column);
      appendFixed(values, null, type, run, column);
    },
    finish(length, reuse) {
      const filled = values.subarray(0, length);
      if (!reuse) values = allocateFixed(type, 0) as PlainValues;
      return { kind: 'fixed', type, length, validity: nulls.finish(length), values: filled };
    },
  };
}

function readInt(min: number, max: number): ReadNumber {
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

function readDouble(single: boolean, exact: boolean): ReadNumber {
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

/** 64-bit integers: doubles as long as all are safe integers, then bigints (docs/adr/0002). */
class Int64Builder implements ColumnBuilder {
  readonly expected: string;
  private readonly nulls: Nulls;
  private values: Float64Array;
  private wide: BigInt64Array | null = null;

  constructor(
    private readonly type: DataType,
    what: string,
    private readonly parse: (bytes: Uint8Array, start: number, end: number) => Int64 | null,
  ) {
    this.expected = `${what} (${formatType(type)})`;
    this.nulls = new Nulls();
    this.values = new Float64Array(0);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const value = this.parse(bytes, start, end);
    if (value === null) return false;
    this.reserve(row + 1);
    this.nulls.set(row, 1);
    if (typeof value === 'bigint') this.wide ??= BigInt64Array.from(this.values, (v) => BigInt(v));
    if (this.wide !== null) this.wide[row] = BigInt(value);
    else this.values[row] = value as number;
    return true;
  }

  setNull(row: number): void {
    this.reserve(row + 1);
    this.nulls.set(row, 0);
  }

  private reserve(rows: number): void {
    if (rows <= this.values.length) return;
    const room = roomFor(rows);
    this.values = grown(this.values, room);
    if (this.wide !== null) this.wide = grown(this.wide, room);
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.reserve(run.row + run.rows);
    this.nulls.append(run, column);
    appendFixed(this.values, this.wide, this.type, run, column);
  }

  finish(length: number, reuse: boolean): Vector {
    const values = (this.wide ?? this.values).subarray(0, length);
    if (!reuse) this.values = new Float64Array(0);
    this.wide = null;
    return { kind: 'fixed', type: this.type, length, validity: this.nulls.finish(length), values };
  }
}

class DecimalBuilder implements ColumnBuilder {
  readonly expected: string;
  private readonly nulls: Nulls;
  private values: (bigint | null)[] = [];

  constructor(
    private readonly type: Extract<DataType, { kind: 'decimal' }>,
    private readonly exact: boolean,
  ) {
    this.expected = `a number that fits (${formatType(type)})`;
    this.nulls = new Nulls();
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    const value = parseDecimal(bytes, start, end, this.type.precision, this.type.scale, this.exact);
    if (value === null) return false;
    this.values[row] = value;
    this.nulls.set(row, 1);
    return true;
  }

  setNull(row: number): void {
    this.values[row] = null;
    this.nulls.set(row, 0);
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.nulls.append(run, column);
    appendDecimals(this.values, run, column);
  }

  finish(length: number): Vector {
    const values = this.values;
    values.length = length;
    this.values = [];
    return { kind: 'object', type: this.type, length, validity: this.nulls.finish(length), values };
  }
}

class StringBuilder implements ColumnBuilder {
  readonly expected: string;
  private readonly nulls: Nulls;
  private offsets: Int32Array;
  private bytes: Uint8Array;
  /** The last batch's bytes: the next probably needs about as many. */
  private expectedBytes = 0;

  constructor(private readonly type: DataType) {
    this.expected = `text (${formatType(type)})`;
    this.nulls = new Nulls();
    this.offsets = new Int32Array(1);
    this.bytes = new Uint8Array(0);
  }

  read(bytes: Uint8Array, start: number, end: number, row: number): boolean {
    this.reserveRows(row + 1);
    const at = this.offsets[row] as number;
    const needed = at + end - start;
    if (needed > this.bytes.length) this.grow(at, needed);
    // A short copy by hand beats the call of `set`.
    if (end - start < 32) for (let from = start, to = at; from < end; ) this.bytes[to++] = bytes[from++] as number;
    else this.bytes.set(bytes.subarray(start, end), at);
    this.offsets[row + 1] = needed;
    this.nulls.set(row, 1);
    return true;
  }

  setNull(row: number): void {
    this.reserveRows(row + 1);
    this.offsets[row + 1] = this.offsets[row] as number;
    this.nulls.set(row, 0);
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.reserveRows(run.row + run.rows);
    const at = this.offsets[run.row] as number;
    const { bytes, ends } = run.kernel.texts(column, at);
    this.nulls.append(run, column);
    if (at + bytes.length > this.bytes.length) this.grow(at, at + bytes.length);
    this.bytes.set(bytes, at);
    this.offsets.set(ends, run.row + 1);
  }

  finish(length: number, reuse: boolean): Vector {
    const { offsets, bytes } = this;
    const used = offsets[length] as number;
    if (!reuse) {
      this.offsets = new Int32Array(1);
      this.bytes = new Uint8Array(0);
    }
    this.expectedBytes = used;
    return {
      kind: 'bytes',
      type: this.type,
      length,
      validity: this.nulls.finish(length),
      offsets: offsets.subarray(0, length + 1),
      bytes: bytes.subarray(0, used),
    };
  }

  private grow(used: number, needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2, this.expectedBytes));
    bytes.set(this.bytes.subarray(0, used));
    this.bytes = bytes;
  }

  private reserveRows(rows: number): void {
    if (rows >= this.offsets.length) this.offsets = grown(this.offsets, roomFor(rows) + 1);
  }
}
