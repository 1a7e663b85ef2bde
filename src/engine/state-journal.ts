import type { Batch } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { NewStateChange, StateChange, StateStore } from '../state-store.ts';

export const NO_CHANGE: StateChange = { evictedThroughMicros: null, removals: [], upserts: [] };

/** Deltas after which a snapshot is considered. */
const MIN_DELTAS = 10;
/** It is written once a restart would read this many times the rows of the state: so it costs no more than the deltas before it. */
const MAX_RESTORE_RATIO = 2;
/** Deltas after which a snapshot is written whatever it costs, so that a restart stays quick. */
const MAX_DELTAS = 1000;

/** Carries an operator's change of one batch to its state store. Without a store (batch queries) it forgets. */
export class StateJournal {
  private staged: NewStateChange | null = null;
  /** Rows that a restart would read: those of the newest snapshot and of the deltas since. */
  private rowsToRestore = 0;

  constructor(private readonly store: StateStore | null) {}

  async restore(version: number, apply: (change: StateChange) => void): Promise<void> {
    this.staged = null;
    this.rowsToRestore = 0;
    if (this.store === null) return;
    for await (const change of this.store.restore(version)) {
      apply(change);
      this.rowsToRestore += rowsOf(change);
    }
  }

  stage(change: NewStateChange): void {
    this.staged = change;
  }

  async commit(batchId: number): Promise<void> {
    if (this.store === null) return;
    invariant(this.staged !== null, `batch ${batchId} ran to its end before its state is committed`);
    await this.store.commit(batchId, this.staged);
    this.rowsToRestore += rowsOf(this.staged);
    this.staged = null;
  }

  /** Writes the whole state now and then, and forgets versions before `oldest`. `rows` are in `version`, the newest one; `all` gives them. */
  async maintain(version: number, oldest: number, rows: number, all: () => Iterable<Batch>): Promise<void> {
    if (this.store === null) return;
    const deltas = this.store.deltasSinceSnapshot;
    if (deltas >= MAX_DELTAS || (deltas >= MIN_DELTAS && this.rowsToRestore >= MAX_RESTORE_RATIO * rows)) {
      await this.store.snapshot(version, all());
      this.rowsToRestore = rows;
    }
    await this.store.purge(oldest);
  }
}

function rowsOf(change: NewStateChange): number {
  return [...change.upserts, ...change.removals].reduce((sum, rows) => sum + rows.length, 0);
}
