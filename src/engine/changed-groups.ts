import type { Batch, Int64 } from '../batch.ts';
import type { EncodedStateRows } from '../state-store.ts';
import { type FoundGroups, knownGroups } from './found-groups.ts';
import type { GroupTable } from './group-table.ts';
import { takeInt32 } from './keys/take.ts';
import { SlotSet } from './slot-set.ts';

/** Encoded rows of a chunk are taken where at least such a share of its groups was new: the others are written once more. */
const LEAST_NEW = 0.75;

/** A chunk whose rows were taken as they came encoded: those of the groups at `from` to `to` of `ChangedGroups.slots`, and of some before. */
interface EncodedChunk {
  readonly rows: EncodedStateRows;
  readonly from: number;
  readonly to: number;
}

/**
 * The groups that a batch changes, and the rows that it changes in the state. Where windows are many, most groups of a batch are new and of one
 * chunk: then the chunk's rows, which were encoded where it was read, are those of the state. A row replaces the ones in front of it that
 * have its key, so groups of which such rows do not hold everything come again at the end. New groups come in the order in which the table has them.
 */
export class ChangedGroups {
  /** In the order in which they were changed first. */
  readonly slots = new SlotSet();
  private readonly encoded: EncodedChunk[] = [];
  private readonly again = new SlotSet();

  /** Those of a chunk, merged into the table; `encoded` as in `ChunkGroups`. */
  add(found: FoundGroups, encoded: EncodedStateRows | null): void {
    const { slots, made } = found;
    const from = this.slots.size;
    this.slots.addAll(slots);
    if (encoded !== null && made >= LEAST_NEW * slots.length) {
      this.encoded.push({ rows: encoded, from, to: this.slots.size });
    }
    if (this.encoded.length > 0 && made < slots.length) {
      this.again.addAll(takeInt32(slots, knownGroups(found)));
    }
  }

  /** Rows of the state, of the groups that stay open after `closedMicros`; null: all do. */
  *rows(table: GroupTable, closedMicros: Int64 | null): Generator<Batch | EncodedStateRows> {
    const saved = (slots: Int32Array) =>
      table.saveAll(closedMicros === null ? slots : table.openAfter(slots, closedMicros));
    const slots = this.slots.slots();
    let at = 0;
    for (const { rows, from, to } of this.encoded) {
      yield* saved(slots.subarray(at, from));
      if (rows.length > 0) yield rows;
      at = to;
    }
    yield* saved(slots.subarray(at));
    yield* saved(this.again.slots());
  }
}
