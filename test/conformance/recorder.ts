import type { Batch } from '../../src/batch.ts';
import type { ForeachWriter, MicroBatch } from '../../src/index.ts';
import type { Row, SinkChoice } from './case.ts';
import { fromEngine } from './rows.ts';

interface Recorded {
  readonly batchId: number;
  readonly rows: readonly Row[];
}

export type ForeachEvent = readonly unknown[];

/**
 * What reached the sink of a case. Idempotent by batch id, as Spark's memory sink in one run: a batch id that it holds adds
 * nothing; in complete mode it holds the last batch alone. It outlives restarts.
 */
export class Recorder {
  private held: Recorded[] = [];
  private newest = -1;
  /** Every batch that was taken, in order, forgotten or not; the checks remember how far they have seen. */
  private readonly taken: Recorded[] = [];
  private seenByAnswers = 0;
  private seenByBatches = 0;
  private calls: Recorded[] = [];
  private events: ForeachEvent[][] = [];
  private hasFailed = false;

  constructor(private readonly choice: SinkChoice) {}

  take(batchId: number, rows: readonly Row[], complete: boolean): void {
    if (batchId <= this.newest) return;
    this.newest = batchId;
    const recorded = { batchId, rows };
    this.taken.push(recorded);
    this.held = complete ? [recorded] : [...this.held, recorded];
  }

  clear(): void {
    this.held = [];
    this.newest = -1;
    this.seenByAnswers = this.taken.length;
    this.seenByBatches = this.taken.length;
  }

  allRows(): Row[] {
    this.seenByAnswers = this.taken.length;
    return this.held.flatMap(({ rows }) => rows);
  }

  newRows(): Row[] {
    const fresh = this.taken.slice(this.seenByAnswers);
    this.seenByAnswers = this.taken.length;
    return fresh.flatMap(({ rows }) => rows);
  }

  lastRows(): readonly Row[] {
    this.seenByAnswers = this.taken.length;
    return this.held.at(-1)?.rows ?? [];
  }

  newBatches(): (readonly Row[])[] {
    const fresh = this.taken.slice(this.seenByBatches);
    this.seenByBatches = this.taken.length;
    return fresh.map(({ rows }) => rows);
  }

  /** Every call of `foreachBatch` since `takeCalls`, batches that were run again included. */
  get untakenCalls(): readonly Recorded[] {
    return this.calls;
  }

  takeCalls(): readonly Recorded[] {
    return this.calls.splice(0);
  }

  takeEvents(): readonly ForeachEvent[][] {
    return this.events.splice(0);
  }

  /** For `foreachBatch`: records the batch, failing once where the case says so. */
  readonly onBatch =
    (complete: boolean) =>
    async (batch: MicroBatch, batchId: number): Promise<void> => {
      const rows: Row[] = [];
      for await (const part of batch.batches()) rows.push(...fromEngine(part as Batch));
      if (batchId === this.choice.failOnBatch && !this.hasFailed) {
        this.hasFailed = true;
        throw new Error('this batch fails once, as the case says');
      }
      this.calls.push({ batchId, rows });
      this.take(batchId, rows, complete);
    };

  /** For `foreach`: records its calls, one list per batch and partition. */
  writer(complete: boolean, toRow: (row: Record<string, unknown>) => Row): ForeachWriter {
    let events: ForeachEvent[] = [];
    let rows: Row[] = [];
    let batchId = -1;
    return {
      open: (partitionId, epochId) => {
        events = [['open', partitionId, epochId]];
        rows = [];
        batchId = epochId;
        this.events.push(events);
        return true;
      },
      process: (row) => {
        events.push(['process', toRow(row)]);
        rows.push(toRow(row));
      },
      close: (error) => {
        events.push(['close', error === null ? null : String((error as Error).message ?? error)]);
        if (error === null) this.take(batchId, rows, complete);
      },
    };
  }
}
