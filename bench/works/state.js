// A large state of which each batch touches little.
import { stateRows } from '../data/sets.js';
import { sameTable } from '../lib/agreement.js';
import { settleDisk } from '../lib/contest.js';
import { benchFile } from '../lib/folders.js';
import { resultLine, runProcess } from '../lib/process.js';
import { median, percentile } from '../lib/statistics.js';
import { countText } from '../lib/tables.js';

const GROUPS = 1_000_000;
const TOUCHED = 1000;
const BATCHES = 100;

export const state = {
  name: 'state',
  describe: '1,000,000 groups of state, 1,000 touched per batch: time and bytes of a batch',
  async run(bench) {
    const tables = [];
    for (const groups of bench.sizes([GROUPS])) tables.push(await stateTable(bench, groups));
    return tables;
  },
};

async function stateTable(bench, groups) {
  const touched = Math.min(TOUCHED, groups);
  const input = stateRows(groups, touched, BATCHES);
  const runs = [];
  for (let run = 0; run < bench.runs; run++)
    runs.push(await oneRun(input, (name) => bench.scratch.path(String(run), name)));
  const times = runs.flatMap(({ times }) => times);
  const bytes = runs.flatMap(({ deltaBytes }) => deltaBytes);
  return {
    id: `state-${groups}`,
    title: `${countText(groups)} groups of state, ${countText(touched)} touched per batch`,
    unit: 'ms',
    rows: [
      { who: 'median', value: median(times) },
      { who: '95 of 100', value: percentile(times, 0.95) },
      { who: 'longest', value: Math.max(...times) },
    ],
    bytes: median(bytes),
    snapshots: runs.map(({ snapshots }) => snapshots),
    checked: runs[0].checked,
    note: `A batch writes ${countText(median(bytes))} bytes of state. ${BATCHES} batches a run; in the longest the whole state was written as well.`,
  };
}

async function oneRun(input, path) {
  settleDisk();
  const result = resultLine(
    runProcess({ args: [benchFile('programs', 'grouped-state.js'), input, path('out'), path('checkpoint')] }).stdout,
  );
  const rows = (from) => `read_csv('${from}/*.csv', header = true)`;
  const checked = await sameTable(
    {
      // In update mode a group comes out anew, with its whole count, in each batch that touched it.
      clickstream: `select key, max(events)::bigint as events, max(total)::bigint as total from ${rows(path('out'))} group by key`,
      input: `select key, count(*)::bigint as events, sum(amount)::bigint as total from ${rows(input)} group by key`,
    },
    { keys: ['key'], exact: ['events', 'total'], close: [] },
  );
  return { ...result, checked };
}
