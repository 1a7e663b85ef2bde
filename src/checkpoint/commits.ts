import type { Disk } from '../fs/disk.ts';
import { type EntryCodec, type LogAccess, NumberedLog } from './log.ts';

/** A batch's completion: its output and state are durable (Spark's CommitMetadata). Further fields are plain JSON of the engine's. */
export interface CommitEntry {
  readonly batchId: number;
  /** The watermark after the batch, milliseconds. */
  readonly nextBatchWatermarkMs: number;
  readonly [extra: string]: unknown;
}

export type CommitLog = NumberedLog<CommitEntry>;

export function openCommitLog(disk: Disk, dir: string, access: LogAccess): CommitLog {
  return NumberedLog.open(disk, dir, codec, access);
}

const codec: EntryCodec<CommitEntry> = {
  encode: (entry) => [JSON.stringify(entry)],
  decode([line], id) {
    const entry = JSON.parse(line ?? '') as CommitEntry;
    if (entry.batchId !== id) throw new Error(`it is of batch ${entry.batchId}`);
    return entry;
  },
};
