import { stringify } from 'csv-stringify/sync';
import { type BytesVector, type FixedVector, type ObjectVector, toBytesVector, type Vector } from '../../batch.ts';
import { configError, dataError } from '../../errors.ts';
import { type Field, formatType } from '../../schema.ts';
import { decimalText } from '../../sql/values/decimal.ts';
import { formatDate } from '../../sql/values/timestamp.ts';
import type { ByteSink } from './byte-sink.ts';
import type { CsvOptions } from './options.ts';

const MINUS = 45;
const SPACE = 32;
const MICROS_PER_DAY = 86_400_000_000;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** Writes the cell of a row that is not null. */
export type CellWriter = (row: number) => void;

/** @throws CSV_TYPE for a column that CSV has no text for. */
export function checkWritable(field: Field): void {
  switch (field.type.kind) {
    case 'boolean':
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'decimal':
    case 'string':
    case 'date':
    case 'timestamp':
      return;
    default:
      throw configError(
        'CSV_TYPE',
        `csv cannot hold column "${field.name}" of type ${formatType(field.type)}. ` +
          'Convert it first, for example with to_json(column), base64(column), or by selecting its fields; or write json or parquet.',
      );
  }
}

/** The writer of a column's cells to `sink`. */
export function cellWriter(vector: Vector, sink: ByteSink, text: TextWriter): CellWriter {
  const { type } = vector;
  if (vector.kind === 'fixed') return fixedWriter(vector, sink);
  if (type.kind === 'decimal') {
    const { values } = vector as ObjectVector;
    return (row) => sink.ascii(decimalText(values[row] as bigint, type.scale));
  }
  const { bytes, offsets } = toBytesVector(vector as BytesVector | ObjectVector);
  return (row) => text.write(bytes, offsets[row] as number, offsets[row + 1] as number);
}

function fixedWriter(vector: FixedVector, sink: ByteSink): CellWriter {
  const values = vector.values as Float64Array | BigInt64Array;
  switch (vector.type.kind) {
    case 'boolean':
      return (row) => sink.ascii(values[row] === 1 ? 'true' : 'false');
    case 'date':
      return (row) => sink.ascii(formatDate(values[row] as number));
    case 'timestamp':
      return (row) => writeTimestamp(values[row] as number | bigint, sink);
    case 'double':
      return (row) => sink.ascii(doubleText(values[row] as number));
    case 'float':
      return (row) => sink.ascii(floatText(values[row] as number));
    default:
      return (row) => writeInteger(values[row] as number | bigint, sink);
  }
}

function writeInteger(value: number | bigint, sink: ByteSink): void {
  if (typeof value === 'number' && value > -0x40000000 && value < 0x40000000) {
    if (value < 0) sink.byte(MINUS);
    sink.digits(value < 0 ? -value : value);
  } else {
    sink.ascii(value.toString());
  }
}

/**
 * ISO 8601 in UTC: whole seconds without a fraction, else three digits where they are enough, else six, so that
 * every common reader takes it and no microsecond is lost.
 */
function writeTimestamp(micros: number | bigint, sink: ByteSink): void {
  const days = typeof micros === 'number' ? Math.floor(micros / MICROS_PER_DAY) : floorDays(micros);
  const microsOfDay =
    typeof micros === 'number'
      ? micros - days * MICROS_PER_DAY
      : Number(micros - BigInt(days) * BigInt(MICROS_PER_DAY));
  const seconds = Math.floor(microsOfDay / 1_000_000);
  const fraction = microsOfDay - seconds * 1_000_000;
  const minutes = (seconds / 60) | 0;
  const hours = (minutes / 60) | 0;
  sink.ascii(formatDate(days));
  sink.byte(84);
  sink.digits(hours, 2);
  sink.byte(58);
  sink.digits(minutes - hours * 60, 2);
  sink.byte(58);
  sink.digits(seconds - minutes * 60, 2);
  if (fraction !== 0) {
    sink.byte(46);
    if (fraction % 1000 === 0) sink.digits(fraction / 1000, 3);
    else sink.digits(fraction, 6);
  }
  sink.byte(90);
}

function floorDays(micros: bigint): number {
  const day = BigInt(MICROS_PER_DAY);
  const days = micros / day;
  return Number(micros % day < 0n ? days - 1n : days);
}

/** The shortest text that gives the same double again; -0 keeps its sign. */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/** The shortest text that gives the same float again. */
export function floatText(value: number): string {
  if (Number.isFinite(value) && !Number.isInteger(value)) {
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return `${short}`;
    }
  }
  return doubleText(value);
}

/** What formulas may begin with: = + - @ TAB CR, and 0xEF, which full-width forms of them begin with; csv-stringify looks closely. */
export const FORMULA_BYTES = [61, 43, 45, 64, 9, 13, 0xef];

/** Writes texts as cells. Bytes that need no quotes are copied; the others are csv-stringify's. */
export class TextWriter {
  private readonly special = new Uint8Array(256);
  private readonly formula = new Uint8Array(256);
  private readonly nullText: Uint8Array;
  private readonly emptyText: string;
  private readonly comment: number;

  constructor(
    private readonly sink: ByteSink,
    private readonly options: CsvOptions,
  ) {
    // The first byte of a separator is enough to be careful.
    for (const byte of encoder.encode(`${options.quote}\r\n${options.sep.slice(0, 1)}`)) this.special[byte] = 1;
    if (options.escapeFormulas) for (const byte of FORMULA_BYTES) this.formula[byte] = 1;
    this.nullText = encoder.encode(options.nullValue);
    this.emptyText = options.emptyValue ?? options.quote + options.quote;
    this.comment = options.comment === '' ? -1 : options.comment.charCodeAt(0);
  }

  /** Writes the text `bytes[start .. end)` (UTF-8). */
  write(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) this.sink.text(this.emptyText);
    else if (this.needsCare(bytes, start, end)) this.sink.text(this.quoted(decoder.decode(bytes.subarray(start, end))));
    else this.sink.copy(bytes, start, end);
  }

  /** Whether the text, as it stands, would be read as something else. */
  private needsCare(bytes: Uint8Array, start: number, end: number): boolean {
    const { special } = this;
    for (let p = start; p < end; p++) if (special[bytes[p] as number] === 1) return true;
    const first = bytes[start] as number;
    // 0xEF may begin a byte order mark.
    if (first === this.comment || first === 0xef || this.formula[first] === 1) return true;
    if (first <= SPACE && this.options.ignoreLeadingWhiteSpace) return true;
    if ((bytes[end - 1] as number) <= SPACE && this.options.ignoreTrailingWhiteSpace) return true;
    if (end - start !== this.nullText.length) return false;
    for (let i = 0; i < this.nullText.length; i++) if (bytes[start + i] !== this.nullText[i]) return false;
    return true;
  }

  private quoted(text: string): string {
    const { quote, escapeFormulas } = this.options;
    if (quote === '') {
      throw dataError(
        'CSV_NEEDS_QUOTE',
        `csv cannot write ${JSON.stringify(text.slice(0, 60))} without quotes, and the option quote is empty. Set quote to '"'.`,
      );
    }
    return stringify([[text]], {
      quote,
      escape: this.options.escape === '' ? quote : this.options.escape,
      escape_formulas: escapeFormulas,
      quoted: true,
      eof: false,
    });
  }
}
