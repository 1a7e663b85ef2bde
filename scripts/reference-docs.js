// Writes docs/expressions.md from the tables of functions: node scripts/reference-docs.js (after a build). A test holds the page to the tables.
import { readFileSync, writeFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const { FUNCTIONS } = await import(new URL('sql/functions/table.js', dist));
const { AGGREGATE_NAMES } = await import(new URL('sql/aggregates.js', dist));
const page = new URL('../docs/expressions.md', import.meta.url);

const GROUPS = {
  operator: 'Operators',
  conditional: 'Conditions',
  math: 'Mathematics',
  string: 'Texts',
  regexp: 'Regular expressions',
  datetime: 'Dates, times and intervals',
  collection: 'Arrays, maps and structs',
  json: 'JSON and CSV',
  hash: 'Hashes',
  conversion: 'Conversions',
  misc: 'Others',
};

/** Aggregates have no row in the table of functions: the engine computes them. */
const AGGREGATES = {
  approx_count_distinct:
    'the number of distinct values, roughly; a second argument is the relative standard deviation (0.05)',
  'avg, mean': 'the average; null without values',
  'bool_and, every': 'whether all are true',
  'bool_or, some, any': 'whether one is true',
  'collect_list, array_agg': 'the values as an array, nulls left out',
  collect_set: 'the distinct values as an array, nulls left out',
  count: '`count(*)` the rows, `count(a)` the values that are not null',
  count_if: 'the rows for which it is true',
  'first, first_value, any_value':
    'the first value in input order; with a second argument `true`, the first that is not null',
  'kurtosis, skewness': 'the shape of a distribution',
  'last, last_value': 'the last value in input order',
  'max, min': 'the largest, the smallest value',
  'max_by, min_by': 'the first argument where the second is largest, smallest',
  median: 'the middle value',
  percentile: 'the exact value at a share, 0 to 1',
  'percentile_approx, approx_percentile': 'a value of the input at a share, 0 to 1',
  'stddev, stddev_samp, std': 'the standard deviation of a sample',
  stddev_pop: 'the standard deviation of all',
  sum: 'the sum; null without values; of integers a bigint, which wraps around',
  'variance, var_samp': 'the variance of a sample',
  var_pop: 'the variance of all',
};

const INTRO = `# Expressions

<!-- Written by scripts/reference-docs.js from the tables of functions: change those. -->

The language is Spark SQL's, version 3.5 with ANSI mode off. It is the same in \`expr('...')\`, \`where('...')\`, \`selectExpr\`, \`sql\` and pipeline
files; \`callFunction('name', ...)\` calls any function by name. Each example of this page runs as a test.

- **Literals**: \`1\` int (bigint when it does not fit), \`1L\`, \`1S\`, \`1Y\`, \`1.5\` decimal, \`1.5D\`, \`1e3\` double, \`1.5BD\`, \`'text'\`, \`true\`, \`null\`, \`DATE'2026-01-05'\`,
  \`TIMESTAMP'2026-01-05 10:00:00'\`, \`INTERVAL 1 DAY\`, \`X'1F'\`.
- **Names**: \`a\`, \`a.b\` (field b of struct a, or column b of table a), \`a[0]\`, \`a['key']\`, \`\` \`any name\` \`\` in backticks.
- **Null** is unknown: \`null = null\` is null; \`<=>\` compares null as a value. What cannot be computed (a failed cast, a division by
  zero) is null. Integers wrap around.
- \`CASE WHEN ... THEN ... ELSE ... END\`, \`CAST(a AS type)\`, \`TRY_CAST\`, \`a::type\`, \`IN\`, \`BETWEEN\`, \`LIKE\`, \`RLIKE\`, \`IS NULL\`, \`x -> x + 1\` for functions over
  arrays and maps.
- **Types**: boolean, tinyint, smallint, int, bigint, float, double, decimal(p,s), string, binary, date, timestamp (microseconds),
  intervals, \`array<t>\`, \`map<k,v>\`, \`struct<name: t>\`.
`;

const WINDOWS = `## Windows and rows

| function | does |
|---|---|
| \`window(time, duration [, slide [, start]])\` | the window of event time that a row falls into; a struct of \`start\` and \`end\` |
| \`session_window(time, gap)\` | rows of a key that follow each other within the gap |
| \`window_time(window)\` | the event time of a window: its last microsecond |
| \`explode(a)\`, \`explode_outer(a)\` | a row per element of an array or map; outer: a null row for an empty one |
| \`posexplode(a)\`, \`posexplode_outer(a)\` | the same with the position, from 0 |
`;

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', '\\n')).join(' | ')} |`;
}

const code = (text) => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

function section(group, title) {
  const specs = FUNCTIONS.filter((spec) => spec.group === group).sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = specs.map(({ name, aliases = [], usage, example: [sql, result] }) =>
    row([[name, ...aliases].map(code).join(', '), usage, code(sql), result === '' ? 'an empty text' : code(result)]),
  );
  return [`## ${title}`, '', '| name | does | example | gives |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function aggregates() {
  const rows = Object.entries(AGGREGATES).map(([names, does]) => row([names.split(', ').map(code).join(', '), does]));
  return ['## Aggregates', '', 'They skip nulls.', '', '| name | gives |', '|---|---|', ...rows, ''].join('\n');
}

const described = Object.keys(AGGREGATES).flatMap((names) => names.split(', '));
const missing = AGGREGATE_NAMES.filter((name) => !described.includes(name));
if (missing.length > 0) throw new Error(`scripts/reference-docs.js describes no aggregate ${missing.join(', ')}`);
const groups = [...new Set(FUNCTIONS.map(({ group }) => group))].filter((group) => GROUPS[group] === undefined);
if (groups.length > 0) throw new Error(`scripts/reference-docs.js has no title for ${groups.join(', ')}`);

const sections = Object.entries(GROUPS).map(([group, title]) => section(group, title));
const text = [INTRO, WINDOWS, aggregates(), ...sections].join('\n');
if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/expressions.md is older than the tables of functions: run node scripts/reference-docs.js');
    process.exitCode = 1;
  }
} else writeFileSync(page, text);
