import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ClickstreamError } from '../../../src/errors.ts';
import { daysOf } from '../../../src/sql/values/calendar.ts';
import { localToUtc, utcToLocal } from '../../../src/sql/values/local-time.ts';
import { formatTimestamp } from '../../../src/sql/values/timestamp.ts';
import { findZone, zone } from '../../../src/sql/values/zone.ts';

const HOUR = 3_600_000_000;
const DAY_SECONDS = 86400;

const names = Intl.supportedValuesOf('timeZone');
const formats = new Map<string, Intl.DateTimeFormat>();

/** The slow truth, in seconds. */
function intlOffset(name: string, seconds: number): number {
  let format = formats.get(name);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(name, format);
  }
  const part = Object.fromEntries(format.formatToParts(seconds * 1000).map((one) => [one.type, Number(one.value)]));
  const local = daysOf(part.year as number, part.month as number, part.day as number) * DAY_SECONDS;
  return local + (part.hour as number) * 3600 + (part.minute as number) * 60 + (part.second as number) - seconds;
}

describe('zone', () => {
  test('gives the offsets of Intl at any instant', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.integer({ min: daysOf(1801, 1, 1) * DAY_SECONDS, max: daysOf(2600, 1, 1) * DAY_SECONDS }),
        (name, seconds) => {
          expect(zone(name).offsetMicrosAtUtc(seconds * 1_000_000)).toBe(intlOffset(name, seconds) * 1_000_000);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('gives the offsets of Intl around the changes of the last and next years, whatever was asked before', () => {
    for (const name of [
      'America/Los_Angeles',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Asia/Gaza',
    ]) {
      const at = zone(name);
      for (let seconds = 0; seconds < 2 ** 31; seconds += 39 * DAY_SECONDS + 4567) {
        const wanted = [seconds - 3600, seconds, seconds + 3600, seconds - 1].map((one) => intlOffset(name, one));
        const found = [seconds - 3600, seconds, seconds + 3600, seconds - 1].map((one) =>
          at.offsetMicrosAtUtc(one * 1_000_000),
        );
        expect(found).toEqual(wanted.map((one) => one * 1_000_000));
      }
    }
  });

  test('a local time outside gaps comes back from its instant', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.integer({ min: daysOf(1, 1, 1), max: daysOf(9999, 12, 31) }),
        fc.integer({ min: 0, max: 24 * HOUR - 1 }),
        (name, days, microsOfDay) => {
          const at = zone(name);
          const instant = localToUtc(days, microsOfDay, at) as number;
          const back = BigInt(utcToLocal(instant, at)) - BigInt(days) * 86_400_000_000n - BigInt(microsOfDay);
          // In a gap the time moved forward, by the gap's length: at most a day (Samoa left one out).
          expect(back >= 0n && back <= 86_400_000_000n).toBe(true);
          if (back > 0n)
            expect(at.offsetMicrosAtUtc(instant)).not.toBe(at.offsetMicrosAtUtc(instant - Number(back) - 1));
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    // Gap in Los Angeles: 2:30 does not exist, clocks jump from 2 to 3.
    ['America/Los_Angeles', 2021, 3, 14, 2.5, '2021-03-14 03:30:00'],
    // Overlap: 1:30 is twice; the earlier one is summer time (UTC-7).
    ['America/Los_Angeles', 2021, 11, 7, 1.5, '2021-11-07 01:30:00'],
    ['Europe/Berlin', 2024, 3, 31, 2.25, '2024-03-31 03:15:00'],
    // A gap of half an hour.
    ['Australia/Lord_Howe', 2024, 10, 6, 2.25, '2024-10-06 02:45:00'],
    // Samoa skipped 30 December 2011.
    ['Pacific/Apia', 2011, 12, 30, 12, '2011-12-31 12:00:00'],
  ])('%s, %i-%i-%i %f h local is %s', (name, year, month, day, hours, text) => {
    const at = zone(name);
    const instant = localToUtc(daysOf(year, month, day), hours * HOUR, at) as number;
    expect(formatTimestamp(instant, at)).toBe(text);
  });

  test('an overlap is the earlier of the two', () => {
    const at = zone('America/Los_Angeles');
    expect(localToUtc(daysOf(2021, 11, 7), 1.5 * HOUR, at)).toBe(Date.UTC(2021, 10, 7, 8, 30) * 1000);
  });

  test('before the first change there is local mean time, long after 2100 the rules go on', () => {
    expect(zone('America/Los_Angeles').offsetMicrosAtUtc(daysOf(1, 1, 1) * 86_400_000_000)).toBe(-28378_000_000);
    const summer3000 = BigInt(daysOf(3000, 7, 1)) * 86_400_000_000n;
    expect(zone('America/Los_Angeles').offsetMicrosAtUtc(summer3000)).toBe(-7 * HOUR);
    expect(zone('America/Los_Angeles').offsetMicrosAtUtc(BigInt(daysOf(200000, 1, 1)) * 86_400_000_000n)).toBe(
      -8 * HOUR,
    );
  });

  test.each([
    ['UTC', 0],
    ['Z', 0],
    ['GMT', 0],
    ['+02:00', 2],
    ['-08:30', -8.5],
    ['+2', 2],
    ['+7:5', 7 + 1 / 12],
    ['+0530', 5.5],
    ['-011530', -(1 + 15 / 60 + 30 / 3600)],
    ['GMT+1', 1],
    ['UTC-03:00', -3],
    ['UT+18', 18],
    ['EST', -5],
    ['MST', -7],
  ])('%s is %f hours', (name, hours) => {
    expect(findZone(name)?.fixedOffsetMicros).toBe(Math.round(hours * HOUR));
  });

  test('short names are those of Java', () => {
    expect(zone('PST').name).toBe('America/Los_Angeles');
    expect(zone('JST').name).toBe('Asia/Tokyo');
    expect(zone('GMT+1').name).toBe('GMT+01:00');
  });

  test.each(['', 'X', 'Mars/Base', '+19:00', '+02:60', 'pst', 'america/los_angeles', 'GMT+1:2:3', '+02:00 x'])(
    '"%s" is no zone',
    (name) => {
      expect(findZone(name)).toBeNull();
    },
  );

  test('an unknown zone is refused with the nearest name', () => {
    expect(() => zone('Europe/Berln')).toThrow(ClickstreamError);
    expect(() => zone('Europe/Berln')).toThrow(/"Europe\/Berln" is unknown\. Did you mean "Europe\/Berlin"\?/);
  });
});
