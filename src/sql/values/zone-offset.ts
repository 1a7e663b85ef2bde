/** Fixed offsets from UTC, as texts. */

const MAX_OFFSET_SECONDS = 18 * 3600;
const PREFIXES = ['UTC', 'GMT', 'UT'] as const;

/**
 * Seconds east of UTC of a fixed zone's name: `Z`, `UTC`, `GMT`, `UT`, `±h[h][:[m]m[:ss]]`, `±hhmm[ss]`, also behind one of the
 * three names; null for any other text (`java.time.ZoneId.of`, widened by Spark's `getZoneId`).
 */
export function fixedOffsetSeconds(text: string): number | null {
  if (text === 'Z') return 0;
  const prefix = PREFIXES.find((one) => text.startsWith(one)) ?? '';
  if (text === prefix && prefix !== '') return 0;
  const match = /^([+-])(?:(\d{1,2})|(\d{1,2}):(\d{1,2})|(\d{1,2}):(\d\d):(\d\d)|(\d\d)(\d\d)(\d\d)?)$/.exec(
    text.slice(prefix.length),
  );
  if (match === null) return null;
  const hours = Number(match[2] ?? match[3] ?? match[5] ?? match[8]);
  const minutes = Number(match[4] ?? match[6] ?? match[9] ?? 0);
  const seconds = Number(match[7] ?? match[10] ?? 0);
  const total = (hours * 60 + minutes) * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > MAX_OFFSET_SECONDS) return null;
  return match[1] === '-' ? 0 - total : total;
}

/** The name that Java gives a fixed zone: the prefix if there is one, and `±hh:mm[:ss]` or `Z`. */
export function offsetName(text: string, offsetSeconds: number): string {
  const prefix = PREFIXES.find((one) => text.startsWith(one)) ?? '';
  if (offsetSeconds === 0) return prefix === '' ? 'Z' : prefix;
  return prefix + offsetText(offsetSeconds);
}

/** `±hh:mm`, or `±hh:mm:ss` when there are seconds. */
export function offsetText(offsetSeconds: number): string {
  const absolute = Math.abs(offsetSeconds);
  const hours = String(Math.floor(absolute / 3600)).padStart(2, '0');
  const minutes = String(Math.floor(absolute / 60) % 60).padStart(2, '0');
  const seconds = absolute % 60;
  const tail = seconds === 0 ? '' : `:${String(seconds).padStart(2, '0')}`;
  return `${offsetSeconds < 0 ? '-' : '+'}${hours}:${minutes}${tail}`;
}
