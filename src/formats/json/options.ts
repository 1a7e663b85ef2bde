import { configError, didYouMean } from '../../errors.ts';
import { zone } from '../../sql/values/zone.ts';

/** What happens to a record that does not fit. `reject` sets it aside (ours); the others have Spark's meaning. */
export type JsonMode = 'reject' | 'permissive' | 'dropmalformed' | 'failfast';

/** Options of the JSON format, under Spark's names (`JSONOptions.scala`) where it has them, checked and with their defaults. */
export interface JsonOptions {
  /** An unknown mode is `permissive`, as in Spark. */
  readonly mode: JsonMode;
  /**
   * Spark's modes: the file is one value, not one value per line. Mode `reject` reads values over several lines anyway.
   */
  readonly multiLine: boolean;
  /** In mode permissive, the string column of this name, if the schema has one, takes the text of a malformed record. */
  readonly columnNameOfCorruptRecord: string;
  /** The zone of timestamps that name none, and of those that are written. */
  readonly timeZone: string;
  /** A longer record is malformed. It bounds memory. */
  readonly maxRecordBytes: number;
  /** A record that is nested deeper is malformed. */
  readonly maxDepth: number;
  /** A record with more field names in all is malformed. */
  readonly maxKeys: number;
  /** Mode reject: a JSON Schema that each record must also fulfil. */
  readonly jsonSchema: Readonly<Record<string, unknown>> | null;
  /** Writing: leave null fields out. */
  readonly ignoreNullFields: boolean;
}

const DEFAULTS: JsonOptions = {
  mode: 'permissive',
  multiLine: false,
  columnNameOfCorruptRecord: '_corrupt_record',
  timeZone: 'UTC',
  maxRecordBytes: 64 * 1024 * 1024,
  maxDepth: 100,
  maxKeys: 100_000,
  jsonSchema: null,
  ignoreNullFields: true,
};

/** Higher values would let one record take more memory than a process should use. */
const LARGEST: Partial<Record<string, number>> = {
  maxRecordBytes: 512 * 1024 * 1024,
  maxDepth: 10_000,
  maxKeys: 1_000_000,
};

const MODES: readonly JsonMode[] = ['reject', 'permissive', 'dropmalformed', 'failfast'];

/** Options of Spark's that are known and not supported, with what to do instead. */
const UNSUPPORTED = new Map(
  [
    ['timestampFormat', 'read the field as a string and use to_timestamp(field, format)'],
    ['timestampNTZFormat', 'read the field as a string'],
    ['dateFormat', 'read the field as a string and use to_date(field, format)'],
    ['encoding', 'files are UTF-8'],
    ['charset', 'files are UTF-8'],
    ['lineSep', 'lines end with LF, CRLF or CR'],
    ['primitivesAsString', 'give the fields type string'],
    ['prefersDecimal', 'give the fields type decimal'],
    ['allowComments', 'comments are not JSON'],
    ['allowUnquotedFieldNames', 'names without quotes are not JSON'],
    ['allowSingleQuotes', 'the modes of Spark allow them, mode reject does not'],
    ['allowNumericLeadingZeros', 'leading zeros are not JSON'],
    ['allowNonNumericNumbers', 'the modes of Spark allow them, mode reject does not'],
    ['allowBackslashEscapingAnyCharacter', 'such escapes are not JSON'],
    ['allowUnquotedControlChars', 'control characters in strings are not JSON'],
    ['dropFieldIfAllNull', 'schemas are given, not inferred'],
    ['samplingRatio', 'schemas are given, not inferred'],
    ['locale', 'no format depends on it'],
  ].map(([name, cure]) => [(name as string).toLowerCase(), cure as string]),
);

/**
 * Checks the options of the JSON format. Names are compared without regard to case, as Spark does, and values may be
 * given as text. Checked options come through unchanged.
 *
 * @throws JSON_OPTION for an unknown name or a value that cannot be; INVALID_TIMEZONE.
 */
export function jsonOptions(given: Readonly<Record<string, unknown>>): JsonOptions {
  const options: Record<string, unknown> = { ...DEFAULTS };
  const names = new Map(Object.keys(DEFAULTS).map((name) => [name.toLowerCase(), name]));
  for (const [key, value] of Object.entries(given)) {
    const name = names.get(key.toLowerCase());
    if (name === undefined) {
      const cure = UNSUPPORTED.get(key.toLowerCase());
      if (cure !== undefined) throw refused(`option "${key}" is not supported: ${cure}.`);
      throw refused(`there is no option "${key}".${didYouMean(key, names.values())}`);
    }
    if (value !== undefined) options[name] = checkedOption(name, value);
  }
  return options as unknown as JsonOptions;
}

function checkedOption(name: string, value: unknown): unknown {
  switch (name) {
    case 'multiLine':
    case 'ignoreNullFields':
      return checkedBoolean(name, value);
    case 'maxRecordBytes':
    case 'maxDepth':
    case 'maxKeys':
      return checkedCount(name, value);
    case 'mode':
      return MODES.find((mode) => mode === String(value).toLowerCase()) ?? 'permissive';
    case 'jsonSchema':
      if (value === null || (typeof value === 'object' && !Array.isArray(value))) return value;
      throw refused(`jsonSchema is a JSON Schema object, not ${JSON.stringify(value)}.`);
    case 'timeZone':
      return zone(checkedText(name, value)).name;
    default:
      return checkedText(name, value);
  }
}

function checkedBoolean(name: string, value: unknown): boolean {
  const text = String(value).toLowerCase();
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw refused(`${name} is true or false, not ${JSON.stringify(value)}.`);
}

function checkedCount(name: string, value: unknown): number {
  const count = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  const largest = LARGEST[name] as number;
  if (Number.isSafeInteger(count) && count > 0 && count <= largest) return count;
  throw refused(`${name} is a whole number from 1 to ${largest}, not ${JSON.stringify(value)}.`);
}

function checkedText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw refused(`${name} is a text, not ${JSON.stringify(value)}.`);
}

function refused(message: string) {
  return configError('JSON_OPTION', `json: ${message}`);
}
