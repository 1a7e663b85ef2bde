import { daysInMonth, isLeapYear } from './calendar.ts';
import { FIELD_NAMES } from './datetime-names.ts';

/**
 * Whether Spark 2's parser (`java.text.SimpleDateFormat`, not lenient) reads a text that the new one refuses. Spark then
 * stops instead of giving null, lest a query that was moved from version 2 changes its answers in silence
 * (`DateTimeFormatterHelper.checkParsedDiff`): digits may be fewer than the letters, and anything may follow.
 */
export function legacyParses(pattern: string, text: string): boolean {
  const parts = splitPattern(pattern);
  if (parts === null) return false;
  const values = new Map<string, number>();
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const next = parts[i + 1];
    const end = readPart(part, next !== undefined && isNumber(next), text, at, values);
    if (end === null) return false;
    at = end;
  }
  return isTime(values);
}

interface Part {
  /** Null for a literal text. */
  readonly letter: string | null;
  readonly text: string;
}

const NUMBER_LETTERS = 'yMdDHkKhmsS';

function isNumber(part: Part): boolean {
  if (part.letter === null) return false;
  return NUMBER_LETTERS.includes(part.letter) && !(part.letter === 'M' && part.text.length > 2);
}

function splitPattern(pattern: string): Part[] | null {
  const parts: Part[] = [];
  for (const [whole, quoted] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g)) {
    if (quoted !== undefined) parts.push({ letter: null, text: quoted === '' ? "'" : quoted.replaceAll("''", "'") });
    else if (!/[A-Za-z]/.test(whole)) parts.push({ letter: null, text: whole });
    else if (NUMBER_LETTERS.includes(whole[0] as string) || whole[0] === 'a') {
      parts.push({ letter: whole[0] as string, text: whole });
    }
    // Eras, days of the week and zones need name tables of Java's; a text with them is taken for unreadable.
    else return null;
  }
  return parts;
}

function readPart(
  part: Part,
  beforeNumber: boolean,
  text: string,
  start: number,
  values: Map<string, number>,
): number | null {
  if (part.letter === null) return text.startsWith(part.text, start) ? start + part.text.length : null;
  let at = start;
  while (text[at] === ' ' || text[at] === '\t') at++;
  if (!isNumber(part)) return readName(part, text, at, values);
  const digits = beforeNumber ? new RegExp(`\\d{1,${part.text.length}}`, 'y') : /\d+/y;
  digits.lastIndex = at;
  const match = digits.exec(text);
  if (match === null) return null;
  let value = Number(match[0]);
  if (part.letter === 'y' && part.text.length <= 2 && match[0].length === 2) value += value < 50 ? 2000 : 1900;
  const before = values.get(part.letter);
  values.set(part.letter, value);
  return before === undefined || before === value ? at + match[0].length : null;
}

function readName(part: Part, text: string, at: number, values: Map<string, number>): number | null {
  const { full, short, first } = FIELD_NAMES[part.letter === 'a' ? 'half' : 'month'];
  for (const names of [full, short]) {
    const index = names.findIndex((name) => text.slice(at, at + name.length).toLowerCase() === name.toLowerCase());
    if (index < 0) continue;
    values.set(part.letter as string, index + first);
    return at + (names[index] as string).length;
  }
  return null;
}

const RANGES: readonly (readonly [letter: string, min: number, max: number])[] = [
  ['y', 1, 292278994],
  ['M', 1, 12],
  ['H', 0, 23],
  ['k', 1, 24],
  ['K', 0, 11],
  ['h', 1, 12],
  ['m', 0, 59],
  ['s', 0, 59],
  ['S', 0, 999],
];

function isTime(values: ReadonlyMap<string, number>): boolean {
  for (const [letter, min, max] of RANGES) {
    const value = values.get(letter);
    if (value !== undefined && (value < min || value > max)) return false;
  }
  const year = values.get('y') ?? 1970;
  const month = values.get('M') ?? 1;
  const day = values.get('d');
  const dayOfYear = values.get('D');
  if (day !== undefined && (day < 1 || day > daysInMonth(year, month))) return false;
  // Java takes the day of the year or the day of the month, whichever came last; with both, fields must agree.
  if (dayOfYear === undefined) return true;
  return dayOfYear >= 1 && dayOfYear <= (isLeapYear(year) ? 366 : 365) && !values.has('M') && day === undefined;
}
