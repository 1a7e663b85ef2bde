// Flatten nested events to CSV: the whole of task1, with checkpoint and fsync.
import { nestedArrays, nestedLines, RECORDS_PER_FILE } from '../data/sets.js';
import { sameRows } from '../lib/agreement.js';
import { contenders, duckdb, naive, polars, spark, task } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText, timeTable } from '../lib/tables.js';

const NESTED =
  "{Analytics: 'STRUCT(Clicks BIGINT, Impressions BIGINT)', Sales: 'STRUCT(Quantity BIGINT, Total_Price DOUBLE)', Datetime: 'TIMESTAMP'}";

/** DuckDB's side; `format` is newline_delimited or array. */
export const flattenSql = (input, format) => `
  select Datetime as datetime, Analytics.Clicks as clicks, Analytics.Impressions as impressions, Sales.Quantity as quantity,
    Sales.Total_Price as total_price
  from read_json('${input}/*.json', columns = ${NESTED}, format = '${format}')`;

/** The rows of a flattened CSV, whoever wrote it. */
export const flatSelect = (path) => `select * from read_csv('${path}', header = true, columns = {datetime: 'TIMESTAMP',
  clicks: 'BIGINT', impressions: 'BIGINT', quantity: 'BIGINT', total_price: 'DOUBLE'})`;

/** The peers that need seconds per million records sit out the largest sizes. */
const SLOW_PEERS_TO = 5_000_000;
const FILES_OF_ARRAYS = 20_000;

export const flatten = {
  name: 'flatten',
  describe: 'flatten nested events to CSV (task1 --once): NDJSON, and arrays of 10 records per file',
  async run(bench) {
    const tables = [];
    for (const events of bench.sizes([2_000_000, 20_000_000])) {
      const title = `Flatten ${countText(events)} nested events (NDJSON in 20 files)`;
      tables.push(await flattenTable(bench, `flatten-${events}`, title, nestedLines(events), 'lines', events));
    }
    const files = Math.min(FILES_OF_ARRAYS, ...bench.sizes([FILES_OF_ARRAYS * RECORDS_PER_FILE]).map(filesFor));
    const title = `Flatten ${countText(files)} files, each an array of ${RECORDS_PER_FILE} events`;
    const events = files * RECORDS_PER_FILE;
    tables.push(await flattenTable(bench, `arrays-${files}`, title, nestedArrays(files), 'arrays', events));
    return tables;
  },
};

const filesFor = (events) => Math.ceil(events / RECORDS_PER_FILE);

async function flattenTable(bench, id, title, input, form, events) {
  const { path } = bench.scratch;
  const ours = task('task1', { input, out: path('csv'), checkpoint: path('checkpoint') });
  const format = form === 'arrays' ? 'array' : 'newline_delimited';
  const isSmall = events <= SLOW_PEERS_TO;
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(flattenSql(input, format), path('duckdb.csv'), 'header'),
    naive: () => (isSmall ? naive('flatten', input, path('naive.csv')) : null),
    // polars reads arrays only one file at a time.
    polars: () => (form === 'lines' ? polars('flatten', input, path('polars.csv')) : null),
    spark: () =>
      isSmall ? spark(form === 'arrays' ? 'arrays' : 'flatten', input, path('spark.csv'), path('spark')) : null,
  });
  const results = await contest(all, bench.contest);
  const outputs = {
    clickstream: 'csv/*.csv',
    DuckDB: 'duckdb.csv',
    'naive Node': 'naive.csv',
    polars: 'polars.csv',
    PySpark: 'spark.csv/*.csv',
  };
  const checked = await sameRows(Object.fromEntries(all.map(({ name }) => [name, flatSelect(path(outputs[name]))])));
  return timeTable(id, title, results, { checked });
}
