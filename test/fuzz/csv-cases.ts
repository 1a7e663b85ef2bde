import {
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  field,
  INT,
  LONG,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/schema.ts';
import { type DecodingCase, damaged, someCuts, VALUES } from './decoding-case.ts';
import type { Random } from './random.ts';

const click = struct([
  field('clicks', LONG, false),
  field('impressions', LONG, false),
  field('quantity', LONG),
  field('price', DOUBLE, false),
  field('at', TIMESTAMP, false),
]);
const every = struct([
  field('id', STRING),
  field('n', INT),
  field('b', BYTE),
  field('s', SHORT),
  field('ok', BOOLEAN),
  field('f', FLOAT),
  field('day', DATE),
  field('at', TIMESTAMP),
  field('price', decimal(7, 2)),
  field('_corrupt_record', STRING),
]);
const texts = struct([field('a', STRING, false), field('b', STRING)]);
const one = struct([field('v', STRING)]);
export const CSV_SCHEMAS = [click, click, every, texts, one];

/** A case of CSV: any line ends, with header or without, in any order of columns, whole or broken. */
export function csvCase(random: Random): DecodingCase {
  const schema = random.pick(CSV_SCHEMAS);
  const options = someOptions(random);
  const header = options.header === true;
  const sep = (options.sep as string | undefined) ?? ',';
  const columns = schema.fields
    .filter(({ name }) => name !== '_corrupt_record')
    .map((f) => ({ name: f.name, type: f.type }));
  if (header && random.chance(0.4)) columns.push({ name: 'extra', type: random.pick([STRING, LONG]) });
  if (header && random.chance(0.05)) columns.pop();
  const order = header && random.chance(0.5) ? random.shuffled(columns) : columns;
  const end = random.pick(['\n', '\n', '\r\n', '\r']);
  const count = random.chance(0.01) ? 3000 + random.below(6000) : random.below(random.chance(0.1) ? 60 : 12);
  const odd = random.chance(0.6) ? 0 : 0.05;
  const quoting = random.pick([0, 0, 0.1, 1]);
  const lines = header ? [order.map(({ name }) => (random.chance(0.02) ? name.toUpperCase() : name)).join(sep)] : [];
  for (let i = 0; i < count; i++) {
    const cells = order.map(({ type }) => inQuotes(cell(type, odd, random), options, quoting, random));
    if (random.chance(odd)) cells.push('more');
    if (random.chance(odd)) lines.push(random.pick(['', ' ', '\t', '#comment', '"', ',']));
    lines.push(cells.join(sep));
  }
  const bytes = damaged(lines.map((line) => line + end).join(''), random);
  const rangeBytes = random.chance(0.3) ? 1 + random.below(bytes.length + 1) : undefined;
  return { format: 'csv', schema, options, bytes, cuts: someCuts(bytes.length, random), rangeBytes };
}

function someOptions(random: Random): Record<string, unknown> {
  const options: Record<string, unknown> = {
    mode: random.pick(['reject', 'reject', 'reject', 'permissive', 'permissive', 'dropmalformed', 'failfast']),
  };
  const maybe = (probability: number, name: string, value: unknown) => {
    if (random.chance(probability)) options[name] = value;
  };
  maybe(0.4, 'header', true);
  maybe(0.2, 'sep', random.pick([';', '\t', '|', ' ', '::', '1', ':']));
  maybe(0.1, 'escape', '\\');
  maybe(0.05, 'quote', random.pick(['', "'"]));
  maybe(0.1, 'comment', '#');
  maybe(0.15, 'nullValue', random.pick(['NA', 'NA', 'NaN', 'ab', '0', '\u2205', 'true']));
  maybe(0.05, 'emptyValue', 'EMPTY');
  maybe(0.05, 'ignoreLeadingWhiteSpace', true);
  maybe(0.05, 'ignoreTrailingWhiteSpace', true);
  maybe(0.05, 'maxRecordBytes', 10 + random.below(100));
  maybe(0.1, 'timeZone', 'Europe/Berlin');
  return options;
}

/** The cell in quotes, now and then, with something in it that needs them. */
function inQuotes(text: string, options: Record<string, unknown>, chance: number, random: Random): string {
  const { quote = '"', escape: escaping = '"', sep = ',' } = options as Record<string, string>;
  if (quote === '' || !random.chance(chance)) return random.chance(0.02) ? 'NA' : text;
  const special = [quote, sep, `${quote}${quote}`, ' ', 'ü', ...(random.chance(0.1) ? ['\n', '\r\n', escaping] : [])];
  const at = random.below(text.length + 1);
  const inside = random.chance(0.7) ? text : text.slice(0, at) + random.pick(special) + text.slice(at);
  const content = random.chance(0.05) ? random.pick(['', 'NA', 'x'.repeat(15) + quote]) : inside;
  return quote + content.replaceAll(quote, escaping + quote) + quote;
}

function cell(type: DataType, odd: number, random: Random): string {
  if (random.chance(0.06)) return '';
  if (random.chance(odd))
    return random.pick(['"q"', '""', '"a,b"', '"a\nb"', '"a""b"', 'a"b', '"a"b', '\\"', 'NaN', 'Inf', ' 1', '1 ']);
  switch (type.kind) {
    case 'byte':
      return random.chance(0.9) ? String(random.below(100)) : VALUES.integer(random);
    case 'short':
    case 'int':
    case 'long':
      return VALUES.integer(random);
    case 'float':
    case 'double':
      return VALUES.number(random);
    case 'decimal':
      return VALUES.decimal(random);
    case 'timestamp':
      return VALUES.timestamp(random);
    case 'date':
      return VALUES.date(random);
    case 'boolean':
      return VALUES.boolean(random);
    default:
      return VALUES.text(random);
  }
}
