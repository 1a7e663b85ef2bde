import { canonicalInt64 } from '../batch.ts';
import { DAY_TIME_INTERVAL, type DataType, YEAR_MONTH_INTERVAL } from '../schema.ts';
import type { LiteralValue } from './ast.ts';
import { parseYearMonth } from './values/interval.ts';

export interface IntervalLiteral {
  readonly value: LiteralValue;
  readonly type: DataType;
}

const MONTHS: Readonly<Record<string, number>> = { YEAR: 12, MONTH: 1 };
const MICROS: Readonly<Record<string, bigint>> = {
  WEEK: 604_800_000_000n,
  DAY: 86_400_000_000n,
  HOUR: 3_600_000_000n,
  MINUTE: 60_000_000n,
  SECOND: 1_000_000n,
  MILLISECOND: 1_000n,
  MICROSECOND: 1n,
};
const DAY_TIME_FIELDS = ['DAY', 'HOUR', 'MINUTE', 'SECOND'];

/** `DAY`, `days`, ... as the unit's singular in upper case, or null. */
export function intervalUnit(word: string): string | null {
  const singular = word.toUpperCase().replace(/S$/, '');
  return singular in MONTHS || singular in MICROS ? singular : null;
}

/**
 * `[['1', 'DAY'], ['2', 'HOUR']]`: an interval of years and months, or one of days and less; Spark lets no literal mix
 * the two. A string says what is wrong.
 */
export function intervalOfUnits(parts: readonly (readonly [number: string, unit: string])[]): IntervalLiteral | string {
  const inMonths = parts.filter(([, unit]) => unit in MONTHS).length;
  if (inMonths !== 0 && inMonths !== parts.length) return 'an interval that mixes years or months with days or times';
  let total = 0n;
  for (const [number, unit] of parts) {
    const amount = inMonths === 0 ? microsOf(number, unit) : monthsOf(number, unit);
    if (amount === null) return `${JSON.stringify(number)}, which is no number of ${unit.toLowerCase()}s`;
    total += amount;
  }
  return inMonths === 0 ? dayTime(total) : yearMonth(total);
}

function monthsOf(number: string, unit: string): bigint | null {
  const text = number.trim();
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) * BigInt(MONTHS[unit] as number) : null;
}

function microsOf(number: string, unit: string): bigint | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(number.trim());
  if (match === null || !/\d/.test(number)) return null;
  const [, sign, whole = '', fraction = ''] = match;
  // Only seconds have a fraction; digits behind the microsecond are cut off.
  if (fraction !== '' && unit !== 'SECOND') return null;
  const micros =
    BigInt(whole === '' ? '0' : whole) * (MICROS[unit] as bigint) + BigInt(fraction.padEnd(6, '0').slice(0, 6));
  return sign === '-' ? -micros : micros;
}

/** `'1-2' YEAR TO MONTH`, `'1 02:03:04.5' DAY TO SECOND` and the shorter ranges between. A string says what is wrong. */
export function intervalOfRange(text: string, from: string, to: string): IntervalLiteral | string {
  const wrong = `${JSON.stringify(text)}, which is no interval from ${from} to ${to}`;
  if (from === 'YEAR' && to === 'MONTH') {
    const months = parseYearMonth(text);
    return months === null ? wrong : { value: months, type: YEAR_MONTH_INTERVAL };
  }
  const first = DAY_TIME_FIELDS.indexOf(from);
  const last = DAY_TIME_FIELDS.indexOf(to);
  if (first === -1 || last <= first) return `an interval from ${from} to ${to}`;
  const micros = microsOfRange(text, first, last);
  return micros === null ? wrong : dayTime(micros);
}

/** The fields from `first` to `last`: days and a space, then times between colons; only seconds have a fraction. */
function microsOfRange(text: string, first: number, last: number): bigint | null {
  const fields = DAY_TIME_FIELDS.slice(first, last + 1);
  const parts: string[] = fields.map((field) => (field === 'SECOND' ? '(\\d{1,2}(?:\\.\\d{1,9})?)' : '(\\d{1,9})'));
  const pattern = parts.reduce((all, part, i) => `${all}${fields[i - 1] === 'DAY' ? ' +' : ':'}${part}`);
  const match = new RegExp(`^([+-]?)${pattern}$`).exec(text.trim());
  if (match === null) return null;
  let micros = 0n;
  for (const [i, field] of fields.entries()) {
    const part = match[i + 2] as string;
    // Behind the leading field each part keeps to its clock range.
    if (i > 0 && Number(part) >= (field === 'HOUR' ? 24 : 60)) return null;
    micros += microsOf(part, field) as bigint;
  }
  return match[1] === '-' ? -micros : micros;
}

function dayTime(micros: bigint): IntervalLiteral | string {
  if (BigInt.asIntN(64, micros) !== micros) return 'an interval beyond 64 bits of microseconds';
  return { value: canonicalInt64(micros), type: DAY_TIME_INTERVAL };
}

function yearMonth(months: bigint): IntervalLiteral | string {
  if (BigInt.asIntN(32, months) !== months) return 'an interval beyond 32 bits of months';
  return { value: Number(months), type: YEAR_MONTH_INTERVAL };
}
