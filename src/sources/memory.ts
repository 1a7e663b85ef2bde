import type { Batch } from '../batch.ts';
import type { Schema } from '../schema.ts';
import type { ReadContext, Source } from '../source.ts';
import { batchOfRows, type PlainRow } from '../sql/values/plain.ts';

/** Rows given by the program, for tests and small experiments (Spark's MemoryStream). */
export interface MemoryStream {
  readonly schema: Schema;
  /**
   * Makes rows available; returns the new offset, which is the number of calls so far. A call without rows makes a new
   * offset as well, and so a batch without rows.
   */
  addData(rows: readonly PlainRow[]): number;
  /** A source over this stream. Several queries may read it, and one that is restarted finds all rows again. */
  source(): Source;
}

interface MemorySplit {
  readonly start: number;
  readonly end: number;
}

/** A stream of rows kept in memory for the life of the process. */
export function memoryStream(schema: Schema): MemoryStream {
  const additions: Batch[] = [];
  const wakers = new Set<() => void>();
  return {
    schema,
    addData(rows) {
      additions.push(batchOfRows(schema, rows));
      for (const wake of wakers) wake();
      return additions.length;
    },
    source: () => memorySource(additions, wakers),
  };
}

function memorySource(additions: readonly Batch[], wakers: Set<() => void>): Source {
  let fixedEnd: number | null = null;
  const ownWakers: (() => void)[] = [];
  return {
    async initialOffset() {
      return 0;
    },
    async latestOffset(start) {
      return Math.max(start as number, fixedEnd ?? additions.length);
    },
    async plan(start, end) {
      return [{ start, end } as MemorySplit];
    },
    async *read(split, context: ReadContext) {
      const { start, end } = split as MemorySplit;
      for (const batch of additions.slice(start, end)) {
        if (batch.length === 0) continue;
        context.countInput(batch.length);
        yield batch;
      }
    },
    async prepareForAvailableNow() {
      fixedEnd = additions.length;
    },
    onData(wake) {
      wakers.add(wake);
      ownWakers.push(wake);
    },
    async close() {
      for (const wake of ownWakers.splice(0)) wakers.delete(wake);
    },
  };
}
