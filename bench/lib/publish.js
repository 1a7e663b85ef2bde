// Writes performance.md and its charts from bench/results.json.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart, lineChart } from './charts.js';
import { benchFile } from './folders.js';
import { judge } from './goals.js';
import { megabytes, valueText } from './tables.js';

/** Into `folder`: the page, and a chart per table in `charts/`. Works that were not run are left out. */
export function publish(folder, results, works) {
  const charts = join(folder, 'charts');
  mkdirSync(charts, { recursive: true });
  for (const name of readdirSync(charts)) if (name.startsWith('bench-')) rmSync(join(charts, name));
  const done = works.filter(({ name }) => results[name] !== undefined);
  for (const { tables } of done.map(({ name }) => results[name])) {
    for (const table of tables) writeFileSync(join(charts, chartName(table)), chartOf(table));
  }
  writeFileSync(join(folder, 'performance.md'), page(results, done));
}

const chartName = ({ id }) => `bench-${id}.svg`;
const isLines = ({ rows }) => rows.some(({ series }) => series !== undefined);
const chartOf = (table) => (isLines(table) ? lineChart(table) : barChart(table));

function page(results, works) {
  return `# Performance

Written by \`npm run bench\`; do not edit. Whole processes on the same machine, run in turn in one run, several times each, the quick ones
more often; the figures are medians. Outputs are compared before a figure counts. clickstream's figures include its checkpoint and every fsync; the peers
write their output once and promise nothing about a crash.

## Goals

${markdownTable(
  ['what', 'goal', 'measured', ''],
  judge(results).map(({ what, goal, measured, verdict }) => [what, goal, measured, verdict]),
)}

${readFileSync(benchFile('bounds.md'), 'utf8')}
${works.map(({ name, describe }) => section(name, describe, results[name])).join('\n')}
## How it was measured

${conditions(results, works)}
- Peers use both cores: DuckDB 2 threads, polars 2 threads, Spark \`local[2]\` with 2 shuffle partitions. "Start excluded" is the
  time of Spark's query alone, from its start to its end, measured inside; clickstream's start is always in.
- Before each run the disk's queue is flushed, so that nobody pays for the writes of the one before.
- Memory is the highest resident memory of the process, of all runs.
- The data is made by the benchmark from a fixed seed. Ratios are to clickstream's time: above 1, clickstream was faster.
`;
}

function section(name, describe, { tables }) {
  return [`## ${name}`, '', `${describe[0].toUpperCase()}${describe.slice(1)}.`, '', ...tables.map(tableSection)].join(
    '\n',
  );
}

function tableSection(table) {
  const { title, unit, rows, checked, note } = table;
  const columns = [
    ['', ({ who }) => who],
    [unit, ({ value }) => valueText(value)],
    ['times clickstream', ({ ratio }) => ratio?.toFixed(2)],
    ['memory, MB', ({ peakBytes }) => (peakBytes ? megabytes(peakBytes) : undefined)],
  ].filter(([, cell]) => rows.some((row) => cell(row) !== undefined));
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row) ?? ''));
  const remarks = [checked && `Outputs agree: ${checked}.`, note].filter(Boolean).join(' ');
  return [
    `### ${title}`,
    '',
    `![${title}](charts/${chartName(table)})`,
    '',
    markdownTable(
      columns.map(([name]) => name),
      cells,
    ),
    '',
    ...(remarks === '' ? [] : [remarks, '']),
  ].join('\n');
}

/** Machine, versions and command, once for works that share them. */
function conditions(results, works) {
  const groups = new Map();
  for (const { name } of works) {
    const { machine, versions, command } = results[name];
    const text = [
      `${machine.cpu}, ${machine.memory}, ${machine.system}`,
      Object.entries(versions)
        .map(([what, version]) => `${what} ${version}`)
        .join(', '),
      `\`${command}\``,
    ].join('; ');
    groups.set(text, [...(groups.get(text) ?? []), name]);
  }
  return [...groups].map(([text, names]) => `- ${names.join(', ')}: ${text}`).join('\n');
}

function markdownTable(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
