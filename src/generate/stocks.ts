import { createEventClock, createMistakes, type EventTimes } from './event-times.ts';
import type { FileGenerator } from './file-generator.ts';
import { inChunks } from './file-generator.ts';
import { createRandom, type Random } from './random.ts';
import { createSqlTimeWriter } from './time-text.ts';

export interface StockOptions extends EventTimes {
  readonly seed: number;
}

const NAMES = ['AMC', 'AAL', 'BHP', 'CBA', 'CSL', 'NAB', 'RIO', 'TLS', 'WBC', 'WOW'] as const;
/** Four characters each, as the original producer pads them; cleaning is the pipeline's work. */
const SIDES = ['BUY ', 'SELL'] as const;

/**
 * Trades without a header: name, side, price, quantity, epoch milliseconds, readable time in UTC
 * (`AMC,BUY ,626.05,141,1534848938300,2018-08-21 10:55:38.3`). A stock's price wanders by at most half a percent a trade.
 */
export function createStockGenerator(options: StockOptions): FileGenerator {
  const counts = { events: 0, late: 0, corrupt: 0 };
  const nextTrade = createTrades(options, counts);

  function* texts(events: number): Generator<string> {
    for (let i = 0; i < events; i++) yield nextTrade();
  }

  return { name: 'stocks', extension: 'csv', nextFile: (events) => inChunks(texts(events)), counts };
}

function createTrades(options: StockOptions, counts: { events: number; late: number }): () => string {
  const random = createRandom(options.seed);
  const cents = NAMES.map(() => random.integer(1_000, 100_000));
  const nextMicros = createEventClock(options, createMistakes(options.seed), counts);
  const timeText = createSqlTimeWriter();
  return () => {
    const millis = Math.floor(nextMicros() / 1000);
    const stock = random.integer(0, NAMES.length - 1);
    const price = wander(cents[stock] as number, random);
    cents[stock] = price;
    const side = SIDES[random.integer(0, 1)];
    return `${NAMES[stock]},${side},${(price / 100).toFixed(2)},${random.integer(1, 200)},${millis},${timeText(millis)}\n`;
  };
}

function wander(cents: number, random: Random): number {
  const reach = Math.max(1, Math.floor(cents / 200));
  return Math.max(100, cents + random.integer(-reach, reach));
}
