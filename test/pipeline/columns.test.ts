import { expect, test } from '@jest/globals';
import { createSession } from '../../src/index.ts';

const table = createSession()
  .read.schema('a INT')
  .rows([{ a: 1 }]);

/** As a program without types may call it. */
// biome-ignore lint/suspicious/noExplicitAny: that is what is tested
const untyped = table as any;

test.each<[call: string, make: () => unknown, found: string]>([
  ['agg', () => untyped.groupBy('a').agg('count(*)'), '"count(*)"'],
  ['select', () => untyped.select(5), '5'],
  ['groupBy', () => untyped.groupBy(null), 'null'],
  ['join', () => untyped.join(table, true), 'true'],
])('what is no column is told by %s', (_, make, found) => {
  expect(make).toThrow(
    expect.objectContaining({
      code: 'COLUMN_EXPECTED',
      message: expect.stringMatching(`found ${found.replaceAll(/[()*]/g, '.')}`),
    }),
  );
});

test.each(['explode()', 'posexplode(array(1), 2)'])('%s has not the one argument of a generator', async (call) => {
  await expect(table.selectExpr(call).collect()).rejects.toMatchObject({ code: 'WRONG_NUM_ARGS' });
});
