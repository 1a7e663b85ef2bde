import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { col, count, createSession, type DataFrame, sum } from '../../src/index.ts';
import { catchWarnings } from '../support/warnings.ts';
import { createWorkspace } from '../support/workspace.ts';

const SCHEMA = 'n LONG, place STRUCT<city: STRING>';
const ROWS = 60_000;
const FIRST = 41_000;
/** Every so-many-th record from that one on has a name twice. */
const EVERY = 97;
const REPEATED = Math.ceil((ROWS - FIRST) / EVERY);

const QUERIES: Record<string, { format: 'csv' | 'json' | 'parquet'; of: (events: DataFrame) => DataFrame }> = {
  'JSON to CSV': { format: 'csv', of: (events) => events.select('n', col('place.city').as('city')) },
  'JSON to JSON': { format: 'json', of: (events) => events },
  'a field that is not read': { format: 'csv', of: (events) => events.select('n') },
  expressions: { format: 'csv', of: (events) => events.filter('n % 2 = 1').selectExpr('upper(place.city) AS city') },
  'a function of the user': { format: 'json', of: (events) => events.flatMap((row) => [row], SCHEMA) },
  groups: { format: 'parquet', of: (events) => events.groupBy('place.city').agg(sum('n').as('n'), count().as('rows')) },
};

const warnings = catchWarnings();

describe('rows with a name twice', () => {
  const work = createWorkspace('repeated');
  beforeAll(() => {
    const records = Array.from({ length: ROWS }, (_, i) => {
      const city = `"city":"city ${i % 9}"`;
      const isRepeated = i >= FIRST && (i - FIRST) % EVERY === 0;
      return `{"n":${i},"place":{${isRepeated ? `${city},` : ''}${city}}}`;
    });
    work.deliver('lines/a.json', `${records.join('\n')}\n`);
    work.deliver('array/a.json', `[${records.join(',\n')}]`);
    for (let i = 0; i < 40; i++) {
      const file = records.slice(i * 1500, (i + 1) * 1500);
      work.deliver(`files/${String(i).padStart(2, '0')}.json`, `${file.join('\n')}\n`);
    }
  });
  afterAll(() => work.remove());

  const run = async (input: string, name: string, format: string, of: (events: DataFrame) => DataFrame) => {
    const events = createSession()
      .readStream.format('json')
      .schema(SCHEMA)
      .options({ settle: 0, maxFilesPerTrigger: 30 })
      .load(work.path(input));
    const folder = work.path(`${name}-${input}`);
    const writer = of(events)
      .writeStream.conf({ workers: 1 })
      .option('checkpointLocation', `${folder}/state`)
      .trigger({ availableNow: true });
    const query =
      name === 'groups'
        ? await writer
            .outputMode('complete')
            .foreachBatch(() => {})
            .start()
        : await writer.format(format).start(`${folder}/out`);
    await query.awaitTermination();
    return query.recentProgress.map(({ sources }) => sources[0]?.metrics);
  };

  const told = (file: string, line: number) => [
    expect.stringContaining(`${work.path(file)}, line ${line}: an object of the record has place.city more than once.`),
  ];

  test.each(Object.entries(QUERIES))('%s: counted by batch, and told once', async (name, { format, of }) => {
    for (const input of ['lines', 'array']) {
      warnings.length = 0;
      const metrics = await run(input, name, format, of);
      expect(metrics[0]).toEqual({ numFiles: 1, numRowsWithRepeatedNames: REPEATED });
      expect(warnings).toEqual(told(`${input}/a.json`, FIRST + 1));
    }
    warnings.length = 0;
    const metrics = await run('files', name, format, of);
    const counts = metrics.map((batch) => batch?.numRowsWithRepeatedNames ?? 0);
    expect(counts.reduce((all, rows) => all + rows, 0)).toBe(REPEATED);
    expect(counts.filter((rows) => rows > 0)).toHaveLength(2);
    expect(warnings).toEqual(told('files/27.json', (FIRST % 1500) + 1));
  });

  test('where there are none, nothing is said', async () => {
    work.deliver('plain/a.json', '{"n":1,"place":{"city":"a"}}\n{"N":2}\n');
    expect(await run('plain', 'plain', 'csv', (events) => events.select('n'))).toEqual([{ numFiles: 1 }]);
    expect(warnings).toEqual([]);
  });
});
