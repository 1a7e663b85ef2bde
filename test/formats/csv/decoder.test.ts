import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { batchOf, type Cell, cellAt, type Vector } from '../../../src/batch.ts';
import { csvFormat } from '../../../src/formats/csv/csv-format.ts';
import {
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INT,
  LONG,
  type Schema,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';
import type { RejectedRecord } from '../../../src/source.ts';

type Reject = Omit<RejectedRecord, 'source'>;

interface Decoded {
  rows: Cell[][];
  rejects: Reject[];
  dropped: number;
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

function decode(
  schema: Schema,
  content: string | Uint8Array,
  options: Record<string, unknown> = {},
  cuts: readonly number[] = [],
): Decoded {
  const result: Decoded = { rows: [], rejects: [], dropped: 0 };
  const decoder = csvFormat.decoder({
    schema,
    options,
    reject: (record) => result.rejects.push(record),
    dropped: (rows) => {
      result.dropped += rows;
    },
  });
  const bytes = bytesOf(content);
  const borders = [0, ...[...cuts].map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  const batches = [];
  for (let i = 1; i < borders.length; i++) {
    // A copy that is spoilt afterwards: the bytes belong to the caller again.
    const chunk = bytes.slice(borders[i - 1], borders[i]);
    batches.push(...decoder.push(chunk));
    chunk.fill(0x21);
  }
  batches.push(...decoder.finish());
  for (const batch of batches) {
    for (let row = 0; row < batch.length; row++) result.rows.push(batch.vectors.map((v: Vector) => cellAt(v, row)));
  }
  return result;
}

function schemaOf(types: Record<string, DataType>, nullable = true): Schema {
  return struct(Object.entries(types).map(([name, type]) => field(name, type, nullable)));
}

const AB = schemaOf({ a: STRING, b: INT });
const micros = (iso: string): number => Date.parse(iso) * 1000;

describe('records', () => {
  test('line ends, quotes, byte order mark, no line end at the end', () => {
    const content = '\ufeffb,a\r\n1,"x, ""y""\nz"\n2,é\r3,';
    expect(decode(AB, content, { header: true }).rows).toEqual([
      ['x, "y"\nz', 1],
      ['é', 2],
      [null, 3],
    ]);
  });

  test('columns are found by name, exactly first, then in any case', () => {
    expect(decode(AB, 'A,a,B\n1,2,3', { header: true }).rows).toEqual([['2', 3]]);
  });

  test('without header columns are found by position', () => {
    expect(decode(AB, 'x,1\ny,2\n').rows).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
  });

  test('comments, another separator, blanks around fields', () => {
    const options = { comment: '#', sep: '||', ignoreLeadingWhiteSpace: true, ignoreTrailingWhiteSpace: 'true' };
    expect(decode(AB, '# no\n  x | y || 1\n "z" ||2', options).rows).toEqual([
      ['x | y', 1],
      ['z', 2],
    ]);
  });

  test("escape '\\' reads as Spark does", () => {
    const content = '"a \\"b\\" \\\\ \\n",1\nc"d,2\n"e"f,3\n';
    expect(decode(AB, content, { escape: '\\' }).rows).toEqual([
      ['a "b" \\ \\n', 1],
      ['c"d', 2],
      ['"e"f', 3],
    ]);
  });

  test('an empty line is no record, but where a record is one field it is null', () => {
    expect(decode(AB, '\nx,1\n\n\r\ny,2\n').rows).toHaveLength(2);
    expect(decode(schemaOf({ a: STRING }), 'x\n\n""\n').rows).toEqual([['x'], [null], ['']]);
  });
});

describe('values', () => {
  const one = (type: DataType, text: string, options: Record<string, unknown> = {}): unknown => {
    const { rows, rejects } = decode(schemaOf({ k: INT, v: type }), `1,${text}\n`, options);
    return rejects.length > 0 ? 'rejected' : rows[0]?.[1];
  };

  test.each<[DataType, string, unknown]>([
    [LONG, '9223372036854775807', 9223372036854775807n],
    [LONG, '-9223372036854775808', -9223372036854775808n],
    [LONG, '9223372036854775808', 'rejected'],
    [LONG, '9007199254740993', 9007199254740993n],
    [LONG, '-0', 0],
    [LONG, '+0000000000000000000000007', 7],
    [LONG, '1.0', 'rejected'],
    [LONG, '-', 'rejected'],
    [LONG, ' 1', 'rejected'],
    [INT, '2147483648', 'rejected'],
    [INT, '-2147483648', -2147483648],
    [DOUBLE, '0.1', 0.1],
    [DOUBLE, '123456789012345678', 123456789012345680],
    [DOUBLE, '-1.5e-7', -1.5e-7],
    [DOUBLE, '.5', 0.5],
    [DOUBLE, '5.', 5],
    [DOUBLE, '-0', -0],
    [DOUBLE, 'NaN', Number.NaN],
    [DOUBLE, '-Infinity', Number.NEGATIVE_INFINITY],
    [DOUBLE, '1e400', 'rejected'],
    [DOUBLE, '1e', 'rejected'],
    [DOUBLE, '0x10', 'rejected'],
    [DOUBLE, '.', 'rejected'],
    [FLOAT, '0.1', Math.fround(0.1)],
    [BOOLEAN, 'TRUE', true],
    [BOOLEAN, 'no', 'rejected'],
    [DATE, '1970-01-02', 1],
    [DATE, '2023-02-29', 'rejected'],
    [TIMESTAMP, '2026-01-01T00:00:00.000001Z', micros('2026-01-01T00:00:00Z') + 1],
    [TIMESTAMP, '2026-01-01 02:00:00+02:00', micros('2026-01-01T00:00:00Z')],
    [TIMESTAMP, 'soon', 'rejected'],
    [decimal(5, 2), '123.45', 12345n],
    [decimal(5, 2), '-1e2', -10000n],
    [decimal(5, 2), '1234', 'rejected'],
    [decimal(5, 2), '0.001', 'rejected'],
    [decimal(5, 2), '0.1000', 10n],
    [decimal(38, 0), '1e999999999999', 'rejected'],
    [decimal(38, 0), '0e999999999999', 0n],
    [STRING, '""', ''],
    [STRING, '', null],
    [INT, '""', null],
  ])('%j %s', (type, text, expected) => {
    expect(one(type, text)).toEqual(expected);
  });

  test("Spark's modes round decimals half up and let doubles overflow", () => {
    const options = { mode: 'failfast' };
    expect(one(decimal(5, 2), '0.125', options)).toBe(13n);
    expect(one(decimal(5, 2), '-0.125', options)).toBe(-13n);
    expect(one(decimal(5, 2), '0.0049', options)).toBe(0n);
    expect(() => one(decimal(5, 2), '999.995', options)).toThrow(/MALFORMED|decimal/);
    expect(one(DOUBLE, '1e400', options)).toBe(Number.POSITIVE_INFINITY);
  });

  test('nullValue and emptyValue', () => {
    expect(one(STRING, 'NA', { nullValue: 'NA' })).toBeNull();
    expect(one(STRING, '"NA"', { nullValue: 'NA' })).toBe('NA');
    expect(one(STRING, '"NA"', { nullValue: 'NA', mode: 'permissive' })).toBeNull();
    expect(one(STRING, '""', { mode: 'permissive' })).toBeNull();
    expect(one(STRING, '""', { mode: 'permissive', nullValue: '-' })).toBe('');
    expect(one(STRING, '""', { emptyValue: 'E' })).toBe('E');
  });

  test('a time without zone is in timeZone', () => {
    expect(one(TIMESTAMP, '2026-01-01T01:00:00', { timeZone: 'Europe/Berlin' })).toBe(micros('2026-01-01T00:00:00Z'));
  });

  test('a long column with one wide value keeps all others exact', () => {
    const { rows } = decode(schemaOf({ v: LONG }), '1\n9007199254740993\n3\n');
    expect(rows).toEqual([[1], [9007199254740993n], [3]]);
  });

  test('nested types are refused', () => {
    expect(() => decode(schemaOf({ s: struct([]) }), '')).toThrow(/column "s" of type struct<>/);
  });
});

describe('mode reject', () => {
  const clicks = struct([field('t', STRING), field('clicks', LONG, false)]);

  test('a record that does not fit is set aside with line, offset, reason and text; the rest goes on', () => {
    const { rows, rejects } = decode(clicks, 'clicks,t\n1,"a\nb"\nabc,x\n,y\n1,2,3\n4,z\n', { header: true });
    expect(rows).toEqual([
      ['a\nb', 1],
      ['z', 4],
    ]);
    expect(rejects).toEqual([
      { line: 4, byteOffset: 17, reason: 'column clicks: expected a whole number (bigint), found "abc"', raw: 'abc,x' },
      { line: 5, byteOffset: 23, reason: 'column clicks: expected a whole number (bigint), found nothing', raw: ',y' },
      { line: 6, byteOffset: 26, reason: 'expected 2 fields, found 3', raw: '1,2,3' },
    ]);
  });

  test('odd quotes cost their line only', () => {
    const { rows, rejects } = decode(clicks, 'a"b,1\n"c"d,2\n"e"" ,3\nf,4\n"g,5\nh,6');
    expect(rows).toEqual([
      ['f', 4],
      ['h', 6],
    ]);
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [1, 'field 1: a quote inside a field that is not in quotes'],
      [2, 'field 1: a closing quote is followed by text, expected a separator or the end of the line'],
      [3, expect.stringContaining('a closing quote is followed by text')],
      [5, 'a quote opened in line 5 is never closed'],
    ]);
  });

  test('odd quotes are known once csv-parse was asked often enough', () => {
    const odd = ['a"b,1', '"c"d,2', 'x,y"', '"""e"""f,g'].join('\n');
    const once = decode(clicks, odd).rejects.map(({ reason }) => reason);
    const { rejects } = decode(clicks, `${odd}\n`.repeat(500));
    expect(rejects).toHaveLength(500 * once.length);
    expect(rejects.slice(-once.length).map(({ reason }) => reason)).toEqual(once);
  });

  test('a quote that is never closed swallows nothing', () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `x,${i}\n`).join('');
    const { rows, rejects } = decode(clicks, `a,1\n"b,2\n${lines}`, { maxRecordBytes: 100 }, [7, 50, 1000]);
    expect(rows).toHaveLength(1001);
    expect(rejects).toEqual([
      {
        line: 2,
        byteOffset: 4,
        reason: 'a quote opened in line 2 is not closed within maxRecordBytes (100)',
        raw: '"b,2',
      },
    ]);
  });

  test('a line that is too long is set aside with its beginning', () => {
    const { rows, rejects } = decode(clicks, `${'x'.repeat(50)},1\r\ny,2\r\n`, { maxRecordBytes: 20 }, [10, 30, 53]);
    expect(rows).toEqual([['y', 2]]);
    expect(rejects).toEqual([
      { line: 1, byteOffset: 0, reason: 'longer than maxRecordBytes (20)', raw: 'x'.repeat(20) },
    ]);
  });

  test('a header of too many columns rejects the rows of its file, not the rows of others', () => {
    const { rows, rejects } = decode(clicks, 'a,b,c,d\nx,1\n', { maxColumns: 3, header: true });
    expect(rows).toEqual([]);
    expect(rejects).toEqual([
      { line: 2, byteOffset: 8, reason: 'line 1: the header has 4 columns, maxColumns is 3', raw: 'x,1' },
    ]);
    expect(decode(clicks, 'a,b,c,d\nx,1\n', { maxColumns: 4, header: true }).rejects[0]?.reason).not.toContain(
      'maxColumns',
    );
  });

  test('bytes that are not UTF-8 are set aside as base64', () => {
    const { rows, rejects } = decode(clicks, Uint8Array.of(0x61, 0xff, 0x2c, 0x31, 10, 0x62, 0x2c, 0x32, 10));
    expect(rows).toEqual([['b', 2]]);
    expect(rejects).toEqual([
      {
        line: 1,
        byteOffset: 0,
        reason: 'not valid UTF-8',
        rawBase64: Buffer.from([0x61, 0xff, 0x2c, 0x31]).toString('base64'),
      },
    ]);
  });

  test('a header without a column that must be there makes every record malformed', () => {
    const { rows, rejects } = decode(clicks, 't,click\nx,1\ny,2\n', { header: true });
    expect(rows).toEqual([]);
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual(
      [2, 3].map((line) => [line, 'line 1: the header has no column "clicks" (bigint), it has: t, click']),
    );
    expect(decode(clicks, 'clicks\n1\n', { header: true }).rows).toEqual([[null, 1]]);
  });

  test('a malformed or ambiguous header makes every record malformed', () => {
    expect(decode(clicks, 't,"clicks" x\nx,1\n', { header: true }).rejects.map(({ line }) => line)).toEqual([1, 2]);
    expect(decode(clicks, 't,Clicks,CLICKS\nx,1,2\n', { header: true }).rejects[0]?.reason).toMatch(/2 times/);
  });
});

describe("Spark's modes", () => {
  test('permissive keeps what parses and fills the corrupt column', () => {
    const schema = schemaOf({ a: INT, _corrupt_record: STRING, b: DATE });
    expect(decode(schema, '0,2013-111_11 12:13:14\n1,1983-08-04\n1,2,3\n"x\n', { mode: 'PERMISSIVE' }).rows).toEqual([
      [0, '0,2013-111_11 12:13:14', null],
      [1, null, 4963],
      [1, '1,2,3', null],
      [null, '"x', null],
    ]);
  });

  test('an unknown mode means permissive, a slip is refused', () => {
    expect(decode(AB, 'x,y', { mode: 'abcd' }).rows).toEqual([['x', null]]);
    expect(() => decode(AB, '', { mode: 'rejects' })).toThrow(/Did you mean "reject"/);
  });

  test('dropmalformed counts, failfast throws', () => {
    expect(decode(AB, 'x,y\nz,1\n', { mode: 'DROPMALFORMED' })).toEqual({ rows: [['z', 1]], rejects: [], dropped: 1 });
    expect(() => decode(AB, 'z,1\nx,y\n', { mode: 'FAILFAST' })).toThrow(
      /line 2 \(byte 4\): column b: expected a whole number/,
    );
  });

  test('blank lines are no records', () => {
    expect(decode(AB, ' \t\nx,1\n', { mode: 'permissive' }).rows).toEqual([['x', 1]]);
  });
});

describe('properties', () => {
  const piece = fc.constantFrom(
    '"',
    ',',
    '\n',
    '\r',
    '\r\n',
    'a',
    'é',
    '😀',
    ' ',
    '""',
    '","',
    '1',
    '#',
    '\ufeff',
    '\0',
  );
  const content = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  const texts = schemaOf({ a: STRING, b: STRING });

  test('how the bytes are cut does not matter', () => {
    const options = fc.constantFrom<Record<string, unknown>>(
      {},
      { header: true },
      { mode: 'permissive' },
      { escape: '\\', sep: ';,' },
      { maxRecordBytes: 6 },
      { maxRecordBytes: 3, comment: '#', ignoreLeadingWhiteSpace: true, ignoreTrailingWhiteSpace: true },
      { sep: ', ', quote: '"' },
    );
    const cuts = fc.array(fc.nat(60), { maxLength: 12 });
    const bad = fc.option(fc.nat(40), { freq: 4, nil: -1 });
    fc.assert(
      fc.property(content, options, cuts, bad, (text, given, where, at) => {
        const bytes = bytesOf(text);
        if (at >= 0 && at < bytes.length) bytes[at] = 0xff;
        expect(decode(texts, bytes, given, where)).toEqual(decode(texts, bytes, given));
      }),
      { numRuns: 3000 },
    );
  });

  test('records that csv-parse takes are read alike', () => {
    fc.assert(
      fc.property(content, (text) => {
        let records: string[][];
        try {
          records = parse(text, {
            bom: true,
            relax_column_count: true,
            skip_empty_lines: true,
            record_delimiter: ['\r\n', '\n', '\r'],
          });
        } catch {
          expect(decode(texts, text).rejects.length).toBeGreaterThan(0);
          return;
        }
        const { rows, rejects } = decode(texts, text);
        expect(rows.map((row) => row.map((cell) => cell ?? ''))).toEqual(
          records.filter((record) => record.length === 2),
        );
        expect(rejects).toHaveLength(records.filter((record) => record.length !== 2).length);
      }),
      { numRuns: 3000 },
    );
  });

  test('every byte ends in a row, a reject or is skipped on purpose', () => {
    fc.assert(
      fc.property(content, (text) => {
        const { rejects } = decode(schemaOf({ a: INT }, false), text, { maxRecordBytes: 1000 });
        for (const { byteOffset, raw } of rejects) {
          const bytes = bytesOf(raw ?? '');
          expect([...bytesOf(text).subarray(byteOffset, (byteOffset ?? 0) + bytes.length)]).toEqual([...bytes]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what was encoded is decoded', () => {
    const schema = schemaOf({
      s: STRING,
      l: LONG,
      d: DOUBLE,
      f: FLOAT,
      b: BOOLEAN,
      day: DATE,
      t: TIMESTAMP,
      n: decimal(20, 3),
    });
    const long = fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((v) => (Number.isSafeInteger(Number(v)) ? Number(v) : v));
    const row = fc.tuple(
      fc.option(fc.oneof(fc.string({ unit: 'binary' }), content)),
      fc.option(fc.oneof(long, fc.maxSafeInteger())),
      fc.option(fc.double()),
      fc.option(fc.float()),
      fc.option(fc.boolean()),
      fc.option(fc.integer({ min: -3_000_000, max: 3_000_000 })),
      fc.option(fc.integer({ min: -60_000_000_000_000_000, max: 9_000_000_000_000_000 }).filter(Number.isSafeInteger)),
      fc.option(fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n })),
    );
    const options = fc.constantFrom<Record<string, unknown>>(
      { header: true },
      { sep: '\t' },
      { sep: '::', nullValue: 'NULL', comment: 'a', multiLine: true },
      { escape: '\\' },
      { ignoreLeadingWhiteSpace: true, ignoreTrailingWhiteSpace: true },
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), options, (rows, given) => {
        const encoder = csvFormat.encoder({ schema, options: given });
        const encoded = Buffer.concat([encoder.encode(batchOf(schema, rows)), encoder.finish()]);
        const decoded = decode(schema, encoded, given);
        expect(decoded.rejects).toEqual([]);
        expect(decoded.rows).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });
});
