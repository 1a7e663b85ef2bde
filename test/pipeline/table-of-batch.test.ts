import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { memoryStream, parseSchema, readStream, tableOf } from '../../src/index.ts';

test('a micro-batch is a table for joins and filters, written under the batch id', async () => {
  const out = mkdtempSync(join(tmpdir(), 'clickstream-batch-table-'));
  try {
    const stream = memoryStream(parseSchema('id INT, price DOUBLE'));
    const query = await readStream
      .memory(stream)
      .writeStream.foreachBatch(async (batch) => {
        const dear = batch.with(tableOf(batch).where('price > 1').selectExpr('id * 2 AS twice'));
        await dear.write.csv(join(out, 'dear'));
        await dear.write.csv(join(out, 'dear')); // the same batch twice leaves one copy
        await batch.write.csv(join(out, 'all'));
      })
      .start();
    stream.addData([
      { id: 1, price: 0.5 },
      { id: 2, price: 1.5 },
    ]);
    await query.processAllAvailable();
    stream.addData([{ id: 3, price: 7 }]);
    await query.processAllAvailable();
    await query.stop();
    const lines = (name: string) =>
      readdirSync(join(out, name))
        .filter((file) => file.endsWith('.csv'))
        .sort()
        .map((file) => readFileSync(join(out, name, file), 'utf8').trim());
    expect(lines('dear')).toEqual(['4', '6']);
    expect(lines('all')).toEqual(['1,0.5\n2,1.5', '3,7']);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
