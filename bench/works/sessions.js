// Sessions: rows of one page belong together as long as no gap of ten seconds is between them.
import { keyedRows } from '../data/sets.js';
import { sameTable } from '../lib/agreement.js';
import { contenders, duckdb, pipelineFile } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText, timeTable } from '../lib/tables.js';
import { AGGREGATES, keyedTable } from './keyed.js';

const PAGES = 1000;

export const sessions = {
  name: 'sessions',
  describe: 'sessions with a gap of ten seconds, by a string of 1,000 values (a pipeline file)',
  async run(bench) {
    const tables = [];
    for (const rows of bench.sizes([2_000_000])) tables.push(await sessionsTable(bench, rows));
    return tables;
  },
};

async function sessionsTable(bench, rows) {
  const { path } = bench.scratch;
  const input = keyedRows(rows, PAGES);
  const ours = pipelineFile('sessions', { input, out: path('parquet'), checkpoint: path('checkpoint') });
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(sessionsSql(input), path('duckdb.parquet'), 'format parquet'),
  });
  const results = await contest(all, bench.contest);
  const times = (file) =>
    `select * replace (session_start::timestamp as session_start, session_end::timestamp as session_end) from read_parquet('${path(file)}')`;
  const outputs = { clickstream: times('parquet/*.parquet'), DuckDB: times('duckdb.parquet') };
  const checked = await sameTable(Object.fromEntries(all.map(({ name }) => [name, outputs[name]])), {
    keys: ['session_start', 'page'],
    exact: ['session_end', 'events', 'clicks', 'impressions', 'quantity'],
    close: ['total_price'],
  });
  const title = `Sessions of ${countText(PAGES)} pages, gap 10 s, over ${countText(rows)} rows`;
  return timeTable(`sessions-${rows}`, title, results, { checked });
}

/** A row that comes no later than the end of the session so far belongs to it, as in Spark. */
const sessionsSql = (input) => `
  with marked as (
    select *, (datetime - lag(datetime) over each <= interval '10 seconds') is not true as begins
    from ${keyedTable(input)} window each as (partition by page order by datetime)),
  numbered as (
    select *, count_if(begins) over (partition by page order by datetime rows unbounded preceding) as session from marked)
  select min(datetime) as session_start, max(datetime) + interval '10 seconds' as session_end, page, ${AGGREGATES}
  from numbered group by page, session`;
