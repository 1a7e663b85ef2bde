import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDayTime, parseDuration, parseInterval, parseYearMonth } from '../../../src/sql/values/interval.ts';
import {
  calendarIntervalText,
  dayTimeHiveText,
  dayTimeLiteral,
  yearMonthLiteral,
} from '../../../src/sql/values/interval-text.ts';
import { formatTimestamp, parseTimestamp } from '../../../src/sql/values/timestamp.ts';
import { addCalendarInterval, addDayTime, addMonths } from '../../../src/sql/values/timestamp-add.ts';
import { zone } from '../../../src/sql/values/zone.ts';

const int64 = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
const int32 = fc.integer({ min: -2147483648, max: 2147483647 });

describe('parseInterval', () => {
  test.each([
    ['10 seconds', 0, 0, 10_000_000],
    ['1 second', 0, 0, 1_000_000],
    ['interval 5 minutes', 0, 0, 300_000_000],
    ['INTERVAL 1 Day 2 HOURS', 0, 1, 7_200_000_000],
    ['  2 weeks  ', 0, 14, 0],
    ['1 year -1 month', 11, 0, 0],
    ['- 3 days + 4 days', 0, 1, 0],
    ['1.5 seconds', 0, 0, 1_500_000],
    ['.000001 second', 0, 0, 1],
    ['-0.1234567 seconds', 0, 0, -123_456],
    ['3. seconds', 0, 0, 3_000_000],
    ['1 millisecond 1 microsecond', 0, 0, 1001],
  ])('%s', (text, months, days, micros) => {
    expect(parseInterval(text)).toEqual({ months, days, micros });
  });

  test.each([
    '',
    'interval',
    '10',
    'seconds',
    '10seconds',
    'interval5 days',
    '1.5 days',
    '. seconds',
    '1 fortnight',
    '1 day,2 hours',
    '1 day2 hours',
    '1.0123456789 seconds',
    '200000000 years',
    '9223372036855 seconds',
    '10s',
  ])('"%s" is none', (text) => {
    expect(parseInterval(text)).toBeNull();
  });

  test('reads back what an interval is written as', () => {
    fc.assert(
      fc.property(int32, int32, int64, (months, days, micros) => {
        expect(parseInterval(calendarIntervalText({ months, days, micros }))).toEqual({ months, days, micros });
      }),
    );
  });
});

describe('parseDuration', () => {
  test.each([
    ['10s', 0, 10_000_000],
    ['500ms', 0, 500_000],
    ['7us', 0, 7],
    ['1h30m', 0, 5_400_000_000],
    ['2d', 2, 0],
    ['1w', 7, 0],
    ['1 hour 30 minutes', 0, 5_400_000_000],
  ])('%s', (text, days, micros) => {
    expect(parseDuration(text)).toEqual({ months: 0, days, micros });
  });

  test.each(['', '10', 's', '10 s', '-10s', '1.5s', '10S', '1y'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});

describe('intervals of fields', () => {
  test.each([
    ['1-2', 14],
    ['-1-2', -14],
    ['+0-11', 11],
    ["INTERVAL '1-2' YEAR TO MONTH", 14],
    ["interval -'1-2' year to month", -14],
    ["INTERVAL -'-1-2' YEAR TO MONTH", 14],
    ['1-12', null],
    ['1', null],
    ['178956970-8', null],
  ])('%s', (text, months) => {
    expect(parseYearMonth(text)).toBe(months);
  });

  test.each([
    ['1 02:03:04.5', 93_784_500_000],
    ['-0 00:00:00.000001', -1],
    ['1  2:3:4', 93_784_000_000],
    ["INTERVAL '1 02:03:04' DAY TO SECOND", 93_784_000_000],
    ['1 24:00:00', null],
    ['1 02:03', null],
    ['106751992 00:00:00', null],
  ])('%s', (text, micros) => {
    expect(parseDayTime(text)).toBe(micros);
  });

  test('texts are read back', () => {
    fc.assert(
      fc.property(int64, int32, (micros, months) => {
        expect(parseDayTime(dayTimeLiteral(micros))).toBe(micros);
        expect(parseYearMonth(yearMonthLiteral(months))).toBe(months);
      }),
    );
    expect(dayTimeHiveText(-93_784_500_000)).toBe('-1 02:03:04.500000000');
  });
});

describe('timestamps plus intervals', () => {
  const losAngeles = zone('America/Los_Angeles');
  const at = (text: string): number => parseTimestamp(text, losAngeles) as number;
  const shown = (micros: unknown): string => formatTimestamp(micros as number, losAngeles);

  test('a month keeps day and time where it can', () => {
    expect(shown(addMonths(at('2021-01-31 10:00:00'), 1, losAngeles))).toBe('2021-02-28 10:00:00');
    expect(shown(addMonths(at('2021-04-14 02:30:00'), -1, losAngeles))).toBe('2021-03-14 03:30:00');
  });

  test('a day keeps the time across a change of offset, 24 hours do too as they are a day, 23 do not', () => {
    expect(shown(addDayTime(at('2021-03-13 12:00:00'), 86_400_000_000, losAngeles))).toBe('2021-03-14 12:00:00');
    expect(shown(addDayTime(at('2021-03-13 12:00:00'), 82_800_000_000, losAngeles))).toBe('2021-03-14 12:00:00');
    expect(shown(addDayTime(at('2021-03-14 12:00:00'), -82_800_000_000, losAngeles))).toBe('2021-03-13 12:00:00');
  });

  test('in an overlap the offset is kept', () => {
    const secondHalfPastOne = at('2021-11-07 00:30:00') + 7_200_000_000;
    expect(
      addDayTime(addDayTime(secondHalfPastOne, 86_400_000_000, losAngeles) as number, -86_400_000_000, losAngeles),
    ).toBe(secondHalfPastOne);
  });

  test('months, then days, then time', () => {
    const interval = { months: 1, days: 1, micros: 1 };
    expect(shown(addCalendarInterval(at('2021-01-31 00:00:00'), interval, losAngeles))).toBe(
      '2021-03-01 00:00:00.000001',
    );
    expect(addCalendarInterval(9223372036854775807n, interval, losAngeles)).toBeNull();
  });
});
