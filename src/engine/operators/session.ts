import type { Batch, Cell, Int64, StructVector, Vector } from '../../batch.ts';
import { cellAt, concatBatches, takeBatch, vectorOf } from '../../batch.ts';
import { invariant } from '../../errors.ts';
import type { Attribute, PhysicalPlan } from '../../plan/physical.ts';
import { schemaOf, WINDOW_TYPE } from '../../plan/physical.ts';
import type { Schema } from '../../schema.ts';
import type { OutputMode } from '../../sink.ts';
import type { StateChange, StateStore } from '../../state-store.ts';
import type { Accumulator } from '../aggregates/accumulator.ts';
import { RowAdder } from '../aggregates/add-rows.ts';
import type { BatchRun } from '../batch-run.ts';
import { cellKey } from '../cell-key.ts';
import { GroupTable, keyText } from '../group-table.ts';
import type { Operator, StatefulOperator, StateProgress } from '../operator.ts';
import { type KeyColumn, RowGrouper } from '../row-grouper.ts';
import type { Merged, RowBounds, Session } from '../session-merge.ts';
import { mergeKey, storedSlots } from '../session-merge.ts';
import { areAllAfter, int64s, sortedByCodeAndTime } from '../session-order.ts';
import { SlotSet } from '../slot-set.ts';
import { StateJournal } from '../state-journal.ts';
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
  private readonly schema;
  private readonly journal: StateJournal;
  private readonly adder: RowAdder;
  private table: GroupTable;
  /** Open sessions by key, in order of their start. */
  private sessions = new Map<string, Session[]>();
  private counters = { updated: 0, removed: 0, dropped: 0 };

  constructor(
    private readonly node: AggregateNode,
    private readonly input: Operator,
    store: StateStore | null,
    private readonly account: string,
  ) {
    invariant(node.sessionKey !== null, 'a session aggregation has a session key');
    this.operatorId = node.operatorId;
    this.schema = schemaOf(node.output);
    this.adder = new RowAdder(node.aggregates);
    this.table = this.emptyTable();
    this.journal = new StateJournal(store);
  }

  get stateSchema() {
    return this.table.stateSchema;
  }

  private emptyTable(): GroupTable {
    const fields = schemaOf(this.node.output.slice(0, this.node.keys.length)).fields;
    return new GroupTable(fields, this.adder, this.node.sessionKey);
  }

  private windowOf(key: readonly Cell[]): [start: Int64, end: Int64] {
    return key[this.node.sessionKey as number] as unknown as [Int64, Int64];
  }

  async restore(version: number): Promise<void> {
    this.table = this.emptyTable();
    await this.journal.restore(version, (change) => this.table.apply(change));
    this.sessions = new Map();
    for (const slot of this.table.all()) this.register(slot);
    for (const list of this.sessions.values()) list.sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  private register(slot: number): void {
    const key = this.table.keyOf(slot);
    const [start, end] = this.windowOf(key);
    const text = this.keyText(key);
    const list = this.sessions.get(text);
    if (list === undefined) this.sessions.set(text, [{ start, end, slot }]);
    else list.push({ start, end, slot });
  }

  private keyText(key: readonly Cell[]): string {
    let text = '';
    key.forEach((cell, index) => {
      if (index !== this.node.sessionKey) text += cellKey(cell);
    });
    return text;
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
    const changes = new SessionChanges();
    if (kept.length > 0) {
      const rows = this.merge(concatBatches(schemaOf(this.node.input.output), kept), changes);
      run.flow.group(this.operatorId, rows);
    }
    this.counters.updated = changes.touched.size;
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
    const column = batch.vectors[this.node.keys[this.node.sessionKey as number] as number] as StructVector;
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

  /** Merges a batch's rows with the open sessions of their keys; gives how many it put into sessions. */
  private merge(batch: Batch, changes: SessionChanges): number {
    const { keys, rows, sorted } = this.sortRows(batch);
    const merged: Merged[] = [];
    const runs = new Int32Array(batch.length);
    let runCount = 0;
    const newRun = () => runCount++;
    let count = 0;
    for (const [key, bounds] of rows.entries()) {
      count += bounds.to - bounds.from;
      const text = keyText(keys.keyOf(key));
      const list = mergeKey(this.sessions.get(text) ?? [], bounds, newRun, runs);
      for (const session of list) {
        session.key = key;
        merged.push(session);
      }
      this.sessions.set(text, list);
    }
    const partial = this.sumRuns(sorted, runs, runCount);
    const touched = merged.filter((session) => session.segments.some((segment) => segment.from === 'run'));
    this.settle(touched, keys, partial, runCount, changes);
    return count;
  }

  /** The rows by key, and within a key by time; rows of one time stay in the order in which they came. `rows` are those of each key. */
  private sortRows(batch: Batch): { keys: RowGrouper; rows: readonly RowBounds[]; sorted: Batch } {
    const others = this.node.keys.filter((_, index) => index !== this.node.sessionKey);
    const keys = new RowGrouper(others.map((key) => (this.node.input.output[key] as Attribute).type));
    const codes = keys.assign(
      others.map((key) => batch.vectors[key] as Vector),
      batch.length,
    );
    const window = batch.vectors[this.node.keys[this.node.sessionKey as number] as number] as StructVector;
    const { order, offsets } = sortedByCodeAndTime(codes, keys.size, int64s(window.children[0] as Vector));
    const sorted = takeBatch(batch, order);
    const sortedWindow = sorted.vectors[this.node.keys[this.node.sessionKey as number] as number] as StructVector;
    const [starts, ends] = sortedWindow.children.map(int64s) as [ArrayLike<Int64>, ArrayLike<Int64>];
    const rows = Array.from({ length: keys.size }, (_, key) => ({
      starts,
      ends,
      from: offsets[key] as number,
      to: offsets[key + 1] as number,
    }));
    return { keys, rows, sorted };
  }

  private sumRuns(sorted: Batch, runs: Int32Array, runCount: number): readonly Accumulator[] {
    const accumulators = this.adder.accumulators();
    for (const accumulator of accumulators) accumulator.grow(runCount);
    this.adder.add(accumulators, runs, sorted.length, sorted.vectors);
    return accumulators;
  }

  /** A session whose bounds changed is a new state row; the ones it replaces are removed (Spark: putSessions). */
  private settle(
    merged: readonly Merged[],
    keys: RowGrouper,
    partial: readonly Accumulator[],
    runCount: number,
    changes: SessionChanges,
  ): void {
    const moved = merged.filter((session) => !session.isUnmoved);
    const replaced = Int32Array.from(moved.flatMap(storedSlots));
    const saved = this.loadSaved(this.table.save(replaced));
    const indexOf = new Map<number, number>();
    replaced.forEach((slot, index) => {
      indexOf.set(slot, index);
    });
    changes.removedKeys = this.table.keys(replaced);
    for (const slot of replaced) this.table.remove(slot);
    this.table.slotsOf(this.keysOf(moved, keys), moved.length).forEach((slot, index) => {
      (moved[index] as Merged).slot = slot;
    });
    changes.touched.addAll(Int32Array.from(merged, (session) => session.slot));
    const rounds = merged.reduce((most, session) => Math.max(most, session.segments.length), 0);
    for (let round = 0; round < rounds; round++) {
      const fromSaved = new Int32Array(replaced.length).fill(-1);
      const fromRuns = new Int32Array(runCount).fill(-1);
      for (const session of merged) {
        const segment = session.segments[round];
        if (segment?.from === 'run') fromRuns[segment.run] = session.slot;
        if (segment?.from === 'stored' && !session.isUnmoved) {
          fromSaved[indexOf.get(segment.slot) as number] = session.slot;
        }
      }
      this.table.mergeGroups(fromSaved, saved);
      this.table.mergeGroups(fromRuns, partial);
    }
  }

  /** The keys of sessions, the window in its place. */
  private keysOf(sessions: readonly Merged[], keys: RowGrouper): KeyColumn[] {
    const columns = keys.keys().map(({ values, codes }) => ({
      values,
      codes: Int32Array.from(sessions, (session) => codes[session.key] as number),
    }));
    const windows = {
      values: vectorOf(
        WINDOW_TYPE,
        sessions.map(({ start, end }) => [start, end]),
      ),
      codes: Int32Array.from(sessions, (_, index) => index),
    };
    return columns.toSpliced(this.node.sessionKey as number, 0, windows);
  }

  private loadSaved(saved: Batch): readonly Accumulator[] {
    const slots = Int32Array.from({ length: saved.length }, (_, i) => i);
    let column = this.node.keys.length;
    return this.adder.accumulators().map((accumulator) => {
      accumulator.grow(saved.length);
      const width = accumulator.stateFields.length;
      accumulator.load(slots, saved.vectors.slice(column, column + width));
      column += width;
      return accumulator;
    });
  }

  private *emit(run: BatchRun, changes: SessionChanges): Generator<Batch> {
    const closes = this.node.eventTimeKey !== null && run.outputMode !== 'complete';
    const closing = closes ? this.table.closing(run.evictMicros) : new Int32Array(0);
    const slots = run.outputMode === 'append' && closes ? closing : this.table.all();
    if (slots.length > 0) yield { schema: this.schema, length: slots.length, vectors: this.table.results(slots) };
    const surviving = changes.touched
      .slots()
      .filter((slot) => !closes || (this.table.closesAt(slot) as Int64) > run.evictMicros);
    const change: StateChange = {
      evictedThroughMicros: closes ? run.evictMicros : null,
      removals: changes.removals(this.schema),
      upserts: surviving.length === 0 ? [] : [this.table.save(surviving)],
    };
    this.counters.removed = closing.length;
    if (closes) this.evict(closing, run.evictMicros);
    this.journal.stage(change);
  }

  private evict(closing: Int32Array, throughMicros: number): void {
    for (const slot of closing) {
      const text = this.keyText(this.table.keyOf(slot));
      const left = (this.sessions.get(text) ?? []).filter((session) => session.end > throughMicros);
      if (left.length === 0) this.sessions.delete(text);
      else this.sessions.set(text, left);
    }
    this.table.evict(throughMicros);
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
    const times = this.node.eventTimeKey === null ? [] : this.table.closeTimes();
    return {
      operatorName: this.name,
      numRowsTotal: this.table.size,
      numRowsUpdated: this.counters.updated,
      numRowsRemoved: this.counters.removed,
      numRowsDroppedByWatermark: this.counters.dropped,
      numDroppedDuplicateRows: 0,
      openWindows: this.table.size,
      nextCloseMicros: times.length === 0 ? null : Number(times[0]),
      lastCloseMicros: times.length === 0 ? null : Number(times.at(-1)),
    };
  }
}

/** What a batch did to the stored sessions. */
class SessionChanges {
  readonly touched = new SlotSet();
  /** Key columns of the sessions that are no more. */
  removedKeys: readonly Vector[] = [];

  removals(schema: Schema): readonly Batch[] {
    const length = this.removedKeys[0]?.length ?? 0;
    if (length === 0) return [];
    const fields = schema.fields.slice(0, this.removedKeys.length);
    return [{ schema: { kind: 'struct', fields }, length, vectors: this.removedKeys }];
  }
}
