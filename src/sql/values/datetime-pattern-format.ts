import type { Int64 } from '../../batch.ts';
import { dataError } from '../../errors.ts';
import { civilOf, dayOfYear, isoDayOfWeek } from './calendar.ts';
import { FIELD_NAMES, localizedOffset, zoneName } from './datetime-names.ts';
import type { NumberElement, NumberField, OffsetForm, TextField } from './datetime-pattern-letters.ts';
import type { Element } from './datetime-pattern-syntax.ts';
import { floorDivInt64, floorModInt64 } from './int64.ts';
import { MICROS_PER_DAY, utcToLocal } from './local-time.ts';
import type { Zone } from './zone.ts';

interface LocalTime {
  readonly instant: Int64;
  readonly zone: Zone;
  readonly days: number;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

/** A timestamp written by a compiled pattern. */
export function formatFields(elements: readonly Element[], instant: Int64, zone: Zone): string {
  const local = utcToLocal(instant, zone);
  const days = Number(floorDivInt64(local, MICROS_PER_DAY));
  const microsOfDay = floorModInt64(local, MICROS_PER_DAY);
  const seconds = Math.floor(microsOfDay / 1_000_000);
  return formatElements(elements, {
    instant,
    zone,
    days,
    ...civilOf(days),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: microsOfDay % 1_000_000,
  });
}

function formatElements(elements: readonly Element[], time: LocalTime): string {
  let text = '';
  for (const element of elements) text += formatElement(element, time);
  return text;
}

function formatElement(element: Element, time: LocalTime): string {
  switch (element.kind) {
    case 'literal':
      return element.text;
    case 'number':
      return numberText(element, numberOf(element.field, time));
    case 'fraction':
      return `${String(time.micros).padStart(6, '0')}000`.slice(0, element.maxWidth);
    case 'text': {
      const { full, short, first } = FIELD_NAMES[element.field];
      return (element.full ? full : short)[textValueOf(element.field, time) - first] as string;
    }
    case 'offset':
      return offsetTextOf(element.form, time.zone.offsetMicrosAtUtc(time.instant) / 1_000_000);
    case 'zoneName':
      return element.form === 'id' ? time.zone.name : zoneName(time.zone, time.instant, element.form);
    case 'optional':
      return formatElements(element.elements, time);
  }
}

function numberOf(field: NumberField, time: LocalTime): number {
  switch (field) {
    case 'year':
      return time.year;
    case 'yearOfEra':
      return time.year > 0 ? time.year : 1 - time.year;
    case 'quarter':
      return Math.floor((time.month + 2) / 3);
    case 'month':
      return time.month;
    case 'day':
      return time.day;
    case 'dayOfYear':
      return dayOfYear(time.days);
    case 'alignedDayOfWeek':
      return ((time.day - 1) % 7) + 1;
    case 'hourOfDay':
      return time.hour;
    case 'clockHourOfDay':
      return time.hour === 0 ? 24 : time.hour;
    case 'hourOfHalf':
      return time.hour % 12;
    case 'clockHourOfHalf':
      return time.hour % 12 === 0 ? 12 : time.hour % 12;
    case 'minute':
      return time.minute;
    case 'second':
      return time.second;
  }
}

function textValueOf(field: TextField, time: LocalTime): number {
  switch (field) {
    case 'month':
      return time.month;
    case 'quarter':
      return Math.floor((time.month + 2) / 3);
    case 'dayOfWeek':
      return isoDayOfWeek(time.days);
    case 'half':
      return time.hour < 12 ? 0 : 1;
    case 'era':
      return time.year > 0 ? 1 : 0;
  }
}

function numberText(element: NumberElement, value: number): string {
  if (element.reduced) return String(Math.abs(value) % 100).padStart(2, '0');
  const digits = String(Math.abs(value)).padStart(element.minWidth, '0');
  if (digits.length > element.maxWidth || (value < 0 && element.sign === 'notNegative')) {
    throw dataError(
      'DATETIME_FORMAT',
      `${value} does not fit the ${element.maxWidth} digits of a datetime pattern's ${element.field}.`,
    );
  }
  if (value < 0) return `-${digits}`;
  return element.sign === 'exceedsPad' && digits.length > element.minWidth ? `+${digits}` : digits;
}

function offsetTextOf(form: OffsetForm, offsetSeconds: number): string {
  if (form.style === 'localized') return localizedOffset(offsetSeconds, form.full);
  const size = Math.abs(offsetSeconds);
  const minutes = Math.floor(size / 60) % 60;
  const seconds = size % 60;
  const whole = Math.floor(size / 3600);
  if (whole === 0 && minutes === 0 && (!form.withSeconds || seconds === 0)) return form.zero;
  const parts = [whole];
  if (form.minutes === 'always' || minutes !== 0) parts.push(minutes);
  if (form.withSeconds && seconds !== 0) parts.push(seconds);
  const text = parts.map((part) => String(part).padStart(2, '0')).join(form.colon ? ':' : '');
  return `${offsetSeconds < 0 ? '-' : '+'}${text}`;
}
