import type { Cell, Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { type DataType, formatType, STRING, type StructType } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { BindContext, Bound, FunctionSpec } from '../function-spec.ts';
import { parseSchema } from '../parser.ts';
import type { TypedExpr } from '../typed.ts';
import { castCell } from '../values/cast.ts';
import { decimalOfText } from '../values/decimal.ts';
import { cellText } from '../values/text.ts';
import { boundTo, checkCount, constantOf, implicitArgs, literal, refuseType } from './bind.ts';
import { bindOptions, isOn, NO_OPTIONS, readOptions, type TextOptions } from './json-options.ts';
import { type TextTimes, textTimes } from './text-times.ts';

const READ_OPTIONS = [
  'sep',
  'delimiter',
  'quote',
  'escape',
  'mode',
  'nullValue',
  'emptyValue',
  'timestampFormat',
  'dateFormat',
  'timeZone',
  'locale',
  'columnNameOfCorruptRecord',
  'ignoreLeadingWhiteSpace',
  'ignoreTrailingWhiteSpace',
];
const WRITE_OPTIONS = [...READ_OPTIONS, 'quoteAll'];

/** One row of CSV as a struct and back. */
export const csvFunctions: readonly FunctionSpec[] = [
  {
    name: 'from_csv',
    group: 'json',
    usage: 'A row of CSV as a struct of a schema such as `a INT, b STRING`; what does not fit is null.',
    example: ["from_csv('1, 0.8', 'a INT, b DOUBLE')", '{"a":1,"b":0.8}'],
    bind: bindFromCsv,
    implement(_types, type, { timeZone, constants }) {
      const options = readOptions('from_csv', constants[2], READ_OPTIONS);
      return { kind: 'call', fn: fromCsv(type as StructType, options, timeZone), nulls: 'propagate' };
    },
  },
  {
    name: 'to_csv',
    group: 'json',
    usage: 'A struct as a row of CSV.',
    example: ["to_csv(named_struct('a', 1, 'b', 2))", '1,2'],
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const [value, options = NO_OPTIONS] = args as readonly [TypedExpr, TypedExpr?];
      if (value.type.kind !== 'struct') refuseType(context, 0, 'a struct', value.type);
      return boundTo([value, bindOptions(context, options)], STRING);
    },
    implement([type], _result, { timeZone, constants }) {
      const options = readOptions('to_csv', constants[1], WRITE_OPTIONS);
      return { kind: 'call', fn: toCsv(type as StructType, options, timeZone), nulls: 'propagate' };
    },
  },
  {
    name: 'schema_of_csv',
    group: 'json',
    usage: 'The schema of a constant row of CSV.',
    example: ["schema_of_csv('1,abc')", 'STRUCT<_c0: INT, _c1: STRING>'],
    bind(args, context) {
      checkCount(context, args, 1, 2);
      const [text, options = NO_OPTIONS] = args as readonly [TypedExpr, TypedExpr?];
      if (typeof constantOf(text) !== 'string') refuseType(context, 0, 'a constant string', text.type);
      return boundTo([text, bindOptions(context, options)], STRING);
    },
    implement(_types, _type, { timeZone, constants }) {
      const options = readOptions('schema_of_csv', constants[1], READ_OPTIONS);
      return { kind: 'call', fn: (text: string) => schemaOfCsv(text, options, timeZone), nulls: 'propagate' };
    },
  },
];

function bindFromCsv(args: readonly TypedExpr[], context: BindContext): Bound {
  checkCount(context, args, 2, 3);
  const [text, schema, options = NO_OPTIONS] = args as readonly [TypedExpr, TypedExpr, TypedExpr?];
  const [bound] = implicitArgs(context, [text], ['string']) as readonly [TypedExpr];
  const ddl = constantOf(schema);
  if (typeof ddl !== 'string') {
    throw analysisError(
      'INVALID_SCHEMA',
      `${context.name}: the schema must be a constant string, but it is of type ${formatType(schema.type)}.`,
    );
  }
  const type = structOf(ddl);
  return boundTo([bound, literal(ddl, STRING), bindOptions(context, options)], type, true);
}

function structOf(ddl: string): StructType {
  const { fields } = parseSchema(ddl.trim().replace(/^struct\s*<(.*)>$/is, '$1'));
  return { kind: 'struct', fields: fields.map((field) => ({ ...field, nullable: true })) };
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

function separator(options: TextOptions): string {
  return (options.get('sep') ?? options.get('delimiter') ?? ',').replace('\\t', '\t');
}

/** The cells of one row; quotes are doubled or escaped inside quotes. */
function tokenize(row: string, options: TextOptions): readonly Token[] {
  const sep = separator(options);
  const quote = options.get('quote') ?? '"';
  const escapeChar = options.get('escape') ?? '\\';
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    const start = /^[ \t]*/.exec(row.slice(at))?.[0].length ?? 0;
    if (quote !== '' && row.startsWith(quote, at + start) && sep.trim() !== '') {
      let text = '';
      at += start + quote.length;
      while (at < row.length && !row.startsWith(quote, at)) {
        if (row[at] === escapeChar && (row[at + 1] === quote || row[at + 1] === escapeChar)) at++;
        text += row[at++];
        if (row.startsWith(quote + quote, at) && escapeChar === quote) {
          text += quote;
          at += 2;
        }
      }
      at += quote.length;
      const end = row.indexOf(sep, at);
      tokens.push({ text, quoted: true });
      at = end < 0 ? row.length + 1 : end + sep.length;
    } else {
      const end = row.indexOf(sep, at);
      tokens.push({ text: trimmed(row.slice(at, end < 0 ? undefined : end), options), quoted: false });
      at = end < 0 ? row.length + 1 : end + sep.length;
    }
    if (at > row.length) return tokens;
  }
}

function trimmed(text: string, options: TextOptions): string {
  const left = isOn(options, 'ignoreLeadingWhiteSpace') ? text.trimStart() : text;
  return isOn(options, 'ignoreTrailingWhiteSpace') ? left.trimEnd() : left;
}

function fromCsv(type: StructType, options: TextOptions, timeZone: string): (text: string) => Cell {
  const corrupt = options.get('columnNameOfCorruptRecord') ?? '_corrupt_record';
  const corruptAt = type.fields.findIndex((field) => field.name === corrupt && field.type.kind === 'string');
  const data = type.fields.filter((_, i) => i !== corruptAt);
  const times = textTimes(options, timeZone);
  const readers = data.map((field) => cellReader(field.type, times, timeZone));
  const nullValue = options.get('nullValue') ?? '';
  const failFast = options.get('mode')?.toUpperCase() === 'FAILFAST';
  return (row) => {
    const tokens = tokenize(row, options);
    let fits = tokens.length === data.length;
    const cells = readers.map((read, i): Cell => {
      const token = tokens[i];
      if (token === undefined || (token.text === nullValue && (!token.quoted || nullValue === ''))) return null;
      const cell = read(token.text);
      if (cell === null) fits = false;
      return cell;
    });
    if (!fits && failFast) {
      throw dataError(
        'MALFORMED_RECORD_IN_PARSING',
        `from_csv: "${row}" does not fit ${formatType(type)}, and the mode is FAILFAST.`,
      );
    }
    if (corruptAt >= 0) cells.splice(corruptAt, 0, fits ? null : row);
    return cells;
  };
}

/** Spark's `UnivocityParser`: Java's own number parsers, so no blanks around whole numbers. */
function cellReader(type: DataType, times: TextTimes, timeZone: string): (text: string) => Cell {
  switch (type.kind) {
    case 'string':
      return (text) => text;
    case 'boolean':
      return (text) => (/^true$/i.test(text) ? true : /^false$/i.test(text) ? false : null);
    case 'timestamp':
      return times.parseTimestamp;
    case 'date':
      return times.parseDate;
    case 'byte':
    case 'short':
    case 'int':
    case 'long': {
      const cast = castCell(STRING, type, timeZone);
      return (text) => (/^[+-]?\d+$/.test(text) ? (cast?.(text) ?? null) : null);
    }
    case 'decimal':
      return (text) => decimalOfText(text.trim(), type.precision, type.scale);
    default: {
      const cast = castCell(STRING, type, timeZone);
      return (text) => cast?.(text) ?? null;
    }
  }
}

function toCsv(type: StructType, options: TextOptions, timeZone: string): (cells: readonly Cell[]) => string {
  const sep = separator(options);
  const quote = options.get('quote') ?? '"';
  const escapeChar = options.get('escape') ?? '\\';
  const nullValue = options.get('nullValue') ?? '';
  const emptyValue = options.get('emptyValue') ?? '""';
  const times = textTimes(options, timeZone);
  const writers = type.fields.map((field) => cellWriter(field.type, times, timeZone));
  return (cells) =>
    cells
      .map((cell, i) => {
        if (cell === null) return nullValue;
        const raw = (writers[i] as (cell: Cell) => string)(cell);
        if (raw === '') return emptyValue;
        const left = isOn(options, 'ignoreLeadingWhiteSpace', true) ? raw.trimStart() : raw;
        const text = isOn(options, 'ignoreTrailingWhiteSpace', true) ? left.trimEnd() : left;
        const mustQuote =
          text.includes(sep) || /[\r\n]/.test(text) || text.startsWith(quote) || isOn(options, 'quoteAll');
        return mustQuote ? quote + text.replaceAll(quote, () => escapeChar + quote) + quote : text;
      })
      .join(sep);
}

function cellWriter(type: DataType, times: TextTimes, timeZone: string): (cell: Cell) => string {
  if (type.kind === 'timestamp') return (cell) => times.formatTimestamp(cell as Int64);
  if (type.kind === 'date') return (cell) => times.formatDate(cell as number);
  return cellText(type, timeZone);
}

function schemaOfCsv(row: string, options: TextOptions, timeZone: string): string {
  const times = textTimes(options, timeZone);
  const fields = tokenize(row, options).map(({ text }, i) => `_c${i}: ${inferCell(text, times)}`);
  return `STRUCT<${fields.join(', ')}>`;
}

/** Spark's `CSVInferSchema`: the narrowest of int, bigint, decimal, double, date, timestamp, boolean, else a string. */
function inferCell(text: string, times: TextTimes): string {
  if (text === '') return 'STRING';
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(32, value) === value) return 'INT';
    if (BigInt.asIntN(64, value) === value) return 'BIGINT';
    const digits = text.replace(/^[+-]?0*/, '').length;
    return digits <= 38 ? `DECIMAL(${digits},0)` : 'DOUBLE';
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(text)) return 'DOUBLE';
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && times.parseDate(text) !== null) return 'DATE';
  if (/^\d{4}-/.test(text) && times.parseTimestamp(text) !== null) return 'TIMESTAMP';
  return /^(true|false)$/i.test(text) ? 'BOOLEAN' : 'STRING';
}
