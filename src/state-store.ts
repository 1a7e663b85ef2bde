import type { Batch } from './batch.ts';

/**
 * The durable half of a stateful operator. The operator keeps its state in flat arrays of its own making and answers
 * lookups from them; the store makes each batch's change durable and gives the whole state back after a restart
 * (docs/adr/0003). Version v is the state after batch v; -1 is the empty state before batch 0.
 *
 * Law: `restore(v)` gives exactly what `commit(0..v)` left, whatever was written after v and then abandoned. A commit
 * of a version that is there already replaces it (a batch that is run again).
 */
export interface StateStore {
  /** The changes that make up version `version`, oldest first: at most one snapshot, then deltas. */
  restore(version: number): AsyncIterable<StateChange>;
  /** Makes `change` durable as the step from `version - 1` to `version`. */
  commit(version: number, change: NewStateChange): Promise<void>;
  /** Deltas written since the newest snapshot; the operator decides when a snapshot pays. */
  readonly deltasSinceSnapshot: number;
  /** Writes the whole state of a committed `version`, off the batch's path, so that older deltas can go. */
  snapshot(version: number, rows: Iterable<Batch>): Promise<void>;
  /** Forgets versions before `oldest`; keeps what is needed to rebuild the ones from there on. */
  purge(oldest: number): Promise<void>;
}

export interface StateChange {
  /** Groups whose every entry with `time <= evictedThroughMicros` is gone, applied before `upserts`. Null: none. */
  readonly evictedThroughMicros: number | bigint | null;
  /** Keys (leading columns of the state schema) removed one by one, applied before `upserts`. */
  readonly removals: readonly Batch[];
  /** Whole rows, new or replaced, keyed by the leading columns of the state schema. */
  readonly upserts: readonly Batch[];
}

/** Rows of the state schema as the store keeps them: encoded beforehand, on whatever thread had them. */
export interface EncodedStateRows {
  readonly length: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A change as it is handed to the store. A row replaces those in front of it that have its key. */
export interface NewStateChange extends Omit<StateChange, 'upserts'> {
  readonly upserts: readonly (Batch | EncodedStateRows)[];
}
