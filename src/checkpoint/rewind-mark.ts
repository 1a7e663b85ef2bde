import { join } from 'node:path';
import { type ClickstreamError, configError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { writeDurable } from '../fs/durable-file.ts';
import { removeDurable } from '../fs/durable-folder.ts';
import { exists } from '../fs/entries.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { corruptError, newerVersionError } from './errors.ts';
import { shellWord } from './splits.ts';

/** There while batches are being taken back: no query starts before that is done, and it is done by doing it again. */
export const REWIND = 'rewind';

/** The batch that an unfinished rewind goes back to; null when there is none. Errors: CHECKPOINT_CORRUPT, CHECKPOINT_VERSION. */
export function readRewind(disk: Disk, dir: string): number | null {
  const path = join(dir, REWIND);
  if (!exists(disk, path)) return null;
  const content = decodeFrame(readWhole(disk, path));
  if (content.kind === 'newer') throw newerVersionError(path, content.version, FRAME_VERSION);
  if (content.kind === 'broken') throw corruptError(path, content.reason);
  return (JSON.parse(content.lines[0] as string) as { readonly toBatch: number }).toBatch;
}

export function markRewind(disk: Disk, dir: string, toBatch: number): void {
  writeDurable(disk, join(dir, REWIND), encodeFrame([JSON.stringify({ toBatch })]), 'rename');
}

export function unmarkRewind(disk: Disk, dir: string): void {
  removeDurable(disk, join(dir, REWIND));
}

export function unfinishedRewindError(dir: string, toBatch: number): ClickstreamError {
  return configError(
    'REWIND_UNFINISHED',
    `${dir} was being taken back to batch ${toBatch}, and that was not finished. Finish it: ${rewindCommand(dir, toBatch)}`,
  );
}

export function rewindCommand(dir: string, toBatch: number): string {
  return `clickstream checkpoint rewind ${shellWord(dir)} --to-batch ${toBatch}`;
}
