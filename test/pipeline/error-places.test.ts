import { expect, test } from '@jest/globals';
import { createSession, expr, memoryStream, parseSchema } from '../../src/index.ts';

const session = createSession();
const table = session.readStream.memory(memoryStream(parseSchema('user STRING, clicks LONG, tags ARRAY<STRING>')));

test.each<[string, () => unknown, string]>([
  ['expr', () => table.select(expr('1 + nope')).schema, 'at line 1, column 5\n  1 + nope\n      ^'],
  [
    'selectExpr',
    () => table.selectExpr('user', 'uper(user) AS u').schema,
    'at line 1, column 1\n  uper(user) AS u\n  ^',
  ],
  [
    'filter',
    () => table.filter('clicks > 1 AND usr = 2').schema,
    'column 16\n  clicks > 1 AND usr = 2\n                 ^',
  ],
  ['an aggregate', () => table.groupBy('user').agg(expr('sum(clicks) + sum(tags)')).schema, 'at line 1, column 15\n'],
  ['an aggregate of an aggregate', () => table.agg(expr('1 + sum(max(clicks))')).schema, 'at line 1, column 5\n'],
])('a mistake in the text of %s is shown in it', (_, build, place) => {
  expect(build).toThrow(place);
});

test('sql: over several lines, and for an unknown view', () => {
  table.createOrReplaceTempView('events');
  expect(() => session.sql('SELECT user,\n  clcks\nFROM events').schema).toThrow(
    'at line 2, column 3\n    clcks\n    ^',
  );
  expect(() => session.sql('SELECT user\nFROM event')).toThrow(
    'Did you mean "events"? Views: events.\nat line 2, column 6',
  );
});
