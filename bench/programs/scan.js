// Decodes nested events from memory: node scan.js FOLDER EVENTS. The last line is JSON: seconds of decoding alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonFormat, jsonOptions } from '../../dist/formats/json/index.js';
import { HEADROOM, lendBuffer, READ_BYTES } from '../../dist/formats/read-buffer.js';
import { readJsonSchema } from '../../dist/index.js';
import { benchFile } from '../lib/folders.js';

const [folder, events] = [process.argv[2], Number(process.argv[3])];
const { schema, options } = readJsonSchema(benchFile('..', 'schemas', 'click-event.schema.json'));
const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));

const buffer = lendBuffer();

// The functions are compiled in their first run; a long-running query meets that once.
decode(files.slice(0, 1));
const started = performance.now();
const rows = decode(files);
const seconds = (performance.now() - started) / 1000;
if (rows !== events) throw new Error(`${rows} of ${events} rows were decoded`);
console.log(JSON.stringify({ seconds }));

function decode(buffers) {
  let rows = 0;
  for (const bytes of buffers) {
    const request = { schema, options: jsonOptions(options), reject: () => {}, dropped: () => {}, reuse: true };
    const decoder = jsonFormat.decoder(request);
    // As a query reads a file: piece by piece into one buffer, and the columns of a batch go back for the next one.
    for (let at = 0; at < bytes.length; at += READ_BYTES) {
      const piece = bytes.subarray(at, at + READ_BYTES);
      buffer.set(piece, HEADROOM);
      const chunk = buffer.subarray(HEADROOM, HEADROOM + piece.length);
      for (const batch of decoder.push(chunk, HEADROOM)) rows += batch.length;
    }
    for (const batch of decoder.finish()) rows += batch.length;
  }
  return rows;
}
