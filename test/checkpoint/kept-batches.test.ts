import { expect, test } from '@jest/globals';
import { ModelDisk } from '../support/model-disk.ts';
import { IN, numbersIn, runModelQuery } from '../support/model-query.ts';

test.each([1, 2, 5])(
  'a query that keeps %i batches goes on: its files were forgotten with the batches, and the start refused as corrupt',
  async (keepBatches) => {
    const disk = new ModelDisk();
    const numbers = Array.from({ length: 9 }, (_, n) => n);
    for (const n of numbers) disk.writeFile(`${IN}/${n}.json`, `{"n":${n}}\n`);
    await runModelQuery(disk, { conf: { keepBatches } });
    const next = disk.crash();
    next.writeFile(`${IN}/9.json`, '{"n":9}\n');
    await runModelQuery(next, { conf: { keepBatches } });
    expect(numbersIn(next)).toEqual([...numbers, 9]);
  },
);
