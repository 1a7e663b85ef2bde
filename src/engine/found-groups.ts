import type { Vector } from '../batch.ts';
import type { KeyColumn } from './row-grouper.ts';

/** Groups with their partial results, of which no two have the same key. */
export interface PartialGroups {
  readonly size: number;
  readonly keys: readonly KeyColumn[];
  /** The durable columns of the accumulators, one behind another. */
  readonly columns: readonly Vector[];
}

/** Where groups are, and which of them were not there before. */
export interface FoundGroups {
  /** -1: closed too long ago. */
  readonly slots: Int32Array<ArrayBuffer>;
  readonly isNew: Uint8Array;
  readonly made: number;
}

/** The slots of groups that are new; -1 for the others. */
export function newSlots({ slots, isNew, made }: FoundGroups): Int32Array {
  return made === slots.length ? slots : slots.map((slot, group) => (isNew[group] === 1 ? slot : -1));
}

/** The groups that are not new, those that closed too long ago among them. */
export function knownGroups({ slots, isNew, made }: FoundGroups): Int32Array<ArrayBuffer> {
  const known = new Int32Array(slots.length - made);
  for (let group = 0, n = 0; n < known.length; group++) if (isNew[group] === 0) known[n++] = group;
  return known;
}
