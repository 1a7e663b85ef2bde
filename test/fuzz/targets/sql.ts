import {
  array,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  field,
  LONG,
  map,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';
import { AnalysisError } from '../../../src/sql/analysis-error.ts';
import { functionNames } from '../../../src/sql/functions/table.ts';
import * as parser from '../../../src/sql/parser.ts';
import { resolveExpression } from '../../../src/sql/resolve.ts';
import { check, chosen, documented, type FuzzTarget, inputOf } from '../target.ts';

const COLUMNS = struct([
  field('a', LONG),
  field('b', DOUBLE),
  field('s', STRING),
  field('ok', BOOLEAN),
  field('at', TIMESTAMP),
  field('day', DATE),
  field('price', decimal(10, 2)),
  field('list', array(LONG)),
  field('m', map(STRING, LONG)),
  field('st', struct([field('x', LONG), field('y', STRING)])),
]).fields;

const SCOPE = { columns: COLUMNS, timeZone: 'UTC' };

/** What can be written in SQL, and what follows: names and types are looked up where that is possible by itself. */
const READERS: readonly ((text: string) => unknown)[] = [
  (text) => resolveExpression(parser.parseExpression(text), SCOPE),
  (text) => resolveExpression(parser.parseSelectItem(text), SCOPE),
  (text) => parser.parseSortItem(text),
  (text) => parser.parseQuery(text),
  (text) => parser.parseType(text),
  (text) => parser.parseSchema(text),
];

const EXPRESSIONS = [
  'a + 1 * -b % 3 - (a DIV 2)',
  "CASE WHEN a > 1 THEN 'x' WHEN ok THEN s ELSE concat(s, 'y') END AS label",
  "CASE s WHEN 'a' THEN 1 ELSE 2 END",
  "a BETWEEN 1 AND 2 AND s NOT LIKE 'a%' ESCAPE '!' OR s RLIKE '^a+$'",
  "s IN ('a', 'b') IS NOT TRUE AND a IS NOT DISTINCT FROM 1 AND NOT ok",
  "cast(s AS DECIMAL(10, 2)) + try_cast('5' AS INT) + a::double",
  "timestamp '2026-01-01 00:00:00' + INTERVAL 1 DAY 2 HOURS - INTERVAL '1-2' YEAR TO MONTH",
  "date_trunc('hour', at), date_format(day, 'yyyy-MM-dd')",
  'transform(list, x -> x + 1)[0] + aggregate(list, 0L, (acc, x) -> acc + x)',
  "m['k'] + st.x + size(map(1, 'a', 2, 'b')) + named_struct('p', 1).p",
  'sum(a) FILTER (WHERE ok) / count(DISTINCT s), count(*)',
  "extract(YEAR FROM at) + substring(s FROM 2 FOR 3) || trim(BOTH 'x' FROM s)",
  '`odd``name` <=> 0x1F & ~a | 5 ^ 6L + 1.5BD + 2e3D + 7Y -- comment\n/* nested /* one */ */',
  "window(at, '10 seconds', '5 seconds').start",
  "r'raw\\n' || \"double\" || 'esc\\n\\u0041\\'' || X'1F'",
  'overlay(s PLACING s FROM 1), position(s IN s), exists(list, x -> x > 1)',
];
const QUERIES = [
  'SELECT a, sum(b) AS total FROM t WHERE a > 1 GROUP BY a HAVING sum(b) > 2 ORDER BY total DESC NULLS LAST LIMIT 5',
  'SELECT DISTINCT t.*, u.x FROM t JOIN u ON t.a = u.a AND t.at >= u.at - INTERVAL 1 HOUR LEFT OUTER JOIN v USING (k)',
  "SELECT window(at, '1 minute').start, count(*) FROM (SELECT * FROM t) s GROUP BY window(at, '1 minute'), 1 UNION ALL SELECT 1, 2",
];
const TYPES = [
  "ARRAY<STRUCT<a: INT NOT NULL COMMENT 'x', b: MAP<STRING, DECIMAL(10,2)>>>",
  'INTERVAL DAY TO SECOND',
  'a INT NOT NULL, b STRUCT<x: STRING, `y z`: TIMESTAMP>, c VARCHAR(5)',
];

const WORDS = [
  ...[
    '(',
    ')',
    '[',
    ']',
    '<',
    '>',
    ',',
    '.',
    '::',
    '->',
    '||',
    '<=>',
    '=',
    '!',
    '~',
    '-',
    ' - -',
    "'",
    '"',
    '`',
    '\\',
    '--',
    '/*',
    '*/',
  ],
  ...[
    ' AND ',
    ' OR ',
    ' NOT ',
    ' IS NULL ',
    ' BETWEEN ',
    ' IN (',
    ' LIKE ',
    ' ESCAPE ',
    ' CASE WHEN ',
    ' THEN ',
    ' END ',
    ' AS ',
  ],
  ...[
    'cast(',
    ' INTERVAL ',
    ' DAY ',
    ' TO ',
    'timestamp ',
    'date ',
    ' FILTER (WHERE ',
    'DISTINCT ',
    ' OVER (',
    'ARRAY<',
    'MAP<',
    'STRUCT<',
  ],
  ...[
    'DECIMAL(',
    "X'",
    "r'",
    '0x',
    '1e5',
    '1L',
    '1.5BD',
    '2026-01-01',
    'SELECT ',
    ' FROM ',
    ' JOIN ',
    ' UNION ALL ',
    ' WITH ',
    '*',
  ],
  ...functionNames()
    .filter((name) => /^[a-z]/.test(name))
    .map((name) => `${name}(`),
];

export const sqlTarget: FuzzTarget = {
  name: 'sql',
  words: WORDS,
  seeds: async () => [
    ...EXPRESSIONS.flatMap((text) => [inputOf([0], text), inputOf([1], text)]),
    ...['price DESC NULLS LAST', 'a ASC'].map((text) => inputOf([2], text)),
    ...QUERIES.map((text) => inputOf([3], text)),
    ...TYPES.flatMap((text) => [inputOf([4], text), inputOf([5], text)]),
  ],
  show: (input) => JSON.stringify(textOf(input)),
  run(input) {
    const text = textOf(input);
    try {
      chosen(READERS, input, 0)(text);
    } catch (error) {
      const known = documented(error);
      if (!(known instanceof AnalysisError)) return;
      const { span } = known;
      const isInside = span === undefined || (span.start >= 0 && span.start <= span.end && span.end <= text.length);
      check(isInside, () => `the error is at ${span?.start} to ${span?.end} of ${text.length} characters`);
    }
  },
};

function textOf(input: Uint8Array): string {
  return Buffer.from(input.subarray(1)).toString();
}
