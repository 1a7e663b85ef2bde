import type { Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { strictTimestampParser, timestampFormatter } from '../values/datetime-pattern.ts';
import { floorDivInt64 } from '../values/int64.ts';
import { MICROS_PER_DAY, microsOfDays } from '../values/local-time.ts';
import { formatDate, parseDate, parseTimestamp } from '../values/timestamp.ts';
import { zone } from '../values/zone.ts';
import type { TextOptions } from './json-options.ts';

/** Dates and timestamps in JSON and CSV texts: by the options `timestampFormat`, `dateFormat` and `timeZone`. */
export interface TextTimes {
  readonly parseTimestamp: (text: string) => Int64 | null;
  readonly parseDate: (text: string) => number | null;
  readonly formatTimestamp: (micros: Int64) => string;
  readonly formatDate: (days: number) => string;
}

/** Spark writes timestamps so when no format is given; without one it reads every text that CAST reads. */
const DEFAULT_FORMAT = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]";

export function textTimes(options: TextOptions, sessionZone: string): TextTimes {
  const timeZone = options.get('timeZone') ?? sessionZone;
  const timestampFormat = options.get('timestampFormat');
  const dateFormat = options.get('dateFormat');
  const local = zone(timeZone);
  return {
    parseTimestamp:
      timestampFormat === undefined
        ? (text) => parseTimestamp(text, local)
        : refusingLenient(timestampFormat, strictTimestampParser(timestampFormat, timeZone)),
    parseDate: dateFormat === undefined ? parseDate : dateParser(dateFormat),
    formatTimestamp: timestampFormatter(timestampFormat ?? DEFAULT_FORMAT, timeZone),
    formatDate: dateFormat === undefined ? formatDate : dateFormatter(dateFormat),
  };
}

function dateParser(pattern: string): (text: string) => number | null {
  const parse = refusingLenient(pattern, strictTimestampParser(pattern, 'UTC'));
  return (text) => {
    const micros = parse(text);
    return micros === null ? null : Number(floorDivInt64(micros, MICROS_PER_DAY));
  };
}

function dateFormatter(pattern: string): (days: number) => string {
  const format = timestampFormatter(pattern, 'UTC');
  return (days) => format(microsOfDays(days) ?? 0);
}

const PATTERN_PARTS = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;

/**
 * In JSON and CSV Spark 2 read dates leniently: 02-29 was March 1st of 1970. Spark 3 stops at a text that only the old
 * parser reads, whatever the mode.
 */
function refusingLenient<T>(pattern: string, parse: (text: string) => T | null): (text: string) => T | null {
  const parts = Array.from(pattern.matchAll(PATTERN_PARTS), ([whole, quoted, letter]) => {
    if (quoted !== undefined || letter === undefined) {
      return (quoted ?? whole).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    }
    return whole.startsWith('MMM') ? '[A-Za-z]+' : 'yMdDHkhKmsS'.includes(letter) ? '\\d+' : null;
  });
  if (parts.includes(null)) return parse;
  const lenient = new RegExp(`^${parts.join('')}`);
  return (text) => {
    const value = parse(text);
    if (value !== null || !lenient.test(text)) return value;
    throw dataError(
      'PARSE_DATETIME_BY_NEW_PARSER',
      `the text "${text}" does not fit the datetime pattern "${pattern}" exactly. Make the pattern fit.`,
    );
  };
}
