import type { Batch, FixedVector, Int64, StructVector, Vector } from '../batch.ts';
import { concatBatches, takeBatch } from '../batch.ts';
import { invariant } from '../errors.ts';
import { areOrderless } from '../plan/orderless.ts';
import type { PhysicalPlan } from '../plan/physical.ts';
import { INT } from '../schema.ts';
import { AbsorbedSlots } from './absorbed-slots.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { firstNumbers, takeInt32 } from './keys/take.ts';
import { RowGrouper } from './row-grouper.ts';
import { SessionLists } from './session-lists.ts';
import { sortedByTimeAndRank } from './session-order.ts';
import { SessionSums } from './session-sums.ts';
import type { ChunkOutput } from './stage-run.ts';
import { boundsOf } from './times.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/**
 * The sessions that the rows of one chunk of input make alone, summed up. Chunks are merged into the state in their order, whichever thread summed
 * them, so that doubles add up in one fixed order.
 */
export class ChunkSessions {
  constructor(
    /** Number of sessions; they are in the order in which their rows began them. No two of a key touch. */
    readonly size: number,
    /** Rows that were added. */
    readonly rows: number,
    /** The key columns but for the session: one row for each key. */
    readonly keys: readonly Vector[],
    /** By session, the row of its key in `keys`. */
    readonly keyOf: Int32Array,
    readonly starts: Vector,
    readonly ends: Vector,
    /** The durable columns of the accumulators, one behind another. */
    readonly columns: readonly Vector[],
    /** What Spark counts as dropped: see SessionOperator. */
    readonly lateGroups: ReadonlySet<string>,
  ) {}

  /** All sessions as vectors, to be sent to another thread. */
  save(): readonly Vector[] {
    const { keyOf } = this;
    const numbers: Vector = { kind: 'fixed', type: INT, length: keyOf.length, validity: null, values: keyOf };
    return [...this.keys, numbers, this.starts, this.ends, ...this.columns];
  }

  /** The sessions that `save` gave, of the same plan. */
  static load(node: AggregateNode, output: ChunkOutput): ChunkSessions {
    invariant(output.kind === 'groups', 'the stage makes sessions');
    const { size, rows, vectors, lateGroups } = output;
    const keys = node.keys.length - 1;
    const [numbers, starts, ends] = vectors.slice(keys) as [FixedVector, Vector, Vector];
    const keyOf = numbers.values as Int32Array;
    const columns = vectors.slice(keys + 3);
    return new ChunkSessions(size, rows, vectors.slice(0, keys), keyOf, starts, ends, columns, new Set(lateGroups));
  }
}

/**
 * Puts the rows of a chunk into sessions and sums them up, batch by batch. Where their order matters to an aggregate, they are kept until all are
 * there and go in by time, and as they came within one.
 */
export class ChunkSessionMaker {
  readonly lateGroups = new Set<string>();
  private readonly sums: SessionSums;
  private readonly keys: RowGrouper;
  private readonly absorbed = new AbsorbedSlots();
  private readonly sessions = new SessionLists({
    moves: () => {},
    absorbs: (slot, absorbed) => this.absorbed.add(absorbed, slot),
  });
  private readonly sessionColumn: number;
  private readonly otherColumns: readonly number[];
  /** Null: rows go in as they come. */
  private readonly kept: Batch[] | null;
  private rows = 0;

  /** `sessionKey`: which of the keys is the session. */
  constructor(node: AggregateNode, sessionKey: number, adder: RowAdder) {
    this.sessionColumn = node.keys[sessionKey] as number;
    this.otherColumns = node.keys.toSpliced(sessionKey, 1);
    const types = node.output.slice(0, node.keys.length).map(({ type }) => type);
    this.keys = new RowGrouper(types.toSpliced(sessionKey, 1));
    this.sums = new SessionSums(adder);
    this.kept = areOrderless(node.aggregates) ? null : [];
  }

  add(batch: Batch): void {
    if (this.kept === null) this.addRows(batch);
    else this.kept.push(batch);
  }

  /** The rows of all kept batches, by time. */
  private addKept(batches: readonly Batch[]): void {
    const { schema } = batches[0] as Batch;
    const { vectors, length } = concatBatches(schema, batches);
    const [starts] = boundsOf(vectors[this.sessionColumn] as StructVector);
    const order = sortedByTimeAndRank(firstNumbers(length), starts, Float64Array.from(firstNumbers(length)));
    this.addRows(takeBatch({ schema, vectors, length }, order));
  }

  private addRows({ vectors, length }: Batch): void {
    const { keys, sessions } = this;
    const numbers = keys.assign(
      this.otherColumns.map((column) => vectors[column] as Vector),
      length,
    );
    const [starts, ends] = boundsOf(vectors[this.sessionColumn] as StructVector);
    sessions.reserveKeys(keys.size);
    const slots = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      slots[row] = sessions.add(numbers[row] as number, starts[row] as Int64, ends[row] as Int64);
    }
    this.rows += length;
    this.sums.reserve(sessions.capacity);
    this.sums.addRows(slots, length, vectors);
  }

  finish(): ChunkSessions {
    if (this.kept !== null && this.kept.length > 0) this.addKept(this.kept);
    const { keys, sessions, rows, lateGroups } = this;
    const slots = sessions.present();
    const absorbed = this.absorbed.slots();
    this.sums.add(this.absorbed.rootsOf(absorbed), this.sums.save(absorbed));
    return new ChunkSessions(
      slots.length,
      rows,
      keys.take(firstNumbers(keys.size)),
      takeInt32(sessions.keyOf, slots),
      sessions.starts.take(slots),
      sessions.ends.take(slots),
      this.sums.save(slots),
      lateGroups,
    );
  }
}
