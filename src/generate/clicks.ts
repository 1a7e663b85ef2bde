import { corruptClick } from './corrupt-click.ts';
import { createEventClock, createMistakes, type EventTimes } from './event-times.ts';
import type { FileGenerator } from './file-generator.ts';
import { inChunks } from './file-generator.ts';
import { createRandom, type Random } from './random.ts';
import { createIsoWriter } from './time-text.ts';

/** `array`: a file is one JSON array on one line, as the original producer writes it. `ndjson`: one object per line. */
export type ClickFormat = 'array' | 'ndjson';

export interface ClickOptions extends EventTimes {
  readonly seed: number;
  readonly format: ClickFormat;
  /** Share of records that are broken in one way or another, 0 to 1. */
  readonly corruptShare: number;
}

/**
 * Nested click events: clicks 1 to 10, impressions 10 to 20, quantity 1 to 10, a price with at most two decimals, and
 * a time with microseconds in UTC.
 */
export function createClickGenerator(options: ClickOptions): FileGenerator {
  const counts = { events: 0, late: 0, corrupt: 0 };
  const nextClick = createClicks(options, counts);

  function* texts(events: number): Generator<string> {
    const array = options.format === 'array';
    if (array) yield '[';
    for (let i = 0; i < events; i++) {
      const text = nextClick();
      yield array ? (i === 0 ? text : `, ${text}`) : `${text}\n`;
    }
    if (array) yield ']\n';
  }

  return {
    name: 'clicks',
    extension: options.format === 'array' ? 'json' : 'ndjson',
    nextFile: (events) => inChunks(texts(events)),
    counts,
  };
}

function createClicks(options: ClickOptions, counts: { events: number; late: number; corrupt: number }): () => string {
  const { seed, corruptShare } = options;
  const random = createRandom(seed);
  const mistakes = createMistakes(seed);
  const nextMicros = createEventClock(options, mistakes, counts);
  const timeText = createIsoWriter();
  return () => {
    const text = clickText(random, timeText(nextMicros()));
    if (corruptShare === 0 || mistakes.fraction() >= corruptShare) return text;
    counts.corrupt++;
    return corruptClick(text, mistakes);
  };
}

/** Hundredths as JSON writes the number: `.5`, not `.50`, and nothing for whole numbers. */
const HUNDREDTHS = Array.from({ length: 100 }, (_, n) => (n === 0 ? '' : String(n / 100).slice(1)));

function clickText(random: Random, time: string): string {
  const clicks = random.integer(1, 10);
  const impressions = random.integer(10, 20);
  const quantity = random.integer(1, 10);
  const cents = quantity * random.integer(100, 10_000);
  const whole = Math.floor(cents / 100);
  return `{"Analytics": {"Clicks": ${clicks}, "Impressions": ${impressions}}, "Sales": {"Quantity": ${quantity}, "Total_Price": ${whole}${HUNDREDTHS[cents - whole * 100]}}, "Datetime": "${time}"}`;
}
