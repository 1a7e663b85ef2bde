// What people write by hand: JSON.parse, csv-parse, csv-stringify, a Map. node naive.js flatten|window IN OUT
import { createReadStream, createWriteStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';

const [work, input, output] = process.argv.slice(2);

if (work === 'flatten') {
  const out = createWriteStream(output);
  out.write('datetime,clicks,impressions,quantity,total_price\n');
  for (const name of readdirSync(input).filter((file) => file.endsWith('.json'))) {
    const rows = [];
    for (const line of readFileSync(join(input, name), 'utf8').split('\n')) {
      if (line === '') continue;
      const { Analytics, Sales, Datetime } = JSON.parse(line);
      rows.push([Datetime, Analytics.Clicks, Analytics.Impressions, Sales.Quantity, Sales.Total_Price]);
    }
    if (!out.write(stringify(rows))) await new Promise((resolve) => out.once('drain', resolve));
  }
  await new Promise((resolve) => out.end(resolve));
} else {
  const windows = new Map();
  for (const name of readdirSync(input).filter((file) => file.endsWith('.csv'))) {
    await pipeline(createReadStream(join(input, name)), parse({ columns: true }), async (rows) => {
      for await (const row of rows) {
        const start = Math.floor(Date.parse(row.datetime) / 10_000) * 10_000;
        const sums = windows.get(start) ?? { events: 0, clicks: 0, impressions: 0, quantity: 0, total_price: 0 };
        windows.set(start, sums);
        sums.events++;
        sums.clicks += Number(row.clicks);
        sums.impressions += Number(row.impressions);
        sums.quantity += Number(row.quantity);
        sums.total_price += Number(row.total_price);
      }
    });
  }
  writeFileSync(output, JSON.stringify([...windows]));
}
