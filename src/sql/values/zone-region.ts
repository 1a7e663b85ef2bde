import { daysOf } from './calendar.ts';

/** The offsets of one region of the IANA database, in whole seconds. */
export interface RegionRules {
  offsetAtUtc(utcSeconds: number): number;
  offsetAtLocal(localSeconds: number): number;
}

const SECONDS_PER_DAY = 86400;
/** Mean Gregorian year. The exact length does not matter: a block is only a slice of time. */
const BLOCK_SECONDS = 31_556_952;
/** The two nearest changes of the whole database (1700 to 2110) are 167 hours apart, so no change hides between samples. */
const SAMPLE_SECONDS = 6 * SECONDS_PER_DAY;
/** Before this no region has a change. */
const FIRST_SECONDS = daysOf(1800, 1, 1) * SECONDS_PER_DAY;
/** From here on every region repeats with the calendar, every 400 years. */
const CYCLE_START_SECONDS = daysOf(2100, 1, 1) * SECONDS_PER_DAY;
const CYCLE_SECONDS = 146097 * SECONDS_PER_DAY;

/** Offsets over one slice of time: `offsets[i]` holds from `starts[i]` on. */
interface Block {
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
}

/**
 * The rules of a region, or null when there is none of that name. They come from Intl, which costs microseconds a call,
 * so the changes of a year are searched once, by sampling and bisection, when the year is first met.
 */
export function regionRules(name: string): RegionRules | null {
  const intlOffset = intlOffsets(name);
  if (intlOffset === null) return null;
  const blocks = new Map<number, Block>();
  // Times come in order more often than not: the last answer is tried first.
  let fromSeconds = 0;
  let untilSeconds = 0;
  let lastOffset = 0;

  function lookUp(utcSeconds: number): number {
    const at = inKnownYears(utcSeconds);
    const index = Math.floor((at - FIRST_SECONDS) / BLOCK_SECONDS);
    let block = blocks.get(index);
    if (block === undefined) {
      block = findChanges(intlOffset as OffsetOf, FIRST_SECONDS + index * BLOCK_SECONDS);
      blocks.set(index, block);
    }
    let i = block.starts.length - 1;
    while (i > 0 && at < (block.starts[i] as number)) i--;
    const shift = utcSeconds - at;
    fromSeconds = (block.starts[i] as number) + shift;
    untilSeconds = (block.starts[i + 1] ?? FIRST_SECONDS + (index + 1) * BLOCK_SECONDS) + shift;
    lastOffset = block.offsets[i] as number;
    return lastOffset;
  }

  function offsetAtUtc(utcSeconds: number): number {
    return utcSeconds >= fromSeconds && utcSeconds < untilSeconds ? lastOffset : lookUp(utcSeconds);
  }

  function offsetAtLocal(localSeconds: number): number {
    // An offset is below a day, and changes are days apart: at most one of them can concern this local time.
    if (localSeconds - SECONDS_PER_DAY >= fromSeconds && localSeconds + SECONDS_PER_DAY < untilSeconds)
      return lastOffset;
    const before = offsetAtUtc(localSeconds - SECONDS_PER_DAY);
    const after = offsetAtUtc(localSeconds + SECONDS_PER_DAY);
    if (before === after || offsetAtUtc(localSeconds - before) === before) return before;
    return offsetAtUtc(localSeconds - after) === after ? after : before;
  }

  return { offsetAtUtc, offsetAtLocal };
}

function inKnownYears(utcSeconds: number): number {
  if (utcSeconds < FIRST_SECONDS) return FIRST_SECONDS;
  if (utcSeconds < CYCLE_START_SECONDS + CYCLE_SECONDS) return utcSeconds;
  return CYCLE_START_SECONDS + ((utcSeconds - CYCLE_START_SECONDS) % CYCLE_SECONDS);
}

type OffsetOf = (utcSeconds: number) => number;

function findChanges(offsetOf: OffsetOf, start: number): Block {
  const end = start + BLOCK_SECONDS;
  const starts = [start];
  const offsets = [offsetOf(start)];
  let low = start;
  let offset = offsets[0] as number;
  while (low < end) {
    const high = Math.min(low + SAMPLE_SECONDS, end);
    const highOffset = offsetOf(high);
    if (highOffset !== offset) {
      const change = bisect(offsetOf, low, high, offset);
      if (change < end) {
        starts.push(change);
        offsets.push(highOffset);
      }
      offset = highOffset;
    }
    low = high;
  }
  return { starts, offsets };
}

/** The first second in (low, high] whose offset is not `offset`. */
function bisect(offsetOf: OffsetOf, low: number, high: number, offset: number): number {
  let before = low;
  let after = high;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetOf(middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** Offsets as Intl gives them, one costly call each; null when it does not know the region. */
function intlOffsets(name: string): OffsetOf | null {
  // Intl takes names in any case; Java, and so Spark, does not.
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
  return (utcSeconds) => {
    const [month, day, year, hour, minute, second] = format
      .format(utcSeconds * 1000)
      .split(/[^0-9]+/)
      .map(Number) as [number, number, number, number, number, number];
    return daysOf(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - utcSeconds;
  };
}
