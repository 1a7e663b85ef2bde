import { describe, expect, test } from '@jest/globals';
import { batchOf, type Cell } from '../../../src/batch.ts';
import { csvFormat } from '../../../src/formats/csv/csv-format.ts';
import {
  array,
  BOOLEAN,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INT,
  LONG,
  type Schema,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/schema.ts';

function encode(schema: Schema, rows: readonly (readonly Cell[])[], options: Record<string, unknown> = {}): string {
  const encoder = csvFormat.encoder({ schema, options });
  return Buffer.concat([encoder.encode(batchOf(schema, rows)), encoder.finish()]).toString();
}

const cell = (type: DataType, value: Cell, options: Record<string, unknown> = {}): string =>
  encode(struct([field('k', INT), field('v', type)]), [[1, value]], options).slice(2, -1);

describe('cells', () => {
  test.each<[DataType, Cell, string]>([
    [INT, -2147483648, '-2147483648'],
    [INT, 0, '0'],
    [LONG, 9223372036854775807n, '9223372036854775807'],
    [LONG, -1073741824, '-1073741824'],
    [DOUBLE, 0.1, '0.1'],
    [DOUBLE, 5, '5'],
    [DOUBLE, -0, '-0'],
    [DOUBLE, 1e21, '1e+21'],
    [DOUBLE, Number.NaN, 'NaN'],
    [DOUBLE, Number.NEGATIVE_INFINITY, '-Infinity'],
    [FLOAT, Math.fround(0.1), '0.1'],
    [FLOAT, Math.fround(16777216), '16777216'],
    [BOOLEAN, true, 'true'],
    [DATE, -1, '1969-12-31'],
    [TIMESTAMP, 1_767_225_600_000_000, '2026-01-01T00:00:00Z'],
    [TIMESTAMP, 1_767_225_600_010_000, '2026-01-01T00:00:00.010Z'],
    [TIMESTAMP, 1_767_225_600_010_001, '2026-01-01T00:00:00.010001Z'],
    [TIMESTAMP, -1, '1969-12-31T23:59:59.999999Z'],
    [decimal(5, 2), -5n, '-0.05'],
    [STRING, 'plain é😀', 'plain é😀'],
    [STRING, '', '""'],
    [STRING, 'a,b', '"a,b"'],
    [STRING, 'a "b"', '"a ""b"""'],
    [STRING, 'a\nb', '"a\nb"'],
    [STRING, 'a\rb', '"a\rb"'],
    [STRING, null, ''],
    [INT, null, ''],
  ])('%j %s', (type, value, text) => expect(cell(type, value)).toBe(text));

  test('options', () => {
    expect(cell(STRING, null, { nullValue: 'NULL' })).toBe('NULL');
    expect(cell(STRING, 'NULL', { nullValue: 'NULL' })).toBe('"NULL"');
    expect(cell(STRING, '', { emptyValue: 'E' })).toBe('E');
    expect(cell(STRING, 'a;b,c', { sep: ';' })).toBe('"a;b,c"');
    expect(cell(STRING, 'a "\\"', { escape: '\\' })).toBe('"a \\"\\\\\\""');
    expect(() => cell(STRING, 'a,b', { quote: '' })).toThrow(/Set quote/);
  });

  test('formulas are defused on request, numbers stay', () => {
    const options = { escapeFormulas: true };
    for (const text of ['=1+1', '+1', '-1', '@x', '\tx']) expect(cell(STRING, text, options)).toBe(`"'${text}"`);
    expect(cell(STRING, '\uff1dx', options)).toBe(`"'\uff1dx"`);
    expect(cell(STRING, 'a=1', options)).toBe('a=1');
    expect(cell(INT, -1, options)).toBe('-1');
    expect(cell(STRING, '=1+1')).toBe('=1+1');
  });
});

test('the header is a line of every file, also of one without rows', () => {
  const schema = struct([field('a', INT), field('b,"c"', STRING)]);
  expect(encode(schema, [[1, 'x']], { header: 'true' })).toBe('a,"b,""c"""\n1,x\n');
  expect(encode(schema, [], { header: true })).toBe('a,"b,""c"""\n');
  expect(encode(schema, [])).toBe('');
});

test('nested types are refused with a cure', () => {
  const schema = struct([field('l', array(INT))]);
  expect(() => csvFormat.encoder({ schema, options: {} })).toThrow(/column "l" of type array<int>.*to_json/);
});

test('options are checked', () => {
  const open = (options: Record<string, unknown>): unknown => csvFormat.encoder({ schema: struct([]), options });
  expect(() => open({ headr: true })).toThrow(/no option "headr". Did you mean "header"/);
  expect(() => open({ timestampFormat: 'yyyy' })).toThrow(/to_timestamp/);
  expect(() => open({ header: 'yes' })).toThrow(/header is true or false/);
  expect(() => open({ sep: '' })).toThrow(/sep is one character or more/);
  expect(() => open({ quote: 'é' })).toThrow(/quote is one ASCII character/);
  expect(() => open({ maxRecordBytes: 0 })).toThrow(/above 0/);
  expect(() => open({ sep: '"' })).toThrow(/must not hold the quote/);
  expect(() => open({ DELIMITER: '\\t', Header: 'TRUE' })).not.toThrow();
});
