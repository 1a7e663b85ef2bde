import type { Int64 } from '../../batch.ts';
import type { TextField } from './datetime-pattern-letters.ts';
import { floorDivInt64 } from './int64.ts';
import type { Zone } from './zone.ts';
import { offsetText } from './zone-offset.ts';

/** English names of days, months and time zones. */

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

interface Names {
  readonly full: readonly string[];
  readonly short: readonly string[];
  /** The field's value that the first name stands for. */
  readonly first: number;
}

const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3));

export const FIELD_NAMES: Readonly<Record<TextField, Names>> = {
  month: { full: MONTHS, short: short(MONTHS), first: 1 },
  dayOfWeek: { full: DAYS, short: short(DAYS), first: 1 },
  half: { full: ['AM', 'PM'], short: ['AM', 'PM'], first: 0 },
  era: { full: ['Before Christ', 'Anno Domini'], short: ['BC', 'AD'], first: 0 },
  quarter: {
    full: ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter'],
    short: ['Q1', 'Q2', 'Q3', 'Q4'],
    first: 1,
  },
};

type ZoneNameForm = 'short' | 'full' | 'shortGeneric' | 'fullGeneric';

const INTL_FORMS: Readonly<Record<ZoneNameForm, Intl.DateTimeFormatOptions['timeZoneName']>> = {
  short: 'short',
  full: 'long',
  shortGeneric: 'shortGeneric',
  fullGeneric: 'longGeneric',
};

/** Each English knows the abbreviations of its own region; Java knows them all. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'en-NZ', 'en-CA'];

const formats = new Map<string, readonly Intl.DateTimeFormat[]>();
const names = new Map<string, string>();

/** What Intl's clock takes, in ms. */
const MAX_MS = 8_640_000_000_000_000;
const JANUARY_2020_MS = 1_577_880_000_000;
const JULY_2020_MS = 1_593_604_800_000;

/** The name of a zone at an instant: `PST`, `Pacific Standard Time`, `PT`, `Pacific Time`. */
export function zoneName(zone: Zone, micros: Int64, form: ZoneNameForm): string {
  if (zone.fixedOffsetMicros !== null) return fixedZoneName(zone, form);
  const key = `${form} ${zone.offsetMicrosAtUtc(micros)} ${zone.name}`;
  let name = names.get(key);
  if (name === undefined) {
    name = findZoneName(zone, micros, form);
    names.set(key, name);
  }
  return name;
}

function fixedZoneName(zone: Zone, form: ZoneNameForm): string {
  if (zone.name === 'Z') return 'Z';
  if (zone.name === 'UTC' && form.startsWith('full')) return 'Coordinated Universal Time';
  if (zone.name === 'GMT' && form.startsWith('full')) return 'Greenwich Mean Time';
  return zone.name;
}

function findZoneName(zone: Zone, micros: Int64, form: ZoneNameForm): string {
  const key = `${form} ${zone.name}`;
  let known = formats.get(key);
  if (known === undefined) {
    const options = { timeZone: zone.name, timeZoneName: INTL_FORMS[form] };
    known = LOCALES.map((locale) => new Intl.DateTimeFormat(locale, options));
    formats.set(key, known);
  }
  const nameAt = (format: Intl.DateTimeFormat, atMs: number): string =>
    format.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? zone.name;
  const ms = Math.max(-MAX_MS, Math.min(MAX_MS, Number(floorDivInt64(micros, 1000))));
  // A generic name does not depend on the time; a time before zones had names gets one of today's.
  const today = likeTimeMs(zone, micros);
  for (const atMs of form.endsWith('Generic') ? [today] : [ms, today]) {
    const found = known.map((format) => nameAt(format, atMs)).find((one) => !/^(GMT|UTC)[+-]/.test(one));
    if (found !== undefined) return found;
  }
  return nameAt(known[0] as Intl.DateTimeFormat, ms);
}

/** A time of 2020 with the same offset, or else one in standard time. */
function likeTimeMs(zone: Zone, micros: Int64): number {
  const january = zone.offsetMicrosAtUtc(JANUARY_2020_MS * 1000);
  const july = zone.offsetMicrosAtUtc(JULY_2020_MS * 1000);
  const wanted = zone.offsetMicrosAtUtc(micros);
  if (wanted === january || wanted === july) return wanted === january ? JANUARY_2020_MS : JULY_2020_MS;
  return january <= july ? JANUARY_2020_MS : JULY_2020_MS;
}

/** `GMT`, `GMT+1`, `GMT-3:30`; in full `GMT+01:00`. */
export function localizedOffset(offsetSeconds: number, full: boolean): string {
  if (offsetSeconds === 0) return 'GMT';
  const text = offsetText(offsetSeconds);
  return `GMT${full ? text : text.replace(/^([+-])0/, '$1').replace(/:00$/, '')}`;
}

/** Abbreviation in winter and summer, English name in winter and summer, and the region that Java takes for them. */
const NAMED_ZONES: readonly (readonly [string, string, string])[] = [
  ['PST PDT PT', 'Pacific', 'America/Los_Angeles'],
  ['MST MDT MT', 'Mountain', 'America/Denver'],
  ['CST CDT CT', 'Central', 'America/Chicago'],
  ['EST EDT ET', 'Eastern', 'America/New_York'],
  ['AKST AKDT', 'Alaska', 'America/Anchorage'],
  ['HST', 'Hawaii-Aleutian', 'Pacific/Honolulu'],
  ['WET WEST', 'Western European', 'Europe/Lisbon'],
  ['CET CEST', 'Central European', 'Europe/Paris'],
  ['EET EEST', 'Eastern European', 'Europe/Bucharest'],
  ['BST', 'British', 'Europe/London'],
  ['MSK', 'Moscow', 'Europe/Moscow'],
  ['IST', 'India', 'Asia/Kolkata'],
  ['JST', 'Japan', 'Asia/Tokyo'],
  ['KST', 'Korean', 'Asia/Seoul'],
  ['AEST AEDT', 'Australian Eastern', 'Australia/Sydney'],
  ['NZST NZDT', 'New Zealand', 'Pacific/Auckland'],
];

/** The region that the zone name at the start of `text` stands for, and the name's length. Any case; null for none. */
export function zoneOfName(text: string): { readonly zone: string; readonly length: number } | null {
  const long = /^([a-z -]+?) (standard |daylight |summer )?time/i.exec(text);
  const abbreviation = /^[a-z]+/i.exec(text)?.[0].toUpperCase();
  for (const [abbreviations, name, zone] of NAMED_ZONES) {
    if (long !== null && long[1]?.toLowerCase() === name.toLowerCase()) return { zone, length: long[0].length };
    if (
      abbreviation !== undefined &&
      text[abbreviation.length] !== '/' &&
      abbreviations.split(' ').includes(abbreviation)
    ) {
      return { zone, length: abbreviation.length };
    }
  }
  return null;
}
