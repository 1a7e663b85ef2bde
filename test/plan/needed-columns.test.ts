import { expect, test } from '@jest/globals';
import { col, count, createSession, type DataFrame, window } from '../../src/index.ts';
import { analyze } from '../../src/plan/analyze.ts';
import { neededColumns } from '../../src/plan/needed-columns.ts';

const session = createSession();
const events = () =>
  session.readStream
    .format('json')
    .schema('a LONG, b STRING, time TIMESTAMP, place STRUCT<city: STRING>, unused STRING')
    .load('/nowhere');

const needed = (query: DataFrame) => neededColumns(analyze(query.plan, session.analysisOptions).physical, 0);

test.each<[string, DataFrame, readonly number[] | null]>([
  ['all rows as they are', events(), null],
  ['a selection', events().select('b', col('place.city')), [1, 3]],
  ['a condition counts', events().filter('a > 1').select('b'), [0, 1]],
  ['what is computed of one column', events().selectExpr('a + a AS twice'), [0]],
  ['the event time of a watermark', events().withWatermark('time', '1 minute').select('b'), [1, 2]],
  ['groups without end', events().groupBy('b').agg(count().as('n')), [1]],
  ['a late row is set aside whole', windows(events()), null],
  ['but only what the selection below has', windows(events().select('time', 'b')), [1, 2]],
])('%s', (_name, query, columns) => {
  expect(needed(query)).toEqual(columns);
});

function windows(rows: DataFrame): DataFrame {
  return rows.withWatermark('time', '1 minute').groupBy(window('time', '1 minute'), col('b')).agg(count().as('n'));
}
