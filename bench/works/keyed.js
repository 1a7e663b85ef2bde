// The same windows by a string key as well, of few and of many values.
import { keyedRows } from '../data/sets.js';
import { sameTable } from '../lib/agreement.js';
import { contenders, duckdb, naive, pipelineFile, polars } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText, timeTable } from '../lib/tables.js';
import { windowOutputs } from './window.js';

export const AGGREGATES = `count(*) as events, sum(clicks)::bigint as clicks, sum(impressions)::bigint as impressions,
  sum(quantity)::bigint as quantity, sum(total_price) as total_price, avg(total_price) as avg_price`;

export const keyedTable = (
  input,
) => `read_csv('${input}/*.csv', header = true, columns = {page: 'VARCHAR', datetime: 'TIMESTAMP',
  clicks: 'BIGINT', impressions: 'BIGINT', quantity: 'BIGINT', total_price: 'DOUBLE'})`;

export const keyed = {
  name: 'keyed',
  describe: 'ten-second windows by a string of 1,000 and of 100,000 values (a pipeline file)',
  async run(bench) {
    const tables = [];
    for (const rows of bench.sizes([2_000_000])) {
      for (const keys of [1000, 100_000]) tables.push(await keyedWindows(bench, rows, keys));
    }
    return tables;
  },
};

async function keyedWindows(bench, rows, keys) {
  const { path } = bench.scratch;
  const input = keyedRows(rows, keys);
  const ours = pipelineFile('keyed', { input, out: path('parquet'), checkpoint: path('checkpoint') });
  const select = `select time_bucket(interval '10 seconds', datetime) as window_start, page, ${AGGREGATES}
    from ${keyedTable(input)} group by 1, 2`;
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(select, path('duckdb.parquet'), 'format parquet'),
    naive: () => naive('keyed', input, path('naive.json')),
    polars: () => polars('keyed', input, path('polars.parquet')),
  });
  const results = await contest(all, bench.contest);
  const checked = await sameTable(windowOutputs(all, path), {
    keys: ['window_start', 'page'],
    exact: ['events', 'clicks', 'impressions', 'quantity'],
    close: ['total_price'],
  });
  const title = `Ten-second windows by a string of ${countText(keys)} values, over ${countText(rows)} rows`;
  return timeTable(`keyed-${keys}-${rows}`, title, results, { checked });
}
