/** The text of a click event, for tests that put files there by hand. */
export function clickText(datetime: string, clicks = 1, price = 1.5): string {
  return JSON.stringify({
    Analytics: { Clicks: clicks, Impressions: 10 },
    Sales: { Quantity: 2, Total_Price: price },
    Datetime: datetime,
  });
}

/** A file as the original producer writes it: one JSON array on one line. */
export function clicksArray(...datetimes: string[]): string {
  return `[${datetimes.map((datetime) => clickText(datetime)).join(', ')}]`;
}

const HEADER = 'datetime,clicks,impressions,quantity,total_price\n';

/** A file as task1 writes it. */
export function clicksCsv(...datetimes: string[]): string {
  return HEADER + datetimes.map((datetime) => `${datetime},1,10,2,1.5\n`).join('');
}
