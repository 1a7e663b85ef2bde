import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSession } from '../../src/index.ts';
import { catchWarnings } from '../support/warnings.ts';
import { createWorkspace, dataFiles, rejects, type Workspace } from '../support/workspace.ts';

let work: Workspace;
const warnings = catchWarnings();
beforeEach(() => {
  work = createWorkspace('content');
});
afterEach(() => work.remove());

interface Through {
  /** The lines of the output. */
  readonly lines: readonly string[];
  readonly aside: readonly Record<string, unknown>[];
}

interface Way {
  readonly from: 'json' | 'csv' | 'parquet';
  readonly to: 'json' | 'csv' | 'parquet';
  readonly schema: string;
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** Default: all columns. */
  readonly select?: readonly string[];
}

/** Sends a file through a query, without change but for the format. */
async function through(content: string | Uint8Array, way: Way, name = 'a'): Promise<Through> {
  work.deliver(`${name}/in/a.${way.from}`, content);
  return await run(work.path(name, 'in'), way, name);
}

async function run(
  folder: string,
  { from, to, schema, options = {}, select = ['*'] }: Way,
  name: string,
): Promise<Through> {
  const out = work.path(name, 'out');
  const query = await createSession()
    .readStream.format(from)
    .schema(schema)
    .options({ ...options, settle: 0 })
    .load(folder)
    .selectExpr(...select)
    .writeStream.format(to)
    .options({ checkpointLocation: work.path(name, 'checkpoint') })
    .trigger({ availableNow: true })
    .start(out);
  await query.awaitTermination();
  const texts = to === 'parquet' ? [] : dataFiles(out, `.${to}`).map((file) => readFileSync(file, 'utf8').trimEnd());
  return { lines: texts.flatMap((text) => text.split('\n')), aside: rejects(out, 'rejected') };
}

const JSON_TO_CSV = { from: 'json', to: 'csv' } as const;
const JSON_TO_JSON = { from: 'json', to: 'json' } as const;

describe('numbers', () => {
  const WHOLE = [
    '0',
    '-1',
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740993',
    '505874924095815681',
    '9223372036854775807',
    '-9223372036854775808',
  ];

  test('whole numbers of 64 bits come out digit for digit: JSON, CSV and Parquet', async () => {
    const text = WHOLE.map((number) => `{"n":${number}}\n`).join('');
    const { lines } = await through(text, { ...JSON_TO_CSV, schema: 'n LONG' });
    expect(lines).toEqual(WHOLE);
    const csv = await through(WHOLE.join('\n'), { from: 'csv', to: 'parquet', schema: 'n LONG' }, 'b');
    expect(csv.aside).toEqual([]);
    const back = await run(work.path('b', 'out'), { from: 'parquet', to: 'json', schema: 'n LONG' }, 'c');
    expect(back.lines).toEqual(WHOLE.map((number) => `{"n":${number}}`));
  });

  test('what does not fit is set aside with its text, never rounded, cut or made infinite', async () => {
    const bad = ['9223372036854775808', '-9223372036854775809', '1.5', '1e400', '12345678901234567890123'];
    const { lines, aside } = await through([7, ...bad].map((number) => `{"n":${number}}`).join('\n'), {
      ...JSON_TO_CSV,
      schema: 'n LONG',
    });
    expect(lines).toEqual(['7']);
    expect(aside.map(({ raw }) => raw)).toEqual(bad.map((number) => `{"n":${number}}`));
    const doubles = await through('1e400\n-1e400\n1e308\n', { from: 'csv', to: 'json', schema: 'd DOUBLE' }, 'd');
    expect(doubles.lines).toEqual(['{"d":1e+308}']);
    expect(doubles.aside.map(({ raw }) => raw)).toEqual(['1e400', '-1e400']);
  });

  test('doubles come out so that they read back the same', async () => {
    const text = ['0.1', '-0.0', '5e-324', '1.7976931348623157e308', '0.30000000000000004', '123456789.12345679'];
    const { lines } = await through(text.map((d) => `{"d":${d}}`).join('\n'), { ...JSON_TO_CSV, schema: 'd DOUBLE' });
    expect(lines.map((line) => Object.is(Number(line), -0) || Number(line))).toEqual(
      text.map((d) => Object.is(Number(d), -0) || Number(d)),
    );
  });
});

describe('names of fields', () => {
  test('__proto__, constructor and numbers are columns like others, in the order of the schema', async () => {
    const before = Reflect.ownKeys(Object.prototype);
    const record = '{"2":"two","constructor":{"prototype":"c"},"__proto__":"p","1":"one","hasOwnProperty":"h"}';
    const schema =
      '`__proto__` STRING, constructor STRUCT<prototype: STRING>, `2` STRING, `1` STRING, hasOwnProperty STRING';
    const { lines, aside } = await through(record, { ...JSON_TO_JSON, schema });
    expect(aside).toEqual([]);
    expect(lines).toEqual([
      '{"__proto__":"p","constructor":{"prototype":"c"},"2":"two","1":"one","hasOwnProperty":"h"}',
    ]);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(Reflect.get({}, 'p')).toBeUndefined();
  });

  test('names that are not in the schema change nothing', async () => {
    const record = '{"__proto__":{"n":666,"polluted":true},"constructor":{"prototype":{"polluted":true}},"n":1}';
    const { lines } = await through(record, { ...JSON_TO_JSON, schema: 'n INT, polluted BOOLEAN' });
    expect(lines).toEqual(['{"n":1}']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('as keys of a map, in the order of the record', async () => {
    const record = '{"m":{"__proto__":1,"10":2,"2":3,"constructor":4,"":5}}';
    const { lines } = await through(record, { ...JSON_TO_JSON, schema: 'm MAP<STRING, INT>' });
    expect(lines).toEqual([record]);
  });

  test('a name with a dot is not the way into a struct', async () => {
    const record = '{"a.b":1,"a":{"b":2},"A.B":3}';
    const schema = '`a.b` INT, a STRUCT<b: INT>';
    const same = await through(`${record}\n{"a":{"b":4}}\n{"a.b":5}`, { ...JSON_TO_JSON, schema });
    expect(same.lines).toEqual(['{"a.b":1,"a":{"b":2}}', '{"a":{"b":4}}', '{"a.b":5}']);
    const both = await through(record, { ...JSON_TO_CSV, schema, select: ['a.b AS nested', '`a.b` AS dotted'] }, 'b');
    expect(both.lines).toEqual(['2,1']);
    const dotted = await through(record, { ...JSON_TO_CSV, schema: '`a.b` INT' }, 'c');
    expect(dotted.lines).toEqual(['1']);
    const nested = await through(record, { ...JSON_TO_CSV, schema: 'a STRUCT<b: INT>', select: ['a.b'] }, 'd');
    expect(nested.lines).toEqual(['2']);
  });

  test.each(['csv', 'json', 'parquet'] as const)('two columns of one name never share a file: %s', async (to) => {
    const schema = '`a.b` INT, a STRUCT<b: INT>';
    for (const [i, other] of ['a.b AS `a.b`', 'a.b AS `A.B`'].entries()) {
      const stopped = through('{"a":{"b":1}}', { from: 'json', to, schema, select: ['`a.b`', other] }, `${to}${i}`);
      await expect(stopped).rejects.toMatchObject({ code: 'COLUMN_ALREADY_EXISTS' });
    }
    const inside = through('{"a":{"b":1}}', { from: 'json', to, schema, select: ['struct(a.b, a.b AS B) AS s'] }, to);
    await expect(inside).rejects.toThrow('The output has "s.B" more than once');
  });

  test('nor does a batch in foreachBatch, or a static table', async () => {
    work.deliver('in/a.json', '{"a":1}');
    const session = createSession();
    const stream = session.readStream.schema('a INT').option('settle', 0).json(work.path('in'));
    const writer = stream.selectExpr('a', 'a + 1 AS A').writeStream;
    const query = await writer
      .foreachBatch(async (batch) => void (await batch.write.csv(work.path('out'))))
      .option('checkpointLocation', work.path('checkpoint'))
      .trigger({ availableNow: true })
      .start();
    await expect(query.awaitTermination()).rejects.toThrow('more than once');
    const table = session.read.schema('a INT').json(work.path('in')).selectExpr('a', 'a AS a');
    await expect(table.write.csv(work.path('table'))).rejects.toMatchObject({ code: 'COLUMN_ALREADY_EXISTS' });
    expect(await table.collect()).toHaveLength(1);
  });

  test.each(['a INT, b INT, A STRING', 's STRUCT<a: INT, l: ARRAY<STRUCT<x: INT, x: INT>>>'])(
    'a schema that has a name twice is refused: %s',
    (schema) => {
      const reader = createSession().readStream.format('json').schema(schema);
      expect(() => reader.load(work.path('in'))).toThrow(expect.objectContaining({ code: 'COLUMN_ALREADY_EXISTS' }));
    },
  );

  test('of a name that is there twice, the last one counts', async () => {
    const { lines, aside } = await through('{"n":1,"n":2}\n{"s":{"a":1},"n":3,"s":{"b":2}}\n', {
      ...JSON_TO_JSON,
      schema: 'n INT, s STRUCT<a: INT, b: INT>',
    });
    expect(lines).toEqual(['{"n":2}', '{"n":3,"s":{"b":2}}']);
    expect(aside).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('a.json, line 1: an object of the record has n more than once')]);
  });

  test('in the header of CSV', async () => {
    const text = '__proto__,10,constructor,2\np,ten,c,two\n';
    const schema = '`2` STRING, `__proto__` STRING, constructor STRING, `10` STRING';
    const { lines } = await through(text, { from: 'csv', to: 'json', schema, options: { header: true } });
    expect(lines).toEqual(['{"2":"two","__proto__":"p","constructor":"c","10":"ten"}']);
  });
});

describe('bytes that are no text', () => {
  const bad: readonly (readonly [what: string, bytes: readonly number[]])[] = [
    ['a byte alone', [0xff]],
    ['a character cut short', [0xe2, 0x82]],
    ['one written too long', [0xc0, 0xaf]],
    ['half a pair', [0xed, 0xa0, 0x80]],
    ['one beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ];

  test.each(bad)('%s: the record is set aside with its bytes, the others are read', async (_what, bytes) => {
    const line = (text: Uint8Array | string) =>
      Buffer.concat([Buffer.from('{"s":"'), Buffer.from(text), Buffer.from('"}\n')]);
    const content = Buffer.concat([line('one'), line(Uint8Array.from(bytes)), line('ä€😀')]);
    const { lines, aside } = await through(content, { ...JSON_TO_CSV, schema: 's STRING' });
    expect(lines).toEqual(['one', 'ä€😀']);
    expect(aside).toHaveLength(1);
    expect(Buffer.from(aside[0]?.rawBase64 as string, 'base64').includes(Buffer.from(bytes))).toBe(true);

    const csv = Buffer.concat([Buffer.from('one\n'), Buffer.from(bytes), Buffer.from('\nä€😀\n')]);
    const fromCsv = await through(csv, { from: 'csv', to: 'json', schema: 's STRING' }, 'csv');
    expect(fromCsv.lines).toEqual(['{"s":"one"}', '{"s":"ä€😀"}']);
    expect(fromCsv.aside).toMatchObject([{ line: 2, rawBase64: Buffer.from(bytes).toString('base64') }]);
  });

  test('half of a surrogate pair, written as an escape, is set aside; a whole one is a character', async () => {
    const { lines, aside } = await through('{"s":"\\ud83d"}\n{"s":"\\ude00x"}\n{"s":"\\ud83d\\ude00"}\n', {
      ...JSON_TO_CSV,
      schema: 's STRING',
    });
    expect(lines).toEqual(['😀']);
    expect(aside.map(({ raw }) => raw)).toEqual(['{"s":"\\ud83d"}', '{"s":"\\ude00x"}']);
  });

  test('NUL is a character: in JSON as an escape, in CSV and back as it is', async () => {
    const { lines } = await through('{"s":"a\\u0000b"}', { ...JSON_TO_CSV, schema: 's STRING' });
    expect(lines).toEqual(['a\u0000b']);
    const { lines: back } = await through('a\u0000b\n', { from: 'csv', to: 'json', schema: 's STRING' }, 'csv');
    expect(back).toEqual(['{"s":"a\\u0000b"}']);
    const raw = await through('{"s":"a\u0000b"}\n{"s":"c"}\n', { ...JSON_TO_CSV, schema: 's STRING' }, 'raw');
    expect(raw.lines).toEqual(['c']);
    expect(raw.aside).toHaveLength(1);
  });

  test('a byte order mark is left out at the beginning of a file, and kept within', async () => {
    const { lines } = await through('\ufeff{"s":"\ufeffx"}', { ...JSON_TO_CSV, schema: 's STRING' });
    // In quotes, so that who reads it does not take it for a mark.
    expect(lines).toEqual(['"\ufeffx"']);
    const csv = await through(
      '\ufeffs\n\ufeffx\n',
      { from: 'csv', to: 'json', schema: 's STRING', options: { header: true } },
      'csv',
    );
    expect(csv.lines).toEqual(['{"s":"\ufeffx"}']);
  });

  test.each([
    ['UTF-16 with a mark', Buffer.from('\ufeff{"s":"x"}\n', 'utf16le')],
    ['UTF-16 without', Buffer.from('{"s":"x"}\n', 'utf16le')],
    ['a picture', Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82])],
    ['zeros', new Uint8Array(5000)],
  ])('%s under the name of JSON gives no rows, and is set aside', async (_what, content) => {
    const { lines, aside } = await through(content, { ...JSON_TO_CSV, schema: 's STRING' });
    expect(lines.filter((line) => line !== '')).toEqual([]);
    expect(aside.length).toBeGreaterThan(0);
  });
});

describe('CSV as it comes', () => {
  const CSV: Way = { from: 'csv', to: 'json', schema: 'a STRING, b STRING', options: {} };

  test.each<[what: string, text: string, rows: (readonly [string | null, string | null])[], aside: number]>([
    [
      'CRLF, CR and LF',
      '1,2\r\n3,4\r5,6\n',
      [
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ],
      0,
    ],
    ['quotes, and quotes in quotes', '"a,b","c""d"\n', [['a,b', 'c"d']], 0],
    ['line ends in quotes', '"a\nb","c\r\nd"\n', [['a\nb', 'c\r\nd']], 0],
    ['empty and quoted empty', ',""\n', [[null, '']], 0],
    ['too few and too many fields', '1\n1,2,3\n4,5\n', [['4', '5']], 2],
    [
      'a quote that is not closed',
      '1,2\n3,"4\n5,6\n',
      [
        ['1', '2'],
        ['5', '6'],
      ],
      1,
    ],
    ['a quote within a field', '1,a"b\n3,4\n', [['3', '4']], 1],
    ['text behind a quote', '1,"a"b\n3,4\n', [['3', '4']], 1],
    [
      'no end of line at the end',
      '1,2\n3,4',
      [
        ['1', '2'],
        ['3', '4'],
      ],
      0,
    ],
    ['blanks are text', ' 1 , 2 \n', [[' 1 ', ' 2 ']], 0],
  ])('%s', async (_what, text, expected, aside) => {
    const found = await through(text, CSV);
    const rows = found.lines
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { a?: string; b?: string });
    expect(rows.map(({ a, b }) => [a ?? null, b ?? null])).toEqual(expected);
    expect(found.aside).toHaveLength(aside);
  });

  test.each([
    ['twice the same column', 'a,b,a\n1,2,3\n', /names column "a" 2 times/],
    ['a missing column that must not be null', 'x,b\n1,2\n', /the header has no column "a"/],
  ])('a header with %s makes every record malformed, with the reason', async (_what, text, reason) => {
    const { lines, aside } = await through(text, {
      ...CSV,
      schema: 'a STRING NOT NULL, b STRING',
      options: { header: true },
    });
    expect(lines.filter((line) => line !== '')).toEqual([]);
    expect(aside).toMatchObject([{ reason: expect.stringMatching(reason) }]);
  });
});

test('a text keeps its own way of writing a value through JSON and CSV: nothing is guessed', async () => {
  const texts = ['007', '1e5', 'true', 'null', 'NaN', '2026-01-01', ' ', '0x10', '=1+1', '-1', "'", '\\N', 'NA'];
  const { lines } = await through(texts.map((s) => `${JSON.stringify({ s })}\n`).join(''), {
    ...JSON_TO_CSV,
    schema: 's STRING',
  });
  expect(lines.map((line) => line.replace(/^"(.*)"$/, '$1'))).toEqual(texts);
});

test.each([
  ['first', 'b'],
  ['last', 'a'],
])('fields that come and go (the file with more of them %s) do not change the columns', async (_which, before) => {
  const schema = 'id INT, name STRING, more STRUCT<x: INT, y: INT>';
  work.deliver(
    `drift/in/${before}1.json`,
    '{"id":1,"name":"n","more":{"x":1,"y":2,"z":3},"new":[1,2,{"deep":true}]}\n',
  );
  work.deliver('drift/in/aa.json', '{"id":2}\n{"NAME":"any case","id":3,"more":{"y":5}}\n');
  const way: Way = { from: 'json', to: 'csv', schema: 'id INT, name STRING' };
  const { lines, aside } = await run(work.path('drift', 'in'), way, 'drift');
  expect(aside).toEqual([]);
  expect(lines.toSorted()).toEqual(['1,n', '2,', '3,any case']);
  const nested = await run(work.path('drift', 'in'), { from: 'json', to: 'json', schema }, 'nested');
  expect(nested.lines.toSorted()).toEqual([
    '{"id":1,"name":"n","more":{"x":1,"y":2}}',
    '{"id":2}',
    '{"id":3,"name":"any case","more":{"y":5}}',
  ]);
});
