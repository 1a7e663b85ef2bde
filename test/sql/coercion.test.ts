import { describe, expect, test } from '@jest/globals';
import { formatType } from '../../src/schema.ts';
import { aggregateType, bindAggregate, isAggregateName } from '../../src/sql/aggregates.ts';
import { commonType, comparisonType, tightestCommonType } from '../../src/sql/coercion.ts';
import { parseType } from '../../src/sql/parser.ts';

const type = (ddl: string) => parseType(ddl);
const shown = (found: ReturnType<typeof commonType>) => (found === null ? null : formatType(found));

describe('the type that several values share', () => {
  test.each([
    [['int', 'bigint'], 'bigint'],
    [['bigint', 'float'], 'float'],
    [['int', 'decimal(5,2)'], 'decimal(12,2)'],
    [['decimal(5,2)', 'double'], 'double'],
    [['decimal(38,10)', 'decimal(38,20)'], 'decimal(38,20)'],
    [['int', 'string'], 'string'],
    [['date', 'timestamp'], 'timestamp'],
    [['void', 'int', 'void'], 'int'],
    [['int', 'double', 'string'], 'string'],
    [['array<int>', 'array<string>'], 'array<string>'],
    [['struct<a:int>', 'struct<A:bigint>'], 'struct<a:bigint>'],
    [['boolean', 'int'], null],
    [['boolean', 'string'], null],
    [['struct<a:int>', 'struct<b:int>'], null],
  ])('%j: %s', (types, expected) => expect(shown(commonType(types.map(type)))).toBe(expected));
});

test('the tightest type loses nothing and makes no strings', () => {
  expect(shown(tightestCommonType(type('int'), type('decimal(12,2)')))).toBe('decimal(12,2)');
  expect(tightestCommonType(type('int'), type('decimal(5,2)'))).toBeNull();
  expect(tightestCommonType(type('int'), type('string'))).toBeNull();
});

test('in a comparison the string becomes what it is compared with', () => {
  const compared = (a: string, b: string) => shown(comparisonType(type(a), type(b)));
  expect(compared('string', 'int')).toBe('int');
  expect(compared('date', 'string')).toBe('date');
  expect(compared('string', 'decimal(5,2)')).toBe('double');
  expect(compared('boolean', 'int')).toBe('int');
  expect(compared('array<int>', 'string')).toBeNull();
});

describe('aggregates', () => {
  test.each([
    ['count', 'string', 'bigint'],
    ['sum', 'tinyint', 'bigint'],
    ['sum', 'decimal(10,2)', 'decimal(20,2)'],
    ['sum', 'decimal(38,2)', 'decimal(38,2)'],
    ['SUM', 'float', 'double'],
    ['sum', 'string', 'double'],
    ['avg', 'int', 'double'],
    ['mean', 'decimal(10,2)', 'decimal(14,6)'],
    ['max', 'date', 'date'],
    ['collect_set', 'int', 'array<int>'],
    ['stddev', 'int', 'double'],
    ['bool_and', 'boolean', 'boolean'],
  ])('%s(%s) is %s', (name, arg, expected) => expect(formatType(aggregateType(name, [type(arg)]))).toBe(expected));

  test('aliases are bound under one name, strings are cast', () => {
    const arg = { kind: 'input', index: 0, name: 's', type: type('string'), nullable: true } as const;
    expect(bindAggregate('mean', [arg])).toMatchObject({
      name: 'avg',
      type: { kind: 'double' },
      args: [{ kind: 'cast' }],
    });
    expect(bindAggregate('count', [])).toMatchObject({ name: 'count', args: [] });
    expect(() => bindAggregate('sum', [])).toThrow('takes 1 argument(s)');
    expect(() => bindAggregate('sum', [{ ...arg, type: type('boolean') }])).toThrow('must be a number or an interval');
    expect(isAggregateName('Every')).toBe(true);
    expect(isAggregateName('length')).toBe(false);
  });
});
