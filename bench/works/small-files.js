// Many small files: what each file costs, and whether memory grows with their number.
import { nestedArrays, RECORDS_PER_FILE } from '../data/sets.js';
import { sameRows } from '../lib/agreement.js';
import { contenders, duckdb, naive, task } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText, timeTable } from '../lib/tables.js';
import { flatSelect, flattenSql } from './flatten.js';

const FILES = 100_000;

export const smallFiles = {
  name: 'small-files',
  describe: '100,000 files of 10 records (task1 --once): time and memory',
  async run(bench) {
    const tables = [];
    for (const records of bench.sizes([FILES * RECORDS_PER_FILE])) {
      tables.push(await smallFilesTable(bench, Math.ceil(records / RECORDS_PER_FILE)));
    }
    return tables;
  },
};

async function smallFilesTable(bench, files) {
  const { path } = bench.scratch;
  const input = nestedArrays(files);
  const ours = task('task1', { input, out: path('csv'), checkpoint: path('checkpoint') });
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(flattenSql(input, 'array'), path('duckdb.csv'), 'header'),
    naive: () => naive('flatten', input, path('naive.csv')),
  });
  const results = await contest(all, bench.contest);
  const outputs = { clickstream: 'csv/*.csv', DuckDB: 'duckdb.csv', 'naive Node': 'naive.csv' };
  const checked = await sameRows(Object.fromEntries(all.map(({ name }) => [name, flatSelect(path(outputs[name]))])));
  const title = `${countText(files)} files of ${RECORDS_PER_FILE} records`;
  return timeTable(`small-files-${files}`, title, results, { checked });
}
