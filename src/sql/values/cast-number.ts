import type { Cell, Int64 } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { decimalOfDouble, decimalToDouble, fitDecimal, powerOfTen } from './decimal.ts';
import { floorDivInt64, int64OfDouble, int64OrNull, wrapInt64 } from './int64.ts';
import { MICROS_PER_SECOND } from './local-time.ts';

/** Casts between numbers, from numbers to boolean, and from timestamps (as seconds) to numbers. */

type NumberCast = (cell: Cell) => Cell;

const NUMBER_KINDS: ReadonlySet<DataType['kind']> = new Set([
  'byte',
  'short',
  'int',
  'long',
  'float',
  'double',
  'decimal',
] as const);

export function isNumber(type: DataType): boolean {
  return NUMBER_KINDS.has(type.kind);
}

interface IntegerRange {
  readonly bits: number;
  readonly min: number;
  readonly max: number;
}

const INTEGER_RANGES: Readonly<Partial<Record<DataType['kind'], IntegerRange>>> = {
  byte: { bits: 8, min: -128, max: 127 },
  short: { bits: 16, min: -32768, max: 32767 },
  int: { bits: 32, min: -2147483648, max: 2147483647 },
};

/**
 * The cast from a numeric type or timestamp. Without `ansi` integers keep their low bits, and doubles are cut and held at the
 * ends of the range as in Java; with it, what does not fit is null.
 */
export function castNumber(from: DataType, to: DataType, ansi: boolean): NumberCast | null {
  switch (to.kind) {
    case 'boolean':
      return from.kind === 'decimal' ? (cell) => cell !== 0n : (cell) => cell !== 0;
    case 'float': {
      const toDouble = doubleOf(from);
      return (cell) => Math.fround(toDouble(cell));
    }
    case 'double':
      return doubleOf(from);
    case 'decimal':
      return decimalFrom(from, to.precision, to.scale);
    case 'long':
      return ansi ? exactInt64Of(from) : int64Of(from);
    default: {
      const range = INTEGER_RANGES[to.kind];
      if (range === undefined) return null;
      return ansi ? checkedInteger(exactInt64Of(from), range) : cutInteger(from, range.bits);
    }
  }
}

function doubleOf(from: DataType): (cell: Cell) => number {
  if (from.kind === 'decimal') {
    const { scale } = from;
    return (cell) => decimalToDouble(cell as bigint, scale);
  }
  if (from.kind === 'timestamp') return (cell) => Number(cell) / MICROS_PER_SECOND;
  return (cell) => Number(cell);
}

/** As a 64-bit integer: a fraction is cut, a timestamp is rounded down to seconds. */
function int64Of(from: DataType): (cell: Cell) => Int64 {
  switch (from.kind) {
    case 'decimal': {
      const divisor = powerOfTen(from.scale);
      return (cell) => wrapInt64((cell as bigint) / divisor);
    }
    case 'float':
    case 'double':
      return (cell) => int64OfDouble(cell as number);
    case 'timestamp':
      return (cell) => floorDivInt64(cell as Int64, MICROS_PER_SECOND);
    default:
      return (cell) => cell as Int64;
  }
}

/** The same, or null when it does not fit 64 bits. */
function exactInt64Of(from: DataType): (cell: Cell) => Int64 | null {
  if (from.kind === 'decimal') {
    const divisor = powerOfTen(from.scale);
    return (cell) => int64OrNull((cell as bigint) / divisor);
  }
  if (from.kind === 'float' || from.kind === 'double') {
    return (cell) => (Number.isFinite(cell) ? int64OrNull(BigInt(Math.trunc(cell as number))) : null);
  }
  return int64Of(from);
}

function checkedInteger(toInt64: (cell: Cell) => Int64 | null, range: IntegerRange): NumberCast {
  return (cell) => {
    const value = toInt64(cell);
    return value === null || value < range.min || value > range.max ? null : value;
  };
}

/** The low bits. A double is held within 32 bits first, as in Java's `(short) d`. */
function cutInteger(from: DataType, bits: number): NumberCast {
  const shift = 32 - bits;
  if (from.kind === 'float' || from.kind === 'double') {
    return (cell) => {
      const value = Math.min(Math.max(cell as number, -2147483648), 2147483647);
      return (value << shift) >> shift;
    };
  }
  const toInt64 = int64Of(from);
  return (cell) => {
    const value = toInt64(cell);
    // `<<` works modulo 2^32, exactly for any double that is whole; a bigint is cut before.
    const low = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value;
    return (low << shift) >> shift;
  };
}

function decimalFrom(from: DataType, precision: number, scale: number): NumberCast {
  if (from.kind === 'decimal') {
    const fromScale = from.scale;
    return (cell) => fitDecimal(cell as bigint, fromScale, precision, scale);
  }
  if (from.kind === 'float' || from.kind === 'double' || from.kind === 'timestamp') {
    const toDouble = doubleOf(from);
    return (cell) => decimalOfDouble(toDouble(cell), precision, scale);
  }
  return (cell) => fitDecimal(BigInt(cell as Int64), 0, precision, scale);
}
