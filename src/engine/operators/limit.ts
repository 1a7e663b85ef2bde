import type { Batch, Vector } from '../../batch.ts';
import { batchOf, cellAt, takeBatch } from '../../batch.ts';
import type { PhysicalPlan } from '../../plan/physical.ts';
import type { Schema } from '../../schema.ts';
import { field, LONG, struct } from '../../schema.ts';
import type { StateStore } from '../../state-store.ts';
import type { BatchRun } from '../batch-run.ts';
import type { Operator, StatefulOperator, StateProgress } from '../operator.ts';
import { StateJournal } from '../state-journal.ts';

type LimitNode = Extract<PhysicalPlan, { op: 'limit' }>;

/**
 * The first `count` rows of the whole query, over all batches (Spark: StreamingGlobalLimitExec). Above an aggregation in complete
 * mode, where every batch is the whole result, each batch is limited by itself.
 */
export class LimitOperator implements StatefulOperator {
  readonly operatorId: number;
  readonly name = 'globalLimit';
  private taken = 0;
  private takenInBatch = 0;
  private readonly journal: StateJournal;

  constructor(
    private readonly node: LimitNode,
    private readonly input: Operator,
    store: StateStore | null,
    private readonly account: string,
    private readonly perBatch: boolean,
  ) {
    this.operatorId = node.operatorId;
    this.journal = new StateJournal(store);
  }

  async restore(version: number): Promise<void> {
    this.taken = 0;
    await this.journal.restore(version, ({ upserts }) => {
      for (const batch of upserts) this.taken = Number(cellAt(batch.vectors[0] as Vector, 0));
    });
  }

  async *rows(run: BatchRun): AsyncGenerator<Batch> {
    const account = run.account(this.account);
    const before = this.perBatch ? 0 : this.taken;
    let left = this.node.count - before;
    this.takenInBatch = 0;
    for await (const batch of this.input.rows(run)) {
      const kept = Math.max(0, Math.min(left, batch.length));
      account.in += batch.length;
      account.passed += kept;
      account.filtered += batch.length - kept;
      left -= kept;
      this.takenInBatch += kept;
      if (kept === batch.length) yield batch;
      else if (kept > 0)
        yield takeBatch(
          batch,
          Int32Array.from({ length: kept }, (_, i) => i),
        );
    }
    if (!this.perBatch) this.taken += this.takenInBatch;
    this.journal.stage({ evictedThroughMicros: null, removals: [], upserts: [this.stateRow()] });
  }

  private stateRow(): Batch {
    return batchOf(LIMIT_STATE, [[this.taken]]);
  }

  commit(batchId: number): Promise<void> {
    return this.journal.commit(batchId);
  }

  maintain(version: number, oldest: number): Promise<void> {
    return this.journal.maintain(version, oldest, 1, () => [this.stateRow()]);
  }

  owesNoDataBatch(): boolean {
    return false;
  }

  progress(): StateProgress {
    return {
      operatorName: this.name,
      numRowsTotal: 1,
      numRowsUpdated: this.takenInBatch > 0 ? 1 : 0,
      numRowsRemoved: 0,
      numRowsDroppedByWatermark: 0,
      numDroppedDuplicateRows: 0,
      openWindows: 0,
      nextCloseMicros: null,
      lastCloseMicros: null,
    };
  }
}

export const LIMIT_STATE: Schema = struct([field('taken', LONG, false)]);
