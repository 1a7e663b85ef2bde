import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import {
  exists,
  isTemporaryName,
  makeDirectoryDurable,
  readWhole,
  removeDurable,
  syncDirectory,
  writeDurable,
} from '../fs/durable.ts';
import { decodeFrame, encodeFrame, FRAME_VERSION } from '../fs/framed-text.ts';
import { corruptError, newerVersionError } from './errors.ts';

/**
 * Splits that were left out of their batch after it was logged, because their files had changed before anything of the batch was
 * published. `exclusions/<N>` belongs to `offsets/<N>` and is as binding; it is rare, so it costs nothing until it happens.
 */
export class Exclusions {
  private readonly byBatch = new Map<number, readonly string[]>();

  private constructor(
    private readonly disk: Disk,
    private readonly dir: string,
  ) {}

  static open(disk: Disk, dir: string): Exclusions {
    const exclusions = new Exclusions(disk, dir);
    if (!exists(disk, dir)) return exclusions;
    // An entry that was named by a process that died before the folder's fsync: it is believed from now on.
    syncDirectory(disk, dir);
    for (const { name } of disk.readdir(dir)) {
      if (/^\d+$/.test(name)) exclusions.byBatch.set(Number(name), exclusions.read(join(dir, name)));
      else if (isTemporaryName(name)) removeDurable(disk, join(dir, name));
    }
    return exclusions;
  }

  private read(path: string): string[] {
    const content = decodeFrame(readWhole(this.disk, path));
    if (content.kind === 'broken') throw corruptError(path, content.reason);
    if (content.kind === 'newer') throw newerVersionError(path, content.version, FRAME_VERSION);
    return [...content.lines];
  }

  /** Whether split `split` (plain JSON) of batch `batchId` is left out. */
  has(batchId: number, split: unknown): boolean {
    return this.byBatch.get(batchId)?.includes(JSON.stringify(split)) ?? false;
  }

  /** Leaves a split out, durably (two fsyncs, one more for the first). */
  add(batchId: number, split: unknown): void {
    const lines = [...(this.byBatch.get(batchId) ?? []), JSON.stringify(split)];
    makeDirectoryDurable(this.disk, this.dir);
    writeDurable(this.disk, join(this.dir, String(batchId)), encodeFrame(lines), 'rename');
    this.byBatch.set(batchId, lines);
  }

  purge(keepFrom: number): void {
    for (const batchId of this.byBatch.keys()) {
      if (batchId >= keepFrom) continue;
      removeDurable(this.disk, join(this.dir, String(batchId)));
      this.byBatch.delete(batchId);
    }
  }
}
