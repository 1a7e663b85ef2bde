import type { ChunkResult, StageBatch } from '../../engine/stage-run.ts';
import type { SplitChunk } from '../../source.ts';

/** To a worker: run the stage on a chunk. */
export interface ChunkRequest {
  readonly id: number;
  readonly batch: StageBatch;
  readonly chunk: SplitChunk;
  /** For the output's bytes; handed over. */
  readonly spare: ArrayBuffer | null;
}

/** From a worker, before all else: it is there to take chunks. */
export const READY = 'ready';

/** From a worker. `result` null: it failed; whoever asked runs the chunk itself, and sees why. */
export interface ChunkReply {
  readonly id: number;
  readonly result: ChunkResult | null;
}
