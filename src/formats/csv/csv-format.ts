import type { Format } from '../../format.ts';
import { csvDecoder } from './decoder.ts';
import { csvEncoder } from './encoder.ts';

/**
 * CSV by RFC 4180. The options are Spark's (see `CsvOptions`), with two defaults of our own: `mode` is `reject`, and `escape` is
 * `"` (a quote inside quotes is doubled); `escape: '\\'` reads as Spark does by default.
 *
 * Reading: LF, CR LF and CR end a line; a byte order mark is skipped; quoted fields may hold line ends. csv-parse defines
 * what a record with odd quotes means. With `header`, columns are found by name (exactly, else in any case); a missing column
 * is null, or makes every record of the file malformed when it must not be null. A quote that is never closed costs its own
 * line, and the next is read afresh. Text that is not UTF-8 makes a record malformed.
 *
 * Writing: LF, quotes only where they are needed; null is `nullValue` (empty), an empty string `""`; times are ISO 8601 in UTC;
 * numbers are the shortest text that reads back the same.
 */
export const csvFormat: Format = {
  name: 'csv',
  extension: '.csv',
  decodesRanges: () => true,
  rowOptions: (options) => ({ ...options, header: false }),
  decoder: csvDecoder,
  encoder: (request) => csvEncoder(request),
};
