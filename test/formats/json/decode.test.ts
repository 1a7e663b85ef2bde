import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_ROWS } from '../../../src/batch.ts';
import { jsonFormat } from '../../../src/formats/json/index.ts';
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  CALENDAR_INTERVAL,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INT,
  LONG,
  map,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';
import { decode } from './decode-harness.ts';

const click = struct([
  field('Analytics', struct([field('Clicks', LONG, false), field('Impressions', LONG)]), false),
  field('Datetime', TIMESTAMP, false),
]);

/** The value of one nullable column, or the reason why there is none. */
function one(type: DataType, text: string): unknown {
  const { rows, rejects } = decode(struct([field('v', type)]), `{"v":${text}}`);
  return rejects[0]?.reason ?? rows[0]?.[0];
}

describe('what fits a type', () => {
  test.each<[DataType, string, unknown]>([
    [BOOLEAN, 'true', true],
    [BYTE, '-128', -128],
    [INT, '2147483647', 2147483647],
    [LONG, '-0', 0],
    [LONG, '9007199254740991', 9007199254740991],
    [LONG, '9007199254740993', 9007199254740993n],
    [LONG, '-9223372036854775808', -9223372036854775808n],
    [DOUBLE, '1', 1],
    [DOUBLE, '-0.0', -0],
    [DOUBLE, '0.1', 0.1],
    [DOUBLE, '123456789012345678901234567890', 1.2345678901234568e29],
    [DOUBLE, '2.2250738585072011e-308', 2.225073858507201e-308],
    [DOUBLE, '9007199254740989', 9007199254740989],
    [DOUBLE, '9007199254740993.0', 9007199254740992],
    [FLOAT, '0.1', Math.fround(0.1)],
    [decimal(5, 2), '123.45', 12345n],
    [decimal(5, 2), '1.2345e2', 12345n],
    [decimal(5, 2), '123.4500', 12345n],
    [decimal(38, 0), '99999999999999999999999999999999999999', 99999999999999999999999999999999999999n],
    [decimal(5, 2), '"-1.5"', -150n],
    [STRING, '"a\\u0041\\/\\ud83d\\ude00"', 'aA/😀'],
    [STRING, '1.50e+3', '1.50e+3'],
    [BINARY, '"AQL/"', Uint8Array.of(1, 2, 255)],
    [DATE, '"1983-08-04"', 4963],
    [TIMESTAMP, '"2020-12-12T12:12:12.1234567Z"', 1607775132123456],
    [TIMESTAMP, '"2020-12-12\\u005412:12:12"', 1607775132000000],
    [array(INT), '[1,null,3]', [1, null, 3]],
    [array(array(STRING)), '[["a"],[]]', [['a'], []]],
    [map(STRING, INT), '{"a":1,"b":null,"a":3}', { keys: ['a', 'b'], values: [3, null] }],
    [
      map(STRING, INT),
      '{"__proto__":1,"constructor":2,"10":3,"2":4}',
      { keys: ['__proto__', 'constructor', '10', '2'], values: [1, 2, 3, 4] },
    ],
    [struct([field('__proto__', INT), field('1', INT)]), '{"1":1,"__proto__":2}', [2, 1]],
    [struct([field('a', STRING)]), 'null', null],
  ])('%j %s', (type, text, value) => {
    expect(one(type, text)).toEqual(value);
  });
});

describe('what does not, and why', () => {
  test.each<[DataType, string, string]>([
    [BOOLEAN, '1', 'expected true or false (boolean), found the number 1'],
    [BYTE, '128', 'expected a whole number (tinyint), found the number 128, which is out of range'],
    [BYTE, '-129', 'expected a whole number (tinyint), found the number -129, which is out of range'],
    [LONG, '1.0', 'expected a whole number (bigint), found the number 1.0'],
    [LONG, '1e2', 'expected a whole number (bigint), found the number 1e2'],
    [
      LONG,
      '9223372036854775808',
      'expected a whole number (bigint), found the number 9223372036854775808, which is out of range',
    ],
    [LONG, '"1"', 'expected a whole number (bigint), found the string "1"'],
    [LONG, '{}', 'expected a whole number (bigint), found an object'],
    [DOUBLE, '1e999', 'expected a number (double), found the number 1e999, which is out of range'],
    [DOUBLE, '"NaN"', 'expected a number (double), found the string "NaN"'],
    [decimal(5, 2), '1234.5', 'expected a number that fits decimal(5,2), found the number 1234.5'],
    [decimal(5, 2), '1.234', 'expected a number that fits decimal(5,2), found the number 1.234'],
    [decimal(5, 2), '1e-999999999', 'expected a number that fits decimal(5,2), found the number 1e-999999999'],
    [STRING, 'true', 'expected a string, found true'],
    [STRING, '"x\\udc00"', 'expected a string without half surrogate pairs, found the string "x\\udc00"'],
    [BINARY, '"a"', 'expected a string in base64 (binary), found the string "a"'],
    [DATE, '"1983-08-04T00:00:00"', 'expected a date such as 2024-01-31, found the string "1983-08-04T00:00:00"'],
    [TIMESTAMP, '1607775132', 'expected a timestamp such as 2024-01-31T12:00:00Z, found the number 1607775132'],
    [TIMESTAMP, '"2020-02-30"', 'expected a timestamp such as 2024-01-31T12:00:00Z, found the string "2020-02-30"'],
    [array(INT), '{}', 'expected an array, found an object'],
    [struct([field('a', INT)]), '[1]', 'expected an object, found an array'],
  ])('%j %s', (type, text, reason) => {
    expect(one(type, text)).toBe(`field v: ${reason}`);
  });

  test.each([
    [
      array(struct([field('x', LONG)])),
      '[{"x":1},{"x":true}]',
      'field v[1].x: expected a whole number (bigint), found true',
    ],
    [
      map(STRING, array(LONG)),
      '{"a":[],"b \\"q\\"":[1,[]]}',
      'field v["b \\"q\\""][1]: expected a whole number (bigint), found an array',
    ],
    [array(struct([field('x', LONG, false)])), '[{"x":1},{}]', 'field v[1].x: missing'],
    [STRING, `{"a":"${'é'.repeat(50)}"}`, 'field v: expected a string, found an object'],
    [LONG, `"${'é'.repeat(50)}"`, `field v: expected a whole number (bigint), found the string "${'é'.repeat(30)}…"`],
  ])('%j %s names the place', (type, text, reason) => {
    expect(one(type as DataType, text)).toBe(reason);
  });

  test.each([
    ['{"Datetime":"2020"}', 'field Analytics: missing'],
    ['{"Datetime":"2020","Analytics":null}', 'field Analytics: null, but it must have a value'],
    ['{"Datetime":"2020","Analytics":{}}', 'field Analytics.Clicks: missing'],
    ['{"Datetime":"2020","Analytics":{"Clicks":null}}', 'field Analytics.Clicks: null, but it must have a value'],
    [
      '{"Datetime":"2020","Analytics":{"Clicks":"abc"}}',
      'field Analytics.Clicks: expected a whole number (bigint), found the string "abc"',
    ],
    ['[[]]', 'the record: expected an object, found an array'],
  ])('%s', (text, reason) => {
    expect(decode(click, text).rejects.map((reject) => reject.reason)).toEqual([reason]);
  });
});

describe('names', () => {
  test.each([
    ['as they are', '{"Datetime":"1970","Analytics":{"Clicks":1,"Impressions":2}}'],
    ['in another case', '{"datetime":"1970","ANALYTICS":{"clicks":1,"impressions":2}}'],
    [
      'the exact one wins, wherever it stands',
      '{"Datetime":"1970","Analytics":{"Clicks":1,"clicks":7,"impressions":9,"Impressions":2}}',
    ],
    [
      'the last of equals wins',
      '{"Datetime":"1970","Analytics":{"Clicks":7,"Clicks":1,"impressions":9,"IMPRESSIONS":2}}',
    ],
    ['with escapes', '{"D\\u0061tetime":"1970","Analytics":{"\\u0043licks":1,"Impressions":2}}'],
    ['among others', '{"x":[{"Clicks":3}],"Datetime":"1970","Analytics":{"y":{},"Clicks":1,"":0,"Impressions":2}}'],
  ])('%s', (_, text) => {
    expect(decode(click, `${text}\n${text}`).rows).toEqual([
      [[1, 2], 0],
      [[1, 2], 0],
    ]);
  });

  test('two fields that differ in case', () => {
    const schema = struct([field('a', INT), field('A', INT)]);
    expect(decode(schema, '{"A":2,"a":1}\n{"A":2}').rows).toEqual([
      [1, 2],
      [null, 2],
    ]);
  });

  test('order may change from record to record', () => {
    const schema = struct(['a', 'b', 'c'].map((name) => field(name, INT)));
    const text = ['{"a":1,"b":2,"c":3}', '{"c":3,"a":1,"b":2}', '{"b":2,"x":0,"c":3}', '{"a":1,"b":2,"c":3}'].join('');
    expect(decode(schema, text).rows).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [null, 2, 3],
      [1, 2, 3],
    ]);
  });
});

describe('batches', () => {
  test('hold a bounded number of rows and keep the order', () => {
    const count = 2 * BATCH_ROWS + 808;
    const text = Array.from({ length: count }, (_, i) => `{"v":${i},"s":"${i}"}`).join('\n');
    const { rows, batches } = decode(struct([field('v', LONG), field('s', STRING)]), text);
    expect(rows.length).toBe(count);
    expect(rows.every(([v, s], i) => v === i && s === `${i}`)).toBe(true);
    expect(batches.map((batch) => batch.length)).toEqual([BATCH_ROWS, BATCH_ROWS, 808]);
  });

  test('a row that was rejected leaves nothing behind', () => {
    const schema = struct([field('big', LONG), field('s', STRING), field('must', INT, false)]);
    const { rows, batches } = decode(
      schema,
      '{"big":1,"s":"a","must":1}{"big":9223372036854775807,"s":"long"}{"big":null,"must":2}',
    );
    expect(rows).toEqual([
      [1, 'a', 1],
      [null, null, 2],
    ]);
    expect(batches[0]?.vectors[0]).toMatchObject({ kind: 'fixed', values: expect.any(Float64Array) });
  });
});

describe('a JSON Schema', () => {
  const jsonSchema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      Kind: { enum: ['view', 'click'] },
      Count: { type: 'integer', minimum: 0 },
      At: { type: 'string', format: 'date-time' },
    },
    required: ['Kind'],
  };
  const schema = struct([field('Kind', STRING), field('Count', LONG)]);

  test.each([
    ['{"Kind":"view","Count":1,"At":"2020-01-01 10:00:00"}', undefined],
    ['{"kind":"view","count":1}', undefined],
    ['{"Kind":"buy"}', 'field Kind: must be equal to one of the allowed values (enum)'],
    ['{"Kind":"view","count":-1}', 'field Count: must be >= 0 (minimum)'],
    ['{"Kind":"view","At":"soon"}', 'field At: must match format "date-time" (format)'],
    ['{"Count":"x"}', 'field Count: expected a whole number (bigint), found the string "x"'],
    ['{}', "the record: must have required property 'Kind' (required)"],
  ])('%s', (text, reason) => {
    expect(decode(schema, text, { mode: 'reject', jsonSchema }).rejects[0]?.reason).toBe(reason);
  });

  test('that is none is refused', () => {
    expect(() => decode(schema, '', { mode: 'reject', jsonSchema: { type: 'colour' } })).toThrow(
      'jsonSchema is no valid JSON Schema',
    );
  });
});

describe('options', () => {
  test.each([
    [{ mod: 'reject' }, 'there is no option "mod". Did you mean "mode"?'],
    [{ multiLine: 'perhaps' }, 'multiLine is true or false, not "perhaps"'],
    [{ maxDepth: 0 }, 'maxDepth is a whole number from 1 to 10000, not 0'],
    [{ timeZone: 'Mars' }, 'the time zone "Mars" is unknown'],
    [
      { timestampFormat: 'yyyy' },
      'option "timestampFormat" is not supported: read the field as a string and use to_timestamp',
    ],
    [{ jsonSchema: 'x' }, 'jsonSchema is a JSON Schema object, not "x"'],
  ])('%j is refused', (options, message) => {
    expect(() => decode(struct([]), '', options)).toThrow(message);
  });

  test('a type that JSON has no text for is refused', () => {
    expect(() => decode(struct([field('i', CALENDAR_INTERVAL)]), '')).toThrow(
      'json cannot hold field "i" of type interval',
    );
    expect(() => decode(struct([field('m', map(INT, INT))]), '')).toThrow('the keys of map "m" are strings, not int');
  });

  test('limits on depth and names give rejects', () => {
    const options = { mode: 'reject', MAXDEPTH: '2', maxKeys: 2 };
    const { rows, rejects } = decode(struct([]), '{"a":[]}\n{"a":[[]]}\n{"a":1,"b":2,"c":3}\n{}', options);
    expect(rows.length).toBe(2);
    expect(rejects.map(({ reason }) => reason)).toEqual([
      'nested deeper than 2 levels (maxDepth)',
      'more than 2 field names (maxKeys)',
    ]);
  });
});

test('numbers are read as JSON.parse reads them', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => `${value}`),
    fc.tuple(fc.integer(), fc.nat(), fc.integer({ min: -330, max: 280 })).map(([a, b, e]) => `${a}.${b}e${e}`),
    fc.tuple(fc.integer(), fc.nat()).map(([a, b]) => `${a}.${b}`),
    fc.bigInt().map((value) => `${value}`),
  );
  fc.assert(
    fc.property(number, (text) => {
      expect(one(DOUBLE, text)).toBe(JSON.parse(text));
    }),
    { numRuns: 1000 },
  );
});

test('strings are read as JSON.parse reads them', () => {
  const string = fc.string({
    unit: fc.constantFrom('a', 'é', '😀', '\\n', '\\"', '\\\\', '\\u00e9', '\\ud83d\\ude00', '\\u0000', '\\/'),
  });
  fc.assert(
    fc.property(string, (inside) => {
      expect(one(STRING, `"${inside}"`)).toBe(JSON.parse(`"${inside}"`));
    }),
    { numRuns: 500 },
  );
});

test('the format has a name and an ending', () => {
  expect(jsonFormat).toMatchObject({ name: 'json', extension: '.json' });
});
