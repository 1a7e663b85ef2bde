import { configError, didYouMean } from '../errors.ts';
import { csvFormat } from '../formats/csv/csv-format.ts';
import { csvOptions } from '../formats/csv/options.ts';
import { jsonFormat, jsonOptions } from '../formats/json/index.ts';
import { parquetOptions } from '../formats/parquet/options.ts';
import { parquetFormat } from '../formats/parquet/parquet-format.ts';
import { textFormat, textOptions } from '../formats/text/index.ts';

export type FormatName = 'json' | 'csv' | 'text' | 'parquet';

/** The table of formats: what decodes and encodes, and what checks its options. */
export const FORMATS = {
  json: { format: jsonFormat, check: jsonOptions },
  csv: { format: csvFormat, check: csvOptions },
  text: { format: textFormat, check: textOptions },
  parquet: { format: parquetFormat, check: parquetOptions },
} as const;

export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}

/** Errors: FORMAT_UNKNOWN with the nearest name. */
export function formatNamed(name: string): FormatName {
  if (isFormatName(name)) return name;
  throw configError(
    'FORMAT_UNKNOWN',
    `There is no format "${name}".${didYouMean(name, FORMAT_NAMES)} Formats: ${FORMAT_NAMES.join(', ')}.`,
  );
}

/** Options of a format, checked and with their defaults. */
export function checkFormatOptions(name: FormatName, given: Options): Options {
  return FORMATS[name].check(given) as unknown as Options;
}

export type Options = Readonly<Record<string, unknown>>;
