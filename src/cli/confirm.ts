import { usageError } from './exit-codes.ts';
import type { CommandIo } from './io.ts';
import { plural } from './table.ts';

/**
 * Says which files will be deleted and asks, unless `yes`. Without a terminal there is nobody to ask: then `yes` is a must.
 *
 * @param who what deletes them, as it was called
 * @returns whether to go on
 * @throws ClickstreamError USAGE
 */
export async function confirmDeletion(
  who: string,
  files: readonly string[],
  yes: boolean,
  io: CommandIo,
): Promise<boolean> {
  io.stderr.write(`${who} deletes ${plural(files.length, 'file')}:\n`);
  for (const line of folderLines(files)) io.stderr.write(`  ${line}\n`);
  if (yes) return true;
  if (io.ask === null) throw usageError(`${who} deletes files and cannot ask here; add --yes.`);
  const answer = await io.ask('Delete them? [y/N] ');
  return /^y(es)?$/i.test(answer.trim());
}

/** One line per folder: its path and how many files go. */
function folderLines(files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    const folder = file.slice(0, file.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].map(([folder, count]) => `${folder}/ (${plural(count, 'file')})`);
}
