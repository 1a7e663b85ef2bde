import { BATCH_ROWS, type Batch } from '../../batch.ts';
import type { RecordRules } from '../../kernel/record-rules.ts';
import type { Schema } from '../../schema.ts';
import { isFull, roomBehind } from '../batch-size.ts';
import { DecodedRun } from '../decoded-run.ts';
import type { KernelStage } from '../kernel-stage.ts';
import { StructColumn } from './columns.ts';
import type { ReadContext } from './read-context.ts';

/** Collects rows into batches. */
export class RowBuilder {
  readonly columns: StructColumn;
  /** The row that is being written. */
  row = 0;
  private bytes = 0;
  private readonly full: Batch[] = [];

  constructor(
    private readonly schema: Schema,
    context: ReadContext,
    private readonly reuse = false,
    read: readonly boolean[] = [],
  ) {
    this.columns = new StructColumn(schema, '', context, read);
  }

  /** Keeps the row that was written; it came from `size` bytes. */
  commit(size: number): void {
    this.row++;
    this.bytes += size;
    if (isFull(this.row, this.bytes)) this.flush();
  }

  /** Adds the records from `bytes[at]` on that the kernel can decode, at most `maxRows`; see `RunTaker`. */
  run(
    stage: KernelStage,
    bytes: Uint8Array,
    at: number,
    end: number,
    offset: number,
    rules: RecordRules,
    maxRows = BATCH_ROWS,
  ): number {
    const room = roomBehind(this.row, this.bytes);
    const size = stage.decode(bytes, at, end, offset, rules, { ...room, rows: Math.min(maxRows, room.rows) });
    if (size > 0) {
      const run = new DecodedRun(stage.kernel, this.row);
      this.columns.appendChildren(run);
      this.row += run.rows;
      this.bytes += stage.kernel.recordBytes;
      if (isFull(this.row, this.bytes)) this.flush();
    }
    return size;
  }

  /** Ends the batch. */
  flush(): void {
    if (this.row === 0) return;
    const vectors = this.columns.finishChildren(this.row, this.reuse);
    this.full.push({ schema: this.schema, length: this.row, vectors });
    this.row = 0;
    this.bytes = 0;
  }

  get hasBatches(): boolean {
    return this.full.length > 0;
  }

  /** Takes the batches that are full. */
  *batches(): Iterable<Batch> {
    for (let batch = this.full.shift(); batch !== undefined; batch = this.full.shift()) yield batch;
  }
}
