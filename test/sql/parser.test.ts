import { describe, expect, test } from '@jest/globals';
import { formatType } from '../../src/schema.ts';
import type { Expr, QueryTerm, Relation, SelectQuery } from '../../src/sql/ast.ts';
import { prettySql } from '../../src/sql/output-name.ts';
import { parseExpression, parseQuery, parseSchema, parseSelectItem, parseType } from '../../src/sql/parser.ts';

/** The expression with every bracket shown. */
const shown = (sql: string): string => prettySql(parseExpression(sql));

function literal(sql: string): unknown[] {
  const expr = parseExpression(sql);
  if (expr.kind !== 'literal') throw new Error(`${sql} is a ${expr.kind}`);
  return [expr.value, formatType(expr.type)];
}

function select(sql: string): SelectQuery {
  const term = parseQuery(sql);
  if (term.kind !== 'select') throw new Error('not a select');
  return term.select;
}

describe('precedence', () => {
  test.each([
    ['a + b * c', '(a + (b * c))'],
    ['a - b - c', '((a - b) - c)'],
    ['-a * b', '((- a) * b)'],
    ['a + -1', '(a + -1)'],
    ['NOT a = b AND c', '((NOT (a = b)) AND c)'],
    ['a OR b AND NOT c', '(a OR (b AND (NOT c)))'],
    ['a & b | c ^ d', '((a & b) | (c ^ d))'],
    ['a <> b', '(NOT (a = b))'],
    ['a || b || c', 'concat(concat(a, b), c)'],
    ['a DIV 2 % 3', '((a DIV 2) % 3)'],
    ['a < b = c', '((a < b) = c)'],
    ['! a', '(NOT a)'],
  ])('%s', (sql, expected) => expect(shown(sql)).toBe(expected));
});

describe('predicates', () => {
  test.each([
    ['a BETWEEN 1 AND 2 AND b', '(((a >= 1) AND (a <= 2)) AND b)'],
    ['a NOT BETWEEN 1 AND 2', '(NOT ((a >= 1) AND (a <= 2)))'],
    ['a NOT IN (1, 2)', '(NOT (a IN (1, 2)))'],
    ['a IS NOT NULL', '(a IS NOT NULL)'],
    ['a IS TRUE', '(a <=> true)'],
    ['a IS NOT DISTINCT FROM b', '(a <=> b)'],
    ['a IS DISTINCT FROM b', '(NOT (a <=> b))'],
    ["a LIKE 'x' ESCAPE '/'", "a LIKE x ESCAPE '/'"],
    ["a LIKE ANY ('x', 'y')", '(a LIKE x OR a LIKE y)'],
    ["a NOT LIKE ALL ('x', 'y')", '(NOT (a LIKE x AND a LIKE y))'],
    ["a REGEXP 'x'", 'RLIKE(a, x)'],
  ])('%s', (sql, expected) => expect(shown(sql)).toBe(expected));
});

describe('literals', () => {
  test.each<[string, unknown, string]>([
    ['1', 1, 'int'],
    ['2147483648', 2147483648, 'bigint'],
    ['-9223372036854775808', -9223372036854775808n, 'bigint'],
    ['9223372036854775808', 9223372036854775808n, 'decimal(19,0)'],
    ['1L', 1, 'bigint'],
    ['-128Y', -128, 'tinyint'],
    ['1.50', 150n, 'decimal(3,2)'],
    ['.5', 5n, 'decimal(1,1)'],
    ['1e3', 1000, 'double'],
    ['1.0D', 1, 'double'],
    ['5e2BD', 500n, 'decimal(3,0)'],
    ['\'a\' "b"', 'ab', 'string'],
    ["'\\u0041\\101\\n\\%'", 'AA\n\\%', 'string'],
    ["r'\\n'", '\\n', 'string'],
    ["X'1F'", Uint8Array.of(31), 'binary'],
    ['NULL', null, 'void'],
    ["DATE '2020-01-01'", '2020-01-01', 'date'],
    ['INTERVAL 1 DAY 2 HOURS', 93_600_000_000, 'interval day to second'],
    ["INTERVAL '1' YEAR", 12, 'interval year to month'],
    ["INTERVAL '1-2' YEAR TO MONTH", 14, 'interval year to month'],
    ["INTERVAL '1 02:03:04.5' DAY TO SECOND", 93_784_500_000, 'interval day to second'],
    ["INTERVAL '-10:11' MINUTE TO SECOND", -611_000_000, 'interval day to second'],
    ["INTERVAL '1 day -1 second'", 86_399_000_000, 'interval day to second'],
    ['INTERVAL -2 WEEKS', -1_209_600_000_000, 'interval day to second'],
  ])('%s', (sql, value, type) => expect(literal(sql)).toEqual([value, type]));
});

describe('calls', () => {
  test.each([
    ['CAST(a AS DECIMAL(10, 2))', 'CAST(a AS DECIMAL(10,2))'],
    ['EXTRACT(YEAR FROM t)', 'extract(YEAR, t)'],
    ["trim(BOTH 'x' FROM a)", 'trim(x, a)'],
    ['trim(LEADING FROM a)', 'ltrim(a)'],
    ['substring(a FROM 2 FOR 3)', 'substring(a, 2, 3)'],
    ["position('b' IN a)", 'locate(b, a)'],
    ["overlay(a PLACING 'x' FROM 2)", 'overlay(a, x, 2)'],
    ['timestampadd(HOUR, 1, t)', 'timestampadd(HOUR, 1, t)'],
    ['datediff(a, b)', 'datediff(a, b)'],
    ['datediff(day, other)', 'datediff(day, other)'],
    ['count(*)', 'count(1)'],
    ['count(DISTINCT a) FILTER (WHERE b)', 'count(DISTINCT a) FILTER (WHERE b)'],
    ['filter(a, x -> x > 1)', 'filter(a, lambdafunction((x > 1), x))'],
    ['reduce(a, 0, (x, y) -> x + y)', 'reduce(a, 0, lambdafunction((x + y), x, y))'],
    ['CASE a WHEN 1 THEN 2 ELSE 3 END', 'CASE WHEN (a = 1) THEN 2 ELSE 3 END'],
    ['first(a IGNORE NULLS)', 'first(a, true)'],
    ['last(a) IGNORE NULLS', 'last(a, true)'],
    ['a.b[0].c', 'a.b[0].c'],
    ['window.start', 'window.start'],
    ['window.end', 'window.end'],
  ])('%s', (sql, expected) => expect(shown(sql)).toBe(expected));
});

test('comments and backticks', () => {
  expect(shown('a /* one /* two */ */ + `b c` -- end')).toBe('(a + b c)');
  expect((parseExpression('`a.b`.c') as Extract<Expr, { kind: 'name' }>).parts).toEqual(['a.b', 'c']);
});

test('aliases with and without AS; words of clauses are no aliases', () => {
  expect(parseSelectItem('a + 1 AS b')).toMatchObject({ kind: 'alias', name: 'b' });
  expect(parseSelectItem('a b')).toMatchObject({ kind: 'alias', name: 'b' });
  expect(select('SELECT a FROM t').items).toMatchObject([{ kind: 'name', parts: ['a'] }]);
});

test('every node knows its place in the text', () => {
  const sum = parseExpression('a + length(name)');
  expect(sum.span).toEqual({ start: 0, end: 16, text: 'a + length(name)' });
  expect((sum as Extract<Expr, { kind: 'call' }>).args[1]?.span).toMatchObject({ start: 4, end: 16 });
});

describe('queries', () => {
  test('all clauses', () => {
    const query = select(
      'SELECT DISTINCT a, count(*) AS n FROM clicks AS c WHERE a > 1 GROUP BY a HAVING n > 2 ORDER BY n DESC, a LIMIT 5',
    );
    expect(query).toMatchObject({
      distinct: true,
      from: { kind: 'view', name: 'clicks', alias: 'c' },
      limit: 5,
      orderBy: [
        { ascending: false, nullsFirst: false },
        { ascending: true, nullsFirst: true },
      ],
    });
    expect(query.groupBy?.map(prettySql)).toEqual(['a']);
    expect(prettySql(query.where as Expr)).toBe('(a > 1)');
    expect(prettySql(query.having as Expr)).toBe('(n > 2)');
  });

  test('joins', () => {
    const from = select('SELECT * FROM a LEFT JOIN b ON a.id = b.id JOIN (SELECT 1 AS id) c USING (id)').from;
    const join = from as Extract<Relation, { kind: 'join' }>;
    expect(join).toMatchObject({ type: 'inner', using: ['id'], right: { kind: 'subquery', alias: 'c' } });
    expect(join.left).toMatchObject({ kind: 'join', type: 'leftOuter', left: { name: 'a' }, right: { name: 'b' } });
  });

  test('UNION ALL and inline tables', () => {
    expect(parseQuery('SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3')).toMatchObject({
      kind: 'unionAll',
      terms: [{}, {}, {}],
    });
    const values = select("SELECT * FROM VALUES (1, 'a'), (2, 'b') AS t(id, name)").from as Extract<
      Relation,
      { kind: 'subquery' }
    >;
    const [first] = (values.query as Extract<QueryTerm, { kind: 'unionAll' }>).terms;
    expect(first).toMatchObject({ select: { items: [{ name: 'id' }, { name: 'name' }] } });
  });
});

describe('types and schemas', () => {
  test.each([
    ['array<map<string,int>>', 'array<map<string,int>>'],
    ['STRUCT<a: INT NOT NULL, `b c` ARRAY<DOUBLE>>', 'struct<a:int,b c:array<double>>'],
    ['struct<>', 'struct<>'],
    ['varchar(10)', 'string'],
    ['interval day to second', 'interval day to second'],
    ['numeric', 'decimal(10,0)'],
  ])('%s', (ddl, expected) => expect(formatType(parseType(ddl))).toBe(expected));

  test('schemas', () => {
    const schema = parseSchema("a INT NOT NULL, b STRUCT<x: STRING> COMMENT 'why'");
    expect(formatType(schema)).toBe('struct<a:int,b:struct<x:string>>');
    expect(schema.fields.map((field) => field.nullable)).toEqual([false, true]);
    expect(formatType(parseSchema('struct<a:int>'))).toBe('struct<a:int>');
  });
});

describe('mistakes say where, what was found and what was expected', () => {
  const message = (parse: () => unknown): string => {
    try {
      parse();
    } catch (error) {
      expect(error).toMatchObject({ code: 'PARSE_SYNTAX_ERROR', category: 'config' });
      return (error as Error).message;
    }
    throw new Error('no error');
  };

  test('in an expression', () => {
    expect(message(() => parseExpression('a +\n  * 2 )'))).toBe(
      'found "*"; expected an expression\nat line 2, column 3\n    * 2 )\n    ^',
    );
  });

  test.each([
    ['a >', 'found the end of the text; expected an expression'],
    ['CASE WHEN a THEN 1', 'expected WHEN, ELSE or END'],
    ["'abc", 'a string that is never closed'],
    ['128Y', 'out of the range of byte'],
    ['INTERVAL 1 MONTH 1 DAY', 'mixes years or months with days'],
    ["INTERVAL '1 24:00' DAY TO MINUTE", 'no interval from DAY to MINUTE'],
    ["INTERVAL '1:1' SECOND TO HOUR", 'an interval from SECOND to HOUR'],
    ["date_add('DAY' 1)", 'expected ")"'],
    ['a # b', 'the character "#"'],
  ])('%s', (sql, expected) => expect(message(() => parseExpression(sql))).toContain(expected));

  test('in types and queries', () => {
    expect(message(() => parseSchema('a INTT'))).toContain('"intt"; expected a data type. Did you mean "int"?');
    expect(message(() => parseQuery('SELECT a, FROM t'))).toContain('"FROM"; expected an expression');
    expect(message(() => parseQuery('SELECT a UNION SELECT b'))).toContain('expected ALL');
  });
});
