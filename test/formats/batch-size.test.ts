import { describe, expect, test } from '@jest/globals';
import { type Batch, cellAt, type Vector } from '../../src/batch.ts';
import type { DecodeRequest, Decoder } from '../../src/format.ts';
import { BATCH_BYTES, BATCH_ROWS } from '../../src/formats/batch-size.ts';
import { csvDecoder, plainCsvDecoder } from '../../src/formats/csv/decoder.ts';
import { jsonDecoder, plainJsonDecoder } from '../../src/formats/json/decode.ts';
import { field, LONG, STRING, struct } from '../../src/schema.ts';

const schema = struct([field('v', LONG), field('s', STRING)]);
const csvRow = (v: string, s: string) => `${v},${s}\n`;
const jsonRow = (v: string, s: string) => `{"v":${v === '' ? 'null' : v},"s":"${s}"}\n`;

function decode(read: (request: DecodeRequest) => Decoder, text: string): Batch[] {
  const decoder = read({
    schema,
    options: {},
    reject: ({ reason }) => {
      throw new Error(reason);
    },
    dropped() {},
  });
  return [...decoder.push(Buffer.from(text)), ...decoder.finish()];
}

describe.each([
  ['csv by the kernel', csvDecoder, csvRow],
  ['csv, plain', plainCsvDecoder, csvRow],
  ['json by the kernel', jsonDecoder, jsonRow],
  ['json, plain', plainJsonDecoder, jsonRow],
])('%s', (_, read, row) => {
  test('a batch of long records ends before it has all its rows', () => {
    const long = 'x'.repeat(64 * 1024);
    const perBatch = Math.ceil(BATCH_BYTES / row('7', long).trimEnd().length);
    const batches = decode(read, row('7', long).repeat(perBatch + 3));
    expect(batches.map(({ length }) => length)).toEqual([perBatch, 3]);
  });

  test('nulls stay where they are, wherever in the batch they begin', () => {
    const nulls = new Set([70, 4095, 4096, BATCH_ROWS - 1, BATCH_ROWS + 1]);
    const count = BATCH_ROWS + 9000;
    const rows = Array.from({ length: count }, (_, i) => row(nulls.has(i) ? '' : `${i}`, 's'));
    const values = decode(read, rows.join('')).flatMap(({ vectors, length }) =>
      Array.from({ length }, (_, i) => cellAt(vectors[0] as Vector, i)),
    );
    expect(values).toEqual(Array.from({ length: count }, (_, i) => (nulls.has(i) ? null : i)));
  });
});
