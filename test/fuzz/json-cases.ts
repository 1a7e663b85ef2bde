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
  type Schema,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/schema.ts';
import { type DecodingCase, damaged, someCuts, VALUES } from './decoding-case.ts';
import type { Random } from './random.ts';

const click = struct([
  field('Analytics', struct([field('Clicks', LONG, false), field('Impressions', LONG, false)]), false),
  field('Sales', struct([field('Quantity', LONG, false), field('Total_Price', DOUBLE, false)]), false),
  field('Datetime', TIMESTAMP, false),
]);
const flat = struct([
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
const nested = struct([
  field('a', struct([field('b', struct([field('c', STRING), field('d', DOUBLE)])), field('e', LONG)])),
  field('name', STRING, false),
]);
const few = struct([field('name', STRING), field('v', DOUBLE)]);
export const JSON_SCHEMAS = [click, flat, nested, few, click];

/** A case of JSON: lines, arrays or values one after another; one shape or a few; whole or broken. */
export function jsonCase(random: Random): DecodingCase {
  const schema = random.pick(JSON_SCHEMAS);
  const mode = random.pick(['reject', 'reject', 'reject', 'permissive', 'permissive', 'dropmalformed', 'failfast']);
  const options: Record<string, unknown> = { mode };
  if (random.chance(0.1)) options.timeZone = 'Europe/Berlin';
  if (random.chance(0.05)) options.maxRecordBytes = 20 + random.below(150);
  if (random.chance(0.05)) options.maxDepth = 1 + random.below(4);
  if (random.chance(0.05)) options.maxKeys = 1 + random.below(12);
  const shapes = Array.from({ length: random.chance(0.6) ? 1 : 1 + random.below(4) }, () => someShape(schema, random));
  const count = random.chance(0.01) ? 3000 + random.below(6000) : random.below(random.chance(0.1) ? 60 : 12);
  const records = Array.from({ length: count }, () => random.pick(shapes)());
  const bytes = damaged(joined(records, random), random);
  const rangeBytes = !options.multiLine && random.chance(0.3) ? 1 + random.below(bytes.length + 1) : undefined;
  return { format: 'json', schema, options, bytes, cuts: someCuts(bytes.length, random), rangeBytes };
}

function joined(records: readonly string[], random: Random): string {
  const end = random.pick(['\n', '\n', '\n', '\r\n', '\r', '\n\n', ' \n ', '']);
  if (random.chance(0.5)) return records.map((record) => record + end).join('');
  if (random.chance(0.2)) {
    // Several arrays, one to a line.
    const parts: string[] = [];
    for (let i = 0; i < records.length; i += 3) parts.push(`[${records.slice(i, i + 3).join(',')}]`);
    return parts.join('\n');
  }
  const between = random.pick([',', ', ', ',\n', '\n,', ',\n  ', ' ,\t', ',,']);
  const [open, close] = random.pick([
    ['[', ']'],
    ['[', ']\n'],
    ['[\n  ', '\n]\n'],
    [' [ ', ' ] '],
    ['[', ''],
  ] as const);
  if (random.chance(0.7)) return open + records.join(between) + close;
  // Each record on a line of its own or not, indented as it comes.
  const gap = () => (random.chance(0.3) ? ', ' : ',\n'.padEnd(2 + random.below(5)));
  return open + records.map((record, i) => (i === 0 ? '' : gap()) + record).join('') + close;
}

type Writer = () => string;

/** A way to write records of a schema: its order of names, its white space, its unknown fields. */
function someShape(schema: Schema, random: Random): Writer {
  const blank = random.pick(['', '', '', ' ', '  ', '\n  ', '\t']);
  const colon = random.pick([':', ':', ': ', ' : ']);
  const wrong = random.chance(0.7) ? 0 : 0.05;
  const name = (text: string) => {
    if (random.chance(0.02)) return `"${text.toLowerCase()}"`;
    return random.chance(0.01) ? `"\\u00${text.charCodeAt(0).toString(16)}${text.slice(1)}"` : `"${text}"`;
  };
  const object = (type: Schema): Writer => {
    const fields: (readonly [string, Writer])[] = type.fields
      .filter(() => !random.chance(0.05))
      .map((f) => [name(f.name), valueWriter(f.type, f.nullable, wrong, object, random)] as const);
    if (random.chance(0.3))
      fields.push([random.pick(['"extra"', '"x y"', '"ä"', '"b"']), () => unknownValue(random, 0)]);
    if (random.chance(0.08) && fields.length > 0) {
      const [key, value] = random.pick(fields);
      fields.push([random.chance(0.7) ? key : key.toUpperCase(), value]);
    }
    const order = random.chance(0.5) ? fields : random.shuffled(fields);
    return () => {
      const present = order.filter(() => !random.chance(wrong / 3));
      return `{${blank}${present.map(([key, value]) => key + colon + value()).join(`,${blank}`)}${blank}}`;
    };
  };
  return object(schema);
}

function valueWriter(
  type: DataType,
  nullable: boolean,
  wrong: number,
  object: (type: Schema) => Writer,
  random: Random,
): Writer {
  const write = type.kind === 'struct' ? object(type) : scalarWriter(type, random);
  return () => {
    if (random.chance(nullable ? 0.08 : wrong)) return 'null';
    return random.chance(wrong) ? unknownValue(random, 0) : write();
  };
}

function scalarWriter(type: DataType, random: Random): Writer {
  switch (type.kind) {
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return () => (type.kind === 'byte' && random.chance(0.9) ? String(random.below(100)) : VALUES.integer(random));
    case 'float':
    case 'double':
      return () => VALUES.number(random);
    case 'decimal':
      return () => VALUES.decimal(random);
    case 'timestamp':
      return () => quoted(VALUES.timestamp(random), random);
    case 'date':
      return () => quoted(VALUES.date(random), random);
    case 'boolean':
      return () => VALUES.boolean(random);
    default:
      return () => (random.chance(0.05) ? VALUES.number(random) : quoted(VALUES.text(random), random));
  }
}

const UNITS = [
  '0041',
  '00e9',
  '20AC',
  '0000',
  '0022',
  '005c',
  'd83d\\ude00',
  'D83D\\uDE00',
  'd83d',
  'de00',
  'dbff\\udfff',
  'd83d\\u0041',
  'FFFF',
];
const SHORT_ESCAPES = ['\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t'];

/** A string with escapes here and there. */
function escaped(text: string, random: Random): string {
  let out = '';
  for (const character of [...text, ...(random.chance(0.3) ? 'x'.repeat(random.below(40)) : '')]) {
    if (random.chance(0.15)) out += random.chance(0.6) ? random.pick(SHORT_ESCAPES) : `\\u${random.pick(UNITS)}`;
    out += JSON.stringify(character).slice(1, -1);
  }
  return `"${out}"`;
}

function quoted(text: string, random: Random): string {
  if (random.chance(0.08)) return escaped(text, random);
  if (random.chance(0.02))
    return random.pick([
      '"\\ud800"',
      '"\\n"',
      '"a\\u0041"',
      '"\\x"',
      "'single'",
      '"\\ud83d\\ude00"',
      '"tab\there"',
      '"\\u12"',
    ]);
  return random.chance(0.97) ? JSON.stringify(text) : `"${text}"`;
}

function unknownValue(random: Random, depth: number): string {
  const kind = random.below(depth > 3 ? 5 : 8);
  if (kind < 2) return VALUES.number(random);
  if (kind === 2) return quoted(VALUES.text(random), random);
  if (kind === 3) return random.pick(['true', 'false', 'null', 'NaN', 'nul', 'Infinity']);
  if (kind === 4) return VALUES.integer(random);
  const items = Array.from({ length: random.below(4) }, () => unknownValue(random, depth + 1));
  const comma = random.pick([',', ', ', ',\n']);
  if (kind === 5) return `[${items.join(comma)}]`;
  return `{${items.map((item, i) => `"${'k'.repeat(i)}"${random.pick([':', ' : '])}${item}`).join(comma)}}`;
}
