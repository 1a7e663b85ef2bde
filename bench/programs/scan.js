// Decodes nested events from memory: node scan.js FOLDER EVENTS. The last line is JSON: seconds of decoding alone.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonFormat, jsonOptions } from '../../dist/formats/json/index.js';
import { readJsonSchema } from '../../dist/index.js';
import { benchFile } from '../lib/folders.js';

const CHUNK_BYTES = 1024 * 1024;
const [folder, events] = [process.argv[2], Number(process.argv[3])];
const { schema, options } = readJsonSchema(benchFile('..', 'schemas', 'click-event.schema.json'));
const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)));

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
    const decoder = jsonFormat.decoder({ schema, options: jsonOptions(options), reject: () => {}, dropped: () => {} });
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      for (const batch of decoder.push(bytes.subarray(at, at + CHUNK_BYTES))) rows += batch.length;
    }
    for (const batch of decoder.finish()) rows += batch.length;
  }
  return rows;
}
