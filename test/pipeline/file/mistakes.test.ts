import { describe, expect, test } from '@jest/globals';
import { checkPipeline } from '../../../src/pipeline/file/build-pipeline.ts';
import { formatProblem } from '../../../src/pipeline/file/problem.ts';

const GOOD = `sources:
  events:
    format: json
    path: data
    schema: user STRING, ts TIMESTAMP, clicks LONG, tags ARRAY<STRING>
steps:
  - filter: clicks > 0
sink: { format: csv, path: out }
checkpoint: state
`;

async function lint(text: string): Promise<string[]> {
  const { problems, pipeline } = await checkPipeline('p.yaml', text, { environment: { HOST: 'localhost' } });
  expect(pipeline === null).toBe(problems.some(({ severity }) => severity === 'error'));
  return problems.map((problem) => formatProblem(text, problem).replace(/^p\.yaml:/, ''));
}

/** First lines only: place, code and message. */
async function told(text: string): Promise<string[]> {
  return (await lint(text)).map((problem) => problem.split('\n')[0] as string);
}

const instead = (step: string) => GOOD.replace('filter: clicks > 0', step);
const NO_FILTER = '  - filter: clicks > 0\n';

test('a right file has no problems', async () => expect(await lint(GOOD)).toEqual([]));

test('a problem shows the line and a caret below the place', async () => {
  expect(await lint(instead('filter: clciks > 0'))).toEqual([
    [
      '7:13: error UNRESOLVED_COLUMN: There is no column "clciks". Did you mean "clicks"? The columns are: user, ts, clicks, tags.',
      '    - filter: clciks > 0',
      '              ^',
    ].join('\n'),
  ]);
});

describe('one mistake, one message that says how to mend it', () => {
  test.each<[title: string, text: string, expected: string]>([
    ['an empty file', '', '1:1: error VALUE_INVALID: this file must be keys with their values'],
    ['a bracket left open', `${GOOD}settings: { drain: true\n`, 'error YAML_SYNTAX: '],
    [
      'a colon in a text',
      instead('filter: user: x'),
      '7:13: error YAML_SYNTAX: There is a second ": " here. Put quotes around',
    ],
    ['a key twice', `${GOOD}checkpoint: other\n`, '10:1: error KEY_TWICE: This key is there already.'],
    [
      'an unknown key',
      GOOD.replace('steps:', 'stpes:'),
      '6:1: error KEY_UNKNOWN: A pipeline has no "stpes". Did you mean "steps"?',
    ],
    [
      'an unknown step',
      instead('fitler: clicks > 0'),
      '7:5: error KEY_UNKNOWN: A step has no "fitler". Did you mean "filter"?',
    ],
    [
      'an unknown setting',
      `${GOOD}settings: { drian: true }\n`,
      '10:13: error KEY_UNKNOWN: Settings has no "drian". Did you mean "drain"?',
    ],
    [
      'a share above 1',
      `${GOOD}settings: { maxRejectRatio: 5 }\n`,
      '10:29: error VALUE_INVALID: settings.maxRejectRatio must be a number from 0 to 1. For example: 0.05. Found: 5.',
    ],
    [
      'a skew that is no duration',
      `${GOOD}settings: { drain: true, maxFutureSkew: 1 month }\n`,
      '10:41: error OPTION_INVALID: maxFutureSkew is a duration from 0 on, in days or less, found "1 month".',
    ],
    [
      'no sink',
      GOOD.replace(/sink.*\n/, ''),
      '1:1: error KEY_MISSING: The file needs "sink". Where the rows go. For example: sink: {',
    ],
    [
      'no checkpoint',
      GOOD.replace(/checkpoint.*\n/, ''),
      '8:1: error CHECKPOINT_LOCATION_MISSING: A sink that writes files needs a checkpoint',
    ],
    [
      'no output folder',
      GOOD.replace(', path: out', ''),
      '8:1: error KEY_MISSING: A sink that writes files needs "path"',
    ],
    [
      'no schema',
      GOOD.replace(/ +schema.*\n/, ''),
      '2:3: error SCHEMA_MISSING: json files need "schema", their columns: schema: user STRING',
    ],
    ['a missing schema file', GOOD.replace(/schema: .*/, 'schema: nope.json'), '5:13: error SCHEMA_FILE: '],
    [
      'an unknown format',
      GOOD.replace('format: json', 'format: jsn'),
      '3:13: error VALUE_INVALID: sources.events.format must be one of json, csv, text, parquet, rate, socket. Did you mean "json"? Found: "jsn".',
    ],
    [
      'an unknown type',
      GOOD.replace('user STRING', 'user STRNG'),
      '5:18: error PARSE_SYNTAX_ERROR: Found "strng"; expected a data type. Did you mean "string"?',
    ],
    [
      'an unknown option',
      GOOD.replace('path: data', 'path: data\n    options: { maxFilesPerTriger: 1 }'),
      '5:16: error OPTION_UNKNOWN: There is no option "maxFilesPerTriger" for json files. Did you mean "maxFilesPerTrigger"?',
    ],
    [
      'an option of another format',
      GOOD.replace('path: out', 'path: out, options: { heeder: true }'),
      'error CSV_OPTION: csv has no option "heeder". Did you mean "header"?',
    ],
    [
      'a bad value of an option',
      GOOD.replace('path: data', 'path: data\n    options: { mode: rejekt }'),
      '5:22: error VALUE_INVALID: There is no mode "rejekt". Did you mean "reject"?',
    ],
    [
      'an unknown function',
      instead('filter: uper(user) = 1'),
      '7:13: error UNRESOLVED_ROUTINE: There is no function "uper". Did you mean "upper"?',
    ],
    [
      'an unfinished expression',
      instead('filter: clicks >'),
      '7:21: error PARSE_SYNTAX_ERROR: Found the end of the text; expected an expression',
    ],
    [
      'a filter that is no condition',
      instead('filter: clicks + 1'),
      '7:13: error DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN: A filter needs a boolean condition',
    ],
    [
      'a column of drop',
      instead('drop: [usr]'),
      '7:12: error COLUMN_NOT_FOUND: There is no column "usr". Did you mean "user"?',
    ],
    [
      'a renamed column',
      instead('withColumnRenamed: { usr: name }'),
      '7:26: error COLUMN_NOT_FOUND: There is no column "usr". Did you mean "user"?',
    ],
    [
      'a partition column',
      GOOD.replace('path: out', 'path: out, partitionBy: [usr]'),
      '8:46: error COLUMN_NOT_FOUND: partitionBy: there is no column "usr". Did you mean "user"?',
    ],
    [
      'a partition column twice',
      GOOD.replace('path: out', 'path: out, partitionBy: [user, user]'),
      '8:46: error OPTION_INVALID: partitionBy names the column "user" twice',
    ],
    [
      'no column that is left for the files',
      GOOD.replace('path: out', 'path: out, partitionBy: [user, ts, clicks, tags]'),
      '8:46: error PARTITION_COLUMNS_ALL: partitionBy names every column',
    ],
    [
      'groupBy without agg',
      instead('groupBy: user'),
      '7:5: error KEY_MISSING: "groupBy" needs "agg" beside it, in the same step: agg: [',
    ],
    [
      'two steps in one',
      instead('filter: clicks > 0\n    select: user'),
      '7:5: error KEYS_TOGETHER: A step has only one of: filter, select. Begin a new step for each, with "- ".',
    ],
    [
      'a step without value',
      instead('distinct'),
      '7:5: error VALUE_INVALID: steps[1] needs a value behind "distinct": write { distinct: true }',
    ],
    [
      'a bad duration of a window',
      instead("groupBy: window(ts, '10 secnds')\n    agg: count(*) AS n"),
      `7:14: error WINDOW_PARAMETER: window: "10 secnds" is no duration. Write it as '10 seconds'`,
    ],
    [
      'a bad delay',
      instead('withWatermark: { column: ts, delay: 10 secs }'),
      '7:41: error WATERMARK_DELAY: withWatermark: "10 secs" is no duration.',
    ],
    [
      'a watermark of no column',
      instead('withWatermark: { column: tss, delay: 10s }'),
      '7:30: error COLUMN_NOT_FOUND: withWatermark: there is no column "tss". Did you mean "ts"?',
    ],
    [
      'append without watermark',
      instead("groupBy: window(ts, '10s')\n    agg: count(*) AS n"),
      '8:5: error OUTPUT_MODE_NOT_SUPPORTED: The output mode append is not supported for streaming aggregations without watermark on streaming data. Add withWatermark',
    ],
    [
      'a sort of a stream',
      instead('orderBy: clicks DESC'),
      '7:5: error UNSUPPORTED_OPERATION: Sorting is not supported on streaming data',
    ],
    [
      'files in complete mode',
      `${GOOD}outputMode: complete\n`,
      '10:13: error SINK_OUTPUT_MODE_NOT_SUPPORTED: Files are appended, never changed',
    ],
    [
      'an unknown mode',
      `${GOOD}outputMode: apend\n`,
      '10:13: error VALUE_INVALID: outputMode must be one of append, update, complete. Did you mean "append"?',
    ],
    [
      'a trigger as a word',
      `${GOOD}trigger: availableNow\n`,
      '10:10: error VALUE_INVALID: trigger needs a value behind "availableNow": write { availableNow: true }',
    ],
    [
      'a bad interval',
      `${GOOD}trigger: { processingTime: 10 scnds }\n`,
      '10:10: error OPTION_INVALID: trigger: processingTime "10 scnds" is no duration.',
    ],
    [
      'a trigger that is false',
      `${GOOD}trigger: { availableNow: false }\n`,
      '10:10: error OPTION_INVALID: trigger: availableNow is true, or it is left out',
    ],
    [
      'an unknown time zone',
      `${GOOD}timezone: Mars/Base\n`,
      '10:11: error INVALID_TIMEZONE: the time zone "Mars/Base" is unknown.',
    ],
    [
      'an unknown table of a join',
      instead('join: { table: evnts, using: user }'),
      '7:20: error NAME_UNKNOWN: There is no source or table "evnts". Did you mean "events"? There are: events.',
    ],
    [
      'a join of two streams',
      instead('join: { table: events, using: user }'),
      '7:5: error UNSUPPORTED_OPERATION: A join of two streams is not supported by clickstream.',
    ],
    [
      'an environment variable that is not set',
      GOOD.replace('path: data', `path: \${DIR}/in`),
      `4:11: error ENVIRONMENT_VARIABLE_MISSING: The environment variable DIR is not set. Set it, or give a default: \${DIR:-value}.`,
    ],
    [
      'an unknown view',
      GOOD.replace(`steps:\n${NO_FILTER}`, 'sql: |\n  SELECT user\n  FROM event\n'),
      '8:8: error TABLE_OR_VIEW_NOT_FOUND: There is no view "event". Did you mean "events"?',
    ],
    [
      'several sources and no from',
      GOOD.replace('steps:', '  more: { format: rate }\nsteps:'),
      '1:1: error KEY_MISSING: There are several sources (events, more), so the file must say which one the steps begin with. For example: from: events',
    ],
    [
      'a source that is not used',
      GOOD.replace('steps:', '  more: { format: rate }\nfrom: events\nsteps:'),
      '6:3: warning NAME_UNUSED: "more" is not read by this pipeline.',
    ],
  ])('%s', async (_, text, expected) => {
    const [first, ...others] = await told(text);
    expect(first).toContain(expected);
    expect(others).toEqual([]);
  });
});

describe('all mistakes at once', () => {
  test('in one text', async () => {
    expect(await told(instead('filter: clciks > 0 AND uper(usr) = 1'))).toEqual([
      expect.stringContaining('7:13: error UNRESOLVED_COLUMN'),
      expect.stringContaining('7:28: error UNRESOLVED_ROUTINE'),
      // The argument of a function that does not exist is not looked at.
    ]);
  });

  test('of very many in one text, the first', async () => {
    const names = Array.from({ length: 900 }, (_, i) => `x${i}`);
    const found = await told(instead(`filter: ${names.join(' > ')}`));
    expect(found).toHaveLength(20);
    expect(found[19]).toContain('There is no column "x19"');
  });

  test('in SQL over several lines', async () => {
    const text = GOOD.replace(
      `steps:\n${NO_FILTER}`,
      'sql: >-\n  SELECT usr,\n    count(clcks) AS n\n  FROM events\n  GROUP BY user\noutputMode: update\n',
    );
    expect(await told(text.replace('csv, path: out', 'console'))).toEqual([
      expect.stringContaining('7:10: error UNRESOLVED_COLUMN: There is no column "usr"'),
      expect.stringContaining('8:11: error UNRESOLVED_COLUMN: There is no column "clcks"'),
    ]);
  });

  test('everywhere in the file, and what follows from a mistake is not told again', async () => {
    const text = `sources:
  events: { format: json, path: data, schema: "user STRING, ts TIMESTAMP, clicks LONG", options: { maxKeys: 0 } }
  clicks: { format: csv, path: x, shcema: a INT, schema: a INT }
from: events
steps:
  - withColumn: { twice: clcks * 2, thrice: clicks * 3 }
  - filter: twice > thrice
  - select: [user, "upperr(user) AS u", thrice]
  - filter: u = 'A' AND thrice > nope
  - limit: -1
sink: { format: csv, path: out, options: { heeder: true } }
checkpoint: state
settings: { drian: true }
`;
    expect((await told(text)).map((line) => line.replace(/^(\S+) error (\S+):.*/, '$1 $2'))).toEqual([
      '2:109: VALUE_INVALID',
      '3:35: KEY_UNKNOWN',
      '6:26: UNRESOLVED_COLUMN',
      '8:21: UNRESOLVED_ROUTINE',
      '10:12: VALUE_INVALID',
      '11:44: CSV_OPTION',
      '13:13: KEY_UNKNOWN',
    ]);
  });
});
