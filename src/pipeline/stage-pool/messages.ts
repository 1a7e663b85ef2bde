import type { ChunkResult, StageBatch } from '../../engine/stage-run.ts';
import type { ColumnsToEncode, EncodedColumns } from '../../formats/parquet/encode-columns.ts';
import type { SplitChunk } from '../../source.ts';

/** To a worker. */
export type WorkerRequest = { readonly id: number } & (ChunkRequest | ColumnsRequest);

/** Run the stage on a chunk. */
export interface ChunkRequest {
  readonly kind: 'chunk';
  readonly batch: StageBatch;
  readonly chunk: SplitChunk;
  /** For the output's bytes; handed over. */
  readonly spare: ArrayBuffer | null;
}

/** Encode a row group's columns. */
export interface ColumnsRequest {
  readonly kind: 'columns';
  readonly columns: ColumnsToEncode;
}

/** From a worker, before all else: it is there to take requests. */
export const READY = 'ready';

/** From a worker. `result` null: it failed; whoever asked does it again, and sees why. */
export interface WorkerReply {
  readonly id: number;
  readonly result: ChunkResult | EncodedColumns | null;
}
