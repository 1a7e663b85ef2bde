import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { writeDurable } from '../fs/durable-file.ts';
import { exists } from '../fs/entries.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { readWhole } from '../fs/read-whole.ts';
import { corruptError, newerVersionError } from './errors.ts';

export const FORK = 'fork';

/** What a checkpoint was copied from. */
export interface ForkMark {
  /** The other checkpoint, absolute, and its query's id; for people. */
  readonly from: string;
  readonly queryId: string;
  /** Its newest committed batch; -1 for none. Output up to here is the other query's. */
  readonly afterBatch: number;
}

/** Null for a checkpoint that is no copy. Errors: CHECKPOINT_CORRUPT, CHECKPOINT_VERSION. */
export function readFork(disk: Disk, dir: string): ForkMark | null {
  const path = join(dir, FORK);
  if (!exists(disk, path)) return null;
  const content = decodeFrame(readWhole(disk, path));
  if (content.kind === 'newer') throw newerVersionError(path, content.version, FRAME_VERSION);
  if (content.kind === 'broken') throw corruptError(path, content.reason);
  return JSON.parse(content.lines[0] as string) as ForkMark;
}

export function writeFork(disk: Disk, dir: string, mark: ForkMark): void {
  writeDurable(disk, join(dir, FORK), encodeFrame([JSON.stringify(mark)]), 'rename');
}
