import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDateBytes, parseTimestampBytes, type ZoneOffset } from '../../src/formats/timestamp-bytes.ts';

const encoder = new TextEncoder();

function timestamp(text: string, zone: ZoneOffset = null) {
  // Bytes around the text must not count.
  const bytes = encoder.encode(`9${text}9`);
  return parseTimestampBytes(bytes, 1, bytes.length - 1, zone);
}

function date(text: string) {
  const bytes = encoder.encode(`9${text}9`);
  return parseDateBytes(bytes, 1, bytes.length - 1);
}

const NOON = Date.UTC(2020, 11, 12, 12, 12, 12) * 1000;

describe('parseTimestampBytes', () => {
  test.each([
    ['2020-12-12T12:12:12Z', NOON],
    ['2020-12-12 12:12:12', NOON],
    ['2020-12-12T17:12:12.000+05:00', NOON],
    ['2020-12-12T17:12:12+5', NOON],
    ['2020-12-12T17:12:12+0500', NOON],
    ['2020-12-12T17:12:12+5:0', NOON],
    ['2020-12-12T06:42:12-05:30', NOON],
    ['2020-12-12T17:12:12+05:00:00', NOON],
    ['2020-12-12T17:12:12+050000', NOON],
    ['2020-12-12T12:12:12UTC', NOON],
    ['2020-12-12T12:12:12 UTC', NOON],
    ['2020-12-12T12:12:12UT', NOON],
    ['2020-12-12T17:12:12GMT+05:00', NOON],
    [' 2020-12-12T12:12:12Z\t', NOON],
    ['2020-12-12 13:12:12 Europe/Berlin', NOON],
    ['2020-12-12T13:12:12Europe/Berlin', NOON],
    ['2020-12-12T12:12:12.', NOON],
    ['2020-12-12T12:12:12.1', NOON + 100_000],
    ['2020-12-12T12:12:12.123456', NOON + 123_456],
    ['2020-12-12T12:12:12.123456999', NOON + 123_456],
    ['2020-12-12T12:12:12.000000999Z', NOON],
    ['2020-12-12T12:12', NOON - 12e6],
    ['2020-12-12T12', NOON - 732e6],
    ['2020-12-12', Date.UTC(2020, 11, 12) * 1000],
    ['2020-2-3 4:5:6', Date.UTC(2020, 1, 3, 4, 5, 6) * 1000],
    ['2020-12', Date.UTC(2020, 11) * 1000],
    ['2020', Date.UTC(2020, 0) * 1000],
    ['+2020', Date.UTC(2020, 0) * 1000],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2000-02-29', Date.UTC(2000, 1, 29) * 1000],
    ['9999-12-31T23:59:59.999999Z', 253402300799999999n],
    ['294247-01-10T04:00:54.775807Z', 9223372036854775807n],
  ])('%s', (text, micros) => {
    expect(timestamp(text)).toBe(micros);
  });

  test.each([
    '',
    ' ',
    'Z',
    'x',
    '2020-13-01',
    '2020-00-01',
    '2020-01-00',
    '2020-02-30',
    '1900-02-29',
    '202-01-01',
    '2020-1-1x',
    '2020-01-',
    '2020-',
    '2020-01-01T',
    '2020-01-01T24:00:00',
    '2020-01-01T12:60:00',
    '2020-01-01T12:00:60',
    '2020-01-01T12:00:',
    '2020-01-01T12:00Z',
    '2020-01-01Z',
    '2020-01T12',
    '2020-01-01T12:00:00z',
    '2020-01-01T12:00:00 Europe/Nowhere',
    '2020-01-01T12:00:00ZZ',
    '2020-01-01T12:00:00+',
    '2020-01-01T12:00:00+19:00',
    '2020-01-01T12:00:00+123',
    '2020-01-01T12:00:00+05:60',
    '2020-01-01T12:00:00.5.5',
    '12:30:00',
    'T12:30:00',
    '2020-001-01',
    '294247-01-10T04:00:54.775808Z',
    '999999-01-01',
  ])('%j is no timestamp', (text) => {
    expect(timestamp(text)).toBeNull();
  });

  test('a text without zone is local time in the zone given', () => {
    const zone: ZoneOffset = () => 3_600_000_000;
    expect(timestamp('2020-12-12T13:12:12', zone)).toBe(NOON);
    expect(timestamp('2020-12-12T12:12:12Z', zone)).toBe(NOON);
  });

  test('agrees with Date on every ISO time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62135596800000, max: 253402300799999 }), (ms) => {
        const micros = BigInt(ms) * 1000n;
        expect(BigInt(timestamp(new Date(ms).toISOString()) ?? 0)).toBe(micros);
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseDateBytes', () => {
  test.each([
    ['1970-01-01', 0],
    ['1983-08-04', 4963],
    ['1983-8-4', 4963],
    [' 1983-08-04 ', 4963],
    ['1983-08-04T12:00:00', 4963],
    ['1983-08-04 anything', 4963],
    ['1983', 4748],
    ['1983-02', 4779],
    ['-0001-01-01', -719893],
  ])('%s', (text, days) => {
    expect(date(text)).toBe(days);
  });

  test.each([
    '',
    '2013-111_11 12:13:14',
    '1983-08-04x',
    '1983-08 x',
    '198',
    '1983-02-29',
    '1983/08/04',
    '9999999-01-01',
  ])('%j is no date', (text) => {
    expect(date(text)).toBeNull();
  });
});
