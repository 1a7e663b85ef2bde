/**
 * Text of single values, for people and for folder names. Formats encode whole columns by themselves; this is for the
 * few values that a table, a row object or a partition folder shows.
 */
import type { CalendarInterval, Cell, Int64, MapCell } from '../batch.ts';
import type { DataType } from '../schema.ts';

/** ISO 8601 in UTC: `.SSS`, or all six digits where the value has microseconds. */
export function isoTimestamp(micros: Int64): string {
  const { days, microOfDay } = splitMicros(micros);
  const fraction = String(microOfDay % 1_000_000).padStart(6, '0');
  return `${dateText(days)}T${timeText(microOfDay)}.${fraction.endsWith('000') ? fraction.slice(0, 3) : fraction}Z`;
}

/** Spark's `CAST(timestamp AS STRING)` in UTC: `2024-01-01 00:00:00`, with the fraction's trailing zeros removed. */
export function sparkTimestamp(micros: Int64): string {
  const { days, microOfDay } = splitMicros(micros);
  const fraction = String(microOfDay % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${dateText(days)} ${timeText(microOfDay)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** `yyyy-MM-dd`; years past 9999 carry a sign, as in Java's ISO form. */
export function dateText(days: number): string {
  const { year, month, day } = civilFromDays(days);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

/** A decimal from its unscaled value. */
export function decimalText(unscaled: bigint | number, scale: number): string {
  const negative = unscaled < 0;
  const digits = String(negative ? -BigInt(unscaled) : unscaled).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}

/** Java's `Double.toString`: at least one fraction digit, `E` notation below 1e-3 and from 1e7 on. */
export function doubleText(value: number, isFloat = false): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '0', exponentText = '0'] = (isFloat ? shortestFloat(value) : value.toExponential()).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -3 && exponent < 7) return withFraction(plainText(mantissa, exponent));
  return `${withFraction(mantissa)}E${exponent}`;
}

/** Spark's `CAST(... AS STRING)` of a value; nested values as `Dataset.show` prints them. Null is `NULL`. */
export function cellText(cell: Cell, type: DataType): string {
  if (cell === null) return 'NULL';
  switch (type.kind) {
    case 'float':
    case 'double':
      return doubleText(cell as number, type.kind === 'float');
    case 'decimal':
      return decimalText(cell as bigint, type.scale);
    case 'date':
      return dateText(cell as number);
    case 'timestamp':
      return sparkTimestamp(cell as Int64);
    case 'binary':
      return `[${Array.from(cell as Uint8Array, (byte) => two(byte.toString(16).toUpperCase())).join(' ')}]`;
    case 'array':
      return `[${(cell as readonly Cell[]).map((item) => cellText(item, type.element)).join(', ')}]`;
    case 'struct':
      return `{${type.fields.map((f, i) => cellText((cell as readonly Cell[])[i] ?? null, f.type)).join(', ')}}`;
    case 'map': {
      const { keys, values } = cell as MapCell;
      return `{${keys.map((k, i) => `${cellText(k, type.key)} -> ${cellText(values[i] ?? null, type.value)}`).join(', ')}}`;
    }
    case 'calendarInterval': {
      const { months, days, micros } = cell as CalendarInterval;
      return `${months} months ${days} days ${Number(micros) / 1e6} seconds`;
    }
    default:
      return String(cell);
  }
}

function splitMicros(micros: Int64): { days: number; microOfDay: number } {
  const perDay = 86_400_000_000n;
  const exact = BigInt(micros);
  let days = exact / perDay;
  if (exact % perDay < 0n) days -= 1n;
  return { days: Number(days), microOfDay: Number(exact - days * perDay) };
}

function timeText(microOfDay: number): string {
  const second = Math.floor(microOfDay / 1_000_000);
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

/** Days since 1970-01-01 to the proleptic Gregorian calendar, by 400-year eras of 146,097 days. */
function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function yearText(year: number): string {
  const text = String(Math.abs(year)).padStart(4, '0');
  if (year < 0) return `-${text}`;
  return year > 9999 ? `+${text}` : text;
}

function two(value: number | string): string {
  return String(value).padStart(2, '0');
}

function shortestFloat(value: number): string {
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential();
}

function plainText(mantissa: string, exponent: number): string {
  const negative = mantissa.startsWith('-');
  const digits = mantissa.replace(/[-.]/g, '');
  const text =
    exponent < 0
      ? `0.${'0'.repeat(-exponent - 1)}${digits}`
      : `${digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')}.${digits.slice(exponent + 1)}`;
  return negative ? `-${text}` : text;
}

function withFraction(text: string): string {
  if (text.endsWith('.')) return `${text}0`;
  return text.includes('.') ? text : `${text}.0`;
}
