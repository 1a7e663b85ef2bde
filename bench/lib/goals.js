// What the product is held to. Each goal reads its figure from the results of a run; a size that was not run has none.
import { megabytes, valueText } from './tables.js';

const times = (value) => `${valueText(value)} times`;
const seconds = (value) => `${valueText(value)} s`;
const milliseconds = (value) => `${valueText(value)} ms`;

/** The peer's time in times of our own. */
const ratio = (table, who) => row(table, who)?.ratio;
const value = (table, who) => row(table, who)?.value;
const row = (table, who) => table?.rows.find((found) => found.who === who);

const atLeast = (goal) => ({ goal, isMet: (found) => found >= goal, sign: 'at least' });
const atMost = (goal) => ({ goal, isMet: (found) => found <= goal, sign: 'at most' });

const TASKS = { flatten: 'task1', window: 'task2' };

/** A goal: `from` names the tables, `measured` takes them. */
const GOALS = [
  faster("Scan of nested events on one core, beside DuckDB's whole flatten on two", 8, 'scan-2000000', 'DuckDB'),
  faster("task1 beside DuckDB's bare flatten, 2,000,000 events", 3, 'flatten-2000000', 'DuckDB'),
  faster("task1 beside DuckDB's bare flatten, 20,000,000 events", 6, 'flatten-20000000', 'DuckDB'),
  faster("task2 beside DuckDB's bare aggregation, 2,000,000 rows", 2, 'window-2000000', 'DuckDB'),
  faster("task2 beside DuckDB's bare aggregation, 20,000,000 rows", 3.5, 'window-20000000', 'DuckDB'),
  faster('Windows by 1,000 keys beside DuckDB', 2, 'keyed-1000-2000000', 'DuckDB'),
  faster('Windows by 100,000 keys beside DuckDB', 1, 'keyed-100000-2000000', 'DuckDB'),
  ...['flatten', 'window'].flatMap((work) => [
    faster(`${TASKS[work]} beside PySpark on both cores, start included`, 20, `${work}-2000000`, 'PySpark'),
    faster(`${TASKS[work]} beside PySpark, its start excluded`, 8, `${work}-2000000`, 'PySpark, start excluded'),
    faster(`${TASKS[work]} beside naive Node`, 15, `${work}-2000000`, 'naive Node'),
  ]),
  {
    what: 'Batch of 10 records, logged, computed, committed with fsync',
    from: ['batches'],
    measured: ([batches]) => value(batches, 'clickstream'),
    show: milliseconds,
    ...atMost(8),
  },
  {
    what: 'The same, beside the bare file operations',
    from: ['batches'],
    measured: ([batches]) => value(batches, 'clickstream') / value(batches, 'bare file operations'),
    show: times,
    ...atMost(2),
  },
  {
    what: 'File delivered by rename until its output is committed',
    from: ['delivery'],
    measured: ([delivery]) => value(delivery, 'median'),
    show: milliseconds,
    ...atMost(30),
  },
  {
    what: 'Start to exit with nothing to do, more than node -e 0',
    from: ['start'],
    measured: ([start]) => (value(start, 'clickstream') - value(start, 'node -e 0')) * 1000,
    show: milliseconds,
    ...atMost(80),
  },
  {
    what: '100,000 files of 10 records, time',
    from: ['small-files-100000'],
    measured: ([files]) => value(files, 'clickstream'),
    show: seconds,
    ...atMost(12),
  },
  memory('100,000 files of 10 records, memory', 'small-files-100000'),
  {
    what: '1,000,000 groups of state, 1,000 touched: a batch',
    from: ['state-1000000'],
    measured: ([state]) => value(state, 'median'),
    show: milliseconds,
    ...atMost(60),
  },
  {
    what: 'The same: bytes of state that a batch writes, per group touched',
    from: ['state-1000000'],
    measured: ([state]) => state.bytes / 1000,
    show: (bytes) => `${valueText(bytes)} bytes`,
    ...atMost(100),
  },
  memory('A file of 5 GB, memory', 'large-file'),
  ...['task1', 'task2'].map((task) => ({
    what: `Growth of ${task}: time per record at 20,000,000, more than at 1,000,000`,
    from: [`growth-${task}`],
    measured: ([growth]) =>
      (value(growth, 'clickstream, 20,000,000') / value(growth, 'clickstream, 1,000,000') - 1) * 100,
    show: (percent) => `${valueText(percent)} %`,
    ...atMost(15),
  })),
];

function faster(what, goal, table, who) {
  return { what, from: [table], measured: ([found]) => ratio(found, who), show: times, ...atLeast(goal) };
}

function memory(what, table) {
  return {
    what,
    from: [table],
    measured: ([found]) => row(found, 'clickstream')?.peakBytes,
    show: (bytes) => `${megabytes(bytes)} MB`,
    ...atMost(250e6),
  };
}

/** Every goal with what was measured: `{ what, goal, measured, verdict }`, texts all. */
export function judge(results) {
  const tables = new Map(Object.values(results).flatMap((result) => result.tables.map((table) => [table.id, table])));
  return GOALS.map(({ what, from, measured, show, sign, goal, isMet }) => {
    const found = from.every((id) => tables.has(id)) ? measured(from.map((id) => tables.get(id))) : undefined;
    const has = Number.isFinite(found);
    return {
      what,
      goal: `${sign} ${show(goal)}`,
      measured: has ? show(found) : '',
      verdict: has ? (isMet(found) ? 'met' : 'missed') : 'not run',
    };
  });
}

export function printGoals(results) {
  const judged = judge(results).filter(({ verdict }) => verdict !== 'not run');
  if (judged.length === 0) return;
  console.log('\ngoals');
  const width = (name) => Math.max(...judged.map((found) => found[name].length));
  const [what, goal, measured] = ['what', 'goal', 'measured'].map(width);
  for (const found of judged) {
    console.log(
      `  ${found.what.padEnd(what)}  ${found.goal.padEnd(goal)}  ${found.measured.padStart(measured)}  ${found.verdict}`,
    );
  }
}
