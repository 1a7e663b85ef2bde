import type { Batch, Cell, Int64, Vector } from '../../batch.ts';
import { batchOf, canonicalInt64, cellAt, takeBatch } from '../../batch.ts';
import type { Attribute, PhysicalPlan } from '../../plan/physical.ts';
import { schemaOf } from '../../plan/physical.ts';
import type { Field, Schema } from '../../schema.ts';
import { field, struct, TIMESTAMP } from '../../schema.ts';
import type { StateChange, StateStore } from '../../state-store.ts';
import type { BatchRun, OperatorAccount } from '../batch-run.ts';
import { keyText } from '../group-table.ts';
import type { Operator, StatefulOperator, StateProgress } from '../operator.ts';
import { RowGrouper } from '../row-grouper.ts';
import { StateJournal } from '../state-journal.ts';
import { subtract } from './window.ts';

type DeduplicateNode = Extract<PhysicalPlan, { op: 'deduplicate' }>;

interface Remembered {
  readonly key: readonly Cell[];
  /** Micros; the watermark at or past it forgets the key. Null: never forgotten. */
  readonly expires: Int64 | null;
}

/**
 * dropDuplicates and dropDuplicatesWithinWatermark: the first row of a key wins (Spark: BaseStreamingDeduplicateExec).
 * The state is the keys, each with the time after which it is forgotten, where there is one.
 */
export class DeduplicateOperator implements StatefulOperator {
  readonly operatorId: number;
  readonly name: string;
  readonly stateSchema: Schema;
  private known = new Map<string, Remembered>();
  private readonly journal: StateJournal;
  private counters = { updated: 0, removed: 0, dropped: 0, duplicates: 0 };

  constructor(
    private readonly node: DeduplicateNode,
    private readonly input: Operator,
    store: StateStore | null,
    private readonly account: string,
  ) {
    this.operatorId = node.operatorId;
    this.name = node.withinMs === null ? 'dedupe' : 'dedupeWithinWatermark';
    this.stateSchema = dedupStateSchema(node);
    this.journal = new StateJournal(store);
  }

  async restore(version: number): Promise<void> {
    this.known = new Map();
    await this.journal.restore(version, (change) => this.apply(change));
  }

  private apply(change: StateChange): void {
    if (change.evictedThroughMicros !== null) this.evict(change.evictedThroughMicros);
    for (const batch of change.upserts) {
      for (let row = 0; row < batch.length; row++) {
        const [expires, ...key] = batch.vectors.map((vector) => cellAt(vector, row));
        this.known.set(keyText(key), { key, expires: expires as Int64 | null });
      }
    }
  }

  async *rows(run: BatchRun): AsyncGenerator<Batch> {
    this.counters = { updated: 0, removed: 0, dropped: 0, duplicates: 0 };
    const account = run.account(this.account);
    const added: Remembered[] = [];
    const keys = new RowGrouper(this.node.keys.map((key) => (this.node.input.output[key] as Attribute).type));
    const isKnown: boolean[] = [];
    for await (const batch of this.input.rows(run)) {
      const kept: number[] = [];
      const codes = keys.assign(
        this.node.keys.map((key) => batch.vectors[key] as Vector),
        batch.length,
      );
      for (let row = 0; row < batch.length; row++) {
        const time = this.eventTime(batch, row);
        if (time !== null && time <= run.lateMicros) {
          this.reportLate(batch, row, time, run, account);
          continue;
        }
        const code = codes[row] as number;
        isKnown[code] ??= this.known.has(keyText(keys.keyOf(code)));
        if (isKnown[code]) {
          this.counters.duplicates++;
          account.duplicate++;
          continue;
        }
        isKnown[code] = true;
        added.push(this.remember(keys.keyOf(code), time));
        kept.push(row);
      }
      account.in += batch.length;
      account.passed += kept.length;
      if (kept.length === batch.length) yield batch;
      else if (kept.length > 0) yield takeBatch(batch, Int32Array.from(kept));
    }
    this.counters.updated = added.length;
    this.finish(run, added);
  }

  private reportLate(batch: Batch, row: number, time: Int64, run: BatchRun, account: OperatorAccount): void {
    this.counters.dropped++;
    account.late++;
    account.latePairs++;
    const lateByMicros = subtract(run.lateMicros, time);
    run.side.late({ operator: this.account, rows: batch, row, windowStart: null, windowEnd: null, lateByMicros });
  }

  private remember(key: readonly Cell[], time: Int64 | null): Remembered {
    const remembered = { key, expires: this.expiry(time) };
    this.known.set(keyText(key), remembered);
    return remembered;
  }

  /** The row's event time, a window's end counting as its time; null where the stream has none, or the row. */
  private eventTime(batch: Batch, row: number): Int64 | null {
    if (this.node.eventTime === null) return null;
    const cell = cellAt(batch.vectors[this.node.eventTime] as Vector, row);
    return (Array.isArray(cell) ? (cell[1] as Int64 | null) : (cell as Int64 | null)) ?? null;
  }

  private expiry(time: Int64 | null): Int64 | null {
    const { withinMs, evictsByKey } = this.node;
    if (withinMs === null) return evictsByKey ? time : null;
    // A null event time reads 0 there, as in StreamingDeduplicateWithinWatermarkExec.
    return canonicalInt64(BigInt(time ?? 0) + BigInt(withinMs) * 1000n);
  }

  private finish(run: BatchRun, added: readonly Remembered[]): void {
    const evicts = this.node.evictsByKey || this.node.withinMs !== null;
    if (evicts) this.counters.removed = this.evict(run.evictMicros);
    const surviving = added.filter(({ key }) => this.known.has(keyText(key)));
    this.journal.stage({
      evictedThroughMicros: evicts ? run.evictMicros : null,
      removals: [],
      upserts: surviving.length === 0 ? [] : [this.stateRows(surviving)],
    });
  }

  private evict(throughMicros: Int64): number {
    let removed = 0;
    for (const [text, { expires }] of this.known) {
      if (expires === null || expires > throughMicros) continue;
      this.known.delete(text);
      removed++;
    }
    return removed;
  }

  private stateRows(rows: readonly Remembered[]): Batch {
    return batchOf(
      this.stateSchema,
      rows.map(({ expires, key }) => [expires, ...key]),
    );
  }

  commit(batchId: number): Promise<void> {
    return this.journal.commit(batchId);
  }

  maintain(version: number, oldest: number): Promise<void> {
    return this.journal.maintain(version, oldest, this.known.size, () => [this.stateRows([...this.known.values()])]);
  }

  owesNoDataBatch(fromMicros: number, toMicros: number): boolean {
    return toMicros > fromMicros;
  }

  progress(): StateProgress {
    return {
      operatorName: this.name,
      numRowsTotal: this.known.size,
      numRowsUpdated: this.counters.updated,
      numRowsRemoved: this.counters.removed,
      numRowsDroppedByWatermark: this.counters.dropped,
      numDroppedDuplicateRows: this.counters.duplicates,
      openWindows: 0,
      nextCloseMicros: null,
      lastCloseMicros: null,
    };
  }
}

/** When the key is forgotten (null: never), then the key. */
export function dedupStateSchema(node: DeduplicateNode): Schema {
  const { fields } = schemaOf(node.output);
  return struct([field('expires', TIMESTAMP), ...node.keys.map((key) => fields[key] as Field)]);
}
