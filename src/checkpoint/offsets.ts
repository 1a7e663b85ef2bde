import type { Disk } from '../fs/disk.ts';
import { type EntryCodec, type LogAccess, NumberedLog } from './log.ts';

/** The intent to run a batch: everything that decides its result. Written before anything else of the batch (Spark's OffsetSeq). */
export interface OffsetEntry {
  readonly batchId: number;
  /** The watermark that the batch evicts by, milliseconds. */
  readonly batchWatermarkMs: number;
  /** The batch's wall-clock time, milliseconds; `current_timestamp` of the batch. */
  readonly batchTimestampMs: number;
  /** Settings that shape results; on a restart they win over the session's. */
  readonly conf: Readonly<Record<string, string>>;
  /** One per source, in plan order. */
  readonly sources: readonly SourceRange[];
}

/** Where a source's part of the batch ends, and its pinned splits. Plain JSON. `offset` null: the source has none yet. */
export interface SourceRange {
  readonly offset: unknown;
  readonly splits: readonly unknown[];
}

export type OffsetLog = NumberedLog<OffsetEntry>;

export function openOffsetLog(disk: Disk, dir: string, access: LogAccess): OffsetLog {
  return NumberedLog.open(disk, dir, codec, access);
}

/** Line 1 the batch's metadata as Spark writes it, then a line per source: `-`, or its offset and splits. */
const codec: EntryCodec<OffsetEntry> = {
  encode({ sources, ...metadata }) {
    return [JSON.stringify(metadata), ...sources.map(encodeSource)];
  },
  decode([metadataLine, ...sourceLines], id) {
    const metadata = JSON.parse(metadataLine ?? '') as Omit<OffsetEntry, 'sources'>;
    if (metadata.batchId !== id) throw new Error(`it is of batch ${metadata.batchId}`);
    return { ...metadata, sources: sourceLines.map(decodeSource) };
  },
  missingCode: 'CHECKPOINT_MISSING_OFFSETS',
};

function encodeSource({ offset, splits }: SourceRange): string {
  return offset === null && splits.length === 0 ? '-' : JSON.stringify({ offset, splits });
}

function decodeSource(line: string): SourceRange {
  return line === '-' ? { offset: null, splits: [] } : (JSON.parse(line) as SourceRange);
}
