import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Cell } from '../../../src/batch.ts';
import * as schema from '../../../src/schema.ts';
import { castCell, castMayFail, tryCastCell } from '../../../src/sql/values/cast.ts';
import { cellText } from '../../../src/sql/values/text.ts';

const {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INT,
  LONG,
  map,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
  VOID,
} = schema;
const { CALENDAR_INTERVAL, DAY_TIME_INTERVAL, YEAR_MONTH_INTERVAL } = schema;

function cast(cell: Cell, from: schema.DataType, to: schema.DataType, timeZone = 'UTC'): Cell {
  const fn = castCell(from, to, timeZone);
  if (fn === null) throw new Error(`${schema.formatType(from)} to ${schema.formatType(to)} is refused`);
  return fn(cell);
}

describe('texts to numbers', () => {
  test.each<[string, schema.DataType, Cell]>([
    ['1', INT, 1],
    [' 1\t', INT, 1],
    ['+7', INT, 7],
    ['1.9', INT, 1],
    ['-1.9', INT, -1],
    ['.', INT, 0],
    ['.5', INT, 0],
    ['5.', INT, 5],
    ['1.a', INT, null],
    ['1e3', INT, null],
    ['', INT, null],
    ['+', INT, null],
    ['1 2', INT, null],
    ['2147483647', INT, 2147483647],
    ['2147483648', INT, null],
    ['128', BYTE, null],
    ['-128', BYTE, -128],
    ['40000', SHORT, null],
    ['9223372036854775807', LONG, 9223372036854775807n],
    ['-9223372036854775808', LONG, -9223372036854775808n],
    ['9223372036854775808', LONG, null],
    ['9007199254740993', LONG, 9007199254740993n],
    ['+9007199254740993.7', LONG, 9007199254740993n],
    ['1e3', DOUBLE, 1000],
    [' 1 ', DOUBLE, 1],
    ['1.5d', DOUBLE, 1.5],
    ['1f', FLOAT, 1],
    ['0.1', FLOAT, Math.fround(0.1)],
    ['Infinity', DOUBLE, Number.POSITIVE_INFINITY],
    ['-inf', DOUBLE, Number.NEGATIVE_INFINITY],
    ['nan', DOUBLE, Number.NaN],
    ['0x10', DOUBLE, null],
    ['', DOUBLE, null],
    ['12.345', decimal(5, 2), 1235n],
    [' 1e1 ', decimal(5, 2), 1000n],
    ['1000', decimal(5, 2), null],
    ['x', decimal(5, 2), null],
    ['yes', BOOLEAN, true],
    [' T ', BOOLEAN, true],
    ['0', BOOLEAN, false],
    ['2', BOOLEAN, null],
  ])('"%s"', (text, to, wanted) => {
    expect(cast(text, STRING, to)).toEqual(wanted);
  });

  test('any 64-bit integer is read exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(BigInt(cast(`${value}`, STRING, LONG) as bigint)).toBe(value);
      }),
    );
  });
});

describe('numbers to numbers', () => {
  test.each<[Cell, schema.DataType, schema.DataType, Cell]>([
    [1.9, DOUBLE, INT, 1],
    [-1.9, DOUBLE, INT, -1],
    [-0.5, DOUBLE, INT, 0],
    [1e10, DOUBLE, INT, 2147483647],
    [-1e10, DOUBLE, INT, -2147483648],
    [Number.NaN, DOUBLE, INT, 0],
    [Number.NaN, DOUBLE, LONG, 0],
    [1e20, DOUBLE, LONG, 9223372036854775807n],
    [-1e20, DOUBLE, LONG, -9223372036854775808n],
    [2 ** 60, DOUBLE, LONG, 2n ** 60n],
    [70000.5, DOUBLE, SHORT, 4464],
    [300, INT, BYTE, 44],
    [-129, SHORT, BYTE, 127],
    [4294967297, LONG, INT, 1],
    [9223372036854775807n, LONG, INT, -1],
    [2147483648, LONG, INT, -2147483648],
    [9007199254740993n, LONG, DOUBLE, 9007199254740992],
    [0.1, DOUBLE, FLOAT, Math.fround(0.1)],
    [Math.fround(0.1), FLOAT, DOUBLE, 0.10000000149011612],
    [1999n, decimal(6, 3), INT, 1],
    [-1999n, decimal(6, 3), LONG, -1],
    [12345n, decimal(5, 2), DOUBLE, 123.45],
    [12345n, decimal(5, 2), decimal(5, 1), 1235n],
    [99999n, decimal(5, 2), decimal(3, 0), null],
    [5, INT, decimal(3, 1), 50n],
    [100, INT, decimal(3, 1), null],
    [0.1, DOUBLE, decimal(20, 18), 100000000000000000n],
    [Number.NaN, DOUBLE, decimal(20, 10), null],
    [true, BOOLEAN, INT, 1],
    [false, BOOLEAN, decimal(3, 1), 0n],
    [true, BOOLEAN, decimal(3, 1), 10n],
    [true, BOOLEAN, decimal(1, 1), null],
    [0, INT, BOOLEAN, false],
    [Number.NaN, DOUBLE, BOOLEAN, true],
    [1n, decimal(3, 2), BOOLEAN, true],
  ])('%p', (cell, from, to, wanted) => {
    expect(cast(cell, from, to)).toEqual(wanted);
  });
});

describe('times', () => {
  test.each<[Cell, schema.DataType, schema.DataType, Cell]>([
    ['2021-07-01 00:00:00', STRING, TIMESTAMP, Date.UTC(2021, 6, 1, 7) * 1000],
    ['2021-07-01', STRING, DATE, 18809],
    [18809, DATE, TIMESTAMP, Date.UTC(2021, 6, 1, 7) * 1000],
    [Date.UTC(2021, 6, 1, 6) * 1000, TIMESTAMP, DATE, 18808],
    [1_500_000, TIMESTAMP, LONG, 1],
    [-1, TIMESTAMP, LONG, -1],
    [-1, TIMESTAMP, INT, -1],
    [2 ** 32 * 1_000_000 + 5_000_000, TIMESTAMP, INT, 5],
    [1_500_000, TIMESTAMP, DOUBLE, 1.5],
    [1_500_000, TIMESTAMP, decimal(5, 2), 150n],
    [1, INT, TIMESTAMP, 1_000_000],
    [9223372036854775807n, LONG, TIMESTAMP, 9223372036854775807n],
    [1.5, DOUBLE, TIMESTAMP, 1_500_000],
    [Number.POSITIVE_INFINITY, DOUBLE, TIMESTAMP, null],
    [15n, decimal(3, 1), TIMESTAMP, 1_500_000],
    [true, BOOLEAN, TIMESTAMP, 1],
    [0, TIMESTAMP, BOOLEAN, false],
    [18809, DATE, INT, null],
    [0, TIMESTAMP, STRING, '1969-12-31 16:00:00'],
    [0, DATE, STRING, '1970-01-01'],
    ['1 day 2 hours', STRING, CALENDAR_INTERVAL, { months: 0, days: 1, micros: 7_200_000_000 }],
    ['1 02:03:04.5', STRING, DAY_TIME_INTERVAL, 93_784_500_000],
    ["INTERVAL '-1-2' YEAR TO MONTH", STRING, YEAR_MONTH_INTERVAL, -14],
    ['x', STRING, DAY_TIME_INTERVAL, null],
  ])('%p, in Los Angeles', (cell, from, to, wanted) => {
    expect(cast(cell, from, to, 'America/Los_Angeles')).toEqual(wanted);
  });
});

describe('texts of values', () => {
  test.each<[Cell, schema.DataType, string]>([
    [1, DOUBLE, '1.0'],
    [1e7, DOUBLE, '1.0E7'],
    [9999999, DOUBLE, '9999999.0'],
    [0.001, DOUBLE, '0.001'],
    [0.0001, DOUBLE, '1.0E-4'],
    [-1.5e10, DOUBLE, '-1.5E10'],
    [1e23, DOUBLE, '1.0E23'],
    [5e-324, DOUBLE, '4.9E-324'],
    [-0, DOUBLE, '-0.0'],
    [Number.NaN, DOUBLE, 'NaN'],
    [Number.NEGATIVE_INFINITY, DOUBLE, '-Infinity'],
    [Math.fround(0.1), FLOAT, '0.1'],
    [Math.fround(3.4028235e38), FLOAT, '3.4028235E38'],
    [Math.fround(1.4e-45), FLOAT, '1.4E-45'],
    [16777216, FLOAT, '1.6777216E7'],
    [Math.fround(0.001), FLOAT, '0.001'],
    [12300n, decimal(5, 2), '123.00'],
    [-5n, decimal(5, 2), '-0.05'],
    [0n, decimal(20, 18), '0E-18'],
    [-12n, decimal(20, 10), '-1.2E-9'],
    [1n, decimal(6, 6), '0.000001'],
    [true, BOOLEAN, 'true'],
    [9007199254740993n, LONG, '9007199254740993'],
    [new Uint8Array([97, 195, 164]), BINARY, 'aä'],
    [[1, null, 3], array(INT), '[1, null, 3]'],
    [['a', 'b'], array(STRING), '[a, b]'],
    [{ keys: [1, 2], values: ['a', null] }, map(INT, STRING), '{1 -> a, 2 -> null}'],
    [[1, 'a', null], struct([field('x', INT), field('y', STRING), field('z', DATE)]), '{1, a, null}'],
    [{ months: 14, days: -3, micros: 4_500_000 }, CALENDAR_INTERVAL, '1 years 2 months -3 days 4.5 seconds'],
    [{ months: 0, days: 0, micros: 0 }, CALENDAR_INTERVAL, '0 seconds'],
    [{ months: 0, days: 0, micros: -3_600_000_001 }, CALENDAR_INTERVAL, '-1 hours -0.000001 seconds'],
    [93_784_500_000, DAY_TIME_INTERVAL, "INTERVAL '1 02:03:04.5' DAY TO SECOND"],
    [-1, DAY_TIME_INTERVAL, "INTERVAL '-0 00:00:00.000001' DAY TO SECOND"],
    [-14, YEAR_MONTH_INTERVAL, "INTERVAL '-1-2' YEAR TO MONTH"],
  ])('%p', (cell, type, wanted) => {
    expect(cast(cell, type, STRING)).toBe(wanted);
  });

  test('a double`s text is its value, and no float has a shorter name', () => {
    const text = cellText(FLOAT, 'UTC');
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        expect(Math.fround(Number(text(value)))).toBe(value);
        expect(Number(cellText(DOUBLE, 'UTC')(value))).toBe(value);
      }),
    );
  });
});

describe('pairs of types', () => {
  test('nested types cast by element, and a failed one is null', () => {
    expect(cast(['1', 'x', null], array(STRING), array(INT))).toEqual([1, null, null]);
    expect(cast({ keys: [1], values: ['2'] }, map(INT, STRING), map(LONG, INT))).toEqual({ keys: [1], values: [2] });
    const from = struct([field('a', STRING), field('b', INT)]);
    expect(cast(['7', 1], from, struct([field('c', INT), field('d', STRING)]))).toEqual([7, '1']);
  });

  test.each<[schema.DataType, schema.DataType]>([
    [INT, DATE],
    [DATE, BINARY],
    [DOUBLE, BINARY],
    [BOOLEAN, DATE],
    [BINARY, INT],
    [array(INT), INT],
    [array(BINARY), array(INT)],
    [map(STRING, INT), map(INT, INT)],
    [struct([field('a', INT)]), struct([field('a', INT), field('b', INT)])],
    [INT, array(INT)],
    [INT, CALENDAR_INTERVAL],
    [TIMESTAMP, DAY_TIME_INTERVAL],
  ])('%p to %p is refused', (from, to) => {
    expect(castCell(from, to, 'UTC')).toBeNull();
  });

  test('integers become their big-endian bytes', () => {
    expect(cast(-123, SHORT, BINARY)).toEqual(new Uint8Array([0xff, 0x85]));
    expect(cast(123, LONG, BINARY)).toEqual(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 123]));
  });

  test('an untyped null goes to any type', () => {
    expect(cast(null, VOID, array(INT))).toBeNull();
  });

  test('a date beyond the timestamps stops the query', () => {
    expect(() => cast(2147483647, DATE, TIMESTAMP)).toThrow(
      /the date \+5881580-07-11 is beyond the range of a timestamp/,
    );
  });

  test('a cast that may not fail gives no null', () => {
    const types = [
      BOOLEAN,
      BYTE,
      SHORT,
      INT,
      LONG,
      FLOAT,
      DOUBLE,
      decimal(38, 10),
      decimal(3, 1),
      STRING,
      BINARY,
      DATE,
      TIMESTAMP,
    ];
    const values: Record<string, Cell[]> = {
      boolean: [true, false],
      byte: [-128, 127],
      short: [-32768, 32767],
      int: [-2147483648, 2147483647],
      long: [-9223372036854775808n, 9223372036854775807n],
      float: [Number.NaN, Number.NEGATIVE_INFINITY, Math.fround(3.4e38)],
      double: [Number.NaN, Number.POSITIVE_INFINITY, -1.7e308],
      decimal: [-999n, 999n],
      string: ['x', ''],
      binary: [new Uint8Array([255])],
      date: [-719162, 2932896],
      timestamp: [-9223372036854775808n, 9223372036854775807n],
    };
    for (const from of types) {
      for (const to of types) {
        const fn = castCell(from, to, 'America/Los_Angeles');
        if (fn === null || castMayFail(from, to)) continue;
        for (const value of values[from.kind] as Cell[]) expect([from.kind, to.kind, fn(value)]).not.toContain(null);
      }
    }
  });

  test('which casts may fail', () => {
    expect(castMayFail(STRING, INT)).toBe(true);
    expect(castMayFail(INT, STRING)).toBe(false);
    expect(castMayFail(INT, decimal(9, 0))).toBe(true);
    expect(castMayFail(INT, decimal(10, 0))).toBe(false);
    expect(castMayFail(decimal(5, 2), decimal(6, 2))).toBe(false);
    expect(castMayFail(decimal(5, 2), decimal(6, 1))).toBe(true);
    expect(castMayFail(LONG, INT)).toBe(false);
  });
});

describe('tryCastCell', () => {
  const tryCast = (cell: Cell, from: schema.DataType, to: schema.DataType): Cell => {
    const fn = tryCastCell(from, to, 'UTC');
    if (fn === null) throw new Error('refused');
    return fn(cell);
  };

  test.each<[Cell, schema.DataType, schema.DataType, Cell]>([
    ['1.9', STRING, INT, null],
    ['12', STRING, INT, 12],
    [300, INT, BYTE, null],
    [127, INT, BYTE, 127],
    [1.9, DOUBLE, INT, 1],
    [1e10, DOUBLE, INT, null],
    [Number.NaN, DOUBLE, LONG, null],
    [2 ** 62, DOUBLE, LONG, 2n ** 62n],
    [4294967297, LONG, INT, null],
    [10n ** 20n, decimal(21, 0), LONG, null],
    [199n, decimal(3, 2), INT, 1],
  ])('%p', (cell, from, to, wanted) => {
    expect(tryCast(cell, from, to)).toEqual(wanted);
  });

  test('refuses what ANSI mode refuses', () => {
    expect(tryCastCell(DATE, INT, 'UTC')).toBeNull();
    expect(tryCastCell(TIMESTAMP, BOOLEAN, 'UTC')).toBeNull();
    expect(tryCastCell(INT, BINARY, 'UTC')).toBeNull();
  });
});
