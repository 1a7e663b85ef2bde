import type { Int64 } from '../../batch.ts';
import { configError, didYouMean } from '../../errors.ts';
import { fixedOffsetSeconds, offsetName } from './zone-offset.ts';
import { regionRules } from './zone-region.ts';

/**
 * A time zone as `java.time.ZoneId` with Spark's extra forms: a region of the IANA database, a fixed offset, or one of
 * Java's short names. Offsets are microseconds east of UTC.
 */
export interface Zone {
  /** As it was asked for, short names resolved. */
  readonly name: string;
  /** The offset when it is always the same, else null. */
  readonly fixedOffsetMicros: number | null;
  offsetMicrosAtUtc(micros: Int64): number;
  /**
   * The offset that a local time (microseconds, as if it were UTC) has. A time in a gap is moved forward by the gap, one
   * in an overlap is the earlier of the two: both are the offset before the change.
   */
  offsetMicrosAtLocal(localMicros: Int64): number;
}

const MICROS_PER_SECOND = 1_000_000;

/** Java's `ZoneId.SHORT_IDS`. A map, as any text may be asked for: objects know `constructor`. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    EST: '-05:00',
    MST: '-07:00',
    HST: '-10:00',
    ACT: 'Australia/Darwin',
    AET: 'Australia/Sydney',
    AGT: 'America/Argentina/Buenos_Aires',
    ART: 'Africa/Cairo',
    AST: 'America/Anchorage',
    BET: 'America/Sao_Paulo',
    BST: 'Asia/Dhaka',
    CAT: 'Africa/Harare',
    CNT: 'America/St_Johns',
    CST: 'America/Chicago',
    CTT: 'Asia/Shanghai',
    EAT: 'Africa/Addis_Ababa',
    ECT: 'Europe/Paris',
    IET: 'America/Indiana/Indianapolis',
    IST: 'Asia/Kolkata',
    JST: 'Asia/Tokyo',
    MIT: 'Pacific/Apia',
    NET: 'Asia/Yerevan',
    NST: 'Pacific/Auckland',
    PLT: 'Asia/Karachi',
    PNT: 'America/Phoenix',
    PRT: 'America/Puerto_Rico',
    PST: 'America/Los_Angeles',
    SST: 'Pacific/Guadalcanal',
    VST: 'Asia/Ho_Chi_Minh',
  }),
);

/** Regions by name. Only names that exist are kept, so texts of bad zones cannot make it grow. */
const regions = new Map<string, Zone>();

export const UTC_ZONE: Zone = fixedZone('UTC', 0);

/** The zone of a name; throws INVALID_TIMEZONE for an unknown one. */
export function zone(name: string): Zone {
  const found = findZone(name);
  if (found !== null) return found;
  const names = ['UTC', ...SHORT_NAMES.keys(), ...Intl.supportedValuesOf('timeZone')];
  throw configError(
    'INVALID_TIMEZONE',
    `the time zone "${name}" is unknown.${didYouMean(name, names)} Use a region like "Europe/Berlin", an offset like "+02:00", or "UTC".`,
  );
}

/** The zone of a name, or null when there is none. Names are case-sensitive, as in Java. */
export function findZone(name: string): Zone | null {
  if (name === 'UTC') return UTC_ZONE;
  const known = regions.get(name);
  if (known !== undefined) return known;
  const resolved = SHORT_NAMES.get(name) ?? name;
  const offsetSeconds = fixedOffsetSeconds(resolved);
  if (offsetSeconds !== null) return fixedZone(offsetName(resolved, offsetSeconds), offsetSeconds);
  const region = findRegion(resolved);
  if (region !== null) regions.set(name, region);
  return region;
}

function fixedZone(name: string, offsetSeconds: number): Zone {
  const offsetMicros = offsetSeconds * MICROS_PER_SECOND;
  return {
    name,
    fixedOffsetMicros: offsetMicros,
    offsetMicrosAtUtc: () => offsetMicros,
    offsetMicrosAtLocal: () => offsetMicros,
  };
}

function findRegion(name: string): Zone | null {
  const rules = regionRules(name);
  if (rules === null) return null;
  const seconds = (micros: Int64): number =>
    typeof micros === 'number' ? Math.floor(micros / MICROS_PER_SECOND) : Number(micros / 1_000_000n);
  return {
    name,
    fixedOffsetMicros: null,
    offsetMicrosAtUtc: (micros) => rules.offsetAtUtc(seconds(micros)) * MICROS_PER_SECOND,
    offsetMicrosAtLocal: (micros) => rules.offsetAtLocal(seconds(micros)) * MICROS_PER_SECOND,
  };
}
