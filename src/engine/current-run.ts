import type { Batch, Int64 } from '../batch.ts';
import type { CommitLog } from '../checkpoint/commits.ts';
import type { OffsetEntry } from '../checkpoint/offsets.ts';
import { ClickstreamError, invariant } from '../errors.ts';
import type { EncodedRows, OutputMode } from '../sink.ts';
import type { ReadContext, RejectedRecord, Split, SplitChunk } from '../source.ts';
import type { BatchRun, EventTimeStats, OperatorAccount, SideChannel } from './batch-run.ts';
import { emptyAccount } from './batch-run.ts';
import { Breather } from './breathe.ts';
import type { PlacedResult, QueryParts } from './query-parts.ts';
import { exceedsRatio, type RejectCount, tooManyRejects } from './reject-limit.ts';
import { addRepeatedNames, noRepeatedNames, type RepeatedNames } from './repeated-names.ts';
import { RowFlow } from './row-flow.ts';
import type { ChunkOutput } from './stage-run.ts';

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
  /** By source. */
  readonly repeatedNames: readonly RepeatedNames[];
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
    this.repeatedNames = parts.sources.map(noRepeatedNames);
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
    const account = this.sourceAccount(sourceIndex);
    const context = this.readContext(sourceIndex);
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

  private sourceAccount(sourceIndex: number): OperatorAccount {
    return this.account(this.parts.sources.length === 1 ? 'source' : `source ${sourceIndex}`);
  }

  private readContext(sourceIndex: number): ReadContext {
    const account = this.sourceAccount(sourceIndex);
    return {
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
      countRepeatedName: (first) => this.addRepeatedNames(sourceIndex, { rows: 1, first }),
      beginChunk: () => {
        this.chunk++;
      },
      signal: this.signal,
    };
  }

  private addRepeatedNames(sourceIndex: number, names: RepeatedNames): void {
    addRepeatedNames(this.repeatedNames[sourceIndex] as RepeatedNames, names);
  }

  private get stageChunks(): readonly SplitChunk[] | null {
    const splits = this.splitsOf(this.parts.stage?.stage.sourceIndex ?? 0);
    return Array.isArray(splits) ? stageChunks(this.parts, splits) : null;
  }

  /** The batch's rows as the sink takes bytes, where threads make them; else null. `atEnd` as for `countOutput`. */
  encodedRows(atEnd: () => void): AsyncGenerator<EncodedRows> | null {
    const chunks = this.parts.stage?.stage.output.kind === 'bytes' ? this.stageChunks : null;
    return chunks === null ? null : this.encoded(chunks, atEnd);
  }

  private async *encoded(chunks: readonly SplitChunk[], atEnd: () => void): AsyncGenerator<EncodedRows> {
    for await (const output of this.stageOutputs(chunks)) {
      invariant(output.kind === 'bytes', 'the stage makes bytes');
      this.outputRows += output.rows;
      if (output.rows > 0) yield output;
    }
    atEnd();
  }

  chunkGroups(operatorId: number): AsyncIterable<ChunkOutput> | null {
    const output = this.parts.stage?.stage.output;
    const chunks = output?.kind === 'groups' && output.operatorId === operatorId ? this.stageChunks : null;
    return chunks === null ? null : this.stageOutputs(chunks);
  }

  private async *stageOutputs(chunks: readonly SplitChunk[]): AsyncGenerator<ChunkOutput> {
    const { pool, stage } = this.parts.stage as NonNullable<QueryParts['stage']>;
    const { batchId, lateMicros, evictMicros, futureLimitMs, signal } = this;
    const batch = { batchId, batchTimeMs: this.eval.batchTimeMs, lateMicros, evictMicros, futureLimitMs };
    const { sourceIndex } = stage;
    const onTurn = ({ split }: SplitChunk) => {
      this.reading = { sourceIndex, split };
    };
    for await (const placed of pool.run(batch, chunks, signal, onTurn)) {
      if (signal.aborted) throw stopped();
      this.take(sourceIndex, placed);
      yield placed.result.output;
    }
    this.reading = null;
  }

  /** Counts what became of a chunk, as if it had been read here. */
  private take(sourceIndex: number, { start, result }: PlacedResult): void {
    // In the order of a batch that is read here: the operator nearest the sink first.
    for (const [name, counts] of result.accounts) addCounts(this.account(name), counts);
    const context = this.readContext(sourceIndex);
    context.countInput(result.inputRows);
    context.countDropped(result.droppedRows);
    this.sourceAccount(sourceIndex).passed += result.passedRows;
    this.flow.add(result.flow);
    const before = start.line - (result.ends.start?.line ?? start.line);
    for (const record of result.rejects) {
      context.reject(record.line === undefined ? record : { ...record, line: record.line + before });
    }
    const { rows: repeats, first } = result.repeatedNames;
    const found = first && { ...first, line: first.line + before };
    this.addRepeatedNames(sourceIndex, { rows: repeats, first: found });
    for (const [id, stats] of result.eventTimes) addEventTimes(this.eventTimes, id, stats);
    for (const { operator, rows, windowStart, windowEnd, lateByMicros } of result.late) {
      for (let row = 0; row < rows.length; row++) {
        this.side.late({
          operator,
          rows,
          row,
          windowStart: windowStart[row] as Int64 | null,
          windowEnd: windowEnd[row] as Int64 | null,
          lateByMicros: lateByMicros[row] as Int64,
        });
      }
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
      checkpoint.dir,
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

/** The chunks that several threads may work on, if that pays for a batch of these splits of the stage's source. */
export function stageChunks(
  { stage, sources, checkpoint }: QueryParts,
  splits: readonly Split[],
): readonly SplitChunk[] | null {
  // A batch that crashed is run file by file, so that the one that crashes it is known.
  if (stage === null || checkpoint.attempts.crashed > 0) return null;
  const parallel = sources[stage.stage.sourceIndex]?.source.parallel;
  if (!parallel) return null;
  // Groups are summed up chunk by chunk, and a small file is one.
  const isBundled = stage.stage.output.kind === 'bytes';
  const chunks = isBundled ? parallel.bundledChunks(splits) : splits.flatMap((split) => parallel.chunks(split));
  return stage.pool.prepare(chunks) ? chunks : null;
}

function addCounts(into: OperatorAccount, counts: OperatorAccount): void {
  for (const name of Object.keys(counts) as (keyof OperatorAccount)[]) into[name] += counts[name];
}

function addEventTimes(into: Map<number, EventTimeStats>, id: number, stats: EventTimeStats): void {
  const known = into.get(id);
  if (known === undefined) {
    into.set(id, { ...stats });
    return;
  }
  known.max = Math.max(known.max, stats.max);
  known.min = Math.min(known.min, stats.min);
  known.movingMax = Math.max(known.movingMax, stats.movingMax);
  known.sum += stats.sum;
  known.count += stats.count;
  known.ahead += stats.ahead;
}

export const STOPPED = 'QUERY_STOPPED';

/** What ends a batch that is abandoned, so that the query can stop. */
export function stopped(): ClickstreamError {
  return new ClickstreamError(STOPPED, 'user', 'The query was stopped; the batch is run again at the next start.');
}
