// The file operations of task1's batches and nothing else: node bare-batches.js FOLDER BATCHES. The last line is JSON: milliseconds of each.
// docs/guarantees.md lists what a batch flushes; test/reliability/flushes.test.ts counts it.
import * as fs from 'node:fs';
import { join } from 'node:path';

const [folder, batches] = [process.argv[2], Number(process.argv[3])];
/** What a batch writes: where, how many bytes, and how the file gets its name. */
const FILES = [
  { folder: join(folder, 'offsets'), bytes: 300, publish: linkOver },
  { folder: join(folder, 'out'), bytes: 450, publish: fs.renameSync },
  { folder: join(folder, 'commits'), bytes: 110, publish: linkOver },
];

for (const file of FILES) fs.mkdirSync(file.folder, { recursive: true });
const times = [];
for (let batch = 0; batch < batches; batch++) {
  const started = performance.now();
  for (const file of FILES) writeDurably(file, String(batch));
  times.push(performance.now() - started);
}
console.log(JSON.stringify({ times }));

function writeDurably({ folder, bytes, publish }, name) {
  const [temporary, final] = [join(folder, `.${name}.tmp`), join(folder, name)];
  const file = fs.openSync(temporary, 'wx');
  fs.writeSync(file, Buffer.alloc(bytes, 'x'));
  fs.fsyncSync(file);
  fs.closeSync(file);
  publish(temporary, final);
  const names = fs.openSync(folder, 'r');
  fs.fsyncSync(names);
  fs.closeSync(names);
}

function linkOver(temporary, final) {
  fs.linkSync(temporary, final);
  fs.unlinkSync(temporary);
}
