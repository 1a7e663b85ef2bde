// Events as the files that the works read.
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { eventStream, randomBelow, timeText } from './events.js';

const CHUNK_CHARS = 4 * 1024 * 1024;

const nested = (e) =>
  `{"Analytics":{"Clicks":${e.clicks},"Impressions":${e.impressions}},"Sales":{"Quantity":${e.quantity},"Total_Price":${e.totalPrice}},"Datetime":"${timeText(e.timeMs)}"}`;

const flat = (e) => `${timeText(e.timeMs)},${e.clicks},${e.impressions},${e.quantity},${e.totalPrice}`;

/** Nested events, one per line, in `files` files. */
export function writeLines(folder, events, files) {
  const stream = eventStream();
  each(folder, events, files, 'json', '', () => nested(stream.next()));
}

/** Nested events in one file of at least `bytes` bytes; gives their number. */
export function writeLargeFile(folder, bytes) {
  const stream = eventStream();
  const file = openSync(join(folder, 'events.json'), 'w');
  let events = 0;
  for (let written = 0; written < bytes; ) {
    let text = '';
    for (; text.length < CHUNK_CHARS; events++) text += `${nested(stream.next())}\n`;
    written += writeSync(file, text);
  }
  closeSync(file);
  return events;
}

/** Nested events as arrays of `perFile`, a file each: what the original producer drops. */
export function writeArrays(folder, files, perFile) {
  const stream = eventStream();
  for (let file = 0; file < files; file++) {
    writeFileSync(join(folder, `part-${String(file).padStart(7, '0')}.json`), arrayOf(stream, perFile));
  }
}

/** One such file, of 10 events, as text. */
export const arrayText = (seed) => arrayOf(eventStream(seed), 10);

function arrayOf(stream, count) {
  return `[${Array.from({ length: count }, () => nested(stream.next())).join(',\n')}]\n`;
}

/** The same events flattened, as CSV with a header. */
export function writeRows(folder, events, files) {
  const stream = eventStream();
  each(folder, events, files, 'csv', 'datetime,clicks,impressions,quantity,total_price\n', () => flat(stream.next()));
}

/** As `writeRows`, with a string column `page` of `keys` values in front. */
export function writeKeyedRows(folder, events, files, keys) {
  const stream = eventStream();
  each(folder, events, files, 'csv', 'page,datetime,clicks,impressions,quantity,total_price\n', () => {
    const event = stream.next(keys);
    return `page-${event.key.toString(36)},${flat(event)}`;
  });
}

/** `groups` keys once each in the first file; then `files` files with `touched` of them, chosen at random. */
export function writeStateRows(folder, groups, touched, files) {
  const random = randomBelow(11);
  const row = (key) => `key-${key.toString(36)},${random(1000)}`;
  each(folder, groups, 1, 'csv', 'key,amount\n', (key) => row(key));
  for (let file = 1; file <= files; file++) {
    const chosen = new Set();
    while (chosen.size < touched) chosen.add(random(groups));
    const rows = [...chosen].map(row);
    writeFileSync(join(folder, `part-${String(file).padStart(5, '0')}.csv`), `key,amount\n${rows.join('\n')}\n`);
  }
}

function each(folder, events, files, extension, header, line) {
  const perFile = Math.ceil(events / files);
  let written = 0;
  for (let file = 0; file < files && written < events; file++) {
    const handle = openSync(join(folder, `part-${String(file).padStart(5, '0')}.${extension}`), 'w');
    let text = header;
    for (const end = Math.min(written + perFile, events); written < end; written++) {
      text += `${line(written)}\n`;
      if (text.length < CHUNK_CHARS) continue;
      writeSync(handle, text);
      text = '';
    }
    writeSync(handle, text);
    closeSync(handle);
  }
}
