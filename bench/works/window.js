// Windows over CSV: the whole of task2, with checkpoint and fsync.
import { flatRows } from '../data/sets.js';
import { sameTable } from '../lib/agreement.js';
import { contenders, duckdb, naive, polars, spark, task } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText, timeTable } from '../lib/tables.js';

const AGGREGATES = `count(*) as events, sum(clicks)::bigint as clicks, sum(impressions)::bigint as impressions,
  sum(quantity)::bigint as quantity, sum(total_price) as total_price, avg(total_price) as avg_price`;

/** DuckDB's side. */
export const windowSql = (input) => `
  select time_bucket(interval '10 seconds', datetime) as window_start, ${AGGREGATES}
  from read_csv('${input}/*.csv', header = true, columns = {datetime: 'TIMESTAMP', clicks: 'BIGINT', impressions: 'BIGINT',
    quantity: 'BIGINT', total_price: 'DOUBLE'})
  group by 1 order by 1`;

const SLOW_PEERS_TO = 5_000_000;

export const window = {
  name: 'window',
  describe: 'ten-second windows over CSV, five aggregates and a count (task2 --once)',
  async run(bench) {
    const tables = [];
    for (const rows of bench.sizes([2_000_000, 20_000_000])) tables.push(await windowTable(bench, rows));
    return tables;
  },
};

async function windowTable(bench, rows) {
  const { path } = bench.scratch;
  const input = flatRows(rows);
  const ours = task('task2', { input, out: path('parquet'), checkpoint: path('checkpoint'), more: ['--drain'] });
  const isSmall = rows <= SLOW_PEERS_TO;
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(windowSql(input), path('duckdb.parquet'), 'format parquet'),
    naive: () => (isSmall ? naive('window', input, path('naive.json')) : null),
    polars: () => polars('window', input, path('polars.parquet')),
    spark: () => (isSmall ? spark('window', input, path('spark.parquet'), path('spark')) : null),
  });
  const results = await contest(all, bench.contest);
  const checked = await sameTable(windowOutputs(all, path), {
    keys: ['window_start'],
    exact: ['events', 'clicks', 'impressions', 'quantity'],
    close: ['total_price'],
  });
  const title = `Ten-second windows over ${countText(rows)} rows (CSV in 20 files)`;
  return timeTable(`window-${rows}`, title, results, { checked });
}

/** A SELECT of each contender's windows. */
export function windowOutputs(all, path) {
  const start = (select) => `select * replace (window_start::timestamp as window_start) from ${select}`;
  const outputs = {
    clickstream: `read_parquet('${path('parquet/*.parquet')}')`,
    DuckDB: `read_parquet('${path('duckdb.parquet')}')`,
    'naive Node': `read_json('${path('naive.json')}', format = 'newline_delimited')`,
    polars: `read_parquet('${path('polars.parquet')}')`,
    PySpark: `read_parquet('${path('spark.parquet/*.parquet')}')`,
  };
  return Object.fromEntries(all.map(({ name }) => [name, start(outputs[name])]));
}
