const MICROS_PER_DAY = 86_400_000_000;

const TWO_DIGITS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'));

/**
 * A writer of times as ISO 8601 with microseconds and Z: `2026-01-01T00:00:00.000000Z`. `Date` knows milliseconds only and
 * is too slow for millions of events; neighbouring events share their day, so the day's text is kept.
 *
 * @returns a function of microseconds since 1970-01-01T00:00:00Z, a safe integer within the years 0 to 9999
 */
export function createIsoWriter(): (micros: number) => string {
  let day = Number.NaN;
  let dayText = '';
  return (micros) => {
    const ofDay = Math.floor(micros / MICROS_PER_DAY);
    if (ofDay !== day) {
      day = ofDay;
      dayText = dayOf(ofDay);
    }
    const within = micros - ofDay * MICROS_PER_DAY;
    const seconds = Math.floor(within / 1_000_000);
    const fraction = within - seconds * 1_000_000;
    const millis = Math.floor(fraction / 1000);
    return `${dayText}T${clockOf(seconds)}.${THREE_DIGITS[millis]}${THREE_DIGITS[fraction - millis * 1000]}Z`;
  };
}

/** A time as `java.sql.Timestamp` prints it, in UTC: `2018-08-21 20:55:38.3`, with at least one digit of fraction. */
export function createSqlTimeWriter(): (millis: number) => string {
  let day = Number.NaN;
  let dayText = '';
  return (millis) => {
    const ofDay = Math.floor(millis / 86_400_000);
    if (ofDay !== day) {
      day = ofDay;
      dayText = dayOf(ofDay);
    }
    const within = millis - ofDay * 86_400_000;
    const seconds = Math.floor(within / 1000);
    const fraction = (THREE_DIGITS[within - seconds * 1000] as string).replace(/0{1,2}$/, '');
    return `${dayText} ${clockOf(seconds)}.${fraction}`;
  };
}

function dayOf(daysSinceEpoch: number): string {
  return new Date(daysSinceEpoch * 86_400_000).toISOString().slice(0, 10);
}

function clockOf(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds - hours * 3600) / 60);
  return `${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes]}:${TWO_DIGITS[seconds - hours * 3600 - minutes * 60]}`;
}
