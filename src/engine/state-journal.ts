import type { Batch } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { StateChange, StateStore } from '../state-store.ts';

export const NO_CHANGE: StateChange = { evictedThroughMicros: null, removals: [], upserts: [] };

/** Deltas after which a snapshot is considered; it is written once they hold as many rows as the state. */
const MIN_DELTAS = 10;
/** Deltas after which a snapshot is written whatever it costs, so that a restart stays quick. */
const MAX_DELTAS = 1000;

/** Carries an operator's change of one batch to its state store. Without a store (batch queries) it forgets. */
export class StateJournal {
  private staged: StateChange | null = null;
  private rowsSinceSnapshot = 0;

  constructor(private readonly store: StateStore | null) {}

  async restore(version: number, apply: (change: StateChange) => void): Promise<void> {
    this.staged = null;
    this.rowsSinceSnapshot = 0;
    if (this.store === null) return;
    for await (const change of this.store.restore(version)) {
      apply(change);
      this.rowsSinceSnapshot += rowsOf(change);
    }
  }

  stage(change: StateChange): void {
    this.staged = change;
  }

  async commit(batchId: number): Promise<void> {
    if (this.store === null) return;
    invariant(this.staged !== null, `batch ${batchId} ran to its end before its state is committed`);
    await this.store.commit(batchId, this.staged);
    this.rowsSinceSnapshot += rowsOf(this.staged);
    this.staged = null;
  }

  async maintain(version: number, oldest: number, rows: number, all: () => Iterable<Batch>): Promise<void> {
    if (this.store === null) return;
    const deltas = this.store.deltasSinceSnapshot;
    if (deltas >= MAX_DELTAS || (deltas >= MIN_DELTAS && this.rowsSinceSnapshot >= rows)) {
      await this.store.snapshot(version, all());
      this.rowsSinceSnapshot = 0;
    }
    await this.store.purge(oldest);
  }
}

function rowsOf(change: StateChange): number {
  return [...change.upserts, ...change.removals].reduce((sum, batch) => sum + batch.length, 0);
}
