import { configError, didYouMean } from '../../errors.ts';

/** What happens to a record that does not fit. `reject` sets it aside (ours); the others have Spark's meaning. */
export type CsvMode = 'reject' | 'permissive' | 'dropmalformed' | 'failfast';

/** Options of the CSV format, under Spark's names (`CSVOptions.scala`), checked and with their defaults. */
export interface CsvOptions {
  /** Reading: the first line names the columns. Writing: the first line names them. */
  readonly header: boolean;
  /** One character or more between two fields. */
  readonly sep: string;
  /** The character around a field; empty: there is none. */
  readonly quote: string;
  /** Makes a quote inside quotes a plain character. `"` doubles it (RFC 4180, our default); `\` is Spark's default. */
  readonly escape: string;
  /** The text that means null; an empty field always does. */
  readonly nullValue: string;
  /** The text of an empty string: what `""` is read as (default: the empty string) and what is written for one (default: `""`). */
  readonly emptyValue: string | null;
  /** A line that begins with this character is skipped; empty: none is. */
  readonly comment: string;
  readonly ignoreLeadingWhiteSpace: boolean;
  readonly ignoreTrailingWhiteSpace: boolean;
  readonly mode: CsvMode;
  /** In mode permissive, the string column of this name, if the schema has one, takes the text of a malformed record. */
  readonly columnNameOfCorruptRecord: string;
  /** The zone of timestamps that name none. */
  readonly timeZone: string;
  /** A longer record is malformed. It bounds memory, and what an unclosed quote can swallow. */
  readonly maxRecordBytes: number;
  /** A header with more columns is malformed. */
  readonly maxColumns: number;
  /** Quoted fields may always hold line ends; the option is taken so that Spark's definitions run as they are. */
  readonly multiLine: boolean;
  /** Writing: puts `'` before text that a spreadsheet would run as a formula. Numbers stay as they are. */
  readonly escapeFormulas: boolean;
}

const DEFAULTS: CsvOptions = {
  header: false,
  sep: ',',
  quote: '"',
  escape: '"',
  nullValue: '',
  emptyValue: null,
  comment: '',
  ignoreLeadingWhiteSpace: false,
  ignoreTrailingWhiteSpace: false,
  mode: 'reject',
  columnNameOfCorruptRecord: '_corrupt_record',
  timeZone: 'UTC',
  maxRecordBytes: 16 * 1024 * 1024,
  maxColumns: 20_480,
  multiLine: false,
  escapeFormulas: false,
};

/** Options of Spark's that are known and not supported, with what to do instead. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    timestampformat: 'read the column as a string and use to_timestamp(column, format)',
    dateformat: 'read the column as a string and use to_date(column, format)',
    encoding: 'files are UTF-8',
    charset: 'files are UTF-8',
    linesep: 'lines end with LF, CR LF or CR; LF is written',
    inferschema: 'give the schema',
    samplingratio: 'give the schema',
    enforceschema: 'with header, columns are found by name; without, by position',
    quoteall: 'quotes are written where they are needed',
    chartoescapequoteescaping: 'the escape escapes itself',
    unescapedquotehandling: 'STOP_AT_DELIMITER is the rule where escape is not the quote',
    nanvalue: 'NaN is written NaN',
    positiveinf: 'infinity is written Inf or Infinity',
    negativeinf: 'infinity is written -Inf or -Infinity',
    maxcharspercolumn: 'use maxRecordBytes',
    locale: 'no value depends on it',
  }),
);

const MODES: readonly CsvMode[] = ['reject', 'permissive', 'dropmalformed', 'failfast'];

/**
 * Checks the options of the CSV format. Names are compared without regard to case, as Spark does, and values may be
 * given as text; `delimiter` is another name for `sep`. Checked options come through unchanged.
 *
 * @throws CSV_OPTION for an unknown name or a value that cannot be.
 */
export function csvOptions(given: Readonly<Record<string, unknown>>): CsvOptions {
  const options: Record<string, unknown> = { ...DEFAULTS };
  const names = new Map([...Object.keys(DEFAULTS), 'delimiter'].map((name) => [name.toLowerCase(), name]));
  for (const [key, value] of Object.entries(given)) {
    const name = names.get(key.toLowerCase());
    if (name === undefined) {
      const cure = UNSUPPORTED.get(key.toLowerCase());
      if (cure !== undefined) throw configError('CSV_OPTION', `csv does not support option "${key}": ${cure}.`);
      throw configError('CSV_OPTION', `csv has no option "${key}".${didYouMean(key, names.values())}`);
    }
    if (value === undefined) continue;
    options[name === 'delimiter' ? 'sep' : name] = checkedOption(name, value);
  }
  const checked = options as unknown as CsvOptions;
  if (checked.quote !== '' && checked.sep.includes(checked.quote)) {
    throw configError('CSV_OPTION', `csv: sep ${JSON.stringify(checked.sep)} must not hold the quote character.`);
  }
  return checked;
}

function checkedOption(name: string, value: unknown): unknown {
  switch (name) {
    case 'header':
    case 'ignoreLeadingWhiteSpace':
    case 'ignoreTrailingWhiteSpace':
    case 'multiLine':
    case 'escapeFormulas':
      return checkedBoolean(name, value);
    case 'maxRecordBytes':
    case 'maxColumns':
      return checkedCount(name, value);
    case 'sep':
    case 'delimiter':
      return checkedSeparator(name, value);
    case 'quote':
    case 'escape':
    case 'comment':
      return checkedCharacter(name, value);
    case 'mode':
      return checkedMode(value);
    case 'emptyValue':
      return value === null ? null : checkedText(name, value);
    default:
      return checkedText(name, value);
  }
}

function checkedBoolean(name: string, value: unknown): boolean {
  const text = String(value).toLowerCase();
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw configError('CSV_OPTION', `csv: ${name} is true or false, not ${JSON.stringify(value)}.`);
}

function checkedCount(name: string, value: unknown): number {
  const count = Number(value);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw configError('CSV_OPTION', `csv: ${name} is a whole number above 0, not ${JSON.stringify(value)}.`);
}

function checkedText(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw configError('CSV_OPTION', `csv: ${name} is a text, not ${JSON.stringify(value)}.`);
}

function checkedSeparator(name: string, value: unknown): string {
  const text = checkedText(name, value) === '\\t' ? '\t' : checkedText(name, value);
  if (text !== '' && !/[\r\n]/.test(text)) return text;
  throw configError(
    'CSV_OPTION',
    `csv: ${name} is one character or more and no line end, not ${JSON.stringify(value)}.`,
  );
}

function checkedCharacter(name: string, value: unknown): string {
  const text = checkedText(name, value);
  // One byte of UTF-8, because records are split as bytes.
  if (text.length <= 1 && /^[^\r\n\u0080-\uffff]*$/.test(text)) return text;
  throw configError(
    'CSV_OPTION',
    `csv: ${name} is one ASCII character, or empty for none, not ${JSON.stringify(value)}.`,
  );
}

/** Spark takes an unknown mode for PERMISSIVE; what looks like a slip of ours is refused all the same. */
function checkedMode(value: unknown): CsvMode {
  const text = checkedText('mode', value);
  const mode = MODES.find((candidate) => candidate === text.toLowerCase());
  if (mode !== undefined) return mode;
  const hint = didYouMean(text, MODES);
  if (hint === '') return 'permissive';
  throw configError('CSV_OPTION', `csv has no mode "${text}".${hint}`);
}
