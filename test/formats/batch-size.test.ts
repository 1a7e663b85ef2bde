import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_ROWS, type Batch, cellAt, type Vector } from '../../src/batch.ts';
import type { DecodeRequest, Decoder } from '../../src/format.ts';
import { BATCH_BYTES } from '../../src/formats/batch-size.ts';
import { csvDecoder, plainCsvDecoder } from '../../src/formats/csv/decoder.ts';
import { jsonDecoder, plainJsonDecoder } from '../../src/formats/json/decode.ts';
import { field, LONG, STRING, struct } from '../../src/schema.ts';
import { difference } from '../fuzz/compare.ts';

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
    const batches = decode(read, rows.join(''));
    expect(batches.map(({ length }) => length)).toEqual([BATCH_ROWS, 9000]);
    const values = batches.flatMap(({ vectors, length }) =>
      Array.from({ length }, (_, i) => cellAt(vectors[0] as Vector, i)),
    );
    expect(values).toEqual(Array.from({ length: count }, (_, i) => (nulls.has(i) ? null : i)));
  });
});

/** Records that the kernel leaves to the plain decoder, and some that are no rows. */
const ODD = {
  csv: ['1,"a""b"\n', '"2","two\nlines"\n', '01,x\n', 'no number,x\n', 'too,many,fields\n', '\n'],
  json: ['{"s":"\\u0041","v":1}\n', '{"v":2.0,"s":"x"}\n', '{"v":"no number"}\n', '[3]\n', '{"v":\n', '\n'],
};

test.each([
  ['csv', csvRow],
  ['json', jsonRow],
] as const)('batches of %s end after the same rows, whatever comes there, and in whatever pieces', (format, row) => {
  const odd = fc.record({
    at: fc.integer({ min: BATCH_ROWS - 5, max: BATCH_ROWS + 5 }),
    text: fc.constantFrom(...ODD[format]),
  });
  const mode = fc.constantFrom('reject', 'permissive', 'dropmalformed');
  fc.assert(
    fc.property(
      fc.array(odd, { maxLength: 8 }),
      mode,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
      (odds, mode, at) => {
        const rows = Array.from({ length: BATCH_ROWS + 20 }, (_, i) => row(`${i}`, 'some text'));
        for (const { at, text } of odds) rows[at] = text;
        const bytes = new TextEncoder().encode(rows.join(''));
        const cuts = at.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
        expect(difference({ format, schema, options: { mode }, bytes, cuts })).toBeNull();
      },
    ),
    { numRuns: 3 },
  );
});
