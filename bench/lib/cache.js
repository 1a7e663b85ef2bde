// Made data is kept between runs: a folder counts when its stamp says that it was made whole, by these makers, with these numbers.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchFile, CACHE, needRoom } from './folders.js';

/**
 * The folder of a data set, made if it is not there. `make(folder)` fills an empty one.
 *
 * @param name what it is; with `numbers` it names the folder
 * @param numbers what it depends on, plain JSON
 * @param bytes about what it takes on the disk
 */
export function dataSet(name, numbers, bytes, make) {
  const folder = join(CACHE, 'data', [name, ...Object.values(numbers)].join('-'));
  const stamp = JSON.stringify({ name, numbers, makers: makersHash() });
  if (isWhole(folder, stamp)) return folder;
  rmSync(folder, { recursive: true, force: true });
  needRoom(bytes, `${name} data`);
  console.log(`making ${folder}`);
  const next = `${folder}.next`;
  rmSync(next, { recursive: true, force: true });
  mkdirSync(next, { recursive: true });
  make(next);
  renameSync(next, folder);
  writeFileSync(stampOf(folder), JSON.stringify({ stamp, ...contentOf(folder) }));
  return folder;
}

/** Deletes a data set that is too large to keep. */
export function dropDataSet(folder) {
  rmSync(folder, { recursive: true, force: true });
  rmSync(stampOf(folder), { force: true });
}

// Beside the folder: whatever lies in it is input.
const stampOf = (folder) => `${folder}.stamp`;

function isWhole(folder, stamp) {
  try {
    const found = JSON.parse(readFileSync(stampOf(folder), 'utf8'));
    const { files, bytes } = contentOf(folder);
    return found.stamp === stamp && found.files === files && found.bytes === bytes;
  } catch {
    return false;
  }
}

function contentOf(folder) {
  const names = readdirSync(folder);
  let bytes = 0;
  for (const name of names) bytes += statSync(join(folder, name)).size;
  return { files: names.length, bytes };
}

/** Other makers make other data. */
function makersHash() {
  const hash = createHash('sha256');
  for (const name of readdirSync(benchFile('data')).sort()) hash.update(readFileSync(benchFile('data', name)));
  return hash.digest('hex').slice(0, 16);
}
