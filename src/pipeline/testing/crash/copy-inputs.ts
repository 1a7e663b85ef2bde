import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Clock, systemClock } from '../../../clock.ts';
import { configError } from '../../../errors.ts';
import { copyFile } from '../../../fs/copy-file.ts';
import type { Disk } from '../../../fs/disk.ts';
import { makeDirectoryDurable } from '../../../fs/durable-folder.ts';
import { nodeDisk } from '../../../fs/node-disk.ts';
import { scratchDisk } from '../../../fs/scratch-disk.ts';
import { baseOf, inputPath } from '../../../sources/file/list-input.ts';
import { memorySeen } from '../../../sources/file/seen.ts';
import type { FileSplit } from '../../../sources/file/taken.ts';
import { type FileInput, openFiles } from '../../files.ts';

/** Copying more takes long, and so does reading it once per point. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The copy of a source's files. */
export interface CopiedInput {
  /** The path or glob that a source reads them by, as it reads the originals. */
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Copies the first `count` files of an input, in the order in which its source takes them, into `folder`. Errors: SELFTEST_NO_INPUT,
 * SELFTEST_INPUT_TOO_LARGE.
 */
export async function copyInput(
  name: string,
  input: FileInput,
  count: number,
  folder: string,
  disk: Disk = nodeDisk,
): Promise<CopiedInput> {
  const splits = await firstFiles(input, count, disk, systemClock);
  const bytes = splits.reduce((sum, { size }) => sum + size, 0);
  if (splits.length === 0) {
    throw configError(
      'SELFTEST_NO_INPUT',
      `${input.path}, which the source "${name}" reads, has no files. Give a sample: --data DIR.`,
    );
  }
  if (bytes > MAX_BYTES) {
    throw configError(
      'SELFTEST_INPUT_TOO_LARGE',
      `The first ${splits.length} files of ${input.path} have ${bytes.toLocaleString('en')} bytes, and every point reads them all. Take fewer (--files N) or smaller ones (--data DIR).`,
    );
  }
  const places = placesOf(input.path, splits, disk);
  const bases = [...new Set(places.map(({ base }) => base))];
  // Files found below several folders, by a glob, keep apart: then a glob finds the copies, too.
  const folderOf = (base: string) => (bases.length === 1 ? folder : join(folder, String(bases.indexOf(base))));
  for (const [index, { base, rest }] of places.entries()) {
    const to = join(folderOf(base), rest);
    makeDirectoryDurable(scratchDisk, dirname(to));
    const { path, mtimeMs } = splits[index] as FileSplit;
    copyFile(path, to, mtimeMs);
  }
  return { path: bases.length === 1 ? folder : join(folder, '*'), files: splits.length, bytes };
}

async function firstFiles(input: FileInput, count: number, disk: Disk, clock: Clock): Promise<readonly FileSplit[]> {
  const { cleanSource: _, sourceArchiveDir: __, ...options } = input.sourceOptions;
  const sourceOptions = { ...options, settle: 0, poll: true };
  const source = openFiles({ ...input, sourceOptions }, { disk, clock, seen: memorySeen(), onWarning: () => {} });
  try {
    const start = await source.initialOffset();
    const end = await source.latestOffset(start, { maxFiles: count });
    return (await source.plan(start, end)) as readonly FileSplit[];
  } finally {
    await source.close();
  }
}

/** Where each file lies: the folder that the input's path matched, and the path from there, whose folders may be partitions. */
function placesOf(path: string, files: readonly FileSplit[], disk: Disk): { base: string; rest: string }[] {
  const input = inputPath(disk, resolve(path));
  return files.map((file) => {
    const base = baseOf(input, file.path);
    const isFile = resolve(base) === resolve(file.path);
    return isFile ? { base: dirname(base), rest: basename(base) } : { base, rest: relative(base, file.path) };
  });
}
