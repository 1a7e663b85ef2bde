import { describe, expect, test } from '@jest/globals';
import {
  array,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  field,
  INT,
  LONG,
  map,
  type Schema,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';
import { decode } from './decode-harness.ts';

function schemaOf(fields: Record<string, Schema['fields'][number]['type']>): Schema {
  return struct(Object.entries(fields).map(([name, type]) => field(name, type)));
}

function thrown(run: () => unknown): { code?: string; category?: string; message?: string } {
  try {
    run();
  } catch (error) {
    return error as { code: string };
  }
  return {};
}

const CORRUPT = '{\n\n{"a":1, b:2}\n{"a":{, b:3}\n{"b":"b4", "a":"a4", "c":"c4"}\n]';
const ABC = { a: STRING, b: STRING, c: STRING };

describe('permissive', () => {
  test('the text of a malformed record goes to the corrupt column, wherever it stands', () => {
    const schema = schemaOf({ a: STRING, _unparsed: STRING, b: STRING });
    expect(decode(schema, CORRUPT, { columnNameOfCorruptRecord: '_unparsed' }).rows).toEqual([
      [null, '{', null],
      [null, '{"a":1, b:2}', null],
      [null, '{"a":{, b:3}', null],
      ['a4', null, 'b4'],
      [null, ']', null],
    ]);
  });

  test('is the mode of an unknown name', () => {
    expect(decode(schemaOf(ABC), CORRUPT, { mode: 'abcd' }).rows).toHaveLength(5);
  });

  test('a field of the wrong type is null, the others are kept', () => {
    const schema = schemaOf({ a: DOUBLE, b: array(LONG), c: STRING, _corrupt_record: STRING });
    const first = '{"a":"-","b":[0, 1, 2],"c":"abc"}';
    const second = '{"a":0.1,"b":{},"c":"def"}';
    const third = '{"a":1,"b":[1,"x"],"c":"ghi"}';
    expect(decode(schema, [first, second, third].join('\n'), {}).rows).toEqual([
      [null, [0, 1, 2], 'abc', first],
      [0.1, null, 'def', second],
      [1, null, 'ghi', third],
    ]);
  });

  test('the same inside structs, in columns, arrays and maps', () => {
    const inner = struct([field('x', LONG), field('y', STRING, false)]);
    const schema = schemaOf({ s: inner, l: array(inner), m: map(STRING, inner) });
    const value = '{"x":"no","y":"yes"}';
    expect(decode(schema, `{"s":${value},"l":[${value},null],"m":{"k":${value}}}`, {}).rows).toEqual([
      [[null, 'yes'], [[null, 'yes'], null], { keys: ['k'], values: [[null, 'yes']] }],
    ]);
  });

  test('missing and unknown fields are neither malformed', () => {
    const schema = schemaOf({ a: LONG, _corrupt_record: STRING });
    expect(decode(schema, '{"x":1}\n{"a":2,"x":3}\n{"_corrupt_record":"mine"}', {}).rows).toEqual([
      [null, null],
      [2, null],
      [null, null],
    ]);
  });

  test('timestamps as text and as seconds', () => {
    const lines = ['"2020-12-12T17:12:12.000+05:00"', '"2020-12-12 12:12:12"', '1607775132', '"2020-12-12"'];
    const text = lines.map((value) => `{"t":${value}}`).join('\n');
    const noon = 1607775132000000;
    expect(decode(schemaOf({ t: TIMESTAMP }), text, {}).rows).toEqual([[noon], [noon], [noon], [1607731200000000]]);
    const berlin = decode(schemaOf({ t: TIMESTAMP }), text, { timeZone: 'Europe/Berlin' });
    expect(berlin.rows).toEqual([[noon], [noon - 3600e6], [noon], [1607731200000000 - 3600e6]]);
  });

  test('what a string column takes', () => {
    const values = [
      '"\\"" ',
      '{"b" : " \\" " , "c" : 1}',
      '1.50',
      'true',
      '{"b": [1, "x y"]}',
      '[ ]',
      'null',
      '"\\u00e9\\ud83d\\ude00\\n"',
      '"\\ud800"',
    ];
    expect(decode(schemaOf({ a: STRING }), values.map((value) => `{"a":${value}}`).join('\n'), {}).rows).toEqual(
      ['"', '{"b":" \\" ","c":1}', '1.50', 'true', '{"b":[1,"x y"]}', '[]', null, 'é😀\n', '?'].map((text) => [text]),
    );
  });

  test('what other columns do not take', () => {
    const schema = schemaOf({
      i: INT,
      l: LONG,
      d: DOUBLE,
      b: BOOLEAN,
      t: DATE,
      c: decimal(4, 1),
      _corrupt_record: STRING,
    });
    const rows = [
      ['{"i":1.0}', [null, null, null, null, null, null]],
      ['{"i":2147483648}', [null, null, null, null, null, null]],
      ['{"l":9223372036854775808}', [null, null, null, null, null, null]],
      ['{"l":"1","i":7}', [7, null, null, null, null, null]],
      ['{"d":"1.5"}', [null, null, null, null, null, null]],
      ['{"b":"true"}', [null, null, null, null, null, null]],
      ['{"t":1}', [null, null, null, null, null, null]],
      ['{"c":1234.5}', [null, null, null, null, null, null]],
    ] as const;
    const { rows: read } = decode(schema, rows.map(([text]) => text).join('\n'), {});
    expect(read).toEqual(rows.map(([text, values]) => [...values, text]));
  });

  test('what else they take', () => {
    const schema = schemaOf({ d: DOUBLE, c: decimal(4, 1), l: LONG, _corrupt_record: STRING });
    const text = '{"d":"NaN","c":"12.25","l":9223372036854775807}\n{"d":-INF,"c":12.25}\n{\'d\':"Infinity","c":1e2}';
    expect(decode(schema, text, {}).rows).toEqual([
      [Number.NaN, 123n, 9223372036854775807n, null],
      [Number.NEGATIVE_INFINITY, 123n, null, null],
      [Number.POSITIVE_INFINITY, 1000n, null, null],
    ]);
  });

  test('an array is a row per element; all of them share its fate', () => {
    const schema = schemaOf({ a: LONG, _corrupt_record: STRING });
    const bad = '[{"a":3},{"a":"x"}]';
    expect(decode(schema, `[{"a":1},{"a":2}]\n${bad}\n[{"a":1},2]\n[]\nnull`, {}).rows).toEqual([
      [1, null],
      [2, null],
      [3, bad],
      [null, bad],
      [null, '[{"a":1},2]'],
      [null, 'null'],
    ]);
  });

  test('behind the first value, the rest of a line does not count', () => {
    expect(decode(schemaOf({ a: LONG, _corrupt_record: STRING }), '{"a":1} {"a":2}\n{"a":3}}', {}).rows).toEqual([
      [1, null],
      [3, null],
    ]);
  });

  test('bytes that are not UTF-8 are malformed', () => {
    const bytes = Uint8Array.from([...Buffer.from('{"a":"'), 0xff, ...Buffer.from('"}\n{"a":"b"}')]);
    expect(decode(schemaOf({ a: STRING, _corrupt_record: STRING }), bytes, {}).rows).toEqual([
      [null, '{"a":"\uFFFD"}'],
      ['b', null],
    ]);
  });

  test('a line that is too long is malformed, its beginning is kept', () => {
    const schema = schemaOf({ a: LONG, _corrupt_record: STRING });
    const long = `{"a":1,"b":"${'x'.repeat(50)}"}`;
    for (const cuts of [[], [1], [15], [30], [long.length + 1], [...long].map((_, i) => i)]) {
      expect(decode(schema, `{"a":0}\n${long}\r\n{"a":2}`, { maxRecordBytes: 20 }, cuts).rows).toEqual([
        [0, null],
        [null, long.slice(0, 20)],
        [2, null],
      ]);
    }
  });

  test('a line that is too long is malformed also where its beginning is blank', () => {
    const schema = schemaOf({ a: LONG, _corrupt_record: STRING });
    const text = `\t \n${' '.repeat(20)}{"a":1}\n{"a":2}`;
    for (const cuts of [[], [10], [25]]) {
      expect(decode(schema, text, { maxRecordBytes: 20 }, cuts).rows).toEqual([
        [null, ' '.repeat(20)],
        [2, null],
      ]);
    }
  });
});

describe('dropmalformed', () => {
  test('leaves malformed records out and counts them', () => {
    const { rows, dropped, rejects } = decode(schemaOf(ABC), CORRUPT, { mode: 'DROPMALFORMED' });
    expect({ rows, dropped, rejects }).toEqual({ rows: [['a4', 'b4', 'c4']], dropped: 4, rejects: [] });
  });
});

describe('failfast', () => {
  test.each([
    ['{"a":""}', LONG, 'line 1: field a: expected a whole number (bigint), found the string "". '],
    [
      '\n{"a":""}',
      TIMESTAMP,
      'line 2: field a: expected a timestamp such as 2024-01-31T12:00:00Z, found the string "". ',
    ],
    ['{"a":1', LONG, 'line 1: not JSON: expected "," or "}", found the end of the input. '],
    ['7', LONG, 'line 1: expected an object or an array of objects. '],
  ])('%s', (text, type, message) => {
    const error = thrown(() => decode(schemaOf({ a: type }), text, { mode: 'FAILFAST' }));
    expect(error).toMatchObject({ code: 'MALFORMED_RECORD', category: 'data' });
    expect(error.message).toContain(message);
  });

  test('takes an empty string as a string', () => {
    expect(decode(schemaOf({ a: STRING }), '{"a":""}', { mode: 'FAILFAST' }).rows).toEqual([['']]);
  });
});

test('multiLine: the whole file is one value', () => {
  const schema = schemaOf({ a: LONG, _corrupt_record: STRING });
  const options = { multiLine: 'true' };
  expect(decode(schema, '\uFEFF{\n "a"\n: 1}\n', options, [2]).rows).toEqual([[1, null]]);
  expect(decode(schema, '[\n{"a":1},\n{"a":2}]', options).rows).toEqual([
    [1, null],
    [2, null],
  ]);
  expect(decode(schema, '[\n{"a":1},\n{"a":]', options).rows).toEqual([[null, '[\n{"a":1},\n{"a":]']]);
  expect(decode(schema, ' \n', options).rows).toEqual([]);
});

test('a corrupt column that is no string is refused', () => {
  expect(thrown(() => decode(schemaOf({ _corrupt_record: LONG }), '', {})).code).toBe('JSON_OPTION');
});
