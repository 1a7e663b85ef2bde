import { didYouMean } from '../errors.ts';
import { type AtomicType, array, type DataType, decimal, type Field, map, type StructType, struct } from '../schema.ts';
import { syntaxErrorAt } from './lexer.ts';
import { commaList, parseIdentifier, type TokenCursor } from './token-cursor.ts';

const ATOMIC: Readonly<Record<string, AtomicType['kind']>> = {
  boolean: 'boolean',
  byte: 'byte',
  tinyint: 'byte',
  short: 'short',
  smallint: 'short',
  int: 'int',
  integer: 'int',
  long: 'long',
  bigint: 'long',
  float: 'float',
  real: 'float',
  double: 'double',
  string: 'string',
  binary: 'binary',
  date: 'date',
  timestamp: 'timestamp',
  timestamp_ltz: 'timestamp',
  void: 'void',
};
const DECIMAL_NAMES = ['decimal', 'dec', 'numeric'];
const CHARACTER_NAMES = ['char', 'character', 'varchar'];
const YEAR_MONTH_UNITS = ['YEAR', 'MONTH'];
const DAY_TIME_UNITS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];

/** The names that a type may be written with, for messages and for casts written as functions. */
export const ATOMIC_TYPE_NAMES: ReadonlyMap<string, DataType> = new Map([
  ...Object.entries(ATOMIC).map(([name, kind]): [string, DataType] => [name, { kind }]),
  ['decimal', decimal(10, 0)] as [string, DataType],
]);

/** A data type as in Spark's DDL: `BIGINT`, `DECIMAL(10, 2)`, `ARRAY<STRUCT<a: INT NOT NULL>>`. */
export function parseTypeAt(cursor: TokenCursor): DataType {
  return cursor.nested(() => parseTypeHere(cursor));
}

function parseTypeHere(cursor: TokenCursor): DataType {
  const start = cursor.peek();
  const name = parseIdentifier(cursor, 'a data type').toLowerCase();
  if (Object.hasOwn(ATOMIC, name)) return { kind: ATOMIC[name] as AtomicType['kind'] };
  if (DECIMAL_NAMES.includes(name)) return parseDecimal(cursor);
  if (CHARACTER_NAMES.includes(name) && cursor.isSign('(')) {
    parseNumbers(cursor);
    return { kind: 'string' };
  }
  switch (name) {
    case 'array':
      return array(parseBracketed(cursor, () => parseTypeAt(cursor)));
    case 'map':
      return parseBracketed(cursor, () => {
        const key = parseTypeAt(cursor);
        cursor.expectSign(',');
        return map(key, parseTypeAt(cursor));
      });
    case 'struct':
      if (cursor.acceptSign('<>')) return struct([]);
      return struct(parseBracketed(cursor, () => (cursor.isSign('>') ? [] : parseFieldsAt(cursor))));
    case 'interval':
      return parseIntervalType(cursor);
    default: {
      const known = [...Object.keys(ATOMIC), ...DECIMAL_NAMES, 'array', 'map', 'struct', 'interval'];
      throw syntaxErrorAt(cursor.text, start.start, `"${name}"; expected a data type.${didYouMean(name, known)}`);
    }
  }
}

/** `a INT, b: STRING NOT NULL COMMENT 'x'`. */
export function parseFieldsAt(cursor: TokenCursor): Field[] {
  return commaList(cursor, () => {
    const name = parseIdentifier(cursor, 'a field name');
    cursor.acceptSign(':');
    const type = parseTypeAt(cursor);
    const nullable = !cursor.acceptWords('NOT', 'NULL');
    if (cursor.acceptWords('COMMENT')) cursor.next();
    return { name, type, nullable };
  });
}

/** A whole schema: a list of fields, or one struct type. */
export function parseSchemaAt(cursor: TokenCursor): StructType {
  const isStruct = cursor.isWords('STRUCT') && (cursor.isSign('<', 1) || cursor.isSign('<>', 1));
  if (!isStruct) return struct(parseFieldsAt(cursor));
  const type = parseTypeAt(cursor);
  return type.kind === 'struct' ? type : cursor.fail('a struct');
}

function parseBracketed<T>(cursor: TokenCursor, inside: () => T): T {
  cursor.expectSign('<');
  const result = inside();
  cursor.expectSign('>');
  return result;
}

function parseDecimal(cursor: TokenCursor): DataType {
  const start = cursor.peek().start;
  const [precision = 10, scale = 0] = cursor.isSign('(') ? parseNumbers(cursor) : [];
  if (precision > 38 || scale > precision) {
    const found = `decimal(${precision},${scale}); expected a precision up to 38 and a scale up to the precision`;
    throw syntaxErrorAt(cursor.text, start, found);
  }
  return decimal(precision, scale);
}

function parseNumbers(cursor: TokenCursor): number[] {
  cursor.expectSign('(');
  const numbers = commaList(cursor, () => {
    if (!/^\d+$/.test(cursor.peek().text)) cursor.fail('a whole number');
    return Number(cursor.next().text);
  });
  cursor.expectSign(')');
  return numbers;
}

function parseIntervalType(cursor: TokenCursor): DataType {
  const isYearMonth = cursor.acceptAnyWord(YEAR_MONTH_UNITS) !== null;
  if (!isYearMonth && cursor.acceptAnyWord(DAY_TIME_UNITS) === null) return { kind: 'calendarInterval' };
  const units = isYearMonth ? YEAR_MONTH_UNITS : DAY_TIME_UNITS;
  if (cursor.acceptWords('TO') && cursor.acceptAnyWord(units) === null) cursor.fail(units.join(', '));
  return { kind: isYearMonth ? 'yearMonthInterval' : 'dayTimeInterval' };
}
