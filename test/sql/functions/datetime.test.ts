import { describe, expect, test } from '@jest/globals';
import { cellAt, type Vector } from '../../../src/batch.ts';
import { compileProjection } from '../../../src/codegen/expression.ts';
import { struct } from '../../../src/schema.ts';
import { errorCodeOf, textOf, typedOf, typedTextOf } from './evaluate.ts';

const LOS_ANGELES = 'America/Los_Angeles';

describe('fields', () => {
  test.each([
    ["dayofweek('2007-02-03')", '7 int'],
    ["weekday('2007-02-03')", '5 int'],
    ["weekofyear('2021-01-03')", '53 int'],
    ["extract(YEAROFWEEK FROM '2021-01-03')", '2020 int'],
    ["extract(DOW_ISO FROM date'2021-01-03')", '7 int'],
    ["dayofyear('1500-12-31')", '365 int'],
    ["quarter(date'2016-10-01')", '4 int'],
    ["date_part('mon', timestamp'2019-08-12 01:00:00')", '8 int'],
    ["extract(SECOND FROM timestamp'2019-08-12 01:00:59.5')", '59.500000 decimal(8,6)'],
    ["extract(HOUR FROM timestamp'2019-08-12 23:00:59.5')", '23 int'],
    ["extract(DAY FROM INTERVAL '-1 02:03:04.5' DAY TO SECOND)", '-1 int'],
    ["extract(SECOND FROM INTERVAL '-1 02:03:04.5' DAY TO SECOND)", '-4.500000 decimal(8,6)'],
    ["extract(MONTH FROM INTERVAL '-1-2' YEAR TO MONTH)", '-2 tinyint'],
    ['extract(HOUR FROM make_interval(0, 0, 0, 0, 30))', '30 bigint'],
    ['year(NULL)', 'NULL int'],
  ])('%s', (sql, wanted) => {
    expect(typedTextOf(sql)).toBe(wanted);
  });

  test('an unknown field is refused', () => {
    expect(errorCodeOf("date_part('moon', date'2020-01-01')")).toBe('INVALID_EXTRACT_FIELD');
    expect(errorCodeOf("extract(YEAR FROM INTERVAL '1' DAY)")).toBe('INVALID_EXTRACT_FIELD');
  });

  test('hours are local', () => {
    expect(textOf("hour('2021-07-01 00:30:00Z')", LOS_ANGELES)).toBe('17');
    expect(textOf("hour('2021-07-01 00:30:00Z')", '+05:45')).toBe('6');
  });
});

describe('moving dates', () => {
  test.each([
    ["date_add('2011-11-11', '1')", '2011-11-12'],
    ["date_add(timestamp'2011-11-11 12:12:12', 1)", '2011-11-12'],
    ["date_add(date'2011-11-11', CAST(1 AS TINYINT))", '2011-11-12'],
    ['date_sub(NULL, 1)', 'NULL'],
    ["add_months('2016-02-29', -12)", '2015-02-28'],
    ["months_between('2020-02-29', '2020-01-31')", '1.0'],
    ["months_between('1996-10-30', '1997-02-28 10:30:00')", '-3.94959677'],
    ["months_between('1997-02-28 10:30:00', '1996-10-30', false)", '3.9495967741935485'],
    ["next_day('2015-07-23', 'th')", '2015-07-30'],
    ["next_day('2015-07-23', 'xx')", 'NULL'],
    ["trunc('2019-08-04', 'MM')", '2019-08-01'],
    ["trunc('2019-08-04', 'day')", 'NULL'],
    ["date_trunc('week', '2019-08-04 10:00:00')", '2019-07-29 00:00:00'],
    ["date_trunc('quarter', '2019-08-04 10:00:00')", '2019-07-01 00:00:00'],
    ["date_trunc('minute', '1969-12-31 23:59:59.999')", '1969-12-31 23:59:00'],
    ["date_trunc('moon', '2019-08-04 10:00:00')", 'NULL'],
  ])('%s is %s', (sql, wanted) => {
    expect(textOf(sql)).toBe(wanted);
  });

  test.each([
    ["date_add('2011-11-11', '1.2')", 'SECOND_FUNCTION_ARGUMENT_NOT_INTEGER'],
    ["date_add('2011-11-11', 1L)", 'DATATYPE_MISMATCH'],
    ["date_add('2011-11-11', 1.0)", 'DATATYPE_MISMATCH'],
    ['date_add(1, 1)', 'DATATYPE_MISMATCH'],
  ])('%s is refused', (sql, code) => {
    expect(errorCodeOf(sql)).toBe(code);
  });

  test('a day begins at local midnight, whatever the offset', () => {
    expect(textOf("date_trunc('DAY', '2021-03-14 12:00:00')", LOS_ANGELES)).toBe('2021-03-14 00:00:00');
    // 01:30 for the second time that night.
    expect(textOf("unix_seconds(date_trunc('HOUR', timestamp'2021-11-07 09:30:00Z'))", LOS_ANGELES)).toBe('1636275600');
  });
});

describe('texts', () => {
  test.each([
    ["to_date('2016-12-31 and more')", '2016-12-31'],
    ["to_date('31/12/16', 'dd/MM/yy')", '2016-12-31'],
    ["to_date(timestamp'2016-12-31 10:00:00', 'whatever')", '2016-12-31'],
    ["to_date('x', 'yyyy')", 'NULL'],
    ['to_timestamp(1.5)', '1970-01-01 00:00:01.5'],
    ["to_timestamp('2020-01-02T03:04:05.6Z')", '2020-01-02 03:04:05.6'],
    ["to_timestamp(date'2020-01-02', 'yyyy')", '2020-01-02 00:00:00'],
    ["unix_timestamp('2020-01-02 00:00:00')", '1577923200'],
    ["unix_timestamp(timestamp'1969-12-31 23:59:59.5')", '-1'],
    ["unix_timestamp(date'1970-01-02')", '86400'],
    ['from_unixtime(1.9)', '1970-01-01 00:00:01'],
    ["date_format(NULL, 'y')", 'NULL'],
    ["date_format(date'2020-01-02', 'E d MMM')", 'Thu 2 Jan'],
  ])('%s is %s', (sql, wanted) => {
    expect(textOf(sql)).toBe(wanted);
  });

  test('a pattern that Spark refuses is refused before any row', () => {
    expect(errorCodeOf("date_format('2020-01-02', 'YYYY')")).toBe('INVALID_DATETIME_PATTERN');
    expect(errorCodeOf("to_date('2020-01-02', 'EEE')")).toBe('INVALID_DATETIME_PATTERN');
  });

  test('a text that only Spark 2 would read stops the query', () => {
    expect(errorCodeOf("to_date('2020-01-02 x', 'yyyy-MM-dd')")).toBe('PARSE_DATETIME_BY_NEW_PARSER');
  });
});

describe('numbers', () => {
  test.each([
    ['timestamp_seconds(-1)', '1969-12-31 23:59:59'],
    ['timestamp_seconds(1.25)', '1970-01-01 00:00:01.25'],
    ["timestamp_seconds(DOUBLE('NaN'))", 'NULL'],
    ['timestamp_millis(-1)', '1969-12-31 23:59:59.999'],
    ["unix_millis(timestamp'1969-12-31 23:59:59.9995')", '-1'],
    ['make_date(2021, 2, 29)', 'NULL'],
    ['make_date(-1, 1, 28)', '-0001-01-28'],
    ['make_timestamp(2021, 12, 31, 23, 59, 60)', '2022-01-01 00:00:00'],
    ['make_timestamp(2021, 12, 31, 23, 59, 60.5)', 'NULL'],
    ["make_timestamp(2021, 7, 1, 0, 0, 0, 'PST')", '2021-07-01 07:00:00'],
    ["from_utc_timestamp('2021-07-01 12:00:00', 'PST')", '2021-07-01 05:00:00'],
    ["to_utc_timestamp('2021-07-01 12:00:00', '+01:00')", '2021-07-01 11:00:00'],
  ])('%s is %s', (sql, wanted) => {
    expect(textOf(sql)).toBe(wanted);
  });

  test.each([
    ['timestamp_seconds(1230219000123123)', 'ARITHMETIC_OVERFLOW'],
    ['timestamp_seconds(0.1234567)', 'ARITHMETIC_OVERFLOW'],
    ['timestamp_millis(92233720368547758)', 'ARITHMETIC_OVERFLOW'],
    ["unix_seconds('2020-01-01')", 'DATATYPE_MISMATCH'],
    ["from_utc_timestamp('2021-07-01', 'Mars')", 'INVALID_TIMEZONE'],
  ])('%s fails', (sql, code) => {
    expect(errorCodeOf(sql)).toBe(code);
  });
});

describe('units', () => {
  test.each([
    ["timestampadd(MONTH, 1, timestamp'2021-01-31 10:00:00')", '2021-02-28 10:00:00'],
    ["dateadd(QUARTER, -1, date'2021-05-31')", '2021-02-28 00:00:00'],
    ["timestampadd(MICROSECOND, -1, timestamp'1970-01-01 00:00:00')", '1969-12-31 23:59:59.999999'],
    ["timestampadd(WEEK, 2, timestamp'2021-01-01 00:00:00')", '2021-01-15 00:00:00'],
    ["timestampdiff(MONTH, timestamp'2021-01-31 10:00:00', timestamp'2021-02-28 10:00:00')", '0'],
    ["timestampdiff(MONTH, timestamp'2021-02-28 10:00:00', timestamp'2021-01-31 10:00:00')", '0'],
    ["timestampdiff(MONTH, timestamp'2021-02-28 10:00:00', timestamp'2021-01-28 09:59:59')", '-1'],
    ["timestampdiff(YEAR, date'2020-02-29', date'2021-02-28')", '0'],
    ["timestampdiff(DAY, timestamp'2021-01-02 00:00:00', timestamp'2021-01-01 00:00:01')", '0'],
    ["timestampdiff(SECOND, timestamp'2021-01-01 00:00:00', timestamp'2021-01-01 00:00:01.999')", '1'],
  ])('%s is %s', (sql, wanted) => {
    expect(textOf(sql)).toBe(wanted);
  });

  test('days and hours differ over a change of offset', () => {
    const start = "timestamp'2021-03-13 12:00:00'";
    expect(textOf(`timestampadd(DAY, 1, ${start})`, LOS_ANGELES)).toBe('2021-03-14 12:00:00');
    expect(textOf(`timestampadd(HOUR, 23, ${start})`, LOS_ANGELES)).toBe('2021-03-14 12:00:00');
    expect(textOf(`timestampdiff(HOUR, ${start}, timestamp'2021-03-14 12:00:00')`, LOS_ANGELES)).toBe('24');
  });
});

describe('now and windows', () => {
  const run = (sql: string, batchTimeMs: number): unknown => {
    const batch = { schema: struct([]), length: 1, vectors: [] };
    const [vector] = compileProjection([typedOf(sql)], { timeZone: 'UTC' })(batch, { batchTimeMs });
    return cellAt(vector as Vector, 0);
  };

  test('the time is the batch`s', () => {
    expect(run('current_timestamp()', 1_600_000_000_123)).toBe(1_600_000_000_123_000);
    expect(run('now()', 5)).toBe(5000);
    expect(run('current_date()', 86_400_000 * 3 + 1)).toBe(3);
    expect(run('unix_timestamp()', 1999)).toBe(1);
  });

  test('window_time takes windows only', () => {
    expect(errorCodeOf("window_time(named_struct('a', 1))")).toBe('DATATYPE_MISMATCH');
  });
});
