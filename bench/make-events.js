// Seeded nested click events as NDJSON: node make-events.js FOLDER FILES EVENTS_PER_FILE
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, files, perFile] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
mkdirSync(folder, { recursive: true });
let seed = 42;
const random = (below) => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return Math.floor((seed / 4294967296) * below);
};
let time = Date.UTC(2026, 0, 1);
for (let file = 0; file < files; file++) {
  const lines = [];
  for (let i = 0; i < perFile; i++) {
    time += 10;
    const quantity = random(5);
    const event = {
      Analytics: { Clicks: random(500), Impressions: random(5000) },
      Sales: { Quantity: quantity, Total_Price: Math.round(quantity * random(10_000)) / 100 },
      Datetime: new Date(time - random(5000)).toISOString(),
    };
    lines.push(JSON.stringify(event));
  }
  writeFileSync(join(folder, `part-${String(file).padStart(5, '0')}.json`), `${lines.join('\n')}\n`);
}
