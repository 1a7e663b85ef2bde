import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRandom } from '../../src/generate/random.ts';
import {
  col,
  collectSet,
  count,
  createSession,
  type DataFrame,
  max,
  sessionWindow,
  sum,
  window,
} from '../../src/index.ts';
import { createWorkspace } from '../support/workspace.ts';

const SCHEMA =
  'time TIMESTAMP NOT NULL, user STRING, clicks LONG NOT NULL, price DOUBLE, place STRUCT<city: STRING, zip: INT>';
const FILES = 3;
const ROWS = 12_000;

/** A query whose stage goes chunk by chunk, and the same with a function in it, which only operators can call. */
const QUERIES: Record<string, (events: DataFrame) => DataFrame> = {
  fields: (events) => events.select('user', col('place.city').as('city'), 'time', 'price', 'clicks'),
  expressions: (events) =>
    events
      .filter('clicks % 3 = 1')
      .selectExpr('upper(user) AS user', 'price * clicks AS total', 'place.zip + 1 AS zip'),
  'keyed windows': (events) =>
    events
      .withWatermark('time', '5 minutes')
      .groupBy(window('time', '10 minutes', '5 minutes'), col('user'))
      .agg(count().as('events'), sum('price').as('price'), max('user').as('last'), collectSet('clicks').as('clicks')),
  'sliding windows': (events) =>
    events
      .withWatermark('time', '5 minutes')
      .groupBy(col('user'), window('time', '10 minutes', '2 minutes'))
      .agg(count().as('events'), sum('price').as('price'), max('user').as('last')),
  'session windows': (events) =>
    events
      .withWatermark('time', '5 minutes')
      .groupBy(col('user'), sessionWindow('time', '40 seconds'), col('place.city').as('city'))
      .agg(count().as('events'), sum('price').as('price'), max('user').as('last')),
  'groups without end': (events) =>
    events.groupBy(col('place.city'), col('clicks')).agg(sum('price').as('price'), count('user').as('users')),
};

describe('a stage gives what the operators give', () => {
  const work = createWorkspace('stage');
  beforeAll(() => {
    for (let file = 0; file < FILES; file++) work.deliver(`in/${file}.json`, events(file));
  });
  afterAll(() => work.remove());

  const run = async (name: string, query: (events: DataFrame) => DataFrame, isPlain: boolean) => {
    const input = createSession().readStream.format('json').schema(SCHEMA).option('settle', 0);
    const events = input.option('maxFilesPerTrigger', 1).load(work.path('in'));
    // An identity: but no other thread could call it.
    const rows = isPlain ? events.flatMap((row) => [row], SCHEMA) : events;
    const folder = work.path(`${name}-${isPlain}`);
    const result = query(rows);
    const writer = result.writeStream.conf({ workers: 1 }).option('checkpointLocation', `${folder}/state`);
    const started =
      name === 'groups without end'
        ? await writer
            .outputMode('update')
            .foreachBatch(async (batch) => void (await batch.write.json(`${folder}/out`)))
            .trigger({ availableNow: true })
            .start()
        : await writer
            .format(name.includes('windows') ? 'json' : 'csv')
            .trigger({ availableNow: true })
            .start(`${folder}/out`);
    await started.awaitTermination();
    return {
      output: contents(`${folder}/out`),
      account: started.recentProgress.map(({ account }) => account.operators),
    };
  };

  test.each(Object.entries(QUERIES))(
    '%s',
    async (name, query) => {
      const staged = await run(name, query, false);
      const plain = await run(name, query, true);
      expect(Object.keys(staged.output).length).toBeGreaterThan(0);
      expect(staged.output).toEqual(plain.output);
      const withoutFunction = plain.account.map((account) => account.filter(({ operator }) => operator !== 'flatMap'));
      expect(staged.account).toEqual(withoutFunction);
    },
    60_000,
  );
});

/** More than 1 MiB, with rejects, late rows, nulls, and texts that need quotes. */
function events(file: number): string {
  const random = createRandom(file);
  const lines: string[] = [];
  for (let i = 0; i < ROWS; i++) {
    const minutes = file * 60 + i / 200 - (random.fraction() < 0.02 ? 90 : 0);
    const event = {
      time: new Date(Date.UTC(2026, 0, 1) + Math.floor(minutes * 60_000)).toISOString(),
      user: i % 50 === 0 ? null : `user "${random.integer(0, 300)}", é`,
      clicks: i % 400 === 7 ? 'many' : random.integer(0, 9),
      price: i % 30 === 0 ? undefined : random.fraction() * 100,
      place: i % 77 === 0 ? null : { city: `city ${random.integer(0, 20)}`, zip: random.integer(1, 99_999) },
    };
    lines.push(JSON.stringify(event));
  }
  return `${lines.join('\n')}\n`;
}

/** By name without the query's own tag; rejects and late rows with it. */
function contents(folder: string): Record<string, string> {
  const output: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory() || entry.parentPath.includes('_clickstream')) continue;
    const name = entry.name.replace(/-[0-9a-f]{8}(?=\.)/, '');
    output[name] = readFileSync(join(entry.parentPath, entry.name), 'utf8');
  }
  return output;
}
