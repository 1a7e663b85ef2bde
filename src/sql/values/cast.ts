import type { Cell, Int64, MapCell } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { type DataType, sameType } from '../../schema.ts';
import { castNumber, isNumber } from './cast-number.ts';
import { booleanOfText, doubleOfText, int64OfText, trimAll } from './cast-text.ts';
import { decimalOfText } from './decimal.ts';
import { int64OfDouble, MAX_INT64, MIN_INT64, multiplyInt64, wrapInt64 } from './int64.ts';
import { parseDayTime, parseInterval, parseYearMonth } from './interval.ts';
import { daysOfMicros, localToUtc, MICROS_PER_SECOND } from './local-time.ts';
import { cellText } from './text.ts';
import { formatDate, parseDate, parseTimestamp } from './timestamp.ts';
import { zone } from './zone.ts';

/** Turns a cell that is not null; null is a cast that failed. */
export type CastFunction = (cell: Cell) => Cell;

const encoder = new TextEncoder();

/**
 * CAST(x AS `to`) for values of type `from`, by Spark's rules without ANSI mode (`Cast`): numbers wrap or saturate as in
 * Java, texts that say no such value give null. Null when Spark refuses the pair of types. `timeZone` is the session's.
 */
export function castCell(from: DataType, to: DataType, timeZone: string): CastFunction | null {
  return castOf(from, to, timeZone, false);
}

/**
 * TRY_CAST(x AS `to`): the pairs and rules of ANSI mode (integers take no fraction in a text, nothing wraps), with null for a
 * value that does not fit.
 */
export function tryCastCell(from: DataType, to: DataType, timeZone: string): CastFunction | null {
  return castOf(from, to, timeZone, true);
}

/** Whether `castCell` may give null for a value (Spark's `Cast.forceNullable`). */
export function castMayFail(from: DataType, to: DataType): boolean {
  if (from.kind === 'void' || sameType(from, to)) return false;
  if (from.kind === 'string') return to.kind !== 'binary';
  if (to.kind === 'string') return false;
  if (from.kind === 'date') return to.kind !== 'timestamp';
  if (to.kind === 'date') return from.kind !== 'timestamp';
  if (to.kind === 'timestamp') return from.kind === 'float' || from.kind === 'double';
  if (to.kind === 'decimal') return !fitsDecimal(from, to.precision, to.scale);
  const fractional = from.kind === 'float' || from.kind === 'double' || from.kind === 'decimal';
  return fractional && (to.kind === 'byte' || to.kind === 'short' || to.kind === 'int' || to.kind === 'long');
}

const INTEGER_DIGITS: Readonly<Partial<Record<DataType['kind'], number>>> = {
  boolean: 1,
  byte: 3,
  short: 5,
  int: 10,
  long: 20,
};

function fitsDecimal(from: DataType, precision: number, scale: number): boolean {
  if (from.kind === 'decimal') return from.precision - from.scale <= precision - scale && from.scale <= scale;
  const digits = INTEGER_DIGITS[from.kind];
  return digits !== undefined && digits <= precision - scale;
}

function castOf(from: DataType, to: DataType, timeZone: string, ansi: boolean): CastFunction | null {
  if (sameType(from, to)) return (cell) => cell;
  if (from.kind === 'void') return () => null;
  if (to.kind === 'string') return cellText(from, timeZone);
  if (from.kind === 'array' || from.kind === 'map' || from.kind === 'struct')
    return castNested(from, to, timeZone, ansi);
  if (from.kind === 'string') return castText(to, timeZone, ansi);
  if (isNumber(from) && (isNumber(to) || to.kind === 'boolean')) return castNumber(from, to, ansi);
  if (to.kind === 'timestamp') return castToTimestamp(from, timeZone, ansi);
  switch (from.kind) {
    case 'boolean':
      return castBoolean(to);
    case 'date':
      // Hive gives null for a date as number, and so does Spark.
      return !ansi && (isNumber(to) || to.kind === 'boolean') ? () => null : null;
    case 'timestamp':
      return castTimestamp(to, timeZone, ansi);
    default:
      return to.kind === 'binary' && !ansi ? integerToBinary(from) : null;
  }
}

function castText(to: DataType, timeZone: string, ansi: boolean): CastFunction | null {
  switch (to.kind) {
    case 'boolean':
      return (cell) => booleanOfText(cell as string);
    case 'byte':
      return textToInteger(-128, 127, ansi);
    case 'short':
      return textToInteger(-32768, 32767, ansi);
    case 'int':
      return textToInteger(-2147483648, 2147483647, ansi);
    case 'long':
      return (cell) => int64OfText(cell as string, !ansi);
    case 'float':
      return (cell) => {
        const value = doubleOfText(cell as string);
        return value === null ? null : Math.fround(value);
      };
    case 'double':
      return (cell) => doubleOfText(cell as string);
    case 'decimal':
      return (cell) => decimalOfText(trimAll(cell as string), to.precision, to.scale);
    case 'binary':
      return (cell) => encoder.encode(cell as string);
    case 'date':
      return (cell) => parseDate(cell as string);
    case 'timestamp': {
      const local = zone(timeZone);
      return (cell) => parseTimestamp(cell as string, local);
    }
    case 'calendarInterval':
      return (cell) => parseInterval(cell as string);
    case 'dayTimeInterval':
      return (cell) => parseDayTime(cell as string);
    case 'yearMonthInterval':
      return (cell) => parseYearMonth(cell as string);
    default:
      return null;
  }
}

function textToInteger(min: number, max: number, ansi: boolean): CastFunction {
  return (cell) => {
    const value = int64OfText(cell as string, !ansi);
    return value === null || value < min || value > max ? null : value;
  };
}

function castBoolean(to: DataType): CastFunction | null {
  if (to.kind === 'decimal') {
    const one = decimalOfText('1', to.precision, to.scale);
    return (cell) => (cell ? one : 0n);
  }
  return isNumber(to) ? (cell) => (cell ? 1 : 0) : null;
}

/** Numbers are seconds since 1970; a boolean is Spark's oddity, 1 or 0 microseconds. */
function castToTimestamp(from: DataType, timeZone: string, ansi: boolean): CastFunction | null {
  switch (from.kind) {
    case 'boolean':
      return ansi ? null : (cell) => (cell ? 1 : 0);
    case 'date': {
      const local = zone(timeZone);
      return (cell) => {
        const micros = localToUtc(cell as number, 0, local);
        // Spark stops here too (`Math.multiplyExact`).
        if (micros === null)
          throw dataError(
            'ARITHMETIC_OVERFLOW',
            `the date ${formatDate(cell as number)} is beyond the range of a timestamp.`,
          );
        return micros;
      };
    }
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return (cell) => multiplyInt64(cell as Int64, MICROS_PER_SECOND) ?? ((cell as Int64) < 0 ? MIN_INT64 : MAX_INT64);
    case 'float':
    case 'double':
      return (cell) => (Number.isFinite(cell) ? int64OfDouble((cell as number) * MICROS_PER_SECOND) : null);
    case 'decimal': {
      const divisor = 10n ** BigInt(from.scale);
      return (cell) => wrapInt64(((cell as bigint) * 1_000_000n) / divisor);
    }
    default:
      return null;
  }
}

function castTimestamp(to: DataType, timeZone: string, ansi: boolean): CastFunction | null {
  if (to.kind === 'date') {
    const local = zone(timeZone);
    return (cell) => daysOfMicros(cell as Int64, local);
  }
  if (to.kind === 'boolean') return ansi ? null : (cell) => cell !== 0;
  return isNumber(to) ? castNumber({ kind: 'timestamp' }, to, ansi) : null;
}

const INTEGER_BYTES: Readonly<Partial<Record<DataType['kind'], number>>> = { byte: 1, short: 2, int: 4, long: 8 };

/** The big-endian bytes of an integer. */
function integerToBinary(from: DataType): CastFunction | null {
  const size = INTEGER_BYTES[from.kind];
  if (size === undefined) return null;
  return (cell) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(cell as Int64));
    return bytes.slice(8 - size);
  };
}

function castNested(from: DataType, to: DataType, timeZone: string, ansi: boolean): CastFunction | null {
  if (from.kind === 'array' && to.kind === 'array') {
    const element = nullable(castOf(from.element, to.element, timeZone, ansi));
    return element && ((cell) => (cell as readonly Cell[]).map(element));
  }
  if (from.kind === 'map' && to.kind === 'map') {
    // A key that turns null would be lost.
    if (castMayFail(from.key, to.key)) return null;
    const key = castOf(from.key, to.key, timeZone, ansi);
    const value = nullable(castOf(from.value, to.value, timeZone, ansi));
    if (key === null || value === null) return null;
    return (cell) => {
      const { keys, values } = cell as MapCell;
      return { keys: keys.map(key), values: values.map(value) };
    };
  }
  if (from.kind === 'struct' && to.kind === 'struct' && from.fields.length === to.fields.length) {
    const fields: CastFunction[] = [];
    for (const [i, field] of from.fields.entries()) {
      const cast = nullable(castOf(field.type, (to.fields[i] as typeof field).type, timeZone, ansi));
      if (cast === null) return null;
      fields.push(cast);
    }
    return (cell) => fields.map((cast, i) => cast((cell as readonly Cell[])[i] ?? null));
  }
  return null;
}

function nullable(cast: CastFunction | null): CastFunction | null {
  return cast && ((cell) => (cell === null ? null : cast(cell)));
}
