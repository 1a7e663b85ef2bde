import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPipeline } from '../../../src/pipeline/file/build-pipeline.ts';
import { formatProblem } from '../../../src/pipeline/file/problem.ts';
import { check, type FuzzTarget } from '../target.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples');
/** Where the file is said to be: no folder that is there. */
const FILE = join(import.meta.dirname, 'nowhere', 'p.pipeline.yaml');

/** Nearly every key once. */
const WIDE = `name: wide
timezone: Europe/Berlin
sources:
  events:
    format: json
    path: data/events
    schema: user STRING, ts TIMESTAMP, clicks LONG, tags ARRAY<STRING>
    options: { mode: reject, maxFilesPerTrigger: 10 }
    watermark: { column: ts, delay: 10 seconds }
  other: { format: rate, options: { rowsPerSecond: 5 } }
tables:
  users: { format: csv, path: users, schema: "id STRING, name STRING", options: { header: true } }
from: events
steps:
  - filter: clicks > 0
  - withColumn: { double: clicks * 2 }
  - select: [user, ts, "clicks AS c"]
  - dropDuplicates: [user]
  - join: { table: users, on: user = id, type: leftOuter }
  - groupBy: ["window(ts, '1 minute')", user]
    agg: [count(*) AS n, sum(c) AS total]
  - select: [window.start AS start, user, n]
outputMode: append
trigger: { processingTime: 5 seconds }
sink: { format: parquet, path: out, partitionBy: [user], options: { compression: snappy } }
checkpoint: state
settings: { drain: true }
`;
const SMALL = `sources:
  s: { format: csv, path: in, schema: "a INT, b STRING, t TIMESTAMP" }
steps:
  - STEP
sink: { format: console }
checkpoint: c
`;
const STEPS = [
  'filter: a > 1 AND b IS NOT NULL',
  'select: [a, "b AS c", t]',
  'withColumn: { d: a + 1 }',
  'withColumnRenamed: { a: d }',
  'drop: [a]',
  'withWatermark: { column: t, delay: 5 s }',
  'dropDuplicates: "*"',
  'distinct: true',
  'limit: 5',
  'repartition: 2',
  'union: [s]',
  '{ groupBy: b, agg: count(*) AS n }',
  'orderBy: a DESC',
];
const SQL = `sources: { t: { format: csv, path: in, schema: "a INT, at TIMESTAMP", options: { header: true } } }
sql: |
  SELECT window(at, '10 seconds').start AS s, count(*) AS n
  FROM t WHERE a > \${LEAST:-1} GROUP BY window(at, '10 seconds')
sink: { format: console, options: { numRows: 5 } }
checkpoint: \${STATE}/x
`;

const WORDS = [
  ...['X', 'X:-1', 'STATE'].map((name) => `\${${name}}`),
  '$$',
  ...[
    '\n',
    '\n  ',
    '\n  - ',
    ': ',
    '- ',
    '{ ',
    ' }',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|\n',
    '>\n',
    '# ',
    '&a ',
    '*a',
    '!!str ',
    '? ',
    '---\n',
    '...\n',
  ],
  ...['<<: *a', '\t', '%YAML 1.2\n', 'null', 'true', '0x1F', '.inf', '1e400', '2026-01-01'],
  ...[
    'sources:',
    'steps:',
    'sink:',
    'sql:',
    'from:',
    'tables:',
    'checkpoint:',
    'format: ',
    'path: ',
    'schema: ',
    'options: ',
  ],
  ...[
    'filter: ',
    'select: ',
    'groupBy: ',
    'agg: ',
    'join: ',
    'withColumn: ',
    'watermark: ',
    'trigger: ',
    'outputMode: ',
    'settings: ',
  ],
  ...[
    'json',
    'csv',
    'text',
    'parquet',
    'rate',
    'socket',
    'console',
    'memory',
    'availableNow',
    'complete',
    'update',
    'append',
  ],
];

/** What JavaScript writes where a value was forgotten. */
const SAYS_NOTHING = /\bundefined\b|\[object/;

/** A pipeline file is read, checked and built; every mistake has its place and a message. */
export const pipelineTarget: FuzzTarget = {
  name: 'pipeline',
  maxBytes: 1024,
  words: WORDS,
  seeds: async () => [
    ...[WIDE, SQL, 'sources: {}\n', ''].map((text) => Buffer.from(text)),
    ...STEPS.map((step) => Buffer.from(SMALL.replace('STEP', step))),
    ...['task1', 'task2'].map((task) => readFileSync(join(EXAMPLES, `clickstream-${task}.pipeline.yaml`))),
  ],
  show: (input) => JSON.stringify(textOf(input)),
  async run(input) {
    const text = textOf(input);
    // The schema of a table of Parquet files is read from the disk, wherever a changed path leads.
    if (/tables/.test(text) && /parquet/.test(text)) return;
    const { problems, pipeline } = await checkPipeline(FILE, text, { environment: { STATE: 'state' } });
    const lines = text.split('\n');
    for (const problem of problems) {
      const { line, column, code, message } = problem;
      const isInside = line >= 1 && line <= lines.length && column >= 1 && column <= (lines[line - 1] ?? '').length + 1;
      check(isInside, () => `${code} is at line ${line}, column ${column} of ${lines.length} lines`);
      check(
        message !== '' && (SAYS_NOTHING.test(text) || !SAYS_NOTHING.test(message)),
        () => `a message that says nothing: ${message}`,
      );
      formatProblem(text, problem);
    }
    const isWrong = problems.some(({ severity }) => severity === 'error');
    check((pipeline === null) === isWrong, () => `errors: ${isWrong}, but a pipeline: ${pipeline !== null}`);
  },
};

function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input);
}
