import type { Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { formatFields } from './datetime-pattern-format.ts';
import { legacyParses } from './datetime-pattern-legacy.ts';
import { parseFields } from './datetime-pattern-parse.ts';
import { resolveDateTime } from './datetime-pattern-resolve.ts';
import { compilePattern } from './datetime-pattern-syntax.ts';
import { zone } from './zone.ts';

/**
 * Spark 3's datetime patterns (`DateTimeFormatterHelper` over `java.time.format.DateTimeFormatter`, English names). All makers
 * throw INVALID_DATETIME_PATTERN for a pattern that Spark refuses.
 */

/** A function that writes timestamps by `pattern` in `timeZone`. */
export function timestampFormatter(pattern: string, timeZone: string): (micros: Int64) => string {
  const elements = compilePattern(pattern, false);
  const shown = zone(timeZone);
  return (micros) => formatFields(elements, micros, shown);
}

/**
 * A function that reads timestamps by `pattern`; a text without a zone is local time in `timeZone`, and fields that the
 * pattern lacks are those of 1970-01-01 00:00:00. Null for a text that does not fit exactly.
 */
export function timestampParser(pattern: string, timeZone: string): (text: string) => Int64 | null {
  const elements = compilePattern(pattern, true);
  const local = zone(timeZone);
  return (text) => {
    const fields = parseFields(elements, text);
    return fields === null ? null : resolveDateTime(fields, local);
  };
}

/** As `timestampParser`, for SQL functions: where Spark 2 would have read the text it throws, as Spark 3 does. */
export function strictTimestampParser(pattern: string, timeZone: string): (text: string) => Int64 | null {
  const parse = timestampParser(pattern, timeZone);
  return (text) => {
    const micros = parse(text);
    if (micros === null && legacyParses(pattern, text)) {
      throw dataError(
        'PARSE_DATETIME_BY_NEW_PARSER',
        `the text "${text}" does not fit the datetime pattern "${pattern}" exactly (Spark 2 would have read it, Spark 3 stops here too). Make the pattern fit the text, or filter such rows out first.`,
      );
    }
    return micros;
  };
}
