import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Column,
  count,
  createSession,
  type DataFrame,
  expr,
  first,
  max,
  memoryStream,
  min,
  type OutputMode,
  parseSchema,
  type RowObject,
  sum,
  window,
} from '../../src/index.ts';
import { createWorkspace } from '../support/workspace.ts';

const SCHEMA = parseSchema('time TIMESTAMP, page STRING, clicks LONG, price DOUBLE');
const START_MS = Date.parse('2026-01-01T00:00:00Z');

const work = createWorkspace('panes');
let runs = 0;
afterAll(() => work.remove());

type Row = readonly [ms: number | null, page: string | null, clicks: number | bigint | null, price: number | null];

/** What a query gives for some batches, and what it says of late rows and of its state. */
async function results(
  batches: readonly (readonly Row[])[],
  mode: OutputMode,
  query: (events: DataFrame) => DataFrame,
) {
  const events = memoryStream(SCHEMA);
  const output: RowObject[] = [];
  const running = await query(createSession().readStream.memory(events).withWatermark('time', '2 seconds'))
    .writeStream.foreachBatch(async (batch) => void output.push(...(await batch.toArray())))
    .option('checkpointLocation', work.path(`${++runs}`))
    .outputMode(mode)
    .trigger({ manual: true })
    .start();
  for (const rows of batches) {
    const timeOf = (ms: number | null) => (ms === null ? null : new Date(START_MS + ms).toISOString());
    events.addData(rows.map(([ms, page, clicks, price]) => ({ time: timeOf(ms), page, clicks, price })));
    while (await running.runTrigger());
  }
  const progress = running.recentProgress.map(({ account, stateOperators }) => ({
    late: account.operators.map((operator) => [operator.late, operator.latePairs, operator.filtered]),
    state: stateOperators.map((state) => [state.numRowsTotal, state.numRowsUpdated, state.numRowsDroppedByWatermark]),
  }));
  await running.stop();
  return { output, progress };
}

/** Rows nearly in order, some late, some without a time; the doubles are eighths, of which every sum is exact. */
const row = fc.tuple(
  fc.option(fc.integer({ min: -3000, max: 3000 }), { freq: 20 }),
  fc.option(fc.constantFrom('a', 'b', 'c')),
  fc.option(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(2n ** 63n - 1n))),
  fc.option(fc.integer({ min: -50, max: 50 }).map((eighths) => eighths / 8)),
);
const batches = fc
  .array(fc.array(row, { maxLength: 12 }), { minLength: 1, maxLength: 5 })
  .map((parts) =>
    parts.map((rows, at) => rows.map(([ms, ...rest]): Row => [ms === null ? null : ms + at * 2500, ...rest])),
  );
const spec = fc.constantFrom(
  ['3 seconds', '1 second'],
  ['4 seconds', '2 seconds', '700 milliseconds'],
  ['1 second', '100 milliseconds'],
);
const mode = fc.constantFrom<OutputMode>('append', 'update', 'complete');

const AGGREGATES: readonly Column[] = [
  count().as('events'),
  sum('clicks').as('clicks'),
  min('page').as('first_page'),
  max('price').as('dearest'),
  sum('price').as('price'),
  expr('avg(price)').as('average'),
  expr('approx_count_distinct(page)').as('pages'),
  expr('stddev(clicks) IS NULL').as('few'),
];

describe('sliding windows that are put together from panes', () => {
  test('are those that each row is added to one by one', async () => {
    const sample = fc.tuple(batches, spec, mode, fc.constantFrom([], ['page']));
    await fc.assert(
      fc.asyncProperty(sample, async ([rows, [duration, slide, start], outputMode, keys]) => {
        const query = (more: readonly Column[]) => (events: DataFrame) =>
          events
            .groupBy(window('time', duration as string, slide, start), ...keys)
            .agg(...(AGGREGATES as [Column]), ...more);
        const byPane = await results(rows, outputMode, query([]));
        // Which row came first cannot be told from panes.
        const byRow = await results(rows, outputMode, query([first('clicks').as('order')]));
        const output = byRow.output.map(({ order, ...rest }) => rest);
        expect(byPane).toEqual({ ...byRow, output });
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('add up doubles pane by pane, in the order of time', async () => {
    const rows: Row[] = [
      [1500, 'a', null, 1e16],
      [500, 'a', null, 1],
      [1700, 'a', null, -1e16],
    ];
    const byPane = (events: DataFrame) =>
      events
        .groupBy(window('time', '2 seconds', '1 second'))
        .agg(sum('price').as('price'))
        .select('window.start', 'price');
    const { output } = await results([rows], 'complete', byPane);
    const sums = output.map(({ start, price }) => [Date.parse(String(start)) - START_MS, price]);
    // Row by row it would be (1e16 + 1) - 1e16, which is 0.
    expect(sums).toEqual([
      [-1000, 1],
      [0, 1],
      [1000, 0],
    ]);
  });

  test('add up the doubles of three panes from the first to the last', async () => {
    const rows: Row[] = [
      [2500, 'a', null, -1e16],
      [1500, 'a', null, 1e16],
      [500, 'a', null, 1],
    ];
    const whole = (events: DataFrame) =>
      events
        .groupBy(window('time', '3 seconds', '1 second'))
        .agg(sum('price').as('price'))
        .where(`window.start = TIMESTAMP '${new Date(START_MS).toISOString()}'`)
        .select('price');
    const { output } = await results([rows], 'complete', whole);
    // From the last to the first it would be (-1e16 + 1e16) + 1.
    expect(output).toEqual([{ price: 0 }]);
  });
});
