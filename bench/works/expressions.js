// Filter and project: no state, all of it expressions.
import { keyedRows } from '../data/sets.js';
import { sameRows } from '../lib/agreement.js';
import { contenders, duckdb, pipelineFile } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText, timeTable } from '../lib/tables.js';
import { keyedTable } from './keyed.js';

export const expressions = {
  name: 'expressions',
  describe: 'filter and project CSV with seven expressions (a pipeline file)',
  async run(bench) {
    const tables = [];
    for (const rows of bench.sizes([2_000_000])) tables.push(await expressionsTable(bench, rows));
    return tables;
  },
};

async function expressionsTable(bench, rows) {
  const { path } = bench.scratch;
  const input = keyedRows(rows, 1000);
  const ours = pipelineFile('expressions', { input, out: path('csv'), checkpoint: path('checkpoint') });
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(expressionsSql(input), path('duckdb.csv'), 'header'),
  });
  const results = await contest(all, bench.contest);
  const outputs = { clickstream: written(path('csv/*.csv')), DuckDB: written(path('duckdb.csv')) };
  const checked = await sameRows(Object.fromEntries(all.map(({ name }) => [name, outputs[name]])));
  const title = `Filter and seven expressions, over ${countText(rows)} rows`;
  return timeTable(`expressions-${rows}`, title, results, { checked });
}

/** The same expressions as in bench/pipelines/expressions.pipeline.yaml. */
const expressionsSql = (input) => `
  select datetime, upper(page) as page, concat(page, ':', quantity) as label, clicks::double / impressions::double as rate,
    total_price / quantity::double as unit_price,
    case when total_price >= 200 then 'large' when total_price >= 50 then 'middle' else 'small' end as size,
    hour(datetime) * 60 + minute(datetime) as minute_of_day
  from ${keyedTable(input)}
  where quantity > 0 and impressions > 0 and clicks % 3 <> 0 and page not like '%7'`;

const written = (
  path,
) => `select * from read_csv('${path}', header = true, columns = {datetime: 'TIMESTAMP', page: 'VARCHAR',
  label: 'VARCHAR', rate: 'DOUBLE', unit_price: 'DOUBLE', size: 'VARCHAR', minute_of_day: 'BIGINT'})`;
