import type { Int64 } from '../batch.ts';

/** The windows of rows `from` to `to` of a batch. */
export interface RowBounds {
  readonly starts: ArrayLike<Int64>;
  readonly ends: ArrayLike<Int64>;
  readonly from: number;
  readonly to: number;
}

/** A stretch of a key's rows that belong together; `slot` holds its aggregates. */
export interface Session {
  /** [start, end), microseconds. */
  readonly start: Int64;
  readonly end: Int64;
  readonly slot: number;
}

/** A session after a batch, with what it is made of, in the order of their starts. */
export interface Merged {
  start: Int64;
  end: Int64;
  /** -1 until it has one. */
  slot: number;
  /** Which of the batch's keys it is of. */
  key: number;
  /** It is a stored session that the batch did not widen: it keeps its slot. */
  isUnmoved: boolean;
  readonly segments: Segment[];
}

/** A stored session, or a run of the batch's rows that no stored session comes between. */
export type Segment =
  | { readonly from: 'stored'; readonly slot: number }
  | { readonly from: 'run'; readonly run: number };

/**
 * Merges rows of one key, sorted by start, with its stored sessions, sorted as well: what begins at or before the end so far
 * belongs to the session (Spark: MergingSessionsIterator, over the order that MergingSortWithSessionWindowStateIterator makes).
 * `runs` takes the run of each row of the batch.
 */
export function mergeKey(
  stored: readonly Session[],
  { starts, ends, from, to }: RowBounds,
  newRun: () => number,
  runs: Int32Array,
): Merged[] {
  const merged: Merged[] = [];
  let nextStored = 0;
  const storedUpTo = (start: Int64 | null) => {
    for (let next = stored[nextStored]; next !== undefined; next = stored[nextStored]) {
      if (start !== null && next.start > start) return;
      join(merged, next.start, next.end).segments.push({ from: 'stored', slot: next.slot });
      nextStored++;
    }
  };
  for (let row = from; row < to; row++) {
    const start = starts[row] as Int64;
    if (nextStored < stored.length) storedUpTo(start);
    const { segments } = join(merged, start, ends[row] as Int64);
    const last = segments.at(-1);
    if (last?.from === 'run') {
      runs[row] = last.run;
      continue;
    }
    const run = newRun();
    runs[row] = run;
    segments.push({ from: 'run', run });
  }
  storedUpTo(null);
  if (stored.length === 0) return merged;
  const bySlot = new Map(stored.map((session) => [session.slot, session]));
  for (const session of merged) {
    const [only, ...others] = storedSlots(session);
    const before = only === undefined || others.length > 0 ? undefined : bySlot.get(only);
    session.isUnmoved = before !== undefined && before.start === session.start && before.end === session.end;
    if (session.isUnmoved) session.slot = only as number;
  }
  return merged;
}

/** The session that a piece belongs to: the last one, widened, or a new one. */
function join(merged: Merged[], start: Int64, end: Int64): Merged {
  const last = merged.at(-1);
  if (last !== undefined && start <= last.end) {
    if (end > last.end) last.end = end;
    return last;
  }
  const session: Merged = { start, end, slot: -1, key: -1, isUnmoved: false, segments: [] };
  merged.push(session);
  return session;
}

export function storedSlots(session: Merged): number[] {
  return session.segments.flatMap((segment) => (segment.from === 'stored' ? [segment.slot] : []));
}
