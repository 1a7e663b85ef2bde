import { expect, test } from '@jest/globals';
import { type Batch, batchOf } from '../../src/batch.ts';
import { NO_CHANGE, StateJournal } from '../../src/engine/state-journal.ts';
import { field, LONG, struct } from '../../src/schema.ts';
import type { StateChange, StateStore } from '../../src/state-store.ts';

const SCHEMA = struct([field('key', LONG)]);
const rows = (count: number): Batch => batchOf(SCHEMA, new Array(count).fill([1]));
const upserts = (count: number): StateChange => ({ ...NO_CHANGE, upserts: [rows(count)] });

/** A store that only notes which versions were written whole. */
function notingStore(kept: readonly StateChange[] = []): StateStore & { readonly snapshots: number[] } {
  const snapshots: number[] = [];
  let current = kept.length - 1;
  let newest = -1;
  return {
    snapshots,
    async *restore() {
      yield* kept;
    },
    async commit(version) {
      current = version;
    },
    get deltasSinceSnapshot() {
      return current - newest;
    },
    async snapshot(version) {
      snapshots.push(version);
      newest = version;
    },
    async purge() {},
  };
}

/** Batches `from` to `to`, each of which changes `changed` rows of a state of `size`. */
async function run(journal: StateJournal, from: number, to: number, changed: number, size: number): Promise<void> {
  for (let batch = from; batch <= to; batch++) {
    journal.stage(upserts(changed));
    await journal.commit(batch);
    await journal.maintain(batch, batch - 100, size, () => []);
  }
}

test('a large state of which little changes is not written again and again', async () => {
  const store = notingStore();
  const journal = new StateJournal(store);
  await run(journal, 0, 0, 1000, 1000);
  await run(journal, 1, 99, 10, 1000);
  expect(store.snapshots).toEqual([]);
  await run(journal, 100, 350, 10, 1000);
  // A restart would have read the 1,000 rows of the beginning and 1,000 of later.
  expect(store.snapshots).toEqual([100, 200, 300]);
});

test('a small state that changes as a whole is written every ten deltas', async () => {
  const store = notingStore();
  await run(new StateJournal(store), 0, 40, 5, 5);
  expect(store.snapshots).toEqual([9, 19, 29, 39]);
});

test('what a restart read counts', async () => {
  const store = notingStore([upserts(1000), upserts(990)]);
  const journal = new StateJournal(store);
  await journal.restore(1, () => {});
  await run(journal, 2, 12, 1, 1000);
  expect(store.snapshots).toEqual([11]);
});
