import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { daysOf } from '../../../src/sql/values/calendar.ts';
import {
  strictTimestampParser,
  timestampFormatter,
  timestampParser,
} from '../../../src/sql/values/datetime-pattern.ts';
import { formatTimestamp, parseTimestamp } from '../../../src/sql/values/timestamp.ts';
import { UTC_ZONE, zone } from '../../../src/sql/values/zone.ts';

const LOS_ANGELES = 'America/Los_Angeles';

function format(text: string, pattern: string, timeZone = LOS_ANGELES): string {
  return timestampFormatter(pattern, timeZone)(parseTimestamp(text, zone(timeZone)) as number);
}

function parse(text: string, pattern: string, timeZone = 'UTC'): string | null {
  const micros = timestampParser(pattern, timeZone)(text);
  return micros === null ? null : formatTimestamp(micros, zone(timeZone));
}

describe('timestampFormatter', () => {
  test.each([
    ['G y', 'AD 2018'],
    ['GGGG', 'Anno Domini'],
    ['y yy yyy yyyy yyyyy yyyyyy', '2018 18 2018 2018 02018 002018'],
    ['M MM MMM MMMM', '3 03 Mar March'],
    ['L LL LLL LLLL', '3 03 Mar March'],
    ['Q QQ QQQ QQQQ', '1 01 Q1 1st quarter'],
    ['q qq qqq qqqq', '1 01 Q1 1st quarter'],
    ['d dd D DD DDD', '7 07 66 66 066'],
    ['E EE EEE EEEE', 'Wed Wed Wed Wednesday'],
    ['F', '7'],
    ['H HH h hh k kk K KK a', '0 00 12 12 24 24 0 00 AM'],
    ['m mm s ss', '3 03 9 09'],
    ['S SS SSS SSSSSS SSSSSSSSS', '1 12 123 123450 123450000'],
    ['VV', 'America/Los_Angeles'],
    ['z zzzz', 'PST Pacific Standard Time'],
    ['v vvvv', 'PT Pacific Time'],
    ['O OOOO', 'GMT-8 GMT-08:00'],
    ['X XX XXX XXXX XXXXX', '-08 -0800 -08:00 -0800 -08:00'],
    ['x xx xxx xxxx xxxxx', '-08 -0800 -08:00 -0800 -08:00'],
    ['Z ZZZZ ZZZZZ', '-0800 GMT-08:00 -08:00'],
    ["yyyy'year' ''", "2018year '"],
    ["'it''s'", "it's"],
    ['[yyyy][-MM]', '2018-03'],
    ['', ''],
  ])('%s', (pattern, text) => {
    expect(format('2018-03-07 00:03:09.12345', pattern)).toBe(text);
  });

  test.each([
    ['X XXX x xxx Z ZZZZ ZZZZZ O z', 'Z Z +00 +00:00 +0000 GMT Z GMT UTC'],
    ['VV', 'UTC'],
  ])('%s at offset zero', (pattern, text) => {
    expect(format('2018-03-07 00:03:09', pattern, 'UTC')).toBe(text);
  });

  test('offsets with minutes and seconds', () => {
    expect(format('2018-03-07 00:00:00', 'X XX O OOOO', '+05:30')).toBe('+0530 +0530 GMT+5:30 GMT+05:30');
    // Local mean time of Los Angeles, before 1883.
    expect(format('0001-01-01 00:00:00', 'XXXX XXXXX XX')).toBe('-075258 -07:52:58 -0752');
  });

  test('far years', () => {
    expect(format('-0001-02-03 00:00:00', 'yyyy-MM-dd', 'UTC')).toBe('-0001-02-03');
    expect(format('-0001-02-03 00:00:00', 'y G', 'UTC')).toBe('2 BC');
    expect(format('20000-02-03 00:00:00', 'yyyy-MM-dd', 'UTC')).toBe('+20000-02-03');
  });

  test('hours around noon and midnight', () => {
    expect(format('2018-03-07 12:00:00', 'h K k H a')).toBe('12 0 12 12 PM');
    expect(format('2018-03-07 23:00:00', 'h K k H a')).toBe('11 11 23 23 PM');
  });
});

describe('refused patterns', () => {
  test.each(
    (
      'GGGGG yyyyyyy Y w W u MMMMM LLLLL EEEEE e c ddd DDDD FF aa HHH hhh kkk KKK mmm sss SSSSSSSSSS A n N B p I j ' +
      "QQQQQ qqqqq V VVV vv zzzzz OO XXXXXX xxxxxx ZZZZZZ { } # ] 'open"
    ).split(' '),
  )('%s', (pattern) => {
    expect(() => timestampFormatter(pattern, 'UTC')).toThrow(
      expect.objectContaining({ code: 'INVALID_DATETIME_PATTERN' }),
    );
    expect(() => timestampParser(pattern, 'UTC')).toThrow(/cannot be used/);
  });

  test.each(['E', 'F', 'q', 'Q'])('%s can be written, but not read', (pattern) => {
    expect(format('2018-03-07', pattern, 'UTC')).not.toBe('');
    expect(() => timestampParser(pattern, 'UTC')).toThrow(/can be written, but not read/);
  });

  test('quoted letters are texts', () => {
    expect(format('2018-03-07', "'YwWu'yyyy", 'UTC')).toBe('YwWu2018');
  });
});

describe('timestampParser', () => {
  test.each([
    ['2020-01-02 03:04:05', 'yyyy-MM-dd HH:mm:ss', '2020-01-02 03:04:05'],
    ['20200102030405', 'yyyyMMddHHmmss', '2020-01-02 03:04:05'],
    ['2020-1-2', 'yyyy-M-d', '2020-01-02'],
    ['20-1-2', 'yy-M-d', '2020-01-02'],
    ['99', 'yy', '2099-01-01'],
    ['5', 'y', '0005-01-01'],
    ['009999', 'yyyyyy', '9999-01-01'],
    ['+12345', 'yyyy', '+12345-01-01'],
    ['16', 'dd', '1970-01-16'],
    ['2020-366', 'yyyy-DDD', '2020-12-31'],
    ['60', 'D', '1970-03-01'],
    ['2020-12-350', 'yyyy-MM-DDD', '2020-12-15'],
    ['12:30', 'HH:mm', '1970-01-01 12:30:00'],
    ['PM', 'a', '1970-01-01 12:00:00'],
    ['12 AM', 'h a', '1970-01-01 00:00:00'],
    ['12 pm', 'h a', '1970-01-01 12:00:00'],
    ['3', 'h', '1970-01-01 03:00:00'],
    ['24:30', 'kk:mm', '1970-01-01 00:30:00'],
    ['05/jan/2020', 'dd/MMM/yyyy', '2020-01-05'],
    ['January 5, 2020', 'MMMM d, yyyy', '2020-01-05'],
    ['3 BC', 'y G', '-0002-01-01'],
    ['12.5', 'ss.SSS', '1970-01-01 00:00:12.5'],
    ['12.123456789', 'ss.SSSSSSSSS', '1970-01-01 00:00:12.123456'],
    ['2020-01-02', 'yyyy-MM-dd[ HH:mm]', '2020-01-02'],
    ['2020-01-02 03:04', 'yyyy-MM-dd[ HH:mm]', '2020-01-02 03:04:00'],
    ['2020-01-02 03:04:05+01:00', 'yyyy-MM-dd HH:mm:ssXXX', '2020-01-02 02:04:05'],
    ['2020-01-02Z', 'yyyy-MM-ddX', '2020-01-02'],
    ['2020-01-02-0130', 'yyyy-MM-ddZ', '2020-01-02 01:30:00'],
    ['2020-01-02 GMT-8', 'yyyy-MM-dd O', '2020-01-02 08:00:00'],
    ['2020-01-02 Europe/Berlin', 'yyyy-MM-dd VV', '2020-01-01 23:00:00'],
    ['2020-01-02 PST', 'yyyy-MM-dd z', '2020-01-02 08:00:00'],
    ['2020-01-02 Pacific Standard Time', 'yyyy-MM-dd zzzz', '2020-01-02 08:00:00'],
    ["'2020T", "''yyyy'T'", '2020-01-01'],
  ])('%s by %s', (text, pattern, wanted) => {
    expect(parse(text, pattern)).toBe(wanted.includes(':') ? wanted : `${wanted} 00:00:00`);
  });

  test.each([
    ['2020-01-02T03:04:05', 'yyyy-MM-dd HH:mm:ss'],
    ['2020-01-02x', 'yyyy-MM-dd'],
    ['2020-1-02', 'yyyy-MM-dd'],
    ['12345', 'yyyy'],
    // A fraction takes no part in a run of digits (so too in Spark).
    ['20200102030405678', 'yyyyMMddHHmmssSSS'],
    ['+2020', 'yyyy'],
    ['-0', 'y'],
    ['-12', 'yy'],
    ['02-29', 'MM-dd'],
    ['2021-02-29', 'yyyy-MM-dd'],
    ['2021-366', 'yyyy-DDD'],
    ['11-365', 'MM-DDD'],
    ['24:00', 'HH:mm'],
    ['0', 'h'],
    ['13 1', 'HH h a'],
    ['14 3', 'HH h'],
    ['223 2020 .1', 'SSS yyyy .S'],
    ['12.', 'ss.SSS'],
    ['0 AD', 'y G'],
    ['2020-01-02 XST', 'yyyy-MM-dd z'],
    ['2020-01-02 03:04:05', 'yyyy-MM-dd HH:mm:ssXXX'],
    ['', 'y'],
  ])('"%s" does not fit %s', (text, pattern) => {
    expect(parse(text, pattern)).toBeNull();
  });

  test('a text without zone is local time', () => {
    expect(timestampParser('yyyy-MM-dd', LOS_ANGELES)('2020-07-01')).toBe(Date.UTC(2020, 6, 1, 7) * 1000);
  });

  test('what a whole pattern writes it reads, in any zone', () => {
    const patterns = [
      'yyyy-MM-dd HH:mm:ss.SSSSSSXXXXX',
      'dd/MMM/yyyy h:mm:ss a SSSSSS Z',
      'yyyyDDDHHmmss.SSSSSS VV xxx',
    ];
    const ranges = { min: daysOf(1950, 1, 1) * 86_400_000_000, max: daysOf(2100, 1, 1) * 86_400_000_000 };
    fc.assert(
      fc.property(
        fc.constantFrom(...patterns),
        fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
        fc.integer(ranges),
        (pattern, name, instant) => {
          // Offsets of early years may have seconds, which only some patterns write.
          const at = zone(name);
          fc.pre(at.offsetMicrosAtUtc(instant) % 60_000_000 === 0);
          const back = timestampParser(pattern, 'UTC')(timestampFormatter(pattern, name)(instant));
          if (back !== instant) expect(pattern).toContain('VV');
          if (back !== instant) expect(at.offsetMicrosAtUtc(back as number)).not.toBe(at.offsetMicrosAtUtc(instant));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('agrees with the reader without pattern', () => {
    const read = timestampParser('yyyy-MM-dd HH:mm:ss.SSSSSS', 'UTC');
    const write = timestampFormatter('yyyy-MM-dd HH:mm:ss.SSSSSS', 'UTC');
    fc.assert(
      fc.property(fc.integer({ min: -6e14, max: 8e15 }), (instant) => {
        expect(read(write(instant))).toBe(instant);
        expect(parseTimestamp(write(instant), UTC_ZONE)).toBe(instant);
      }),
    );
  });
});

describe('strictTimestampParser', () => {
  test.each([
    ['1', 'yy'],
    ['9', 'DD'],
    ['99', 'DDD'],
    ['2020-1-2', 'yyyy-MM-dd'],
    ['2020-01-02 and more', 'yyyy-MM-dd'],
    ['2020-01-02T03:04:05', 'yyyy-MM-dd'],
  ])('stops at "%s" by %s, which Spark 2 read', (text, pattern) => {
    expect(() => strictTimestampParser(pattern, 'UTC')(text)).toThrow(
      expect.objectContaining({ code: 'PARSE_DATETIME_BY_NEW_PARSER' }),
    );
  });

  test.each([
    ['Unparseable', 'yyyy-MM-dd'],
    ['2020-01-27T20:06:11.847', 'yyyy-MM-dd HH:mm:ss.SSS'],
    ['-12', 'yy'],
    ['02-29', 'MM-dd'],
    ['2019-366', 'yyyy-DDD'],
    ['2020-01-365', 'yyyy-dd-DDD'],
    ['12.1232019-10-06S10:11', "ss.SSSSyyyy-MM-dd'S'HH:mm"],
    ['2019-10-06 10:11:12.', 'yyyy-MM-dd HH:mm:ss.SSSSSS[zzz]'],
    ['10:61', 'HH:mm'],
  ])('gives null for "%s" by %s, which Spark 2 refused too', (text, pattern) => {
    expect(strictTimestampParser(pattern, 'UTC')(text)).toBeNull();
  });
});
