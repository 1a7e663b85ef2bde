// npm run bench [-- --events 2000000 --runs 3]: this product and its peers on the same work, as whole processes, in turn, in one run.
// Prints medians and ratios, checks that the outputs agree, writes bench/results.json and docs/performance.md's table and chart.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { writeReport } from './report.js';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '2000000' },
    runs: { type: 'string', default: '3' },
    naive: { type: 'boolean', default: true },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const work = join(here, '.work');
const events = Number(values.events);
const runs = Number(values.runs);
const command = join(root, 'bin', 'clickstream.js');
const path = (name) => join(work, name);

function timed(args) {
  const started = performance.now();
  const result = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: root });
  if (result.status !== 0) throw new Error(`${args.join(' ')} ended with ${result.status}`);
  return (performance.now() - started) / 1000;
}

function median(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

const STREAM = ['--once', '--settle', '0', '--quiet'];
const peer = (name, task, input, output) => [join(here, 'peers', `${name}.js`), task, path(input), path(output)];
const BENCHES = [
  {
    name: `flatten ${events.toLocaleString('en')} nested events (task1 --once)`,
    contenders: {
      clickstream: [
        command,
        'task1',
        '--in',
        path('json'),
        '--out',
        path('csv'),
        '--checkpoint',
        path('cp1'),
        ...STREAM,
      ],
      DuckDB: peer('duckdb', 'flatten', 'json', 'duck.csv'),
      'naive Node': peer('naive', 'flatten', 'json', 'naive.csv'),
    },
    clean: ['csv', 'cp1', 'duck.csv', 'naive.csv'],
  },
  {
    name: `10 s windows, 6 aggregates, over ${events.toLocaleString('en')} rows (task2 --once)`,
    contenders: {
      clickstream: [
        command,
        'task2',
        '--in',
        path('csv'),
        '--out',
        path('parquet'),
        '--checkpoint',
        path('cp2'),
        '--drain',
        ...STREAM,
      ],
      DuckDB: peer('duckdb', 'window', 'csv', 'duck.parquet'),
      'naive Node': peer('naive', 'window', 'csv', 'naive.json'),
    },
    clean: ['parquet', 'cp2', 'duck.parquet', 'naive.json'],
  },
  {
    name: 'start to exit, nothing to do (task2 --once)',
    contenders: {
      clickstream: [
        command,
        'task2',
        '--in',
        path('empty'),
        '--out',
        path('none'),
        '--checkpoint',
        path('cp3'),
        ...STREAM,
      ],
      'node -e 0': ['-e', '0'],
    },
    clean: [],
    runs: 9,
  },
];

rmSync(work, { recursive: true, force: true });
mkdirSync(path('empty'), { recursive: true });
timed([join(here, 'make-events.js'), path('json'), '20', String(Math.ceil(events / 20))]);

const results = BENCHES.map((bench) => {
  const contenders = Object.entries(bench.contenders).filter(([name]) => values.naive || name !== 'naive Node');
  const times = Object.fromEntries(contenders.map(([name]) => [name, []]));
  for (let run = 0; run < (bench.runs ?? runs); run++) {
    for (const [name, args] of contenders) {
      if (name === 'clickstream') for (const left of bench.clean) rmSync(path(left), { recursive: true, force: true });
      times[name].push(timed(args));
    }
  }
  const medians = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
  console.log(`\n${bench.name}`);
  for (const [name, seconds] of Object.entries(medians)) {
    const ratio = seconds / medians.clickstream;
    console.log(`  ${name.padEnd(12)} ${seconds.toFixed(3).padStart(8)} s  ${ratio.toFixed(2).padStart(7)} x`);
  }
  return { name: bench.name, medians, times };
});

await checkAgreement();
const machine = `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
const duckdb = JSON.parse(readFileSync(join(root, 'node_modules/@duckdb/node-api/package.json'), 'utf8')).version;
const report = { machine, duckdb, events, runs, results };
writeFileSync(join(here, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
writeReport(root, report);
rmSync(work, { recursive: true, force: true });

/** Sums over the outputs must be the same whoever wrote them. */
async function checkAgreement() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const row = async (sql) => JSON.stringify((await connection.runAndReadAll(sql)).getRowsJson()[0]);
  const csv = (name) =>
    `select count(*), sum(clicks), sum(impressions), sum(quantity), round(sum(total_price), 2), epoch_ms(min(datetime)), epoch_ms(max(datetime)) from read_csv('${name}')`;
  const parquet = (name) =>
    `select count(*), sum(events)::BIGINT, sum(clicks)::BIGINT, sum(impressions)::BIGINT, sum(quantity)::BIGINT, round(sum(total_price), 2) from read_parquet('${name}')`;
  const pairs = [
    [csv(path('csv/*.csv')), csv(path('duck.csv'))],
    [parquet(path('parquet/*.parquet')), parquet(path('duck.parquet'))],
  ];
  for (const [ours, theirs] of pairs) {
    const [a, b] = [await row(ours), await row(theirs)];
    if (a !== b) throw new Error(`the outputs differ:\n  clickstream ${a}\n  DuckDB      ${b}`);
  }
  if (!existsSync(path('csv')) || readdirSync(path('csv')).length === 0) throw new Error('nothing was written');
  console.log('\nthe outputs agree');
}
