import { expect, test } from '@jest/globals';
import { createSession } from '../../src/index.ts';

const session = createSession();
session.read
  .schema('name STRING, price INT')
  .rows([
    { name: 'b', price: 1 },
    { name: 'a', price: 3 },
    { name: 'c', price: 2 },
    { name: 'c', price: 9 },
  ])
  .createOrReplaceTempView('t');

const rows = async (text: string) => (await session.sql(text).collect()).map((row) => Object.values(row));

test.each([
  [
    'a column of the result',
    'SELECT name, price FROM t ORDER BY price DESC',
    [
      ['c', 9],
      ['a', 3],
      ['c', 2],
      ['b', 1],
    ],
  ],
  [
    'a position',
    'SELECT price, name FROM t ORDER BY 2, 1 DESC',
    [
      [3, 'a'],
      [1, 'b'],
      [9, 'c'],
      [2, 'c'],
    ],
  ],
  ['a column that is not selected', 'SELECT name FROM t ORDER BY price', [['b'], ['c'], ['a'], ['c']]],
  ['an expression over both', 'SELECT name FROM t ORDER BY name, price * -1', [['a'], ['b'], ['c'], ['c']]],
  [
    'an aggregate that is not selected',
    'SELECT name FROM t GROUP BY name ORDER BY sum(price) DESC',
    [['c'], ['a'], ['b']],
  ],
  ['a key that is not selected', 'SELECT max(price) AS most FROM t GROUP BY name ORDER BY name', [[3], [1], [9]]],
])('ORDER BY %s', async (_, text, expected) => expect(await rows(text)).toEqual(expected));

test('what is not there is named', () => {
  expect(() => session.sql('SELECT name FROM t ORDER BY prize').schema).toThrow(
    'there is no column "prize". Did you mean "price"?',
  );
  expect(() => session.sql('SELECT name FROM t ORDER BY 2').schema).toThrow('ORDER BY 2: the select list has 1 items.');
  expect(() => session.sql('SELECT DISTINCT name FROM t ORDER BY price').schema).toThrow('there is no column "price"');
});
