import { createHash } from 'node:crypto';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Disk } from '../../../fs/disk.ts';
import { exists } from '../../../fs/entries.ts';
import { LOCK_NAME } from '../../../fs/lock-owner.ts';
import { readWhole } from '../../../fs/read-whole.ts';

/** Every file below an output folder, hidden ones too, by name: the hash of its bytes. */
export type OutputHashes = Readonly<Record<string, string>>;

/**
 * What a query wrote into `folder`. Taken out is what each run has anew: the query's id, which is in the owner's mark, and its first eight
 * characters in names; and, of what lists files, the folder itself and their times.
 */
export function outputHashes(disk: Disk, folder: string, id = queryIdOf(disk, folder)): OutputHashes {
  const files = filesBelow(disk, folder);
  const output: Record<string, string> = {};
  for (const name of files) {
    const bytes = readWhole(disk, join(folder, name));
    const content = isOwnRecord(name) ? withoutRun(Buffer.from(bytes).toString(), folder, id) : bytes;
    output[id === null ? name : name.replaceAll(tagOf(id), 'QUERY')] = createHash('sha256')
      .update(content)
      .digest('hex')
      .slice(0, 16);
  }
  return output;
}

/** The owner's mark and Spark's list of files name the run. */
function isOwnRecord(name: string): boolean {
  return /^_(clickstream|spark_metadata)[\\/]/.test(name);
}

function withoutRun(text: string, folder: string, id: string | null): string {
  const anywhere = text
    .replaceAll(pathToFileURL(folder).href, 'FOLDER')
    .replaceAll(folder, 'FOLDER')
    .replace(/"modificationTime":\d+/g, '"modificationTime":0');
  return id === null ? anywhere : anywhere.replaceAll(id, 'QUERY').replaceAll(tagOf(id), 'QUERY');
}

function tagOf(id: string): string {
  return id.slice(0, 8);
}

/** The id in the owner's mark of an output folder; null when there is none. */
export function queryIdOf(disk: Disk, folder: string): string | null {
  const mark = join(folder, '_clickstream', 'owner.json');
  if (!exists(disk, mark)) return null;
  return (JSON.parse(Buffer.from(readWhole(disk, mark)).toString()) as { queryId: string }).queryId;
}

/** In what way an output differs from the one of the run that was left alone, a line each; none when it is the same. */
export function differences(whole: OutputHashes, found: OutputHashes): string[] {
  const names = [...new Set([...Object.keys(whole), ...Object.keys(found)])].sort();
  return names
    .filter((name) => whole[name] !== found[name])
    .map((name) => {
      if (found[name] === undefined) return `missing: ${name}`;
      return whole[name] === undefined ? `too many: ${name}` : `other bytes: ${name}`;
    });
}

/** Files in a checkpoint that should be gone after a run that ended well. */
export function leftovers(disk: Disk, checkpoint: string): string[] {
  return filesBelow(disk, checkpoint).filter((name) => /\.(tmp|sock)$/.test(name) || name === LOCK_NAME);
}

/** All files below a folder, paths relative to it; none when it is not there. */
function filesBelow(disk: Disk, folder: string, at = folder): string[] {
  if (!exists(disk, at)) return [];
  return disk.readdir(at).flatMap(({ name, kind }) => {
    const path = join(at, name);
    return kind === 'directory' ? filesBelow(disk, folder, path) : [relative(folder, path)];
  });
}
