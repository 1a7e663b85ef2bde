import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { goodTrades, linesOf, parquetRows, runExample, type Trade } from './run-example.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function groupsOf(trades: readonly Trade[], key: (trade: Trade) => string): Map<string, Trade[]> {
  const groups = new Map<string, Trade[]>();
  for (const trade of trades) groups.set(key(trade), [...(groups.get(key(trade)) ?? []), trade]);
  return groups;
}

describe('stocks', () => {
  test('cleaning: one folder per stock, broken lines set aside with the reason', () => {
    const { out } = runExample('stocks-clean');
    const trades = goodTrades().filter(({ side }) => side === 'BUY' || side === 'SELL');
    const written = linesOf(join(out, 'trades'), '.csv').filter((line) => !line.startsWith('tradeType'));
    expect(written).toHaveLength(trades.length);
    const folders = readdirSync(join(out, 'trades')).filter((name) => name.includes('='));
    expect(folders.sort()).toEqual([...new Set(trades.map(({ stock }) => `stockName=${stock}`))].sort());
    const rejects = readdirSync(join(out, 'trades', '_rejects'));
    expect(rejects).toHaveLength(1);
    const reasons = linesOf(join(out, 'trades', '_rejects'), '.ndjson').map((line) => JSON.parse(line));
    expect(reasons.map(({ line }) => line)).toEqual([4, 5]);
  });

  test('file aggregations: the last result is that of all trades', () => {
    const { out, text } = runExample('stocks-aggregates');
    const raw = goodTrades().filter(({ side }) => side === 'BUY' || side === 'SELL');
    const batches = readdirSync(out).filter((name) => name.startsWith('totals-'));
    expect(batches.sort()).toEqual(['totals-0', 'totals-1', 'totals-2']);
    expect(readdirSync(join(out, 'totals-2')).filter((name) => name.includes('='))).toEqual([
      'tradeType=BUY',
      'tradeType=SELL',
    ]);
    // This example keeps names as they stand in the files: " amc " is no AMC.
    const rio = raw.filter(({ stock, side }) => stock === 'RIO' && side === 'SELL');
    const [, prices] = [rio, rio.map(({ price }) => price)];
    const lines = linesOf(join(out, 'totals-2', 'tradeType=SELL'), '.csv');
    const [, maxPrice, avgQuantity] = (lines.find((line) => line.startsWith('RIO')) ?? '').split(',');
    expect(Number(maxPrice)).toBe(Math.max(...prices));
    expect(Number(avgQuantity)).toBeCloseTo(mean(rio.map(({ quantity }) => quantity)), 9);
    expect(text).toContain('|      RIO|     SELL|');
  });

  test.each([
    ['fast', 3000, 1000],
    ['slow', 10_000, 5000],
  ])('moving averages, %s: every window as a plain loop has it', async (name, durationMs, slideMs) => {
    const { out } = movingAverages();
    const expected = new Map<string, Trade[]>();
    for (const trade of goodTrades()) {
      const last = Math.floor(trade.millis / slideMs) * slideMs;
      for (let start = last; start > trade.millis - durationMs; start -= slideMs) {
        const key = `${new Date(start).toISOString()} ${trade.stock}`;
        expected.set(key, [...(expected.get(key) ?? []), trade]);
      }
    }
    const rows = await parquetRows(join(out, name));
    expect(rows.map((row) => `${row.start} ${row.stockName}`).sort()).toEqual([...expected.keys()].sort());
    for (const row of rows) {
      const prices = (expected.get(`${row.start} ${row.stockName}`) ?? []).map(({ price }) => price);
      expect([row.minPrice, row.maxPrice, row.trades]).toEqual([
        Math.min(...prices),
        Math.max(...prices),
        prices.length,
      ]);
      expect(row.avgPrice).toBeCloseTo(mean(prices), 9);
    }
  });

  test('anomalies: what is far from the mean of its window, and every window beside it', async () => {
    const { out } = runExample('stocks-anomalies');
    const groups = groupsOf(goodTrades(), ({ stock, millis }) => `${stock} ${Math.floor(millis / 20_000)}`);
    const far = [...groups.values()].flatMap((trades) => {
      const prices = trades.map(({ price }) => price);
      const middle = mean(prices);
      const deviation = Math.sqrt(mean(prices.map((price) => (price - middle) ** 2)));
      return trades.filter(({ price }) => Math.abs(price - middle) > 2 * deviation);
    });
    expect(far.length).toBeGreaterThan(0);
    const found = linesOf(join(out, 'anomalies'), '.json').map((line) => JSON.parse(line));
    const name = (stock: unknown, price: unknown) => `${stock} ${price}`;
    expect(found.map(({ stockName, trade }) => name(stockName, trade.price)).sort()).toEqual(
      far.map(({ stock, price }) => name(stock, price)).sort(),
    );
    expect(await parquetRows(join(out, 'windows'))).toHaveLength(groups.size);
  });
});

let moving: ReturnType<typeof runExample> | null = null;

/** One run serves both cases. */
function movingAverages(): ReturnType<typeof runExample> {
  moving ??= runExample('stocks-moving-averages');
  return moving;
}
