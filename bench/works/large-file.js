// One file larger than memory should have to be. It is made for the work and deleted after it.

import { largeFile } from '../data/sets.js';
import { sameRows } from '../lib/agreement.js';
import { dropDataSet } from '../lib/cache.js';
import { contenders, duckdb, task } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { needRoom } from '../lib/folders.js';
import { timeTable } from '../lib/tables.js';
import { flatSelect, flattenSql } from './flatten.js';

export const largeFileWork = {
  name: 'large-file',
  describe: 'one file of 5 GB (--gigabytes N) through task1 --once: memory',
  async run(bench) {
    const bytes = bench.gigabytes * 1e9;
    // Two outputs of a third of the input's size.
    needRoom(bytes * 1.7, 'the large file and what comes out of it');
    const input = largeFile(bytes);
    try {
      return [await largeFileTable(bench, input)];
    } finally {
      dropDataSet(input);
    }
  },
};

async function largeFileTable(bench, input) {
  const { path } = bench.scratch;
  const ours = task('task1', { input, out: path('csv'), checkpoint: path('checkpoint') });
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(flattenSql(input, 'newline_delimited'), path('duckdb.csv'), 'header'),
  });
  const results = await contest(all, { runs: 1 });
  const outputs = { clickstream: 'csv/*.csv', DuckDB: 'duckdb.csv' };
  const checked = await sameRows(Object.fromEntries(all.map(({ name }) => [name, flatSelect(path(outputs[name]))])));
  const title = `One file of ${bench.gigabytes} GB, flattened`;
  return timeTable('large-file', title, results, { checked });
}
