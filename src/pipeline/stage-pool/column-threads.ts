import type { Vector } from '../../batch.ts';
import type { ColumnsToEncode, EncodedColumns } from '../../formats/parquet/encode-columns.ts';
import type { WorkerThread } from './worker-thread.ts';

/** A thread has one more in store than it works on, so that it need not wait for this one. */
const MOST_REQUESTS = 2;

/** Lends the threads of a query's stage to its sink: when windows close they have nothing else to do. */
export class ColumnThreads {
  /** Those that were started. */
  threads: readonly Pick<WorkerThread, 'isAlive' | 'load' | 'encode'>[] = [];

  readonly encode = (columns: ColumnsToEncode): Promise<EncodedColumns | null> | null => {
    const thread = this.threads.find(({ isAlive, load }) => isAlive && load < MOST_REQUESTS);
    return thread === undefined || !columns.vectors.every(isCheapToSend) ? null : thread.encode(columns);
  };
}

/** Sending copies whole buffers, and JavaScript values one by one. */
function isCheapToSend(vector: Vector): boolean {
  const arrays =
    vector.kind === 'bytes' ? [vector.bytes, vector.offsets] : vector.kind === 'fixed' ? [vector.values] : [];
  const sent = vector.validity === null ? arrays : [...arrays, vector.validity];
  return arrays.length > 0 && sent.every(({ buffer, byteLength }) => buffer.byteLength === byteLength);
}
