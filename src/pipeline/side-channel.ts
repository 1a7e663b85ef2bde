import type { Int64 } from '../batch.ts';
import type { LateRow, SideChannel } from '../engine/batch-run.ts';
import type { Disk } from '../fs/disk.ts';
import { RejectsWriter, removeOrphanRejects } from '../sinks/rejects.ts';
import type { RejectedRecord } from '../source.ts';
import { plainJson, rowObject } from '../sql/values/plain.ts';
import { isoTimestamp } from '../sql/values/timestamp.ts';

export interface SideChannelPlace {
  readonly disk: Disk;
  /** The folder whose `_rejects/` takes what is set aside. */
  readonly directory: string;
  readonly queryId: string;
}

/**
 * Rejected records and late rows of each batch, kept beside the output, one JSON object per line. Opened once per run of a query: removes
 * what dead attempts left.
 */
export function openSideChannels(place: SideChannelPlace): (batchId: number) => SideChannel {
  removeOrphanRejects(place.disk, place.directory, place.queryId);
  let newest = -1;
  return (batchId) => {
    // Only a batch that another process began, or that is run again, can have earlier ones.
    const mayHaveEarlier = newest < 0 || batchId <= newest;
    newest = batchId;
    return sideChannel(place, batchId, mayHaveEarlier);
  };
}

function sideChannel(place: SideChannelPlace, batchId: number, mayHaveEarlier: boolean): SideChannel {
  const rejected = new RejectsWriter({ ...place, batchId, kind: 'rejected', mayHaveEarlier });
  const late = new RejectsWriter({ ...place, batchId, kind: 'late', mayHaveEarlier });
  return {
    rejectsPath: rejected.path,
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
