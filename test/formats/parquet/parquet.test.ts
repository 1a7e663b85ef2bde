import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOf, type Cell, cellAt, type MapCell } from '../../../src/batch.ts';
import type { RandomAccess } from '../../../src/format.ts';
import { parquetFormat } from '../../../src/formats/parquet/parquet-format.ts';
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
  type Field,
  FLOAT,
  field,
  INT,
  LONG,
  map,
  type Schema,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';

const WRITERS = ['hyparquet-writer', 'parquetjs-lite'] as const;
type WriterName = (typeof WRITERS)[number];

async function encode(
  schema: Schema,
  rows: readonly (readonly Cell[])[],
  options: Record<string, unknown> = {},
  batchRows = rows.length || 1,
): Promise<Uint8Array> {
  const encoder = await parquetFormat.openEncoder({ schema, options });
  const parts: Uint8Array[] = [];
  for (let at = 0; at < rows.length; at += batchRows) {
    parts.push(await encoder.encode(batchOf(schema, rows.slice(at, at + batchRows))));
  }
  parts.push(await encoder.finish());
  return Buffer.concat(parts);
}

function accessTo(bytes: Uint8Array): RandomAccess {
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

async function decode(bytes: Uint8Array, wanted?: Schema): Promise<{ schema: Schema; rows: Cell[][] }> {
  const reader = await parquetFormat.open(accessTo(bytes));
  const rows: Cell[][] = [];
  for await (const batch of reader.batches(wanted)) {
    for (let row = 0; row < batch.length; row++) rows.push(batch.vectors.map((vector) => cellAt(vector, row)));
  }
  return { schema: reader.schema, rows };
}

const schemaOf = (...fields: readonly Field[]): Schema => struct(fields);
const MAX_LONG = 2n ** 63n - 1n;
const MIN_LONG = -(2n ** 63n);
const DAY = 86_400_000_000;

let folder = '';
let query: (sql: string) => Promise<unknown[][]>;
let close = (): void => {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parquet-test-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  query = async (sql) => (await connection.runAndReadAll(sql)).getRows() as unknown[][];
  close = () => {
    connection.closeSync();
    instance.closeSync();
  };
});

afterAll(() => {
  close();
  rmSync(folder, { recursive: true });
});

function saved(name: string, bytes: Uint8Array): string {
  const path = join(folder, `${name}.parquet`);
  writeFileSync(path, bytes);
  return `'${path}'`;
}

/** Types that both writers know, with values that both can write. */
const COMMON: readonly [string, DataType, readonly Cell[]][] = [
  ['boolean', BOOLEAN, [true, false]],
  ['byte', BYTE, [-128, 127]],
  ['short', SHORT, [-32768, 32767]],
  ['int', INT, [-2147483648, 2147483647, 0]],
  ['long', LONG, [-9007199254740991, 9007199254740991]],
  ['float', FLOAT, [Math.fround(0.1), 0, Number.POSITIVE_INFINITY]],
  ['double', DOUBLE, [0.1, 0, 5e-324, Number.NEGATIVE_INFINITY]],
  ['string', STRING, ['', 'é😀\u0000"', 'a,b']],
  ['binary', BINARY, [Uint8Array.of(), Uint8Array.of(0, 255)]],
  ['date', DATE, [0, 20454, 2_932_896]],
  ['timestamp', TIMESTAMP, [0, 1, 1_767_225_600_000_001]],
];

describe.each(WRITERS)('%s', (parquetWriter: WriterName) => {
  test.each(COMMON)('round trip of %s', async (_name, type, values) => {
    for (const compression of ['snappy', 'gzip', 'none']) {
      const schema = schemaOf(field('required', type, false), field('optional', type), field('empty', type));
      const rows = values.flatMap((value) => [
        [value, value, null],
        [value, null, null],
      ]);
      const decoded = await decode(await encode(schema, rows, { parquetWriter, compression }, 2));
      expect(decoded.schema).toEqual(schema);
      expect(decoded.rows).toEqual(rows);
    }
  });

  test('DuckDB reads the same values, times and types', async () => {
    const schema = schemaOf(...COMMON.map(([name, type]) => field(`c_${name}`, type)));
    const rows = [COMMON.map(([, , values]) => values.at(-1) as Cell), COMMON.map(() => null)];
    const file = saved(`types-${parquetWriter}`, await encode(schema, rows, { parquetWriter }));
    expect(await query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${file})`)).toEqual([
      ['c_boolean', 'BOOLEAN'],
      ['c_byte', 'TINYINT'],
      ['c_short', 'SMALLINT'],
      ['c_int', 'INTEGER'],
      ['c_long', 'BIGINT'],
      ['c_float', 'FLOAT'],
      ['c_double', 'DOUBLE'],
      ['c_string', 'VARCHAR'],
      ['c_binary', 'BLOB'],
      ['c_date', 'DATE'],
      ['c_timestamp', parquetWriter === 'parquetjs-lite' ? 'TIMESTAMP' : 'TIMESTAMP WITH TIME ZONE'],
    ]);
    const columns = COMMON.map(([name]) => `c_${name}::VARCHAR`).join(', ');
    expect(await query(`SELECT ${columns} FROM ${file}`)).toEqual([
      [
        'false',
        '127',
        '32767',
        '0',
        '9007199254740991',
        'inf',
        '-inf',
        'a,b',
        '\\x00\\xFF',
        '9999-12-31',
        expect.stringMatching(/^2026-01-01 00:00:00.000001(\+00)?$/),
      ],
      COMMON.map(() => null),
    ]);
  });

  test('statistics never hide a row', async () => {
    const schema = schemaOf(field('s', STRING), field('l', LONG), field('d', DOUBLE), field('t', TIMESTAMP));
    const rows = ['\ufffd', '😀', 'a', ''].map((s, i) => [s, i * 1e15 - 2e15, i - 1.5, i * DAY]);
    const file = saved(`statistics-${parquetWriter}`, await encode(schema, rows, { parquetWriter, rowGroupRows: 3 }));
    for (const [s, l, d, t] of rows) {
      const found = `s = '${s}' AND l = ${l} AND d = ${d} AND epoch_us(t) = ${t}`;
      expect(await query(`SELECT count(*) FROM ${file} WHERE ${found}`)).toEqual([[1n]]);
      for (const one of [`s = '${s}'`, `l = ${l}`, `d = ${d}`, `t = make_timestamptz(${t})`]) {
        expect([one, await query(`SELECT count(*) FROM ${file} WHERE ${one}`)]).toEqual([one, [[1n]]]);
      }
    }
  });

  test('row groups have exactly the rows asked for, however the batches are cut', async () => {
    const schema = schemaOf(field('l', LONG), field('s', STRING));
    const rows = Array.from({ length: 25_000 }, (_, i) => [i, i % 3 === 0 ? null : `s${i % 100}`]);
    const options = { parquetWriter, rowGroupRows: 10_000 };
    const bytes = await encode(schema, rows, options, 4096);
    expect(Buffer.from(await encode(schema, rows, options, 999)).equals(bytes)).toBe(true);
    expect((await parquetFormat.open(accessTo(bytes))).rowGroupRows).toEqual([10_000, 10_000, 5_000]);
    expect((await decode(bytes)).rows).toEqual(rows);
    const file = saved(`groups-${parquetWriter}`, bytes);
    expect(await query(`SELECT count(*), sum(l)::BIGINT, count(s) FROM ${file}`)).toEqual([
      [25_000n, 312_487_500n, 16_666n],
    ]);
  });

  test('a file without rows, and with pairs in the footer', async () => {
    const schema = schemaOf(field('l', LONG));
    const bytes = await encode(schema, [], { parquetWriter, kvMetadata: { 'clickstream.batchId': '7' } });
    const reader = await parquetFormat.open(accessTo(bytes));
    expect(reader.rowCount).toBe(0);
    expect(reader.kvMetadata).toMatchObject({ 'clickstream.batchId': '7' });
    expect((await decode(bytes)).rows).toEqual([]);
    expect(await query(`SELECT * FROM ${saved(`none-${parquetWriter}`, bytes)}`)).toEqual([]);
  });

  test('a null that must not be is refused', async () => {
    const schema = schemaOf(field('l', LONG, false));
    await expect(encode(schema, [[1], [null]], { parquetWriter })).rejects.toThrow(/"l"/);
  });

  test('types it does not know are refused by name before anything is written', async () => {
    const schema = schemaOf(field('i', CALENDAR_INTERVAL));
    await expect(parquetFormat.openEncoder({ schema, options: { parquetWriter } })).rejects.toThrow(
      /column "i" of type interval/,
    );
  });
});

describe('hyparquet-writer', () => {
  test('the limits of int64, NaN and times before 1970', async () => {
    const schema = schemaOf(field('l', LONG), field('d', DOUBLE), field('t', TIMESTAMP), field('day', DATE));
    const rows = [
      [MAX_LONG, Number.NaN, -1, -1],
      [MIN_LONG, 1.5, -DAY * 100_000, -719_528],
      [9007199254740993n, null, MAX_LONG, 0],
      [0, 2, null, null],
    ];
    const bytes = await encode(schema, rows);
    expect((await decode(bytes)).rows).toEqual(rows);
    const file = saved('limits', bytes);
    expect(await query(`SELECT l, d FROM ${file}`)).toEqual(rows.map(([l, d]) => [BigInt(l as number), d]));
    expect(await query(`SELECT count(*) FROM ${file} WHERE l = 9007199254740993`)).toEqual([[1n]]);
    expect(await query(`SELECT count(*) FROM ${file} WHERE l = ${MAX_LONG} AND isnan(d)`)).toEqual([[1n]]);
    expect(await query(`SELECT count(*) FROM ${file} WHERE d > 1.6`)).toEqual([[2n]]);
  });

  test('decimals of every width', async () => {
    const schema = schemaOf(field('a', decimal(9, 2)), field('b', decimal(18, 6)), field('c', decimal(38, 10)));
    const rows = [
      [999999999n, -(10n ** 18n) + 1n, 10n ** 38n - 1n],
      [-5n, 0n, -(10n ** 38n) + 1n],
      [null, null, null],
    ];
    const bytes = await encode(schema, rows);
    expect(await decode(bytes)).toEqual({ schema, rows });
    expect(await query(`SELECT a::VARCHAR, b::VARCHAR, c::VARCHAR FROM ${saved('decimals', bytes)}`)).toEqual([
      ['9999999.99', '-999999999999.999999', '9999999999999999999999999999.9999999999'],
      ['-0.05', '0.000000', '-9999999999999999999999999999.9999999999'],
      [null, null, null],
    ]);
  });

  test('DuckDB reads nested columns', async () => {
    const schema = schemaOf(
      field('s', struct([field('a', LONG), field('b', struct([field('c', STRING)]))])),
      field('l', array(array(INT))),
      field('m', map(STRING, array(LONG))),
    );
    const rows: Cell[][] = [
      [[1, ['x']], [[1, null], []], { keys: ['k', 'j'], values: [[1], null] }],
      [[null, null], [], { keys: [], values: [] }],
      [null, null, null],
    ];
    const file = saved('nested', await encode(schema, rows));
    expect(await query(`SELECT s::VARCHAR, l::VARCHAR, m::VARCHAR FROM ${file}`)).toEqual([
      ["{'a': 1, 'b': {'c': x}}", '[[1, NULL], []]', '{k=[1], j=NULL}'],
      ["{'a': NULL, 'b': NULL}", '[]', '{}'],
      [null, null, null],
    ]);
    expect(await decode(await encode(schema, rows))).toEqual({ schema, rows });
  });

  test('round trip of any rows', async () => {
    const leaves: readonly [DataType, fc.Arbitrary<Cell>][] = [
      [BOOLEAN, fc.boolean()],
      [INT, fc.integer()],
      [LONG, fc.bigInt({ min: MIN_LONG, max: MAX_LONG }).map((v) => (Number.isSafeInteger(Number(v)) ? Number(v) : v))],
      [DOUBLE, fc.oneof(fc.double(), fc.constantFrom(0, -0))],
      [STRING, fc.string({ unit: 'grapheme', maxLength: 5 })],
      [BINARY, fc.uint8Array({ maxLength: 4 })],
      [TIMESTAMP, fc.integer({ min: -1e15, max: 1e15 })],
      [decimal(20, 3), fc.bigInt({ min: -(10n ** 20n) + 1n, max: 10n ** 20n - 1n })],
    ];
    type Typed = readonly [DataType, fc.Arbitrary<Cell>];
    const nullable = (cells: fc.Arbitrary<Cell>): fc.Arbitrary<Cell> => fc.option(cells, { freq: 4 });
    const { type } = fc.letrec<{ type: Typed }>((tie) => ({
      type: fc.oneof(
        { depthSize: 'small', maxDepth: 2, withCrossShrink: true },
        fc.constantFrom(...leaves),
        tie('type').map(([t, c]): Typed => [array(t), fc.array(nullable(c), { maxLength: 3 })]),
        fc
          .array(fc.tuple(tie('type'), fc.boolean()), { minLength: 1, maxLength: 3 })
          .map(
            (members): Typed => [
              struct(members.map(([[t], optional], i) => field(`f${i}`, t, optional))),
              fc.tuple(...members.map(([[, c], optional]) => (optional ? nullable(c) : c))),
            ],
          ),
        fc
          .tuple(fc.constantFrom(...leaves), tie('type'))
          .map(
            ([[kt, kc], [vt, vc]]): Typed => [
              map(kt, vt),
              fc
                .array(fc.tuple(kc, nullable(vc)), { maxLength: 3 })
                .map((entries): MapCell => ({ keys: entries.map(([k]) => k), values: entries.map(([, v]) => v) })),
            ],
          ),
      ),
    }));
    const table = fc
      .array(fc.tuple(type, fc.boolean()), { minLength: 1, maxLength: 3 })
      .chain((columns) =>
        fc.tuple(
          fc.constant(struct(columns.map(([[t], optional], i) => field(`c${i}`, t, optional)))),
          fc.array(fc.tuple(...columns.map(([[, c], optional]) => (optional ? nullable(c) : c))), { maxLength: 6 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 4 }), async ([schema, rows], rowGroupRows) => {
        const decoded = await decode(await encode(schema, rows, { rowGroupRows }, 2));
        expect(decoded.schema).toEqual(schema);
        expect(decoded.rows).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });
});

describe('parquetjs-lite', () => {
  const refused = (type: DataType, value: Cell): Promise<unknown> =>
    encode(schemaOf(field('v', type)), [[value]], { parquetWriter: 'parquetjs-lite' });

  test.each<[DataType, Cell, RegExp]>([
    [LONG, 9007199254740993n, /9007199254740993 in column "v": it would be rounded/],
    [LONG, MIN_LONG, /rounded/],
    [DOUBLE, Number.NaN, /NaN in column "v"/],
    [FLOAT, Number.NaN, /NaN in column "v"/],
    [DATE, -1, /no date before 1970/],
    [TIMESTAMP, -1, /no timestamp before 1970/],
    [decimal(5, 2), 1n, /column "v" of type decimal\(5,2\)/],
    [array(INT), [], /column "v" of type array<int>/],
  ])('%j refuses %s', async (type, value, message) => {
    await expect(refused(type, value)).rejects.toThrow(message);
    await expect(refused(type, value)).rejects.toThrow(/hyparquet-writer/);
  });

  test('a column that would move is refused', async () => {
    const schema = schemaOf(field('a', INT), field('1', INT));
    await expect(encode(schema, [], { parquetWriter: 'parquetjs-lite' })).rejects.toThrow(/column "a" in its place/);
  });

  test('long columns keep their nulls', async () => {
    const schema = schemaOf(field('l', LONG), field('b', BOOLEAN));
    const rows = Array.from({ length: 20_000 }, (_, i) => [
      i % 7 < 3 ? null : i,
      (i * i) % 11 === 3 ? null : i % 5 === 0,
    ]);
    const bytes = await encode(schema, rows, { parquetWriter: 'parquetjs-lite' }, 5000);
    expect((await decode(bytes)).rows).toEqual(rows);
    const [found] = await query(`SELECT count(*), count(l), count(b), sum(l)::BIGINT FROM ${saved('long', bytes)}`);
    const longs = rows.flatMap(([l]) => (typeof l === 'number' ? [l] : []));
    expect(found).toEqual([
      20_000n,
      BigInt(longs.length),
      BigInt(rows.filter(([, b]) => b !== null).length),
      BigInt(longs.reduce((sum, l) => sum + l, 0)),
    ]);
  });
});

describe('reading', () => {
  const schema = schemaOf(field('a', INT), field('B', STRING), field('f', FLOAT));
  const rows = [
    [1, 'x', 0.5],
    [null, null, null],
  ];

  test('the columns that are wanted, by name, wider where it is safe', async () => {
    const bytes = await encode(schema, rows);
    const wanted = schemaOf(field('b', STRING), field('a', LONG), field('none', DATE), field('f', DOUBLE));
    expect((await decode(bytes, wanted)).rows).toEqual([
      ['x', 1, null, 0.5],
      [null, null, null, null],
    ]);
    await expect(decode(bytes, schemaOf(field('none', DATE, false)))).rejects.toThrow(
      /no column "none", it has: a, B, f/,
    );
    await expect(decode(bytes, schemaOf(field('a', STRING)))).rejects.toThrow(
      /"a" is int in the file, string was expected/,
    );
    expect((await decode(bytes, schemaOf())).rows).toEqual([[], []]);
  });

  test('files of DuckDB, also with other types', async () => {
    const path = join(folder, 'duck.parquet');
    await query(
      `COPY (SELECT 200::UTINYINT u8, 60000::USMALLINT u16, 4294967295::UINTEGER u32, 18446744073709551615::UBIGINT u64,
         TIMESTAMP_NS '1969-12-31 23:59:59.999999999' ns, TIMESTAMP_MS '2026-01-01 00:00:00.001' ms, TIMESTAMP '2026-01-01' ts,
         1.25::DECIMAL(4,2) n, [{'k': 1, 'v': [MAP {1: 'x'}]}] nested, 'a' s, '\\xFF'::BLOB b)
       TO '${path}' (FORMAT parquet, COMPRESSION gzip)`,
    );
    const { readFileSync } = await import('node:fs');
    const decoded = await decode(readFileSync(path));
    expect(decoded.schema.fields.map(({ type }) => type.kind)).toEqual([
      'short',
      'int',
      'long',
      'decimal',
      'timestamp',
      'timestamp',
      'timestamp',
      'decimal',
      'array',
      'string',
      'binary',
    ]);
    expect(decoded.rows).toEqual([
      [
        200,
        60000,
        4294967295,
        18446744073709551615n,
        -1,
        1_767_225_600_001_000,
        1_767_225_600_000_000,
        125n,
        [[1, [{ keys: [1], values: ['x'] }]]],
        'a',
        Uint8Array.of(255),
      ],
    ]);
  });

  test('a file that is not whole is refused, wherever it ends', async () => {
    const bytes = await encode(schema, rows);
    expect(await parquetFormat.verify(accessTo(bytes))).toBe(2);
    for (let length = 0; length < bytes.length; length++) {
      await expect(parquetFormat.verify(accessTo(bytes.subarray(0, length)))).rejects.toThrow(
        /not a whole Parquet file/,
      );
    }
  });

  test('text that is not UTF-8 is refused', async () => {
    const bytes = await encode(schemaOf(field('s', BINARY)), [[Uint8Array.of(0xc3)], [Uint8Array.of(0xa9)]], {
      compression: 'none',
    });
    expect((await decode(bytes)).rows).toHaveLength(2);
    const text = await encode(schemaOf(field('s', STRING)), [['é']], { compression: 'none' });
    const at = Buffer.from(text).indexOf(Buffer.from('é'));
    text[at] = 0x61;
    await expect(decode(text)).rejects.toThrow(/not UTF-8/);
  });
});

test('options are checked', async () => {
  const open = (options: Record<string, unknown>): Promise<unknown> =>
    parquetFormat.openEncoder({ schema: schemaOf(field('a', INT)), options });
  await expect(open({ compresion: 'gzip' })).rejects.toThrow(/Did you mean "compression"/);
  await expect(open({ compression: 'zstd' })).rejects.toThrow(/compression is snappy or gzip/);
  await expect(open({ parquetWriter: 'parquetjs-lit' })).rejects.toThrow(/Did you mean "parquetjs-lite"/);
  await expect(parquetFormat.openEncoder({ schema: schemaOf(), options: {} })).rejects.toThrow(/without columns/);
  const twice = schemaOf(field('a', INT), field('a', INT));
  await expect(parquetFormat.openEncoder({ schema: twice, options: {} })).rejects.toThrow(/"a" twice/);
});
