import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { batchOf, type FixedVector } from '../../../src/batch.ts';
import { int64Of } from '../../../src/formats/parquet/flat-values.ts';
import { parquetFormat } from '../../../src/formats/parquet/parquet-format.ts';
import { DOUBLE, field, LONG, struct } from '../../../src/schema.ts';

test('safe integers become the same 64-bit integers as through BigInt', () => {
  const special = [0, -0, 1, -1, 2 ** 31, 2 ** 32, -(2 ** 31), -(2 ** 32), 2 ** 32 - 1, 2 ** 53 - 1, -(2 ** 53 - 1)];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(...special))), (values) => {
      expect(int64Of(Float64Array.from(values))).toEqual(BigInt64Array.from(values, BigInt));
    }),
  );
});

test('long columns come back, with a dictionary and without, in no more room than they need', async () => {
  const schema = struct([field('few', LONG, false), field('many', LONG, false), field('price', DOUBLE, false)]);
  const rows = Array.from({ length: 20_000 }, (_, i) => [i % 10, (i * 7919) % 1_000_003, i / 8]);
  const encoder = await parquetFormat.openEncoder({ schema, options: { compression: 'none' } });
  const bytes = Buffer.concat([await encoder.encode(batchOf(schema, rows)), await encoder.finish()]);
  expect(bytes.length).toBeLessThan(20_000 * (1 + 8 + 8) + 10_000);
  const reader = await parquetFormat.open({ size: bytes.length, read: async (from, to) => bytes.subarray(from, to) });
  const read: number[][] = [[], [], []];
  for await (const { vectors } of reader.batches(schema)) {
    vectors.forEach((vector, i) => {
      for (const value of (vector as FixedVector).values) (read[i] as number[]).push(Number(value));
    });
  }
  expect(read).toEqual([0, 1, 2].map((column) => rows.map((row) => row[column])));
});
