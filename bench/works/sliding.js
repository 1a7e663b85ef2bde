// Windows that overlap: ten seconds long, a new one every second.
import { flatRows } from '../data/sets.js';
import { sameTable } from '../lib/agreement.js';
import { contenders, duckdb, pipelineFile } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText, timeTable } from '../lib/tables.js';
import { AGGREGATES } from './keyed.js';
import { windowOutputs } from './window.js';

export const sliding = {
  name: 'sliding',
  describe: 'ten-second windows every second (a pipeline file)',
  async run(bench) {
    const tables = [];
    for (const rows of bench.sizes([2_000_000])) tables.push(await slidingTable(bench, rows));
    return tables;
  },
};

async function slidingTable(bench, rows) {
  const { path } = bench.scratch;
  const input = flatRows(rows);
  const ours = pipelineFile('sliding', { input, out: path('parquet'), checkpoint: path('checkpoint') });
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(slidingSql(input), path('duckdb.parquet'), 'format parquet'),
  });
  const results = await contest(all, bench.contest);
  const checked = await sameTable(windowOutputs(all, path), {
    keys: ['window_start'],
    exact: ['events', 'clicks', 'impressions', 'quantity'],
    close: ['total_price'],
  });
  return timeTable(`sliding-${rows}`, `Ten-second windows every second, over ${countText(rows)} rows`, results, {
    checked,
  });
}

/** Each row in ten windows. Summing by second first and combining ten of those would be quicker, for sums alone; nobody writes that. */
const slidingSql = (input) => `
  select time_bucket(interval '1 second', datetime) - to_seconds(i) as window_start, ${AGGREGATES}
  from read_csv('${input}/*.csv', header = true, columns = {datetime: 'TIMESTAMP', clicks: 'BIGINT', impressions: 'BIGINT',
    quantity: 'BIGINT', total_price: 'DOUBLE'}), range(10) as steps(i)
  group by 1 order by 1`;
