import { describe, expect, test } from '@jest/globals';
import { createStockGenerator } from '../../src/generate/stocks.ts';

const OPTIONS = {
  seed: 1,
  startMicros: 1_534_848_938_300_000,
  stepMicros: 100_000,
  lateShare: 0,
  maxLateMicros: 5_000_000,
};

function tradesOf(options: Partial<typeof OPTIONS>, events: number): string[] {
  const generator = createStockGenerator({ ...OPTIONS, ...options });
  return Buffer.concat([...generator.nextFile(events)])
    .toString('utf8')
    .trimEnd()
    .split('\n');
}

describe('createStockGenerator', () => {
  test('a line is name, side, price, quantity, epoch milliseconds and the same time readable', () => {
    const trades = tradesOf({}, 200);
    for (const trade of trades) {
      expect(trade).toMatch(/^[A-Z]{3},(BUY |SELL),\d+\.\d\d,\d+,\d{13},\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,3}$/);
      const [, , , , millis, readable] = trade.split(',');
      expect(Date.parse(`${readable?.replace(' ', 'T')}Z`)).toBe(Number(millis));
    }
    expect(trades[0]).toMatch(/,1534848938300,2018-08-21 10:55:38\.3$/);
    expect(new Set(trades.map((trade) => trade.slice(0, 8))).size).toBe(20);
  });

  test('a seed gives the same trades; late ones on request, with the others as they were', () => {
    expect(tradesOf({}, 50)).toEqual(tradesOf({}, 50));
    const late = tradesOf({ lateShare: 0.2 }, 1000);
    const onTime = tradesOf({}, 1000);
    const moved = late.filter((trade, index) => trade !== onTime[index]);
    expect(moved.length).toBeGreaterThan(120);
    expect(moved.length).toBeLessThan(280);
    expect(late.map((trade) => trade.split(',', 4))).toEqual(onTime.map((trade) => trade.split(',', 4)));
  });
});
