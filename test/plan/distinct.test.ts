import { expect, test } from '@jest/globals';
import { createSession, memoryStream, parseSchema } from '../../src/index.ts';

const session = createSession();
session.read
  .schema('a INT, b STRING')
  .rows([
    { a: 1, b: 'x' },
    { a: 1, b: 'x' },
    { a: 1, b: null },
    { a: null, b: null },
    { a: 1, b: null },
  ])
  .createOrReplaceTempView('t');

const rows = async (text: string) => (await session.sql(text).collect()).map((row) => Object.values(row));

test('rows once each, null being a value', async () => {
  expect(await rows('SELECT DISTINCT a, b FROM t')).toEqual([
    [1, 'x'],
    [1, null],
    [null, null],
  ]);
  expect(await rows('SELECT DISTINCT a FROM t ORDER BY a DESC')).toEqual([[1], [null]]);
});

test('columns of the same name, whatever its case', async () => {
  const table = session.sql('SELECT DISTINCT a, b AS A FROM t');
  expect(table.schema.fields.map(({ name }) => name)).toEqual(['a', 'A']);
  const result = [...(await table.collect())].map(({ a, A }) => [a, A]);
  expect(result).toEqual([
    [1, 'x'],
    [1, null],
    [null, null],
  ]);
});

test('a stream gives each row once, also over batches', async () => {
  const stream = memoryStream(parseSchema('a INT'));
  const query = await session.readStream
    .memory(stream)
    .distinct()
    .writeStream.format('memory')
    .queryName('once')
    .outputMode('complete')
    .start();
  for (const values of [
    [1, 2, 1],
    [2, 3],
  ]) {
    stream.addData(values.map((a) => ({ a })));
    await query.processAllAvailable();
  }
  await query.stop();
  expect(await rows('SELECT a FROM once ORDER BY a')).toEqual([[1], [2], [3]]);
});
