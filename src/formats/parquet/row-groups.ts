import { type Batch, concatBatches, takeBatch, type Vector } from '../../batch.ts';
import type { Schema } from '../../schema.ts';

/** Wide rows make smaller row groups, so that memory stays bounded. */
const MAX_GROUP_BYTES = 128 * 1024 * 1024;

/** Cuts batches into row groups of an exact number of rows, whatever the batches' sizes are. */
export class RowGroups {
  private batches: Batch[] = [];
  private rows = 0;
  private bytes = 0;

  constructor(
    private readonly schema: Schema,
    private readonly groupRows: number,
  ) {}

  /** Takes a batch; gives the groups that are full. */
  *push(batch: Batch): Iterable<Batch> {
    let from = 0;
    while (from < batch.length) {
      const to = Math.min(batch.length, from + this.groupRows - this.rows);
      this.add(from === 0 && to === batch.length ? batch : slice(batch, from, to));
      from = to;
      if (this.rows === this.groupRows || this.bytes > MAX_GROUP_BYTES) yield this.take();
    }
  }

  /** The rows that are left, or null. */
  finish(): Batch | null {
    return this.rows === 0 ? null : this.take();
  }

  private add(batch: Batch): void {
    this.batches.push(batch);
    this.rows += batch.length;
    for (const vector of batch.vectors) this.bytes += sizeOf(vector);
  }

  private take(): Batch {
    const group = concatBatches(this.schema, this.batches);
    this.batches = [];
    this.rows = 0;
    this.bytes = 0;
    return group;
  }
}

function slice(batch: Batch, from: number, to: number): Batch {
  return takeBatch(
    batch,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );
}

function sizeOf(vector: Vector): number {
  switch (vector.kind) {
    case 'fixed':
      return vector.values.byteLength;
    case 'bytes':
      return (vector.offsets[vector.length] as number) - (vector.offsets[0] as number);
    case 'object':
      return vector.values.reduce<number>((size, value) => size + (typeof value === 'string' ? value.length : 32), 0);
    case 'struct':
      return vector.children.reduce((size, child) => size + sizeOf(child), 0);
  }
}
