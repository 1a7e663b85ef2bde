import { BATCH_ROWS } from '../batch.ts';

/** A batch is also full when its records took so many bytes: it has to be held in memory, and offsets of texts are 32 bits. */
export const BATCH_BYTES = 16 * 1024 * 1024;

/** What a batch has room for. */
export interface BatchRoom {
  readonly rows: number;
  readonly bytes: number;
}

/** Whether a batch ends behind so many rows, from records of so many bytes: never where a chunk does, so batches do not depend on the chunks. */
export function isFull(rows: number, bytes: number): boolean {
  return rows === BATCH_ROWS || bytes >= BATCH_BYTES;
}

/** What there is room for behind so many rows and bytes, before the batch is full. */
export function roomBehind(rows: number, bytes: number): BatchRoom {
  return { rows: BATCH_ROWS - rows, bytes: BATCH_BYTES - bytes };
}
