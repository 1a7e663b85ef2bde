// What people write by hand: JSON.parse, csv-parse, csv-stringify, a Map. node naive.js flatten|window|keyed IN OUT
import { createReadStream, createWriteStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';

const [work, input, output] = process.argv.slice(2);
const HEADER = 'datetime,clicks,impressions,quantity,total_price\n';
const WINDOW_MS = 10_000;

await { flatten, window: () => aggregate(false), keyed: () => aggregate(true) }[work]();

async function flatten() {
  const out = createWriteStream(output);
  out.write(HEADER);
  for (const name of readdirSync(input).sort()) {
    const rows = recordsOf(readFileSync(join(input, name), 'utf8')).map(({ Analytics, Sales, Datetime }) => [
      Datetime,
      Analytics.Clicks,
      Analytics.Impressions,
      Sales.Quantity,
      Sales.Total_Price,
    ]);
    if (!out.write(stringify(rows))) await new Promise((resolve) => out.once('drain', resolve));
  }
  await new Promise((resolve) => out.end(resolve));
}

function recordsOf(text) {
  if (text.startsWith('[')) return JSON.parse(text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

async function aggregate(byPage) {
  const groups = new Map();
  for (const name of readdirSync(input).sort()) {
    await pipeline(createReadStream(join(input, name)), parse({ columns: true }), async (rows) => {
      for await (const row of rows) {
        const start = Math.floor(Date.parse(row.datetime) / WINDOW_MS) * WINDOW_MS;
        add(groups, byPage ? `${start},${row.page}` : start, start, row);
      }
    });
  }
  writeFileSync(output, [...groups.values()].map((group) => `${JSON.stringify(group)}\n`).join(''));
}

function add(groups, key, start, row) {
  let group = groups.get(key);
  if (group === undefined) {
    group = { window_start: new Date(start).toISOString(), page: row.page, events: 0 };
    for (const name of ['clicks', 'impressions', 'quantity', 'total_price']) group[name] = 0;
    groups.set(key, group);
  }
  group.events++;
  group.clicks += Number(row.clicks);
  group.impressions += Number(row.impressions);
  group.quantity += Number(row.quantity);
  group.total_price += Number(row.total_price);
}
