import type { Batch, Vector } from '../batch.ts';
import { configError } from '../errors.ts';

/** Rows that can be had again by iterating again: the batch is then executed again, as Spark does. */
export interface RepeatableRows extends AsyncIterable<Batch> {
  readonly isRepeatable: true;
}

interface Pulled {
  readonly index: number;
  readonly batch: Batch;
}

const KEPT_BYTES = 64 * 1024 * 1024;

/**
 * Lets rows that come once be read several times, also at the same time. They are kept while they are few; of more
 * than `keptBytes` only the first reading is served from the stream, others iterate the source again where it is repeatable.
 */
export class SharedRows implements AsyncIterable<Batch> {
  private kept: Batch[] | null = [];
  private bytes = 0;
  private count = 0;
  private isDone = false;
  private pulling: Promise<Pulled | null> | null = null;
  private iterator: AsyncIterator<Batch> | null = null;

  constructor(
    private readonly source: AsyncIterable<Batch>,
    private readonly keptBytes = KEPT_BYTES,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    let at = 0;
    for (;;) {
      const known = this.kept?.[at];
      if (known !== undefined) {
        at++;
        yield known;
      } else if (this.kept === null && at < this.count) {
        yield* this.again(at);
        return;
      } else if (this.isDone) return;
      else {
        const pulled = await this.pull();
        // Batches that are kept are yielded from there; another reader may have pulled one that is not this reader's.
        if (pulled === null || this.kept !== null || pulled.index !== at) continue;
        at++;
        yield pulled.batch;
      }
    }
  }

  /** Reads what nobody read: the engine counts rows as they pass. */
  async drain(): Promise<void> {
    this.kept = null;
    while (!this.isDone) await this.pull();
  }

  private pull(): Promise<Pulled | null> {
    this.pulling ??= this.pullNext().finally(() => {
      this.pulling = null;
    });
    return this.pulling;
  }

  private async pullNext(): Promise<Pulled | null> {
    this.iterator ??= this.source[Symbol.asyncIterator]();
    const { done, value } = await this.iterator.next();
    if (done === true) {
      this.isDone = true;
      return null;
    }
    this.count++;
    this.bytes += batchBytes(value);
    if (this.bytes > this.keptBytes) this.kept = null;
    this.kept?.push(value);
    return { index: this.count - 1, batch: value };
  }

  private async *again(skip: number): AsyncGenerator<Batch, void, undefined> {
    if (!('isRepeatable' in this.source)) {
      throw configError(
        'BATCH_TOO_LARGE_TO_REUSE',
        `The rows of this batch were read before and are more than ${this.keptBytes} bytes, so they were not kept. Read them once, or take smaller batches (maxFilesPerTrigger, maxBytesPerTrigger).`,
      );
    }
    let at = 0;
    for await (const batch of this.source) if (at++ >= skip) yield batch;
  }
}

function batchBytes(batch: Batch): number {
  return batch.vectors.reduce((sum, vector) => sum + vectorBytes(vector), 0);
}

function vectorBytes(vector: Vector): number {
  switch (vector.kind) {
    case 'fixed':
      return vector.values.byteLength;
    case 'bytes':
      return (vector.offsets[vector.length] ?? 0) - (vector.offsets[0] ?? 0) + 4 * vector.length;
    case 'object':
      return 64 * vector.length;
    case 'struct':
      return vector.children.reduce((sum, child) => sum + vectorBytes(child), 0);
  }
}
