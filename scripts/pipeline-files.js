// Writes what is generated from the description of pipeline files: their JSON Schemas and their page of the docs.
// node scripts/pipeline-files.js (after a build)
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The generated files, by path. `specs` holds PIPELINE, PIPELINE_TESTS and STEP_FIELDS, `tools` the functions jsonSchemaOf and
 * expectedText (src/pipeline/file/).
 */
export function generatedFiles(specs, tools) {
  const json = (spec, title) => `${JSON.stringify(tools.jsonSchemaOf(spec, title), null, 2)}\n`;
  return {
    'schemas/pipeline.schema.json': json(specs.PIPELINE, 'clickstream pipeline'),
    'schemas/pipeline-test.schema.json': json(specs.PIPELINE_TESTS, 'clickstream pipeline tests'),
    'docs/pipeline-file.md': page(specs, tools.expectedText),
  };
}

function page({ PIPELINE, PIPELINE_TESTS, STEP_FIELDS }, expectedText) {
  const { sources, tables, trigger, sink, settings } = PIPELINE.fields;
  const source = sources.of;
  const test = PIPELINE_TESTS.fields.tests.of;
  const step = test.fields.steps.of;
  const table = (fields) => fieldTable(fields, expectedText);
  return `${[
    '# The pipeline file',
    'Generated from the description of the file in `src/pipeline/file/`; do not edit. Editors check and complete pipeline files with',
    '`schemas/pipeline.schema.json`: put `# yaml-language-server: $schema=<its path>` on the first line.',
    '',
    EXAMPLE,
    '## Keys',
    table(PIPELINE.fields),
    NOTES,
    '## A source',
    table(source.fields),
    '### Options of sources and tables',
    table(source.fields.options.fields),
    '## A table',
    tables.of.doc,
    '',
    table(tables.of.fields),
    '## Steps',
    'Each step is a list item with one key, the name of a method.',
    '',
    table(STEP_FIELDS),
    '### join',
    STEP_FIELDS.join.doc,
    '',
    table(STEP_FIELDS.join.fields),
    '## trigger',
    table(trigger.fields),
    '## sink',
    table(sink.fields),
    '### Options of sinks',
    table(sink.fields.options.fields),
    '## settings',
    table(settings.fields),
    '# The test file',
    TESTS,
    table(PIPELINE_TESTS.fields),
    '## A test',
    table(test.fields),
    '## given',
    table(test.fields.given.fields),
    '## when',
    step.fields.when.doc,
    '',
    table(step.fields.when.fields),
    '## then',
    step.fields.then.doc,
    '',
    table(step.fields.then.fields),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

const EXAMPLE = `\`\`\`yaml
# clicks.pipeline.yaml
name: clicks-per-user
sources:
  events:
    format: json
    path: data/events
    schema: user STRING, ts TIMESTAMP, clicks LONG
    watermark: { column: ts, delay: 30 seconds }
steps:
  - filter: clicks > 0
  - groupBy: ["window(ts, '1 minute')", user]
    agg: [sum(clicks) AS clicks]
  - select: [window.start AS minute, user, clicks]
sink:
  format: csv
  path: out/clicks
  options: { header: true }
checkpoint: checkpoints/clicks-per-user
\`\`\`

- \`clickstream run FILE...\` runs one or several in one process; with \`--once\`, one after the other in the order given.
- \`clickstream lint FILE...\` finds every mistake that can be found without running; \`--target spark\` also what Spark would not take.
- \`clickstream explain [--codegen] FILE\` prints the plans, and the generated code.
- \`clickstream test FILE\` runs the tests beside it.
- \`clickstream checkpoint doctor DIR FILE\` says whether a changed file may go on with a checkpoint.
`;

const NOTES = `
Relative paths begin at the folder of the file. \`\${NAME}\` stands for an environment variable and \`\${NAME:-text}\` gives a default;
\`$\${\` is \`\${\` itself. Durations are written as \`10 seconds\`, \`1 hour 30 minutes\` or \`10s\`.

\`sql\` may read every source and table by its name:

\`\`\`yaml
sources:
  stop_times:
    format: csv
    path: data/stop_times
    schema: trip_id STRING, stop_id STRING
    options: { header: true }
tables:
  trips: { format: csv, path: trips.csv, schema: "trip_id STRING, route_id STRING", options: { header: true } }
sql: |
  SELECT s.trip_id, t.route_id, s.stop_id
  FROM stop_times s JOIN trips t ON s.trip_id = t.trip_id
sink: { format: console }
\`\`\`
`;

const TESTS = `
A test file stands beside its pipeline, \`my.pipeline.test.yaml\` beside \`my.pipeline.yaml\`, and is run by \`clickstream test\`. Each test starts
with an empty checkpoint, on a clock that only the test moves. Sources read what the test lets arrive; the rows that come out are kept in memory
instead of going to the sink.

\`\`\`yaml
# clicks.pipeline.test.yaml
tests:
  - name: a window comes out when the watermark passes its end
    steps:
      - when:
          arrive:
            events: [{ user: anna, ts: "2026-01-01T00:00:10Z", clicks: 3 }]
        then: { rows: [] }
      - when:
          arrive:
            events: [{ user: bert, ts: "2026-01-01T00:01:30Z", clicks: 1 }]
        then:
          rows: [{ minute: "2026-01-01T00:00:00Z", user: anna, clicks: 3 }]
          late: 0
      - when: { crash: true }
        then: { rows: [] }
\`\`\`

\`\`\`bash
npx clickstream test clicks.pipeline.test.yaml
\`\`\`
`;

function fieldTable(fields, expectedText) {
  const rows = Object.entries(fields).map(([name, field]) => {
    const doc = `${field.doc}${field.required ? ' Required.' : ''}${field.notInSpark === undefined ? '' : ' Not in Spark.'}`;
    return `| \`${name}\` | ${cell(expectedText(field))} | ${cell(doc)} | ${field.default === undefined ? '' : cell(field.default)} | ${code(field.example)} |`;
  });
  return ['', '| key | value | meaning | default | example |', '| --- | --- | --- | --- | --- |', ...rows, ''].join(
    '\n',
  );
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}

function code(text) {
  return text.includes('`') ? cell(text) : `\`${cell(text)}\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(fileURLToPath(import.meta.url), '..', '..');
  const load = (name) => import(new URL(`../dist/pipeline/${name}.js`, import.meta.url));
  const { PIPELINE } = await load('file/pipeline-spec');
  const { STEP_FIELDS } = await load('file/steps-spec');
  const { PIPELINE_TESTS } = await load('testing/tests-spec');
  const { jsonSchemaOf } = await load('file/schema');
  const { expectedText } = await load('file/spec');
  const files = generatedFiles({ PIPELINE, PIPELINE_TESTS, STEP_FIELDS }, { jsonSchemaOf, expectedText });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
}
