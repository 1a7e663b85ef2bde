// The kernel alone, on one core: bytes of nested events in memory to columns, beside DuckDB's whole flatten on two.
import { nestedLines } from '../data/sets.js';
import { contenders, duckdb } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { benchFile } from '../lib/folders.js';
import { countText, timeTable } from '../lib/tables.js';
import { flattenSql } from './flatten.js';

export const scan = {
  name: 'scan',
  describe: 'the scan of nested events alone, from bytes in memory to columns, on one core',
  async run(bench) {
    const tables = [];
    for (const events of bench.sizes([2_000_000])) tables.push(await scanTable(bench, events));
    return tables;
  },
};

async function scanTable(bench, events) {
  const { path } = bench.scratch;
  const input = nestedLines(events);
  const ours = { name: 'scan', args: [benchFile('programs', 'scan.js'), input, String(events)], reports: true };
  const all = contenders(bench.peers, ours, {
    duckdb: () => duckdb(flattenSql(input, 'newline_delimited'), path('duckdb.csv'), 'header'),
  });
  const [{ inside }, ...others] = await contest(all, bench.contest);
  const title = `Scan of ${countText(events)} nested events on one core, and DuckDB's whole flatten on two`;
  return timeTable(`scan-${events}`, title, [{ name: 'clickstream', median: inside, inside: null }, ...others], {
    checked: `${countText(events)} rows were decoded`,
    note: 'The scan starts with the bytes in memory, and ends with columns; DuckDB also reads and writes files, and starts.',
  });
}
