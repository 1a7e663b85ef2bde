import { isUtf8 } from 'node:buffer';
import { jsonDecoder, plainJsonDecoder } from '../../../src/formats/json/decode.ts';
import { array, DOUBLE, field, map, STRING, struct } from '../../../src/schema.ts';
import type { DecodingCase } from '../decoding-case.ts';
import { JSON_SCHEMAS, jsonCase } from '../json-cases.ts';
import { Random } from '../random.ts';
import { check, chosen, type FuzzTarget, inputOf } from '../target.ts';
import {
  checkNothingMended,
  checkRejects,
  content,
  decodeBoth,
  linesOf,
  recordsOf,
  showDecoding,
  withoutMark,
} from './decoding.ts';

const SCHEMAS = [
  ...new Set(JSON_SCHEMAS),
  struct([
    field('list', array(struct([field('a', DOUBLE), field('b', STRING, false)]))),
    field('pairs', map(STRING, array(DOUBLE))),
    field('__proto__', STRING),
    field('constructor', struct([field('prototype', STRING)])),
  ]),
];

const MODES = ['reject', 'permissive', 'dropmalformed', 'failfast'];
const LIMITS = [{}, {}, {}, { maxRecordBytes: 60 }, { maxDepth: 3 }, { maxKeys: 4 }, { timeZone: 'Europe/Berlin' }];
const LINE_OPTIONS = MODES.flatMap((mode) => LIMITS.map((limit) => ({ mode, ...limit })));
const WHOLE_OPTIONS = LINE_OPTIONS.map((options) =>
  options.mode === 'reject' ? options : { ...options, multiLine: true },
);

const WORDS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '{"',
    '":',
    ',"',
    '[{',
    '}]',
    '},{',
    '}\n{',
    '"\\u00e9"',
    '"\\ud800"',
    '\\ud83d\\ude00',
    '\\"',
    '\\x',
  ],
  ...['"id":', '"n":', '"a":{', '"name":', '"v":', '"list":[', '"pairs":{', '"Datetime":', '"Clicks":', '"__proto__":'],
  ...[
    '"2026-01-01T00:00:00.000Z"',
    '1.5e3',
    '-0',
    'NaN',
    '"NaN"',
    '\r\n',
    '\n\n',
    '\t',
    ' ',
    '\ufeff',
    'nul',
    'truefalse',
  ],
];

/** JSON in any form: values one after another, over lines, in arrays. */
export const jsonTarget = jsonTargetOf('json', WHOLE_OPTIONS, { reject: true, lines: false });
/** A value to a line. */
export const ndjsonTarget = jsonTargetOf('ndjson', LINE_OPTIONS, { reject: true, lines: true });

function jsonTargetOf(
  name: string,
  allOptions: readonly Record<string, unknown>[],
  form: { readonly reject: boolean; readonly lines: boolean },
): FuzzTarget {
  const caseOf = (input: Uint8Array): Omit<DecodingCase, 'cuts'> => ({
    format: 'json',
    schema: chosen(SCHEMAS, input, 0),
    options: chosen(allOptions, input, 1),
    bytes: content(input),
  });
  return {
    name,
    words: WORDS,
    seeds: async () => seeds(form.lines),
    show: (input) => showDecoding(caseOf(input)),
    run(input) {
      const given = caseOf(input);
      const { bytes, options } = given;
      const result = decodeBoth(given, input, plainJsonDecoder, jsonDecoder);
      if (result.error !== null) return;
      if (options.mode === 'reject') {
        checkRejects(result.rejects, bytes, (offset) => 1 + count(bytes.subarray(0, offset), 10));
        checkNothingMended(result, bytes);
      } else check(result.rejects.length === 0, () => 'there are rejects in a mode of Spark');
      const expected = form.lines ? expectedRecords(bytes, options) : null;
      const found = recordsOf(result);
      check(expected === null || expected === found, () => `${expected} records in, ${found} accounted for`);
    },
  };
}

function seeds(lines: boolean): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let seed = 0; found.length < 100; seed++) {
    const made = jsonCase(new Random(seed));
    const schema = SCHEMAS.indexOf(made.schema);
    const isLines = made.bytes.includes(10) && made.bytes[0] !== 91;
    if (made.bytes.length < 400 && isLines === lines) found.push(inputOf([schema, seed % 28, seed & 7, 0], made.bytes));
  }
  const texts = [
    '{"list":[{"a":1,"b":"x"},{"b":"y"}],"pairs":{"k":[1,2],"l":[]}}\n{"list":null}\n',
    '{"__proto__":"x","constructor":{"prototype":"y"}}\n{"__proto__":{"list":1}}',
    '{"a":1}{"a":2} [3,{"b":4}]\n[[[[[[[[]]]]]]]]\n"text" 5 null true\n',
  ];
  return [...found, ...texts.flatMap((text) => [0, 7, 14].map((options) => inputOf([4, options, 0, 0], text)))];
}

/** How many records a text of lines holds, where that is plain to see; else null. */
function expectedRecords(bytes: Uint8Array, options: Record<string, unknown>): number | null {
  const most = Number(options.maxRecordBytes ?? Number.POSITIVE_INFINITY);
  const lines = linesOf(withoutMark(bytes)).filter(
    (line) => line.length > most || line.some((byte) => ![32, 9].includes(byte)),
  );
  let records = 0;
  for (const line of lines) {
    const value = parsed(line);
    const inArray = line.find((byte) => byte !== 32 && byte !== 9) === 91;
    // Broken text may take a line more with it in mode reject, and a limit breaks what is well-formed.
    const isLimited = 'maxRecordBytes' in options || 'maxDepth' in options || 'maxKeys' in options;
    if (options.mode === 'reject' && (value === undefined || inArray || isLimited)) return null;
    if (!inArray) records++;
    else if (value === undefined || isLimited) return null;
    else records += value.every((item) => isObject(item)) ? value.length : 1;
  }
  return records;
}

/** An array, something else that is JSON, or undefined. */
function parsed(line: Uint8Array): unknown[] | undefined {
  if (!isUtf8(line)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(line).toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function count(bytes: Uint8Array, wanted: number): number {
  return bytes.reduce((sum, byte) => (byte === wanted ? sum + 1 : sum), 0);
}
