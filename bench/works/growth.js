// How time grows with the number of records: time per record, from ten thousand to twenty million.
import { flatRows, nestedLines } from '../data/sets.js';
import { contenders, duckdb, task } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { countText } from '../lib/tables.js';
import { flattenSql } from './flatten.js';
import { windowSql } from './window.js';

const SIZES = [10_000, 100_000, 1_000_000, 5_000_000, 20_000_000];

const TASKS = {
  task1: {
    data: nestedLines,
    more: [],
    peer: (input, path) => duckdb(flattenSql(input, 'newline_delimited'), path('duckdb.csv'), 'header'),
  },
  task2: {
    data: flatRows,
    more: ['--drain'],
    peer: (input, path) => duckdb(windowSql(input), path('duckdb.parquet'), 'format parquet'),
  },
};

export const growth = {
  name: 'growth',
  describe: 'time per record, from 10,000 to 20,000,000 records (task1 and task2 --once)',
  async run(bench) {
    const largest = Math.max(...bench.sizes(SIZES));
    const sizes = SIZES.filter((size) => size <= largest);
    const tables = [];
    for (const name of Object.keys(TASKS)) tables.push(await growthTable(bench, name, sizes));
    return tables;
  },
};

async function growthTable(bench, name, sizes) {
  const { path } = bench.scratch;
  const { data, more, peer } = TASKS[name];
  const rows = [];
  for (const size of sizes) {
    const input = data(size);
    const ours = task(name, { input, out: path('out'), checkpoint: path('checkpoint'), more });
    const all = contenders(bench.peers, ours, { duckdb: () => peer(input, path) });
    for (const { name: who, median } of await contest(all, bench.contest)) {
      rows.push({ who: `${who}, ${countText(size)}`, series: who, at: size, value: (median * 1e6) / size });
    }
  }
  return {
    id: `growth-${name}`,
    title: `Time per record by number of records (${name} --once)`,
    unit: 'us per record',
    rows,
    note: 'The start of the process is in it: it weighs on the smallest sizes.',
  };
}
