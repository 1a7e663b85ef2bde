import { expect, test } from '@jest/globals';
import { col, collectList, createSession, struct } from '../../src/index.ts';

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

test('aliases inside struct(...) name its fields, also in aggregates', async () => {
  const inSelect = table.selectExpr('struct(a AS x, struct(a + 1 AS Y) AS z) AS s');
  expect(await inSelect.collect()).toEqual([{ s: { x: 1, z: { Y: 2 } } }]);
  const inAggregate = table.groupBy('a').agg(collectList(struct(col('a').as('x'), col('a').as('y'))).as('all'));
  expect(await inAggregate.collect()).toEqual([{ a: 1, all: [{ x: 1, y: 1 }] }]);
});

test.each(['explode()', 'posexplode(array(1), 2)'])('%s has not the one argument of a generator', async (call) => {
  await expect(table.selectExpr(call).collect()).rejects.toMatchObject({ code: 'WRONG_NUM_ARGS' });
});
