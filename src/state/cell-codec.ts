import type { CalendarInterval, Cell, MapCell } from '../batch.ts';
import { type ByteReader, type ByteWriter, isWellFormed } from './bytes.ts';

/** A cell says what it is in its first byte, so that it needs no type to be read. */
const TAG = {
  null: 0,
  false: 1,
  true: 2,
  /** Safe integers, zero or above and below. */
  count: 3,
  negative: 4,
  /** Any other number, NaN and -0 too. */
  double: 5,
  bigint: 6,
  text: 7,
  /** A string that is not valid UTF-16, kept as its code units. */
  brokenText: 8,
  binary: 9,
  list: 10,
  map: 11,
  interval: 12,
} as const;

/** Writes a cell, exactly. */
export function writeCell(out: ByteWriter, cell: Cell): void {
  if (cell === null || cell === undefined) out.u8(TAG.null);
  else if (typeof cell === 'boolean') out.u8(cell ? TAG.true : TAG.false);
  else if (typeof cell === 'number') writeNumber(out, cell);
  else if (typeof cell === 'bigint') {
    out.u8(TAG.bigint);
    out.text(cell.toString(16), 'utf8');
  } else if (typeof cell === 'string') {
    const whole = isWellFormed(cell);
    out.u8(whole ? TAG.text : TAG.brokenText);
    out.text(cell, whole ? 'utf8' : 'utf16le');
  } else if (cell instanceof Uint8Array) {
    out.u8(TAG.binary);
    out.varint(cell.length);
    out.raw(cell);
  } else if (Array.isArray(cell)) {
    out.u8(TAG.list);
    writeCells(out, cell);
  } else if ('keys' in cell) {
    out.u8(TAG.map);
    writeCells(out, (cell as MapCell).keys);
    writeCells(out, (cell as MapCell).values);
  } else {
    const { months, days, micros } = cell as CalendarInterval;
    out.u8(TAG.interval);
    for (const part of [months, days, micros]) writeCell(out, part);
  }
}

function writeNumber(out: ByteWriter, value: number): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    out.u8(TAG.double);
    out.f64(value);
  } else {
    out.u8(value < 0 ? TAG.negative : TAG.count);
    out.varint(Math.abs(value));
  }
}

function writeCells(out: ByteWriter, cells: readonly Cell[]): void {
  out.varint(cells.length);
  for (const cell of cells) writeCell(out, cell);
}

/** Reads a cell that `writeCell` wrote. Throws RangeError on other bytes. */
export function readCell(from: ByteReader): Cell {
  const tag = from.u8();
  switch (tag) {
    case TAG.null:
      return null;
    case TAG.false:
      return false;
    case TAG.true:
      return true;
    case TAG.count:
      return from.varint();
    case TAG.negative:
      return -from.varint();
    case TAG.double:
      return from.f64();
    case TAG.bigint:
      return readBigint(from.text('utf8'));
    case TAG.text:
      return from.text('utf8');
    case TAG.brokenText:
      return from.text('utf16le');
    case TAG.binary:
      return from.raw(from.varint()).slice();
    case TAG.list:
      return readCells(from);
    case TAG.map:
      return { keys: readCells(from), values: readCells(from) };
    case TAG.interval:
      return {
        months: readCell(from) as number,
        days: readCell(from) as number,
        micros: readCell(from) as number | bigint,
      };
    default:
      throw new RangeError(`no cell begins with ${tag}`);
  }
}

function readBigint(hex: string): bigint {
  return hex.startsWith('-') ? -BigInt(`0x${hex.slice(1)}`) : BigInt(`0x${hex}`);
}

function readCells(from: ByteReader): Cell[] {
  const cells: Cell[] = [];
  for (let rest = from.varint(); rest > 0; rest--) cells.push(readCell(from));
  return cells;
}
