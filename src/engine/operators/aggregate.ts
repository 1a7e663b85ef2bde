import type { Batch, Vector } from '../../batch.ts';
import { BATCH_ROWS, cellAt, takeBatch } from '../../batch.ts';
import type { PhysicalPlan } from '../../plan/physical.ts';
import { schemaOf } from '../../plan/physical.ts';
import type { OutputMode } from '../../sink.ts';
import type { StateStore } from '../../state-store.ts';
import { RowAdder } from '../aggregates/add-rows.ts';
import type { BatchRun } from '../batch-run.ts';
import { ChangedGroups } from '../changed-groups.ts';
import { ChunkGrouper, ChunkGroups } from '../chunk-groups.ts';
import { closeTime, GroupTable, keyText } from '../group-table.ts';
import type { Operator, StatefulOperator, StateProgress } from '../operator.ts';
import { StateJournal } from '../state-journal.ts';
import { subtract } from './window.ts';

type AggregateNode = Extract<PhysicalPlan, { op: 'aggregate' }>;

/**
 * Grouped aggregation over time windows, event times or ordinary keys (Spark: StateStoreRestoreExec and StateStoreSaveExec in
 * statefulOperators.scala). Rows are grouped and summed per chunk, the chunks' partial results merged into the state in order.
 */
export class AggregateOperator implements StatefulOperator {
  readonly operatorId: number;
  readonly name = 'stateStoreSave';
  private readonly adder: RowAdder;
  private table: GroupTable;
  private readonly journal: StateJournal;
  private readonly schema;
  private counters = { updated: 0, removed: 0 };
  /** Groups of the batch that were late, each counted once, however many rows and chunks it came from (as in Spark). */
  private readonly lateGroups = new Set<string>();

  /** `store` is null in a batch query. `reportLate`: rows are told late here, because no window operator below did it. */
  constructor(
    private readonly node: AggregateNode,
    private readonly input: Operator,
    store: StateStore | null,
    private readonly account: string,
    private readonly reportLate: boolean,
  ) {
    this.operatorId = node.operatorId;
    this.schema = schemaOf(node.output);
    this.adder = new RowAdder(node.aggregates);
    this.table = this.emptyTable();
    this.journal = new StateJournal(store);
  }

  private emptyTable(): GroupTable {
    const fields = schemaOf(this.node.output.slice(0, this.node.keys.length)).fields;
    return new GroupTable(fields, this.adder, this.node.eventTimeKey);
  }

  async restore(version: number): Promise<void> {
    this.table = this.emptyTable();
    await this.journal.restore(version, (change) => this.table.apply(change));
  }

  async *rows(run: BatchRun): AsyncGenerator<Batch> {
    this.counters = { updated: 0, removed: 0 };
    this.lateGroups.clear();
    const changed = await this.consume(run);
    if (this.node.keys.length === 0) changed.add(this.table.onlyGroup(), null);
    this.counters.updated = changed.slots.size;
    yield* this.emit(run, changed);
  }

  /** Takes in all rows of the batch; gives the groups that they changed, in order. */
  private async consume(run: BatchRun): Promise<ChangedGroups> {
    const changed = new ChangedGroups();
    const elsewhere = run.chunkGroups?.(this.operatorId) ?? null;
    if (elsewhere === null) {
      for await (const groups of this.chunkGroups(run)) this.merge(groups, run, changed);
    } else {
      for await (const output of elsewhere) this.merge(ChunkGroups.load(this.node, output), run, changed);
    }
    return changed;
  }

  /** The groups of every chunk of the batch, in order. */
  async *chunkGroups(run: BatchRun): AsyncGenerator<ChunkGroups> {
    let groups: ChunkGrouper | null = null;
    let chunk = -1;
    for await (const all of this.input.rows(run)) {
      if (groups === null || run.chunk !== chunk) {
        if (groups !== null) yield this.finished(groups, run);
        groups = new ChunkGrouper(this.node, this.adder);
        chunk = run.chunk;
      }
      const batch = this.dropLateRows(all, run, groups.lateGroups);
      if (batch.length > 0) groups.add(batch);
    }
    if (groups !== null) yield this.finished(groups, run);
  }

  private finished(grouper: ChunkGrouper, run: BatchRun): ChunkGroups {
    const groups = grouper.finish();
    if (run.encodeState === undefined || !groups.isWorthEncoding) return groups;
    const rows = groups.stateRows(this.table.stateSchema, this.closingKey(run), run.evictMicros);
    return groups.withEncoded(run.encodeState(rows));
  }

  /** The key column that closes groups; null where none close. */
  private closingKey(run: BatchRun): number | null {
    return run.outputMode === 'complete' ? null : this.node.eventTimeKey;
  }

  /** Late rows of an aggregation keyed on the event time itself; windows are told late where they are assigned. */
  private dropLateRows(batch: Batch, run: BatchRun, lateGroups: Set<string>): Batch {
    const at = this.node.eventTimeKey;
    if (!this.reportLate || at === null || run.outputMode === 'complete') return batch;
    const account = run.account(this.account);
    const column = batch.vectors[this.node.keys[at] as number] as Vector;
    const kept: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const time = closeTime(cellAt(column, row));
      if (time === null || time > run.lateMicros) kept.push(row);
      else {
        lateGroups.add(keyText(this.node.keys.map((key) => cellAt(batch.vectors[key] as Vector, row))));
        run.side.late({
          operator: this.account,
          rows: batch,
          row,
          windowStart: null,
          windowEnd: null,
          lateByMicros: subtract(run.lateMicros, time),
        });
      }
    }
    const late = batch.length - kept.length;
    account.in += batch.length;
    account.late += late;
    account.latePairs += late;
    account.passed += kept.length;
    return late === 0 ? batch : takeBatch(batch, Int32Array.from(kept));
  }

  private merge(chunk: ChunkGroups, run: BatchRun, changed: ChangedGroups): void {
    for (const group of chunk.lateGroups) this.lateGroups.add(group);
    run.flow.group(this.operatorId, chunk.rows);
    const found = this.table.merge(chunk, this.closingKey(run) === null ? null : run.lateMicros);
    changed.add(found, chunk.encoded);
    const { slots } = found;
    for (let group = slots.indexOf(-1); group >= 0; group = slots.indexOf(-1, group + 1)) {
      this.lateGroups.add(keyText(chunk.keyOf(group)));
    }
  }

  private *emit(run: BatchRun, changed: ChangedGroups): Generator<Batch> {
    const closing = this.closingKey(run) === null ? null : this.table.closing(run.evictMicros);
    if (run.outputMode === 'append') yield* this.output(closing ?? this.table.all());
    else if (run.outputMode === 'update') yield* this.output(changed.slots.slots());
    else yield* this.output(this.table.all());
    const upserts = [...changed.rows(this.table, closing === null ? null : run.evictMicros)];
    this.counters.removed = closing?.length ?? 0;
    if (closing !== null) this.table.evict(run.evictMicros);
    this.journal.stage({ evictedThroughMicros: closing === null ? null : run.evictMicros, removals: [], upserts });
  }

  private *output(slots: Int32Array): Generator<Batch> {
    for (let at = 0; at < slots.length; at += BATCH_ROWS) {
      const part = slots.subarray(at, at + BATCH_ROWS);
      yield { schema: this.schema, length: part.length, vectors: this.table.results(part) };
    }
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
    return this.table.lastClose(begunByMicros);
  }

  progress(): StateProgress {
    const times = this.node.eventTimeKey === null ? [] : this.table.closeTimes();
    return {
      operatorName: this.name,
      numRowsTotal: this.table.size,
      numRowsUpdated: this.counters.updated,
      numRowsRemoved: this.counters.removed,
      numRowsDroppedByWatermark: this.lateGroups.size,
      numDroppedDuplicateRows: 0,
      openWindows: times.length,
      nextCloseMicros: times.length === 0 ? null : Number(times[0]),
      lastCloseMicros: times.length === 0 ? null : Number(times.at(-1)),
    };
  }
}
