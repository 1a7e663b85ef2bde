/**
 * Rows of a batch: many, as what is done once per batch is then done seldom, and few enough that its columns stay near the core. Batches end
 * at this count, never where a chunk does, so they do not depend on the chunks.
 */
export const BATCH_ROWS = 32_768;
/** A batch is also full when its records took so many bytes: it has to be held in memory, and offsets of texts are 32 bits. */
export const BATCH_BYTES = 16 * 1024 * 1024;

/** What a batch has room for. */
export interface BatchRoom {
  readonly rows: number;
  readonly bytes: number;
}
