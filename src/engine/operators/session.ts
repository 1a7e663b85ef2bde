import type { Batch, Cell, Int64, StructVector, Vector } from '../../batch.ts';
import { BATCH_ROWS, cellAt, takeBatch } from '../../batch.ts';
import { invariant } from '../../errors.ts';
import { areOrderless } from '../../plan/orderless.ts';
import type { PhysicalPlan } from '../../plan/physical.ts';
import { schemaOf } from '../../plan/physical.ts';
import type { Schema } from '../../schema.ts';
import { struct } from '../../schema.ts';
import type { OutputMode } from '../../sink.ts';
import type { StateStore } from '../../state-store.ts';
import { RowAdder } from '../aggregates/add-rows.ts';
import type { BatchRun, OperatorAccount } from '../batch-run.ts';
import { cellKey } from '../cell-key.ts';
import { ChunkSessionMaker, ChunkSessions } from '../chunk-sessions.ts';
import { groupStateSchema } from '../group-table.ts';
import type { Operator, StatefulOperator, StateProgress } from '../operator.ts';
import { type SessionChanges, SessionTable } from '../session-table.ts';
import { StateJournal } from '../state-journal.ts';
import { areAllAfter } from '../times.ts';
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
  }

  async *rows(run: BatchRun): AsyncGenerator<Batch> {
    this.counters = { updated: 0, removed: 0, dropped: 0 };
    const elsewhere = run.chunkGroups?.(this.operatorId) ?? null;
    if (elsewhere === null) {
      for await (const chunk of this.chunkGroups(run)) this.merge(chunk, run);
    } else {
      for await (const output of elsewhere) this.merge(ChunkSessions.load(this.node, output), run);
    }
    const changes = this.table.settle();
    this.counters.updated = changes.touched.length;
    yield* this.emit(run, changes);
  }

  private merge(chunk: ChunkSessions, run: BatchRun): void {
    // Spark counts what its partial aggregation leaves of them: one per input partition, key, time and gap.
    this.counters.dropped += chunk.lateGroups.size;
    if (chunk.rows > 0) run.flow.group(this.operatorId, chunk.rows);
    this.table.merge(chunk);
  }

  /** The sessions of every chunk of the batch, in order; where the order of rows matters, the batch is one chunk. */
  async *chunkGroups(run: BatchRun): AsyncGenerator<ChunkSessions> {
    const account = run.account(this.account);
    let sessions: ChunkSessionMaker | null = null;
    let chunk = -1;
    for await (const all of this.input.rows(run)) {
      if (sessions === null || (run.chunk !== chunk && areOrderless(this.node.aggregates))) {
        if (sessions !== null) yield sessions.finish();
        sessions = new ChunkSessionMaker(this.node, this.sessionKey, this.adder);
        chunk = run.chunk;
      }
      const batch = this.dropLateRows(all, run, account, sessions.lateGroups);
      if (batch.length > 0) sessions.add(batch);
    }
    if (sessions !== null) yield sessions.finish();
  }

  /** Late is judged on the row's own [time, time + gap), in every output mode. */
  private dropLateRows(batch: Batch, run: BatchRun, account: OperatorAccount, lateGroups: Set<string>): Batch {
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

  private *emit(run: BatchRun, { touched, removedKeys }: SessionChanges): Generator<Batch> {
    const closes = this.node.eventTimeKey !== null && run.outputMode !== 'complete';
    const closing = closes ? this.table.closing(run.evictMicros) : new Int32Array(0);
    const slots = run.outputMode === 'append' && closes ? closing : this.table.all();
    for (let at = 0; at < slots.length; at += BATCH_ROWS) {
      const part = slots.subarray(at, at + BATCH_ROWS);
      yield { schema: this.schema, length: part.length, vectors: this.table.results(part) };
    }
    const surviving = closing.length === 0 ? touched : this.table.openAfter(touched, run.evictMicros);
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
