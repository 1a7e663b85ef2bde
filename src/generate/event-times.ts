import { createRandom, type Random } from './random.ts';

/** When events happen: event i at start + i x step, but for the late ones. */
export interface EventTimes {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly startMicros: number;
  readonly stepMicros: number;
  /** Share of late events, 0 to 1. */
  readonly lateShare: number;
  /** How far back a late event is dated at most, microseconds. */
  readonly maxLateMicros: number;
}

/** Far from every seed that a person would choose. */
const SECOND_STREAM = 2 ** 40;

/**
 * A second stream of random numbers for lateness and broken records, so that the other events stay the same
 * whatever the shares are.
 */
export function createMistakes(seed: number): Random {
  return createRandom(seed + SECOND_STREAM);
}

/** The time of the next event, in microseconds; counts it in `counts`. */
export function createEventClock(
  times: EventTimes,
  mistakes: Random,
  counts: { events: number; late: number },
): () => number {
  const { startMicros, stepMicros, lateShare, maxLateMicros } = times;
  return () => {
    const micros = startMicros + counts.events++ * stepMicros;
    if (lateShare === 0 || mistakes.fraction() >= lateShare) return micros;
    counts.late++;
    return micros - mistakes.integer(1, Math.max(1, maxLateMicros));
  };
}
