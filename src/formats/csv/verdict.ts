import { CsvError, type Options, parse } from 'csv-parse/sync';
import type { CsvOptions } from './options.ts';

/** What csv-parse makes of a record. */
export type Verdict = { readonly fields: readonly string[] } | { readonly reason: string };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Asks csv-parse, which defines what an RFC 4180 record means, about one record that our tokenizer calls irregular.
 * `record` is the record's bytes up to the end of the line that made it so; they are valid UTF-8.
 */
export function csvVerdict(record: Uint8Array, options: CsvOptions): Verdict {
  // Neither relax_quotes nor skip_records_with_error: a doubtful record must come back as an error, never vanish.
  const settings: Options = {
    bom: false,
    columns: false,
    delimiter: options.sep,
    quote: options.quote === '' ? false : options.quote,
    escape: options.quote === '' ? null : options.escape,
    ltrim: options.ignoreLeadingWhiteSpace,
    rtrim: options.ignoreTrailingWhiteSpace,
    record_delimiter: ['\r\n', '\n', '\r'],
    to: 1,
  };
  try {
    const records = parse(record, settings) as unknown as string[][];
    return { fields: records[0] ?? [] };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { reason: reasonOf(error, record) };
  }
}

/** What is wrong with the quotes of a record, at a field counted from 0. */
export function oddQuoteReason(kind: 'opening' | 'closing', field: number): string {
  return kind === 'closing'
    ? `field ${field + 1}: a closing quote is followed by text, expected a separator or the end of the line`
    : `field ${field + 1}: a quote inside a field that is not in quotes`;
}

function reasonOf(error: CsvError, record: Uint8Array): string {
  const field = Number(error.column ?? 0);
  switch (String(error.code)) {
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE':
      return oddQuoteReason('closing', field);
    case 'INVALID_OPENING_QUOTE':
      return oddQuoteReason('opening', field);
    case 'CSV_QUOTE_NOT_CLOSED':
      return `field ${field + 1}: a quote is opened and never closed`;
    default:
      return `not a CSV record (${error.message}): ${JSON.stringify(decoder.decode(record.subarray(0, 60)))}`;
  }
}
