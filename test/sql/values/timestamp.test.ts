import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalInt64 } from '../../../src/batch.ts';
import { civilOf, daysOf } from '../../../src/sql/values/calendar.ts';
import {
  formatDate,
  formatTimestamp,
  isoTimestamp,
  parseDate,
  parseTimestamp,
} from '../../../src/sql/values/timestamp.ts';
import { UTC_ZONE, zone } from '../../../src/sql/values/zone.ts';

const LOS_ANGELES = zone('America/Los_Angeles');
const micros = (text: string): number => new Date(text).getTime() * 1000;

/** Instants in and far out of the range of doubles. */
const instants = fc
  .bigInt({ min: -30000n * 31556952000000n, max: 90000n * 31556952000000n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

describe('calendar', () => {
  test('days and dates are each other`s inverse, over 12 million years', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2147483648, max: 2147483647 }), (days) => {
        const { year, month, day } = civilOf(days);
        expect(daysOf(year, month, day)).toBe(days);
      }),
    );
  });

  test('agrees with Date', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60000000, max: 60000000 }), (days) => {
        const date = new Date(days * 86400000);
        expect(civilOf(days)).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
      }),
    );
  });
});

describe('parseTimestamp', () => {
  test.each([
    ['2021-01-02 03:04:05', '2021-01-02T03:04:05Z'],
    ['2021-01-02T03:04:05.678', '2021-01-02T03:04:05.678Z'],
    ['2021-1-2 3:4:5', '2021-01-02T03:04:05Z'],
    ['2021-01-02 03:04', '2021-01-02T03:04:00Z'],
    ['2021-01-02 03', '2021-01-02T03:00:00Z'],
    ['2021-01-02', '2021-01-02T00:00:00Z'],
    ['2021-01', '2021-01-01T00:00:00Z'],
    ['2021', '2021-01-01T00:00:00Z'],
    ['  2021-01-02\t', '2021-01-02T00:00:00Z'],
    ['2021-01-02 03:04:05+01:30', '2021-01-02T01:34:05Z'],
    ['2021-01-02 03:04:05 +1', '2021-01-02T02:04:05Z'],
    ['2021-01-02 03:04:05Z', '2021-01-02T03:04:05Z'],
    ['2021-01-02 03:04:05 UTC-8:00', '2021-01-02T11:04:05Z'],
    ['2021-07-02 03:04:05.5 America/Los_Angeles', '2021-07-02T10:04:05.500Z'],
    ['2021-07-02 03:04:05PST', '2021-07-02T10:04:05Z'],
    ['+2021-01-02', '2021-01-02T00:00:00Z'],
    ['2021-01-02 03:04:05.', '2021-01-02T03:04:05Z'],
  ])('%s is %s', (text, iso) => {
    expect(parseTimestamp(text, UTC_ZONE)).toBe(micros(iso));
  });

  test.each([
    '',
    ' ',
    'a',
    '2021-',
    '2021-13-01',
    '2021-02-29',
    '2021-101-01',
    '21-01-01',
    '1234567-01-01',
    '2021-01-02x',
    '2021-01-02 ',
    '2021-01-02T',
    '2021-01-02  03:04:05',
    '2021-01-02 24:00:00',
    '2021-01-02 03:60:00',
    '2021-01-02 03:04:60',
    '2021-01-02 03:04Z',
    '2021-01-02 03:04:05 Mars',
    '2021-01-02T12:30:4294967297.123456',
    '4294967297',
    '2021-01-02 03:04:05.1.2',
    '03:04:05',
    'T03:04:05',
  ])('"%s" is none', (text) => {
    // The one exception in the list is a date with blanks behind it, which are trimmed.
    expect(parseTimestamp(text, UTC_ZONE)).toBe(text === '2021-01-02 ' ? micros('2021-01-02T00:00:00Z') : null);
  });

  test('a fraction is cut to microseconds', () => {
    expect(parseTimestamp('1970-01-01 00:00:00.1234567', UTC_ZONE)).toBe(123456);
    expect(parseTimestamp('1969-12-31 23:59:59.9999999', UTC_ZONE)).toBe(-1);
  });

  test('a text without zone is local time', () => {
    expect(parseTimestamp('2021-07-01 00:00:00', LOS_ANGELES)).toBe(micros('2021-07-01T07:00:00Z'));
    expect(parseTimestamp('2021-12-01', LOS_ANGELES)).toBe(micros('2021-12-01T08:00:00Z'));
  });

  test('the range is 64 bits of microseconds', () => {
    expect(parseTimestamp('294247-01-10T04:00:54.775807Z', UTC_ZONE)).toBe(9223372036854775807n);
    expect(parseTimestamp('294247-01-10T04:00:54.775808Z', UTC_ZONE)).toBeNull();
    expect(parseTimestamp('-290308-12-21T19:59:05.224192Z', UTC_ZONE)).toBe(-9223372036854775808n);
    expect(parseTimestamp('-290308-12-21T19:59:05.224191Z', UTC_ZONE)).toBeNull();
  });
});

describe('formatTimestamp', () => {
  test.each([
    [0, '1970-01-01 00:00:00'],
    [-1, '1969-12-31 23:59:59.999999'],
    [1_500_000, '1970-01-01 00:00:01.5'],
    [1_000_010, '1970-01-01 00:00:01.00001'],
    [daysOf(10000, 1, 1) * 86_400_000_000, '+10000-01-01 00:00:00'],
    [BigInt(daysOf(-1, 12, 31)) * 86_400_000_000n, '-0001-12-31 00:00:00'],
    [BigInt(daysOf(12, 1, 1)) * 86_400_000_000n, '0012-01-01 00:00:00'],
  ])('%p in UTC is %s', (value, text) => {
    expect(formatTimestamp(value as number, UTC_ZONE)).toBe(text);
  });

  test('what is written is read back, in any zone and century', () => {
    const zones = [...Intl.supportedValuesOf('timeZone'), '+05:45', '-18:00', 'UTC'];
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (name, instant) => {
        const at = zone(name);
        const back = parseTimestamp(formatTimestamp(instant, at), at);
        if (back !== instant) {
          // The later time of an overlap is read as the earlier one, which has the other offset.
          expect(at.offsetMicrosAtUtc(back as number)).not.toBe(at.offsetMicrosAtUtc(instant));
        }
        expect(parseTimestamp(isoTimestamp(instant), at)).toBe(instant);
      }),
      { numRuns: 1000 },
    );
  });

  test('ISO text agrees with Date', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62167219200000, max: 253402300799999 }), (ms) => {
        const text = new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
        expect(isoTimestamp(canonicalInt64(BigInt(ms) * 1000n))).toBe(text);
      }),
    );
  });
});

describe('dates', () => {
  test.each([
    ['2021-03-04', '2021-03-04'],
    ['2021-3-4', '2021-03-04'],
    ['2021', '2021-01-01'],
    ['2021-03', '2021-03-01'],
    ['2021-03-04 anything', '2021-03-04'],
    ['2021-03-04T10', '2021-03-04'],
    [' 2021-03-04 ', '2021-03-04'],
    ['-0001-1-28', '-0001-01-28'],
    ['999999-03-18', '+999999-03-18'],
    ['0015', '0015-01-01'],
  ])('%s is %s', (text, formatted) => {
    expect(formatDate(parseDate(text) as number)).toBe(formatted);
  });

  test.each([
    '015',
    '2021-4294967297-11',
    '2021-03-04x',
    '2021-03 x',
    '2021-02-30',
    '12345678-01-01',
    'epoch',
    '2021-3-4-5',
  ])('"%s" is none', (text) => {
    expect(parseDate(text)).toBeNull();
  });
});
