import type { Int64 } from '../batch.ts';
import type { LateRow, SideChannel } from '../engine/batch-run.ts';
import type { Disk } from '../fs/disk.ts';
import { RejectsWriter } from '../sinks/rejects.ts';
import type { RejectedRecord } from '../source.ts';
import { plainJson, rowObject } from '../sql/values/plain.ts';
import { isoTimestamp } from '../sql/values/timestamp.ts';

export interface SideChannelRequest {
  readonly disk: Disk;
  /** The folder whose `_rejects/` takes what is set aside. */
  readonly directory: string;
  readonly queryId: string;
  readonly batchId: number;
}

/** Rejected records and late rows of a batch, kept beside the output, one JSON object per line. */
export function sideChannel(request: SideChannelRequest): SideChannel {
  const rejected = new RejectsWriter({ ...request, kind: 'rejected' });
  const late = new RejectsWriter({ ...request, kind: 'late' });
  return {
    reject: (record: RejectedRecord) => rejected.add(record),
    late: (record) => late.add(lateRecord(record)),
    async finish() {
      rejected.finish();
      late.finish();
    },
    async abandon() {
      rejected.abandon();
      late.abandon();
    },
  };
}

function lateRecord({ operator, rows, row, windowStart, windowEnd, lateByMicros }: LateRow): object {
  return {
    operator,
    ...(windowStart === null ? {} : { window: { start: time(windowStart), end: time(windowEnd as Int64) } }),
    lateByMs: Number(lateByMicros) / 1000,
    row: plainJson(rowObject(rows, row)),
  };
}

function time(micros: Int64): string {
  return isoTimestamp(micros);
}
