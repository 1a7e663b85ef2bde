import type { Batch, Cell, Int64, Vector } from '../../batch.ts';
import { batchOf, cellAt, takeBatch } from '../../batch.ts';
import { invariant } from '../../errors.ts';
import type { PhysicalPlan } from '../../plan/physical.ts';
import { schemaOf } from '../../plan/physical.ts';
import type { OutputMode } from '../../sink.ts';
import type { StateChange, StateStore } from '../../state-store.ts';
import type { Accumulator } from '../aggregates/accumulator.ts';
import { createAccumulator } from '../aggregates/table.ts';
import type { BatchRun } from '../batch-run.ts';
import { cellKey } from '../cell-key.ts';
import { GroupTable } from '../group-table.ts';
import type { Operator, StatefulOperator, StateProgress } from '../operator.ts';
import { StateJournal } from '../state-journal.ts';
import { subtract } from './window.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/** A stretch of a key's rows that belong together; `slot` holds its aggregates. */
interface Session {
  start: Int64;
  end: Int64;
  slot: number;
}

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
    this.table = this.emptyTable();
    this.journal = new StateJournal(store);
  }

  get stateSchema() {
    return this.table.stateSchema;
  }

  private emptyTable(): GroupTable {
    const fields = schemaOf(this.node.output.slice(0, this.node.keys.length)).fields;
    return new GroupTable(fields, this.node.aggregates, (key) => this.windowOf(key)[1]);
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
    const changes = new SessionChanges();
    for await (const all of this.input.rows(run)) {
      const batch = this.dropLateRows(all, run);
      for (let row = 0; row < batch.length; row++) this.addRow(batch, row, changes);
    }
    this.counters.updated = changes.touched.size;
    yield* this.emit(run, changes);
  }

  /** Late is judged on the row's own [time, time + gap), in every output mode. */
  private dropLateRows(batch: Batch, run: BatchRun): Batch {
    const account = run.account(this.account);
    account.in += batch.length;
    if (this.node.eventTimeKey === null) {
      account.passed += batch.length;
      return batch;
    }
    const column = batch.vectors[this.node.keys[this.node.sessionKey as number] as number] as Vector;
    const kept: number[] = [];
    const lateGroups = new Set<string>();
    for (let row = 0; row < batch.length; row++) {
      const [start, end] = cellAt(column, row) as unknown as [Int64, Int64];
      if (end > run.lateMicros) {
        kept.push(row);
        continue;
      }
      lateGroups.add(this.keyText(this.keyAt(batch, row)) + cellKey([start, end]));
      const lateByMicros = subtract(run.lateMicros, end);
      run.side.late({ operator: this.account, rows: batch, row, windowStart: start, windowEnd: end, lateByMicros });
    }
    this.counters.dropped += lateGroups.size;
    account.late += batch.length - kept.length;
    account.latePairs += batch.length - kept.length;
    account.passed += kept.length;
    return kept.length === batch.length ? batch : takeBatch(batch, Int32Array.from(kept));
  }

  private keyAt(batch: Batch, row: number): Cell[] {
    return this.node.keys.map((key) => cellAt(batch.vectors[key] as Vector, row));
  }

  /** Puts a row into the sessions of its key: it may start one, widen one, or bridge several. */
  private addRow(batch: Batch, row: number, changes: SessionChanges): void {
    const key = this.keyAt(batch, row);
    const text = this.keyText(key);
    const [start, end] = this.windowOf(key);
    const list = this.sessions.get(text) ?? [];
    this.sessions.set(text, list);
    const joined = list.filter((session) => session.start <= end && start <= session.end);
    const first = joined[0];
    const merged: Session = {
      start: first === undefined ? start : earlier(first.start, start),
      end: joined.reduce((latest, session) => later(latest, session.end), end),
      slot: -1,
    };
    const only = joined.length === 1 && first !== undefined && first.start === merged.start && first.end === merged.end;
    merged.slot = only ? first.slot : this.mergeSlots(key, merged, joined, changes);
    this.addTo(merged.slot, batch, row);
    changes.touched.add(merged.slot);
    if (only) return;
    const at = list.findIndex((session) => session.end >= merged.start);
    const position = joined.length > 0 ? list.indexOf(first as Session) : at < 0 ? list.length : at;
    list.splice(position, joined.length, merged);
  }

  /** A session whose bounds changed is a new state row; the ones it replaces are removed (Spark: putSessions). */
  private mergeSlots(
    key: readonly Cell[],
    merged: Session,
    joined: readonly Session[],
    changes: SessionChanges,
  ): number {
    const bounds = key.map((cell, index) => (index === this.node.sessionKey ? [merged.start, merged.end] : cell));
    const partials = joined.map((session) => this.table.save(Int32Array.of(session.slot)));
    for (const session of joined) {
      changes.remove(session.slot, this.table.keyOf(session.slot));
      this.table.remove(session.slot);
    }
    const slot = this.table.slotOf(bounds);
    for (const partial of partials) this.mergeSaved(slot, partial);
    return slot;
  }

  private mergeSaved(slot: number, saved: Batch): void {
    const accumulators = this.node.aggregates.map(createAccumulator);
    let column = this.node.keys.length;
    for (const accumulator of accumulators) {
      accumulator.grow(1);
      accumulator.load(Int32Array.of(0), saved.vectors.slice(column, column + accumulator.stateFields.length));
      column += accumulator.stateFields.length;
    }
    this.table.mergeGroups(Int32Array.of(slot), accumulators);
  }

  private addTo(slot: number, batch: Batch, row: number): void {
    const one = takeBatch(batch, Int32Array.of(row));
    const accumulators: Accumulator[] = this.node.aggregates.map((call) => {
      const accumulator = createAccumulator(call);
      accumulator.grow(1);
      accumulator.update(
        Int32Array.of(0),
        1,
        call.args.map((arg) => one.vectors[arg] as Vector),
      );
      return accumulator;
    });
    this.table.mergeGroups(Int32Array.of(slot), accumulators);
  }

  private *emit(run: BatchRun, changes: SessionChanges): Generator<Batch> {
    const closes = this.node.eventTimeKey !== null && run.outputMode !== 'complete';
    const closing = closes ? this.table.closing(run.evictMicros) : new Int32Array(0);
    const slots = run.outputMode === 'append' && closes ? closing : this.table.all();
    if (slots.length > 0) yield { schema: this.schema, length: slots.length, vectors: this.table.results(slots) };
    const surviving = [...changes.touched].filter(
      (slot) => !closes || (this.table.closesAt(slot) as Int64) > run.evictMicros,
    );
    const change: StateChange = {
      evictedThroughMicros: closes ? run.evictMicros : null,
      removals: changes.removedKeys(this.schema, this.node.keys.length),
      upserts: surviving.length === 0 ? [] : [this.table.save(Int32Array.from(surviving))],
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
    return this.journal.maintain(version, oldest, this.table.size, () => [this.table.save(this.table.all())]);
  }

  owesNoDataBatch(fromMicros: number, toMicros: number, mode: OutputMode): boolean {
    return mode !== 'complete' && toMicros > fromMicros;
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

function earlier(a: Int64, b: Int64): Int64 {
  if (b < a) return b;
  return a;
}

function later(a: Int64, b: Int64): Int64 {
  if (b > a) return b;
  return a;
}

/** What a batch did to the stored sessions. */
class SessionChanges {
  readonly touched = new Set<number>();
  private readonly removed: (readonly Cell[])[] = [];

  remove(slot: number, key: readonly Cell[]): void {
    this.touched.delete(slot);
    this.removed.push([...key]);
  }

  removedKeys(schema: Batch['schema'], width: number): readonly Batch[] {
    if (this.removed.length === 0) return [];
    return [batchOf({ kind: 'struct', fields: schema.fields.slice(0, width) }, this.removed)];
  }
}
