import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { vectorOf } from '../../../src/batch.ts';
import { type EncodeElsewhere, encodeColumns } from '../../../src/formats/parquet/encode-columns.ts';
import { parquetFormat } from '../../../src/formats/parquet/parquet-format.ts';
import { array, DOUBLE, field, LONG, STRING, struct } from '../../../src/schema.ts';

const SCHEMA = struct([
  field('id', LONG, false),
  field('text', STRING),
  field('list', array(LONG)),
  field('amount', DOUBLE),
]);
const BATCHES = 12;
const ROWS = 40;

/** The bytes of a file, some of whose row groups another thread encodes. */
async function encoded(elsewhere?: EncodeElsewhere): Promise<Buffer> {
  const encoder = await parquetFormat.openEncoder({ schema: SCHEMA, options: { rowGroupRows: ROWS } }, elsewhere);
  const parts: Uint8Array[] = [];
  for (let n = 0; n < BATCHES; n++) {
    const rows = Array.from({ length: ROWS - 3 }, (_, i) => n * ROWS + i);
    const vectors = [
      vectorOf(LONG, rows),
      vectorOf(
        STRING,
        rows.map((row) => (row % 5 === 0 ? null : `text ${row % (7 + n)}`)),
      ),
      vectorOf(
        array(LONG),
        rows.map((row) => [row, null]),
      ),
      vectorOf(
        DOUBLE,
        rows.map((row) => (row % 11 === 0 ? null : row / 8)),
      ),
    ];
    parts.push((await encoder.encode({ schema: SCHEMA, length: rows.length, vectors })).slice());
  }
  return Buffer.concat([...parts, await encoder.finish()]);
}

const wait = (turns: number): Promise<void> =>
  turns === 0 ? Promise.resolve() : new Promise((resolve) => setImmediate(() => resolve(wait(turns - 1))));

const answers = fc.array(fc.record({ does: fc.constantFrom('decline', 'fail', 'encode'), turns: fc.nat(30) }), {
  minLength: 1,
  maxLength: BATCHES,
});

test('a file has the same bytes whichever row groups other threads encode, however late, and when they fail', async () => {
  const plain = await encoded();
  const property = fc.asyncProperty(answers, async (plan) => {
    let asked = 0;
    const bytes = await encoded((columns) => {
      const { does, turns } = plan[asked++ % plan.length] as (typeof plan)[number];
      if (does === 'decline') return null;
      return wait(turns).then(() => (does === 'fail' ? null : encodeColumns(columns)));
    });
    expect(asked).toBeGreaterThan(BATCHES / 2);
    expect(bytes.equals(plain)).toBe(true);
  });
  await fc.assert(property, { numRuns: 60 });
});
