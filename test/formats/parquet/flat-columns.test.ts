import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { type Cell, cellAt, toBytesVector, type Vector, vectorOf } from '../../../src/batch.ts';
import { bytesDictionary, rangeDictionary, wordDictionary } from '../../../src/formats/parquet/dictionary.ts';
import { flatValues } from '../../../src/formats/parquet/flat-values.ts';
import { parquetFormat } from '../../../src/formats/parquet/parquet-format.ts';
import { bitsFor, oneRun, runLengths } from '../../../src/formats/parquet/run-lengths.ts';
import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  FLOAT,
  field,
  INT,
  LONG,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';

const MAX_LONG = 2n ** 63n - 1n;

/** Cell `n` of a column, another for every n as far as the type has them. */
const CELLS: readonly [DataType, (n: number) => Cell][] = [
  [BOOLEAN, (n) => n % 2 === 0],
  [BYTE, (n) => (n % 256) - 128],
  [SHORT, (n) => (n % 65_536) - 32_768],
  [INT, (n) => ((n * 7919) % 2 ** 31) | 0],
  [LONG, (n) => n * 1e9 - 3],
  [LONG, (n) => MAX_LONG - BigInt(n)],
  [FLOAT, (n) => Math.fround([Number.NaN, -0, 0, Number.NEGATIVE_INFINITY][n] ?? n / 8)],
  [DOUBLE, (n) => [Number.NaN, -0, 0, Number.POSITIVE_INFINITY][n] ?? n / 10],
  [STRING, (n) => ['', 'é😀\u0000"', '\u{10ffff}'.repeat(9), '\uffff'][n] ?? `s${n}`],
  [BINARY, (n) => [Uint8Array.of(), new Uint8Array(40).fill(255)][n] ?? Uint8Array.of(n, n >> 8, 255)],
  [DATE, (n) => n - 719_528],
  [TIMESTAMP, (n) => n * 1_000_003 - 1],
];

function written(vectors: readonly Vector[], nullable: boolean, options: Record<string, unknown>): Promise<Uint8Array> {
  const schema = struct(vectors.map(({ type }, i) => field(`c${i}`, type, nullable)));
  const length = vectors[0]?.length ?? 0;
  return (async () => {
    const encoder = await parquetFormat.openEncoder({ schema, options });
    const first = await encoder.encode({ schema, length, vectors });
    return Buffer.concat([first, await encoder.finish()]);
  })();
}

async function readBack(bytes: Uint8Array): Promise<Cell[][]> {
  const reader = await parquetFormat.open({ size: bytes.length, read: async (from, to) => bytes.subarray(from, to) });
  const columns: Cell[][] = reader.schema.fields.map(() => []);
  for await (const { vectors, length } of reader.batches()) {
    for (let row = 0; row < length; row++) vectors.forEach((vector, i) => void columns[i]?.push(cellAt(vector, row)));
  }
  return columns;
}

let folder = '';
let files = 0;
let query: (sql: string) => Promise<unknown[][]>;
let close = (): void => {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parquet-flat-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
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

describe('columns copied from their vectors', () => {
  const numbers = fc.oneof(
    fc.array(fc.nat({ max: 3 }), { maxLength: 60 }),
    fc.array(fc.nat({ max: 5000 }), { maxLength: 40 }),
    // Runs, which become runs of the file, of any length.
    fc
      .array(fc.tuple(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 40 })), { maxLength: 30 })
      .map((runs) => runs.flatMap(([n, count]) => Array<number>(count).fill(n))),
  );
  const column = fc.tuple(fc.constantFrom(...CELLS), numbers, fc.infiniteStream(fc.boolean()));
  const compression = fc.constantFrom('snappy', 'gzip', 'none');

  test('come back cell by cell, by this reader and by DuckDB', async () => {
    await fc.assert(
      fc.asyncProperty(column, fc.boolean(), compression, async ([[type, cell], ns, nulls], isNullable, codec) => {
        const cells = ns.map((n) => (isNullable && nulls.next().value === true ? null : cell(n)));
        const bytes = await written([vectorOf(type, cells)], isNullable, { compression: codec, rowGroupRows: 500 });
        expect(await readBack(bytes)).toEqual([cells]);
        // Another name each time: DuckDB remembers what it has read.
        const path = join(folder, `any-${files++}.parquet`);
        writeFileSync(path, bytes);
        const asText = ['float', 'double'].includes(type.kind) ? 'c0::DOUBLE' : 'c0';
        const [found] = await query(`SELECT count(*), count(${asText}) FROM '${path}'`);
        expect(found).toEqual([BigInt(cells.length), BigInt(cells.filter((value) => value !== null).length)]);
        if (type.kind !== 'long' && type.kind !== 'string') return;
        const rows = await query(`SELECT c0 FROM '${path}'`);
        expect(rows.map(([value]) => value)).toEqual(
          cells.map((value) => (typeof value === 'number' ? BigInt(value) : value)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('of many pages, with a dictionary and without', async () => {
    const rows = 150_000;
    const make = (type: DataType, cell: (row: number) => Cell) =>
      vectorOf(
        type,
        Array.from({ length: rows }, (_, row) => cell(row)),
      );
    const vectors = [
      make(LONG, (row) => (row % 5 === 0 ? null : row * 3)),
      make(LONG, (row) => Math.floor(row / 1000)),
      make(STRING, (row) => (row % 1001 === 7 ? null : `page-${row % 3000}`)),
      make(STRING, (row) => `${row}-${'x'.repeat(row % 17)}`),
      make(DOUBLE, (row) => (row % 100_003) / 100),
      make(BOOLEAN, (row) => (row % 11 === 0 ? null : row % 3 === 0)),
    ];
    const bytes = await written(vectors, true, { rowGroupRows: rows });
    const columns = await readBack(bytes);
    for (const [i, vector] of vectors.entries()) {
      const same = (columns[i] as Cell[]).every((cell, row) => Object.is(cell, cellAt(vector, row)));
      expect([i, same]).toEqual([i, true]);
    }
    const path = join(folder, 'pages.parquet');
    writeFileSync(path, bytes);
    expect(
      await query(
        `SELECT count(c0), sum(c0)::BIGINT, sum(c1)::BIGINT, count(distinct c2), count(distinct c3), count(*) FILTER (c5) FROM '${path}'`,
      ),
    ).toEqual([[120_000n, 27_000_000_000n, 11_175_000n, 3000n, 150_000n, 45_454n]]);
    expect(await query(`SELECT c3 FROM '${path}' WHERE c0 = 449997 OR c3 = '5-xxxxx'`)).toHaveLength(2);
    // Page indexes name each page's first row.
    const { row_groups } = parquetMetadata(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    );
    expect(row_groups[0]?.columns[3]?.offset_index_length).toBeGreaterThan(0);
  });

  test('that do not shrink are not compressed, others are', async () => {
    const random = (seed: number) => () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed;
    };
    const [a, b] = [random(1), random(2)];
    const noise = Float64Array.from({ length: 50_000 }, () => a() * 4294967296 + b());
    const vectors: Vector[] = [
      { kind: 'fixed', type: DOUBLE, length: noise.length, validity: null, values: noise.map(Math.sin) },
      { kind: 'fixed', type: LONG, length: noise.length, validity: null, values: noise.map((_, i) => i) },
    ];
    const bytes = await written(vectors, false, {});
    const path = join(folder, 'noise.parquet');
    writeFileSync(path, bytes);
    expect(await query(`SELECT path_in_schema, compression FROM parquet_metadata('${path}')`)).toEqual([
      ['c0', 'UNCOMPRESSED'],
      ['c1', 'SNAPPY'],
    ]);
    const [doubles] = await readBack(bytes);
    expect(doubles).toEqual([...(vectors[0] as { values: Float64Array }).values]);
  });
});

describe('what the footer says of a column', () => {
  test('bounds are those of all values but NaN, zero with both its signs', () => {
    const doubles = fc.array(fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN)), { maxLength: 20 });
    fc.assert(
      fc.property(doubles, (cells) => {
        const found = flatValues(vectorOf(DOUBLE, cells))?.bounds();
        const sorted = cells.filter((value) => !Number.isNaN(value)).sort((x, y) => x - y);
        const [min, max] = [sorted[0], sorted.at(-1)];
        expect(found).toEqual({
          min: min === 0 ? -0 : min,
          max: max === 0 ? 0 : max,
          nans: cells.length - sorted.length,
        });
      }),
    );
  });

  test('texts are ordered by their bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 4 }), { minLength: 1, maxLength: 20 }), (texts) => {
        const sorted = texts.map((text) => Buffer.from(text)).sort(Buffer.compare);
        const found = flatValues(vectorOf(STRING, texts))?.bounds();
        expect(Buffer.from(found?.min as Uint8Array)).toEqual(sorted[0]);
        expect(Buffer.from(found?.max as Uint8Array)).toEqual(sorted.at(-1));
      }),
    );
  });

  test('64-bit integers beyond doubles', () => {
    const cells = [MAX_LONG, 5, -(2n ** 63n)];
    expect(flatValues(vectorOf(LONG, cells))?.bounds()).toEqual({ min: -(2n ** 63n), max: MAX_LONG, nans: 0 });
  });
});

describe('dictionaries', () => {
  test('number equal values alike, in the order of first appearance', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 200 }), (numbers) => {
        const expected = [...new Set(numbers)];
        const codes = numbers.map((n) => expected.indexOf(n));
        const { offsets, bytes } = toBytesVector(
          vectorOf(
            STRING,
            numbers.map((n) => 'k'.repeat(n)),
          ) as never,
        );
        const doubles = Float64Array.from(numbers, (n) => (n === 0 ? -0 : n - 1));
        for (const number of [
          () => wordDictionary(Int32Array.from(numbers), 1, numbers.length),
          () => wordDictionary(new Int32Array(doubles.buffer), 2, numbers.length),
          () => bytesDictionary(bytes, offsets, numbers.length),
          () => rangeDictionary(Float64Array.from(numbers), -5, 12),
        ]) {
          const found = number();
          expect([...(found?.codes ?? [])]).toEqual(codes);
          expect(Array.from(found?.firstRows ?? [], (row) => numbers[row])).toEqual(expected);
        }
      }),
    );
  });

  test('there is none for values that are mostly different', () => {
    const values = Int32Array.from({ length: 1000 }, (_, i) => i);
    expect(wordDictionary(values, 1, 1000)).toBeNull();
    expect(rangeDictionary(Float64Array.from(values), 0, 999)).toBeNull();
    expect(rangeDictionary(Float64Array.of(0, 2 ** 16), 0, 2 ** 16)).toBeNull();
    expect(
      wordDictionary(
        values.map((i) => i % 200),
        1,
        1000,
      )?.firstRows,
    ).toHaveLength(200);
  });
});

test('run lengths are read as they were written', () => {
  const runs = fc.array(fc.tuple(fc.nat({ max: 2 ** 20 - 1 }), fc.integer({ min: 1, max: 30 })), { maxLength: 30 });
  fc.assert(
    fc.property(runs, fc.integer({ min: 20, max: 24 }), fc.nat({ max: 9 }), (given, bitWidth, from) => {
      const values = given.flatMap(([value, count]) => Array<number>(count).fill(value));
      const start = Math.min(from, values.length);
      expect(
        readRuns(runLengths(Int32Array.from(values), start, values.length, bitWidth), bitWidth, values.length - start),
      ).toEqual(values.slice(start));
    }),
  );
  for (const length of [0, 1, 7, 8, 1000, 2 ** 21]) {
    expect(readRuns(oneRun(5, length, 20), 20, length)).toEqual(Array<number>(length).fill(5));
  }
  expect([0, 1, 2, 3, 4, 5, 1 << 20].map(bitsFor)).toEqual([0, 0, 1, 2, 2, 3, 20]);
});

/** By the words of the format's description, bit by bit. */
function readRuns(bytes: Uint8Array, bitWidth: number, count: number): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const isPacked = (header & 1) === 1;
    for (let i = 0; i < (isPacked ? (header >> 1) * 8 : header >> 1); i++) {
      let value = 0;
      for (let bit = 0; bit < bitWidth; bit++) {
        const place = isPacked ? i * bitWidth + bit : bit;
        value |= (((bytes[at + (place >> 3)] as number) >> (place & 7)) & 1) << bit;
      }
      values.push(value);
    }
    at += isPacked ? (header >> 1) * bitWidth : (bitWidth + 7) >> 3;
  }
  return values.slice(0, count);
}
