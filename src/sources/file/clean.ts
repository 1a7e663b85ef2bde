import { dirname, join, sep } from 'node:path';
import { ClickstreamError, configError, ioError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';
import { errnoOf } from '../../fs/disk-error.ts';
import { makeDirectoryDurable, syncDirectory } from '../../fs/durable-folder.ts';
import { exists } from '../../fs/entries.ts';
import type { FileSourceOptions } from './options.ts';
import { isSame } from './seen.ts';
import type { FileSplit } from './taken.ts';

/** What file sinks, ours and Spark's, leave in their output folders. */
const OUTPUT_MARKS = ['_clickstream', '_spark_metadata'];

/**
 * Deletes or archives input files whose batch is committed. Best effort, as in Spark: what fails is reported and stays where it
 * is, and is not tried again. So does a file that is no longer the one that was read. Returns the paths that are gone, for good: one that came
 * back with the power, and was forgotten meanwhile, would be read again (one fsync per folder). Errors: FSYNC_FAILED.
 */
export function cleanFiles(
  disk: Disk,
  files: readonly FileSplit[],
  options: FileSourceOptions,
  onWarning: (message: string) => void,
): string[] {
  const cleaned = files.filter((file) => {
    const { path } = file;
    try {
      const now = disk.stat(path);
      if (!isSame(file, now)) {
        onWarning(`${path} was changed after it was read; cleanSource leaves it where it is.`);
        return false;
      }
      if (options.cleanSource === 'delete') disk.unlink(path);
      else archive(disk, path, options.sourceArchiveDir as string);
      return true;
    } catch (error) {
      const code = error instanceof ClickstreamError ? error.code : errnoOf(error);
      if (code === '') throw error;
      if (code !== 'ENOENT')
        onWarning(`cleanSource could not ${options.cleanSource} ${path} (${code}); the file stays.`);
      return code === 'ENOENT';
    }
  });
  const paths = cleaned.map(({ path }) => path);
  for (const folder of new Set(paths.map((path) => dirname(path)))) syncDirectory(disk, folder);
  return paths;
}

/** `sourceArchiveDir` with the file's whole path below it, so that no two files meet, but for one that is delivered again. */
function archive(disk: Disk, path: string, archiveDir: string): void {
  const target = join(archiveDir, path.replace(/^[A-Za-z]:/, ''));
  makeDirectoryDurable(disk, dirname(target));
  if (exists(disk, target)) {
    throw ioError('ALREADY_EXISTS', `${target} is there already: a file of the same name was archived before`);
  }
  disk.rename(path, target);
  // Its new name is safe before its old one is gone for good.
  syncDirectory(disk, dirname(target));
}

/**
 * Refuses to clean where that loses or doubles data: an archive inside an input folder would be read again; a file of another query's
 * output would be written, and so read, again when that query replays its batch (Spark refuses it as well).
 */
export function checkCleaning(disk: Disk, options: FileSourceOptions, bases: readonly string[]): void {
  if (options.cleanSource === 'off') return;
  const output = bases.find((base) => OUTPUT_MARKS.some((mark) => exists(disk, join(base, mark))));
  if (output !== undefined) {
    throw configError(
      'OPTION_INVALID',
      `cleanSource cannot be used on ${output}: it is the output folder of another query, which may write its files again.`,
    );
  }
  const { sourceArchiveDir } = options;
  if (options.cleanSource !== 'archive' || sourceArchiveDir === null) return;
  const inside = bases.find((base) => `${sourceArchiveDir}${sep}`.startsWith(`${base}${sep}`));
  if (inside === undefined) return;
  throw configError(
    'OPTION_INVALID',
    `sourceArchiveDir ${sourceArchiveDir} lies in the input folder ${inside}; choose a folder outside of it, on the same file system.`,
  );
}
