import type { Batch } from '../../batch.ts';

/** What a Parquet library has to do for us. It gets whole row groups, so neither of them buffers rows. */
export interface ParquetWriter {
  /** Refuses values that the library would write wrong; called for every batch before it is taken. */
  check(batch: Batch): void;
  /** Writes the rows as one row group and gives the bytes that became ready. */
  writeRowGroup(rows: Batch): Promise<Uint8Array>;
  finish(): Promise<Uint8Array>;
}
