/** A click event, as a test reads it from the generator's text. */
export interface ClickEvent {
  readonly micros: bigint;
  readonly clicks: number;
  readonly impressions: number;
  readonly quantity: number;
  readonly price: number;
}

export interface WindowSums {
  start: string;
  end: string;
  events: number;
  clicks: number;
  impressions: number;
  quantity: number;
  price: number;
}

/** Events of a generated text: one JSON array, or a line each. Plain JSON.parse, so that the product has no part in it. */
export function clickEvents(text: string): ClickEvent[] {
  const values = (
    text.startsWith('[')
      ? JSON.parse(text)
      : text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
  ) as {
    Analytics: { Clicks: number; Impressions: number };
    Sales: { Quantity: number; Total_Price: number };
    Datetime: string;
  }[];
  return values.map(({ Analytics, Sales, Datetime }) => ({
    micros: microsOf(Datetime),
    clicks: Analytics.Clicks,
    impressions: Analytics.Impressions,
    quantity: Sales.Quantity,
    price: Sales.Total_Price,
  }));
}

function microsOf(iso: string): bigint {
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? '';
  const seconds = Date.parse(iso.replace(/\.\d+/, '')) / 1000;
  return BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0').slice(0, 6) || '0');
}

/** Sums over tumbling windows, sorted by their start. */
export function sumsByWindow(events: readonly ClickEvent[], windowSeconds: number): WindowSums[] {
  const length = BigInt(windowSeconds) * 1_000_000n;
  const sums = new Map<bigint, WindowSums>();
  for (const event of events) {
    const start = event.micros - (((event.micros % length) + length) % length);
    const sum = sums.get(start) ?? {
      start: isoOf(start),
      end: isoOf(start + length),
      events: 0,
      clicks: 0,
      impressions: 0,
      quantity: 0,
      price: 0,
    };
    sum.events++;
    sum.clicks += event.clicks;
    sum.impressions += event.impressions;
    sum.quantity += event.quantity;
    sum.price += event.price;
    sums.set(start, sum);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => ({ ...sum, price: cents(sum.price) }));
}

/** Prices have two decimals; sums of doubles differ by their order behind that. */
export function cents(price: number): number {
  return Math.round(price * 100) / 100;
}

function isoOf(micros: bigint): string {
  return new Date(Number(micros / 1000n)).toISOString();
}
