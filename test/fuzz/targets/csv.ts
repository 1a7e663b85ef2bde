import { csvDecoder, plainCsvDecoder } from '../../../src/formats/csv/decoder.ts';
import { CSV_SCHEMAS, csvCase } from '../csv-cases.ts';
import type { DecodingCase } from '../decoding-case.ts';
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

const SCHEMAS = [...new Set(CSV_SCHEMAS)];
const MODES = ['reject', 'permissive', 'dropmalformed', 'failfast'];
const VARIANTS = [
  {},
  { header: true },
  { header: true, sep: ';' },
  { sep: '\t', nullValue: 'NA' },
  { sep: '::', comment: '#' },
  { escape: '\\' },
  { quote: '' },
  { quote: "'", emptyValue: 'EMPTY', header: true },
  { ignoreLeadingWhiteSpace: true, ignoreTrailingWhiteSpace: true },
  { maxRecordBytes: 40 },
  { maxColumns: 5, header: true },
  { timeZone: 'Europe/Berlin', header: true },
  { sep: '1' },
  { sep: ' ' },
];
const ALL_OPTIONS = VARIANTS.flatMap((variant) => MODES.map((mode) => ({ mode, ...variant })));

const WORDS = [
  ...['"', '""', '","', '"\n"', '\\"', ',,', ';', '::', '\t', '\r\n', '\r', '\n\n', '#', "'", '\ufeff', 'NA', 'EMPTY'],
  ...['clicks,impressions,quantity,price,at\n', 'id,n,b,s,ok,f,day,at,price\n', 'true', '2026-01-01', 'NaN', '-Inf'],
  ...['2026-01-01T00:00:00.000Z', '1.5', '1e3', '127', '99999.99', ' 1', '1 ', '"a""b"', '"a"b', 'a"b', '\u0000'],
];

export const csvTarget: FuzzTarget = {
  name: 'csv',
  words: WORDS,
  seeds: async () => seeds(),
  show: (input) => showDecoding(caseOf(input)),
  run(input) {
    const given = caseOf(input);
    const { bytes, options } = given;
    const result = decodeBoth(given, input, plainCsvDecoder, csvDecoder);
    if (result.error !== null) return;
    if (options.mode === 'reject') {
      checkRejects(result.rejects, bytes, (offset) => lineOf(bytes, offset));
      checkNothingMended(result, bytes);
    } else check(result.rejects.length === 0, () => 'there are rejects in a mode of Spark');
    checkRecords(given, recordsOf(result));
  },
};

function caseOf(input: Uint8Array): Omit<DecodingCase, 'cuts'> {
  return {
    format: 'csv',
    schema: chosen(SCHEMAS, input, 0),
    options: chosen(ALL_OPTIONS, input, 1),
    bytes: content(input),
  };
}

function seeds(): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let seed = 0; found.length < 150; seed++) {
    const made = csvCase(new Random(seed));
    if (made.bytes.length > 400) continue;
    const schema = SCHEMAS.indexOf(made.schema);
    found.push(inputOf([schema, made.options.header === true ? 4 + (seed & 3) : seed % 56, seed & 7, 0], made.bytes));
  }
  return found;
}

/** Each line is a record, but for the header, comments, empty lines, and lines within quotes. */
function checkRecords({ bytes, options, schema }: Omit<DecodingCase, 'cuts'>, found: number): void {
  const comment = typeof options.comment === 'string' ? options.comment.charCodeAt(0) : -1;
  const isRecord = (line: Uint8Array) => {
    if (line[0] === comment) return false;
    if (options.mode !== 'reject') return line.some((byte) => byte > 32);
    return line.length > 0;
  };
  const lines = linesOf(withoutMark(bytes));
  const records = lines.filter(isRecord).length;
  const empty = lines.filter((line) => line.length === 0).length;
  // A header that is malformed is itself a record that is set aside; an empty line is one where there is one column, a blank
  // one where it is too long.
  const least = options.header === true ? Math.max(0, records - 1) : records;
  const most = options.mode === 'reject' ? lines.length : 'maxRecordBytes' in options ? lines.length - empty : records;
  const quote = typeof options.quote === 'string' ? options.quote : '"';
  const mayJoin = quote !== '' && bytes.includes(quote.charCodeAt(0));
  const what = () => `${records} lines with something, ${empty} empty, ${found} records accounted for`;
  check(found <= most && (mayJoin || found >= least), what);
  if (schema.fields.length > 1 && options.header !== true) check(found <= lines.length - empty, what);
}

/** The line of a byte, as CSV counts: LF, CR LF and CR end one. */
function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = 0; at < offset; at++) if (bytes[at] === 10 || (bytes[at] === 13 && bytes[at + 1] !== 10)) line++;
  return line;
}
