import type { Batch, Cell, Int64, StructVector, Vector } from '../../batch.ts';
import { cellAt, takeBatch } from '../../batch.ts';
import { invariant } from '../../errors.ts';
import type { PhysicalPlan } from '../../plan/physical.ts';
import { schemaOf } from '../../plan/physical.ts';
import type { Schema } from '../../schema.ts';
import { struct } from '../../schema.ts';
import type { OutputMode } from '../../sink.ts';
import type { StateStore } from '../../state-store.ts';
import type { Accumulator } from '../aggregates/accumulator.ts';
import { RowAdder } from '../aggregates/add-rows.ts';
import type { BatchRun } from '../batch-run.ts';
import { cellKey } from '../cell-key.ts';
import { groupStateSchema } from '../group-table.ts';
import type { Operator, StatefulOperator, StateProgress } from '../operator.ts';
import { MergedSessions } from '../session-merge.ts';
import { areAllAfter, int64s, orderByTime, placed, placesByCode } from '../session-order.ts';
import { type SessionChanges, SessionTable } from '../session-table.ts';
import { StateJournal } from '../state-journal.ts';
import { TakenVector } from '../taken-vector.ts';
import { subtract } from './window.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/**
 * Session windows: the rows of a key that follow each other within their gap. A row is its own window [time, time + gap);
 * windows of a key that touch (start <= end of the one before, inclusive) are one session (Spark: MergingSessionsIterator,
 * SessionWindowStateStoreRestoreExec and ...SaveExec).
 */
export class SessionOperator implements StatefulOperator {
  readonly operatorId: number;
  readonly name = 'sessionWindowStateStoreSaveExec';
  readonly stateSchema: Schema;
  private readonly schema;
  private readonly journal: StateJournal;
  private readonly adder: RowAdder;
  private readonly sessionKey: number;
  private table: SessionTable;
  private counters = { updated: 0, removed: 0, dropped: 0 };

  constructor(
    private readonly node: AggregateNode,
    private readonly input: Operator,
    store: StateStore | null,
    private readonly account: string,
  ) {
    invariant(node.sessionKey !== null, 'a session aggregation has a session key');
    this.operatorId = node.operatorId;
    this.sessionKey = node.sessionKey;
    this.schema = schemaOf(node.output);
    this.stateSchema = groupStateSchema(this.keyFields(), node.aggregates);
    this.adder = new RowAdder(node.aggregates);
    this.table = this.emptyTable();
    this.journal = new StateJournal(store);
  }

  private keyFields() {
    return schemaOf(this.node.output.slice(0, this.node.keys.length)).fields;
  }

  private emptyTable(): SessionTable {
    return new SessionTable(this.stateSchema, this.keyFields(), this.sessionKey, this.adder);
  }

  async restore(version: number): Promise<void> {
    this.table = this.emptyTable();
    await this.journal.restore(version, (change) => this.table.apply(change));
    this.table.endRestore();
  }

  async *rows(run: BatchRun): AsyncGenerator<Batch> {
    this.counters = { updated: 0, removed: 0, dropped: 0 };
    const kept: Batch[] = [];
    const lateGroups = new Set<string>();
    for await (const all of this.input.rows(run)) {
      const batch = this.dropLateRows(all, run, lateGroups);
      if (batch.length > 0) kept.push(batch);
    }
    this.counters.dropped = lateGroups.size;
    const changes = kept.length > 0 ? this.merge(kept) : null;
    const rows = kept.reduce((sum, { length }) => sum + length, 0);
    if (rows > 0) run.flow.group(this.operatorId, rows);
    this.counters.updated = changes?.touched.length ?? 0;
    yield* this.emit(run, changes);
  }

  /** Late is judged on the row's own [time, time + gap), in every output mode. */
  private dropLateRows(batch: Batch, run: BatchRun, lateGroups: Set<string>): Batch {
    const account = run.account(this.account);
    account.in += batch.length;
    if (this.node.eventTimeKey === null) {
      account.passed += batch.length;
      return batch;
    }
    const column = batch.vectors[this.node.keys[this.sessionKey] as number] as StructVector;
    if (areAllAfter(column.children[1] as Vector, run.lateMicros)) {
      account.passed += batch.length;
      return batch;
    }
    const kept: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const [start, end] = cellAt(column, row) as unknown as [Int64, Int64];
      if (end > run.lateMicros) {
        kept.push(row);
        continue;
      }
      // Spark counts what its partial aggregation leaves of them: one per input partition, key, time and gap.
      lateGroups.add(`${run.chunk} ${this.keyText(this.keyAt(batch, row))}${cellKey([start, end])}`);
      const lateByMicros = subtract(run.lateMicros, end);
      run.side.late({ operator: this.account, rows: batch, row, windowStart: start, windowEnd: end, lateByMicros });
    }
    account.late += batch.length - kept.length;
    account.latePairs += batch.length - kept.length;
    account.passed += kept.length;
    return kept.length === batch.length ? batch : takeBatch(batch, Int32Array.from(kept));
  }

  private keyAt(batch: Batch, row: number): Cell[] {
    return this.node.keys.map((key) => cellAt(batch.vectors[key] as Vector, row));
  }

  private keyText(key: readonly Cell[]): string {
    return key.toSpliced(this.sessionKey, 1).map(cellKey).join('');
  }

  /** Merges a batch's rows with the open sessions of their keys. */
  private merge(batches: readonly Batch[]): SessionChanges {
    const { keys, codes } = this.keysOf(batches);
    const { places, offsets } = placesByCode(codes, keys.length);
    const windows = batches.map(({ vectors }) => vectors[this.node.keys[this.sessionKey] as number] as StructVector);
    const times = (child: number) =>
      int64s(
        placed(
          windows.map(({ children }) => children[child] as Vector),
          places,
        ),
      );
    const starts = times(0);
    const order = orderByTime(starts, offsets);
    const merged = new MergedSessions(
      { starts: takeTimes(starts, order), ends: takeTimes(times(1), order) },
      this.table,
    );
    for (let n = 0; n < keys.length; n++) {
      merged.addKey(keys[n] as number, offsets[n] as number, offsets[n + 1] as number);
    }
    return this.table.settle(merged, this.sumRuns(batches, places, order, merged));
  }

  /** The keys of the rows in the order of their first appearance, and which of them each row has. */
  private keysOf(batches: readonly Batch[]): { readonly keys: readonly number[]; readonly codes: Int32Array } {
    const others = this.node.keys.toSpliced(this.sessionKey, 1);
    const codes = new Int32Array(batches.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const { vectors, length } of batches) {
      codes.set(
        this.table.numbersOf(
          others.map((key) => vectors[key] as Vector),
          length,
        ),
        at,
      );
      at += length;
    }
    const codeOf = new Int32Array(this.table.keyCount).fill(-1);
    const keys: number[] = [];
    for (let row = 0; row < codes.length; row++) {
      const key = codes[row] as number;
      if (codeOf[key] === -1) codeOf[key] = keys.push(key) - 1;
      codes[row] = codeOf[key] as number;
    }
    return { keys, codes };
  }

  /** Adds the rows, in order, to the runs that they are in. Columns that no aggregate reads stay where they are. */
  private sumRuns(
    batches: readonly Batch[],
    places: Int32Array,
    order: Int32Array,
    { runs, runCount }: MergedSessions,
  ): Accumulator[] {
    const accumulators = this.adder.accumulators();
    for (const accumulator of accumulators) accumulator.grow(runCount);
    const sorted: Vector[] = [];
    for (const column of new Set(this.node.aggregates.flatMap(({ args }) => args))) {
      const parts = batches.map(({ vectors }) => vectors[column] as Vector);
      sorted[column] = TakenVector.of(placed(parts, places), order);
    }
    this.adder.add(accumulators, runs, order.length, sorted);
    return accumulators;
  }

  private *emit(run: BatchRun, changes: SessionChanges | null): Generator<Batch> {
    const closes = this.node.eventTimeKey !== null && run.outputMode !== 'complete';
    const closing = closes ? this.table.closing(run.evictMicros) : new Int32Array(0);
    const slots = run.outputMode === 'append' && closes ? closing : this.table.all();
    if (slots.length > 0) yield { schema: this.schema, length: slots.length, vectors: this.table.results(slots) };
    const touched = changes?.touched ?? new Int32Array(0);
    const surviving = closes ? touched.filter((slot) => this.table.endOf(slot) > run.evictMicros) : touched;
    const removedKeys = changes?.removedKeys ?? [];
    const removals = (removedKeys[0]?.length ?? 0) === 0 ? [] : [this.keyRows(removedKeys)];
    const upserts = [...this.table.saveAll(surviving)];
    this.counters.removed = closing.length;
    if (closes) this.table.evict(run.evictMicros);
    this.journal.stage({ evictedThroughMicros: closes ? run.evictMicros : null, removals, upserts });
  }

  private keyRows(vectors: readonly Vector[]): Batch {
    return {
      schema: struct(this.schema.fields.slice(0, vectors.length)),
      length: (vectors[0] as Vector).length,
      vectors,
    };
  }

  commit(batchId: number): Promise<void> {
    return this.journal.commit(batchId);
  }

  maintain(version: number, oldest: number): Promise<void> {
    return this.journal.maintain(version, oldest, this.table.size, () => this.table.saveAll());
  }

  owesNoDataBatch(fromMicros: number, toMicros: number, mode: OutputMode): boolean {
    return mode !== 'complete' && toMicros > fromMicros;
  }

  lastClose(begunByMicros: number): number | null {
    return this.node.eventTimeKey === null ? null : this.table.lastClose(begunByMicros);
  }

  progress(): StateProgress {
    const bounds = this.node.eventTimeKey === null ? null : this.table.bounds();
    return {
      operatorName: this.name,
      numRowsTotal: this.table.size,
      numRowsUpdated: this.counters.updated,
      numRowsRemoved: this.counters.removed,
      numRowsDroppedByWatermark: this.counters.dropped,
      numDroppedDuplicateRows: 0,
      openWindows: this.table.size,
      nextCloseMicros: bounds === null ? null : Number(bounds[0]),
      lastCloseMicros: bounds === null ? null : Number(bounds[1]),
    };
  }
}

function takeTimes(times: ArrayLike<Int64>, order: Int32Array): ArrayLike<Int64> {
  if (!(times instanceof Float64Array)) return Array.from(order, (row) => times[row] as Int64);
  const taken = new Float64Array(order.length);
  for (let i = 0; i < taken.length; i++) taken[i] = times[order[i] as number] as number;
  return taken;
}
