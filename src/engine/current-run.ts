import type { Batch } from '../batch.ts';
import type { CommitLog } from '../checkpoint/commits.ts';
import type { OffsetEntry } from '../checkpoint/offsets.ts';
import { ClickstreamError } from '../errors.ts';
import type { OutputMode } from '../sink.ts';
import type { ReadContext, RejectedRecord, Split } from '../source.ts';
import type { BatchRun, EventTimeStats, OperatorAccount, SideChannel } from './batch-run.ts';
import { emptyAccount } from './batch-run.ts';
import { Breather } from './breathe.ts';
import type { QueryParts } from './query-parts.ts';
import { exceedsRatio, type RejectCount, tooManyRejects } from './reject-limit.ts';
import { RowFlow } from './row-flow.ts';

/** What is fixed of a batch before it runs. */
export type BatchFacts = Pick<OffsetEntry, 'batchId' | 'batchTimestampMs' | 'batchWatermarkMs' | 'conf'>;

/** The run of one batch: its fixed inputs, and what is counted on the way. */
export class CurrentRun implements BatchRun {
  readonly batchId: number;
  readonly outputMode: OutputMode;
  readonly eval: { readonly batchTimeMs: number };
  readonly lateMicros: number;
  readonly evictMicros: number;
  readonly side: SideChannel;
  readonly accounts = new Map<string, OperatorAccount>();
  readonly flow = new RowFlow();
  readonly eventTimes = new Map<number, EventTimeStats>();
  /** Rows read, by source. */
  readonly inputRows: number[];
  outputRows = 0;
  readonly futureLimitMs: number;
  /** What `checkRejects` stopped the query with. */
  tooManyRejects: Error | null = null;
  private rejectedRows = 0;
  private firstReject: RejectedRecord | null = null;
  /** The split that is being read, or was when the run failed. */
  reading: { readonly sourceIndex: number; readonly split: Split } | null = null;
  /** What reading and computing the rows threw, before the sink. */
  inputError: unknown = null;
  chunk = 0;
  private readonly breather = new Breather();

  constructor(
    batch: BatchFacts,
    lateWatermarkMs: number,
    /** What to read of a source: the logged splits, or those that come while an epoch lasts. */
    private readonly splitsOf: (sourceIndex: number) => Iterable<Split> | AsyncIterable<Split>,
    private readonly parts: QueryParts,
    readonly signal: AbortSignal,
  ) {
    this.batchId = batch.batchId;
    this.outputMode = parts.outputMode;
    this.eval = { batchTimeMs: batch.batchTimestampMs };
    this.lateMicros = lateWatermarkMs * 1000;
    this.evictMicros = batch.batchWatermarkMs * 1000;
    const { maxFutureSkewMs } = batch.conf;
    this.futureLimitMs =
      maxFutureSkewMs === undefined ? Number.POSITIVE_INFINITY : batch.batchTimestampMs + Number(maxFutureSkewMs);
    this.side = parts.openSide(batch.batchId);
    this.inputRows = parts.sources.map(() => 0);
  }

  account(operator: string): OperatorAccount {
    let account = this.accounts.get(operator);
    if (account === undefined) {
      account = emptyAccount();
      this.accounts.set(operator, account);
    }
    return account;
  }

  async *readSource(sourceIndex: number): AsyncGenerator<Batch> {
    const { source } = this.parts.sources[sourceIndex] as QueryParts['sources'][number];
    const account = this.account(this.parts.sources.length === 1 ? 'source' : `source ${sourceIndex}`);
    const context: ReadContext = {
      reject: (record) => {
        account.rejected++;
        this.rejectedRows++;
        this.firstReject ??= record;
        this.side.reject(record);
      },
      countInput: (rows) => {
        account.in += rows;
        (this.inputRows[sourceIndex] as number) += rows;
      },
      countDropped: (rows) => {
        account.filtered += rows;
      },
      beginChunk: () => {
        this.chunk++;
      },
      signal: this.signal,
    };
    for await (const split of this.splitsOf(sourceIndex)) {
      this.chunk++;
      this.reading = { sourceIndex, split };
      this.parts.checkpoint.attempts.noteReading(this.batchId, split);
      for await (const batch of source.read(split, context)) {
        if (this.signal.aborted) throw stopped();
        account.passed += batch.length;
        yield batch;
        await this.breather.after(batch.length);
      }
      this.reading = null;
    }
  }

  /** Rows read from all sources so far. */
  get rejectCount(): RejectCount {
    return { rows: this.inputRows.reduce((sum, rows) => sum + rows, 0), rejected: this.rejectedRows };
  }

  /** Once every row was read. Errors: REJECT_RATIO_EXCEEDED. */
  checkRejects(): void {
    const { settings, checkpoint } = this.parts;
    if (settings.maxRejectRatio === null) return;
    const batch = this.rejectCount;
    const judged = exceedsRatio(settings.maxRejectRatio, batch, rejectCountsBefore(checkpoint.commits, this.batchId));
    if (judged === null) return;
    this.tooManyRejects = tooManyRejects(
      this.batchId,
      batch,
      judged,
      settings.maxRejectRatio,
      this.firstReject,
      this.side.rejectsPath,
    );
    throw this.tooManyRejects;
  }

  /** Hands the output on to the sink, counted. `atEnd` is called when all rows have passed, before the sink shows any of them. */
  async *countOutput(rows: AsyncIterator<Batch>, atEnd: () => void): AsyncGenerator<Batch> {
    for (;;) {
      const next = await rows.next().catch((error) => {
        this.inputError = error;
        throw error;
      });
      if (next.done) return atEnd();
      if (this.signal.aborted) throw stopped();
      this.outputRows += next.value.length;
      yield next.value;
    }
  }
}

/** What earlier batches left in the log, newest first. */
function* rejectCountsBefore(commits: CommitLog, batchId: number): Generator<RejectCount> {
  for (let id = batchId - 1; id >= commits.oldest; id--) {
    const { rejects } = (commits.get(id) ?? {}) as { readonly rejects?: RejectCount };
    if (rejects !== undefined) yield rejects;
  }
}

export const STOPPED = 'QUERY_STOPPED';

/** What ends a batch that is abandoned, so that the query can stop. */
export function stopped(): ClickstreamError {
  return new ClickstreamError(STOPPED, 'user', 'The query was stopped; the batch is run again at the next start.');
}
