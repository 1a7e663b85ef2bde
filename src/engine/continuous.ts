import type { OffsetEntry } from '../checkpoint/offsets.ts';
import type { Offset, Source, Split } from '../source.ts';
import type { OperatorTree } from './build-operators.ts';
import { CurrentRun } from './current-run.ts';
import type { BatchReport } from './progress.ts';
import { startTimer } from './progress.ts';
import type { QueryParts } from './query-parts.ts';
import { writeOutput } from './write-output.ts';

/** When an epoch ends, and how to wait for rows until then. */
export interface EpochBounds {
  isOver(): boolean;
  /** Resolves when there may be new rows, or the epoch is over. */
  rest(): Promise<void>;
}

/** Where a continuous query goes on: after this batch, the newest committed one; null: from the beginning. */
export interface ContinuousStart {
  readonly previous: OffsetEntry | null;
  readonly offset: Offset;
}

/**
 * The body of a continuous query (Spark: ContinuousExecution): the rows of one source flow to the sink as they come. An epoch
 * only says how often it is recorded how far they came: at its end `offsets/N` is written, then `commits/N`, then the
 * source may forget. At-least-once: what came out after the newest committed epoch comes out again after a crash.
 */
export class ContinuousExecution {
  private readonly source: Source;

  constructor(
    private readonly parts: QueryParts,
    private readonly tree: OperatorTree,
    private start: ContinuousStart,
  ) {
    this.source = (parts.sources[0] as QueryParts['sources'][number]).source;
  }

  async runEpoch(bounds: EpochBounds, signal: AbortSignal): Promise<BatchReport> {
    const { parts } = this;
    const timer = startTimer(parts.clock);
    const batch = {
      conf: this.start.previous?.conf ?? { watermarkPolicy: parts.settings.watermarkPolicy },
      batchId: (this.start.previous?.batchId ?? -1) + 1,
      batchTimestampMs: parts.clock.nowMs(),
      batchWatermarkMs: this.start.previous?.batchWatermarkMs ?? 0,
    };
    const flow = new Flow(this.source, this.start.offset, bounds);
    const run = new CurrentRun(batch, batch.batchWatermarkMs, () => flow.splits(), parts, signal);
    try {
      await timer.time('addBatch', () => writeOutput(parts, this.tree, run));
      await run.side.finish();
    } catch (error) {
      await run.side.abandon();
      throw error;
    }
    const splits = flow.hasMoved ? await this.source.plan(this.start.offset, flow.position) : [];
    const entry: OffsetEntry = { ...batch, sources: [{ offset: flow.position, splits }] };
    await timer.time('commitOffsets', () => this.commit(entry));
    const startOffsets = [this.start.offset];
    this.start = { previous: entry, offset: flow.position };
    return {
      entry,
      run,
      leftOut: [],
      jump: null,
      operators: [],
      startOffsets,
      isReplay: false,
      durations: timer.finish(),
    };
  }

  private async commit(entry: OffsetEntry): Promise<void> {
    const { checkpoint, settings } = this.parts;
    const { batchId, batchWatermarkMs, sources } = entry;
    checkpoint.offsets.add(batchId, entry);
    checkpoint.commits.add(batchId, { batchId, nextBatchWatermarkMs: batchWatermarkMs, operators: [] });
    await this.source.commit?.(batchId, sources[0]?.offset, sources[0]?.splits ?? []);
    checkpoint.purge(settings.keepBatches);
  }
}

/** The rows of an epoch as they come, split by split. */
class Flow {
  hasMoved = false;

  constructor(
    private readonly source: Source,
    /** Through here the rows have been given on. */
    public position: Offset,
    private readonly bounds: EpochBounds,
  ) {}

  async *splits(): AsyncGenerator<Split> {
    for (;;) {
      // One look after the end: what was there when it came belongs to this epoch.
      const isLast = this.bounds.isOver();
      const end = await this.source.latestOffset(this.position, {});
      if (JSON.stringify(end) !== JSON.stringify(this.position)) {
        const splits = await this.source.plan(this.position, end);
        this.position = end;
        this.hasMoved = true;
        yield* splits;
      } else if (!isLast) await this.bounds.rest();
      if (isLast) return;
    }
  }
}
