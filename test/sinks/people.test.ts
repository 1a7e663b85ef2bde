import { describe, expect, test } from '@jest/globals';
import { type Batch, batchOf, type Cell } from '../../src/batch.ts';
import {
  array,
  BINARY,
  BOOLEAN,
  DATE,
  type DataType,
  decimal,
  field,
  LONG,
  map,
  type Schema,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/schema.ts';
import { consoleSink, formatTable } from '../../src/sinks/console.ts';
import { memorySink } from '../../src/sinks/memory.ts';
import { rowObjects } from '../../src/sql/values/plain.ts';

async function* stream(...batches: Batch[]): AsyncGenerator<Batch> {
  yield* batches;
}

const signal = new AbortController().signal;

describe('row objects', () => {
  const rowOf = (type: DataType, cell: Cell) => [...rowObjects(batchOf(struct([field('c', type)]), [[cell]]))][0]?.c;

  test.each<[DataType, Cell, unknown]>([
    [LONG, 42, 42],
    [LONG, 9007199254740993n, 9007199254740993n],
    [TIMESTAMP, 1_700_000_000_123_000, '2023-11-14T22:13:20.123Z'],
    [TIMESTAMP, 1_700_000_000_123_456, '2023-11-14T22:13:20.123456Z'],
    [TIMESTAMP, -1, '1969-12-31T23:59:59.999999Z'],
    [DATE, 19723, '2024-01-01'],
    [decimal(10, 2), -5n, '-0.05'],
    [array(DATE), [0, null], ['1970-01-01', null]],
    [STRING, null, null],
    [BOOLEAN, true, true],
  ])('%j %p', (type, cell, expected) => expect(rowOf(type, cell)).toEqual(expected));

  test('binary, struct and map', () => {
    expect(rowOf(BINARY, Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2));
    expect(rowOf(map(STRING, LONG), { keys: ['a', '__proto__'], values: [1, null] })).toEqual(
      new Map([
        ['a', 1],
        ['__proto__', null],
      ]),
    );
    const inner = rowOf(struct([field('__proto__', LONG), field('x', DATE)]), [7, 0]) as object;
    expect(Object.entries(inner)).toEqual([
      ['__proto__', 7],
      ['x', '1970-01-01'],
    ]);
  });

  test('a column named __proto__ is a column', () => {
    const [row] = rowObjects(batchOf(struct([field('__proto__', STRING)]), [['x']]));
    expect(Object.entries(row ?? {})).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(row)).toBeNull();
  });
});

describe('console', () => {
  const schema: Schema = struct([field('a', LONG), field('name', STRING)]);

  test('prints what Spark prints', async () => {
    let text = '';
    const sink = consoleSink({ write: (part) => void (text += part) });
    const rows = stream(
      batchOf(schema, [
        [1, 'x'],
        [22, null],
      ]),
      batchOf(schema, [[3, 'abcdefghijklmnopqrstuvwxyz']]),
    );
    await sink.write({ batchId: 4, schema, batchTimeMs: 0, outputMode: 'append', rows, signal });
    expect(text).toBe(
      [
        '-------------------------------------------',
        'Batch: 4',
        '-------------------------------------------',
        '+---+--------------------+',
        '|  a|                name|',
        '+---+--------------------+',
        '|  1|                   x|',
        '| 22|                NULL|',
        '|  3|abcdefghijklmnopq...|',
        '+---+--------------------+',
        '',
        '',
      ].join('\n'),
    );
  });

  test('shows the first rows and says that there are more; whole cells stand to the left', async () => {
    const rows = stream(
      batchOf(schema, [
        [1, '日本'],
        [2, 'b\n\u001b[31m'],
      ]),
      batchOf(schema, [[3, 'c']]),
    );
    expect(await formatTable(schema, rows, 2, 0)).toBe(
      [
        '+---+-------------+',
        '|a  |name         |',
        '+---+-------------+',
        '|1  |日本         |',
        '|2  |b\\n\\u001b[31m|',
        '+---+-------------+',
        'only showing top 2 rows',
        '',
      ].join('\n'),
    );
  });

  test('reads its rows to the end', async () => {
    let read = 0;
    async function* counted() {
      for (; read < 3; ) {
        read++;
        yield batchOf(schema, [[read, 'x']]);
      }
    }
    await formatTable(schema, counted(), 1);
    expect(read).toBe(3);
  });
});

describe('memory', () => {
  const schema: Schema = struct([field('v', LONG)]);
  const write = (sink: ReturnType<typeof memorySink>, batchId: number, v: number, outputMode: 'append' | 'complete') =>
    sink.write({ batchId, batchTimeMs: 0, schema, outputMode, rows: stream(batchOf(schema, [[v]])), signal });

  test('takes a batchId once, and forgets when told', async () => {
    const sink = memorySink();
    await write(sink, 0, 1, 'append');
    await write(sink, 1, 2, 'append');
    await write(sink, 1, 3, 'append');
    expect(sink.rows().map((row) => row.v)).toEqual([1, 2]);
    sink.clear();
    await write(sink, 1, 3, 'append');
    expect(sink.rows().map((row) => row.v)).toEqual([3]);
  });

  test('in complete mode it holds the newest batch', async () => {
    const sink = memorySink();
    await write(sink, 0, 1, 'complete');
    await write(sink, 1, 2, 'complete');
    expect(sink.batches.map((batch) => batch.batchId)).toEqual([1]);
  });
});
