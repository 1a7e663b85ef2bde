import { describe, expect, test } from '@jest/globals';
import {
  array,
  DATE,
  DOUBLE,
  decimal,
  field,
  formatType,
  INT,
  LONG,
  map,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/schema.ts';
import { outputName } from '../../src/sql/output-name.ts';
import { parseExpression, parseSelectItem } from '../../src/sql/parser.ts';
import { resolveExpression } from '../../src/sql/resolve.ts';
import type { Scope, TypedExpr } from '../../src/sql/typed.ts';

const scope: Scope = {
  timeZone: 'UTC',
  columns: [
    { name: 'id', qualifier: 'a', type: INT, nullable: false },
    { name: 'id', qualifier: 'b', type: LONG, nullable: true },
    { name: 'price', qualifier: 'a', type: decimal(10, 2), nullable: true },
    { name: 'name', qualifier: 'a', type: STRING, nullable: true },
    { name: 'user', qualifier: 'a', type: struct([field('City', STRING), field('age', INT, false)]), nullable: true },
    { name: 'tags', qualifier: 'b', type: array(struct([field('k', STRING), field('v', DOUBLE)])), nullable: true },
    { name: 'props', qualifier: 'b', type: map(STRING, LONG), nullable: true },
    { name: 'day', qualifier: 'b', type: DATE, nullable: true },
    { name: 'at', qualifier: 'b', type: TIMESTAMP, nullable: true },
  ],
};

function typed(sql: string): TypedExpr {
  return resolveExpression(parseExpression(sql), scope);
}

function typeOf(sql: string): string {
  return formatType(typed(sql).type);
}

function refusal(sql: string): { code: string; message: string } {
  try {
    typed(sql);
  } catch (error) {
    return { code: (error as { code: string }).code, message: (error as Error).message };
  }
  throw new Error(`${sql} was not refused`);
}

describe('names', () => {
  test('case, qualifiers and fields', () => {
    expect(typed('PRICE')).toMatchObject({ kind: 'input', index: 2 });
    expect(typed('b.id')).toMatchObject({ kind: 'input', index: 1 });
    expect(typed('user.city')).toMatchObject({ kind: 'field', ordinal: 0, nullable: true });
    expect(typed('a.user.age')).toMatchObject({ kind: 'field', ordinal: 1, nullable: true });
    expect(typeOf('tags.v')).toBe('array<double>');
    expect(typeOf('tags[0].k')).toBe('string');
    expect(typeOf('props.x')).toBe('bigint');
    expect(typeOf("props['x']")).toBe('bigint');
  });

  test('unknown and ambiguous ones are refused with help', () => {
    expect(refusal('prise + 1')).toEqual({
      code: 'UNRESOLVED_COLUMN',
      message:
        'there is no column "prise". Did you mean "price"? The columns are: id, id, price, name, user, tags, props, day, at.\n' +
        'at line 1, column 1\n  prise + 1\n  ^',
    });
    expect(refusal('id').message).toContain('"id" may mean any of: a.id, b.id');
    expect(refusal('user.town').message).toContain('there is no field "town". The struct has: City, age.');
    expect(refusal('1 + lenght(name)').message).toContain('there is no function "lenght". Did you mean "length"?');
    expect(refusal('1 + lenght(name)').message).toContain('column 5');
    expect(refusal('id.x').code).toBe('AMBIGUOUS_REFERENCE');
    expect(refusal('price.x').code).toBe('INVALID_EXTRACT_BASE_FIELD_TYPE');
    expect(refusal('sum(price) + 1').code).toBe('INVALID_AGGREGATE');
  });
});

describe('types', () => {
  test.each([
    ['a.id + 1', 'int'],
    ['a.id + b.id', 'bigint'],
    ['a.id / 2', 'double'],
    ['a.id + price', 'decimal(13,2)'],
    ['price + 1', 'decimal(11,2)'],
    ['price * price', 'decimal(21,4)'],
    ['price / 3', 'decimal(14,6)'],
    ['price * 2D', 'double'],
    ['name + 1', 'double'],
    ['a.id div 2', 'bigint'],
    ['coalesce(a.id, price)', 'decimal(12,2)'],
    ["CASE WHEN a.id = 1 THEN 1 ELSE 'x' END", 'string'],
    ['day + 1', 'date'],
    ['day - day', 'interval day to second'],
    ['at + interval 1 hour', 'timestamp'],
    ['day + interval 1 month', 'date'],
    ['day + interval 1 hour', 'timestamp'],
    ['day + interval 2 days', 'date'],
    ['(at - at) * 2', 'interval day to second'],
    ['struct(a.id, price AS p, 1)', 'struct<id:int,p:decimal(10,2),col3:int>'],
    ['struct(user.*)', 'struct<City:string,age:int>'],
    ["int('1')", 'int'],
    ["date'2020-01-01'", 'date'],
    ['-name', 'double'],
    ['~ a.id', 'int'],
  ])('%s is %s', (sql, type) => expect(typeOf(sql)).toBe(type));

  test('comparisons cast the string, not the number', () => {
    expect(typed("a.id > '1'")).toMatchObject({ args: [{ kind: 'input' }, { kind: 'cast', type: INT }] });
    expect(typed("day = '2020-01-01'")).toMatchObject({ args: [{ kind: 'input' }, { kind: 'cast', type: DATE }] });
    expect(typed("price = '1'")).toMatchObject({ args: [{ type: DOUBLE }, { type: DOUBLE }] });
  });

  test.each([
    ['a.id AND true', 'DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE'],
    ["day + '1'", 'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES'],
    ['user + 1', 'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES'],
    ['props = props', 'DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES'],
    ['CAST(user AS INT)', 'DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION'],
    ["CAST(date'x' AS INT)", 'INVALID_TYPED_LITERAL'],
    ["date'x'", 'INVALID_TYPED_LITERAL'],
    ['coalesce(user, 1)', 'DATATYPE_MISMATCH.DATA_DIFF_TYPES'],
    ['nvl(1)', 'WRONG_NUM_ARGS'],
    ['length(DISTINCT name)', 'INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX'],
    ['transform(tags, (a, b, c) -> a)', 'INVALID_LAMBDA_FUNCTION_CALL'],
    ['x -> x', 'INVALID_LAMBDA'],
  ])('%s is refused: %s', (sql, code) => expect(refusal(sql).code).toBe(code));

  test('typed literals are read in the session time zone', () => {
    const expr = parseExpression("TIMESTAMP '1970-01-02 00:00:00'");
    expect(resolveExpression(expr, { columns: [], timeZone: 'America/Los_Angeles' })).toMatchObject({
      value: 115_200_000_000,
    });
  });
});

test('output names are those of Spark', () => {
  const name = (sql: string) => outputName(parseSelectItem(sql));
  expect(name('a.b.c')).toBe('c');
  expect(name('sum(clicks)')).toBe('sum(clicks)');
  expect(name('a + 1')).toBe('(a + 1)');
  expect(name('a + 1 AS b')).toBe('b');
  expect(name('count(*)')).toBe('count(1)');
  expect(name("CAST('1' AS BIGINT)")).toBe('CAST(1 AS BIGINT)');
  expect(name('not a and b is null')).toBe('((NOT a) AND (b IS NULL))');
});
