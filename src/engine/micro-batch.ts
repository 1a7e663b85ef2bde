import type { CommitEntry } from '../checkpoint/commits.ts';
import type { OffsetEntry } from '../checkpoint/offsets.ts';
import { splitName } from '../checkpoint/splits.ts';
import { ClickstreamError, invariant } from '../errors.ts';
import { nodesOf } from '../plan/physical.ts';
import type { Offset, ReadLimit, Split } from '../source.ts';
import { blamesInput } from './blames-input.ts';
import type { OperatorTree } from './build-operators.ts';
import { buildOperators } from './build-operators.ts';
import { ContinuousExecution } from './continuous.ts';
import { CurrentRun, stageChunks } from './current-run.ts';
import { describeJump, jumpOf } from './future-events.ts';
import type { BatchReport, PhaseTimer } from './progress.ts';
import { startTimer } from './progress.ts';
import type { QueryParts } from './query-parts.ts';
import { describeRepeatedName } from './repeated-names.ts';
import type { WatermarkPolicy } from './watermark.ts';
import { WatermarkTracker } from './watermark.ts';
import { writeOutput } from './write-output.ts';

const NO_LIMIT: ReadLimit = {};

/**
 * The micro-batch loop's body (Spark: MicroBatchExecution). One batch at a time:
 *
 *     recover -> ask the sources for their newest offsets -> write offsets/N -> run -> sink.write(N)
 *             -> state version N -> commits/N (with the next watermark) -> purge
 *
 * A batch that was logged and not committed is run again as it was logged: same id, splits, watermark and time.
 */
export class MicroBatchExecution {
  private readonly tree: OperatorTree;
  private watermark: WatermarkTracker;
  /** The recorded one wins over the settings: it decided what came out so far. */
  private policy: WatermarkPolicy;
  /** Logged, not yet committed. */
  private pending: OffsetEntry | null = null;
  private pendingIsReplay = false;
  /** The newest committed batch, as it was logged. */
  private previous: OffsetEntry | null = null;
  /** Whether a batch ran before in this run (or its successor is owed): only then may a no-data batch follow. */
  private mayOweBatch = false;
  private startOffsets: Offset[] = [];
  /** What reading and computing the rows of the batch that failed threw. */
  private inputError: unknown = null;
  private hasToldOfRepeatedNames = false;

  constructor(private readonly parts: QueryParts) {
    this.tree = buildOperators(parts.query, parts.outputMode, parts.openState);
    this.policy = parts.settings.watermarkPolicy;
    this.watermark = this.newTracker(0);
  }

  /** Whether a batch was logged and not committed. */
  get hasPending(): boolean {
    return this.pending !== null;
  }

  /** Id that the next batch has. */
  get nextBatchId(): number {
    return this.pending?.batchId ?? this.parts.checkpoint.offsets.newest + 1;
  }

  get stateful(): OperatorTree['stateful'] {
    return this.tree.stateful;
  }

  /** The watermark that the next batch uses, milliseconds. */
  get watermarkMs(): number {
    return this.watermark.currentMs;
  }

  /** Recovers from the checkpoint (Spark: populateStartOffsets). */
  async open(): Promise<void> {
    const { checkpoint, sources, settings } = this.parts;
    const { offsets, commits } = checkpoint;
    const newest = offsets.get(offsets.newest);
    if (newest === undefined) {
      this.startOffsets = await Promise.all(sources.map(({ source }) => source.initialOffset()));
      await this.restoreState(-1);
      return;
    }
    invariant(
      newest.sources.length === sources.length,
      'a checkpoint is verified against its query before it is opened',
    );
    const recorded = newest.conf.watermarkPolicy;
    if (recorded === 'min' || recorded === 'max') this.policy = recorded;
    for (const [index, { source }] of sources.entries()) await source.restore?.(this.loggedRanges(index));
    const commit = commits.get(newest.batchId);
    if (commit === undefined) {
      checkpoint.attempts.refuseHopeless(newest);
      this.pending = newest;
      this.pendingIsReplay = true;
      this.previous = offsets.get(newest.batchId - 1) ?? null;
      this.watermark = this.newTracker(newest.batchWatermarkMs);
      const before = this.previous?.sources.map((range) => range.offset);
      this.startOffsets = before ?? (await Promise.all(sources.map(({ source }) => source.initialOffset())));
      await this.restoreState(newest.batchId - 1);
      return;
    }
    this.previous = newest;
    this.mayOweBatch = settings.resumeNoDataBatch;
    this.startOffsets = newest.sources.map((range) => range.offset);
    this.watermark = this.newTracker(Math.max(newest.batchWatermarkMs, commit.nextBatchWatermarkMs));
    await this.restoreState(newest.batchId);
  }

  private async *loggedRanges(index: number) {
    const { checkpoint } = this.parts;
    for (const entry of checkpoint.offsets.entries()) {
      const range = entry.sources[index];
      if (range === undefined) continue;
      const splits = range.splits.filter((split) => !checkpoint.exclusions.isReleased(entry.batchId, split));
      yield { batchId: entry.batchId, offset: range.offset, splits };
    }
  }

  private keptSplits(entry: OffsetEntry, index: number): readonly Split[] {
    const { exclusions } = this.parts.checkpoint;
    return entry.sources[index]?.splits.filter((split) => !exclusions.has(entry.batchId, split)) ?? [];
  }

  private async restoreState(version: number): Promise<void> {
    for (const operator of this.tree.stateful) await operator.restore(version);
  }

  private newTracker(globalMs: number): WatermarkTracker {
    const delays = new Map<number, number>();
    for (const node of nodesOf(this.parts.query.physical)) {
      if (node.op === 'watermark') delays.set(node.watermarkId, node.delayMs);
    }
    return new WatermarkTracker(this.tree.watermarkIds, delays, this.policy, globalMs);
  }

  /** One trigger: constructs a batch if there is cause for one, and runs it. Null when there was nothing to do. */
  async executeOneBatch(options: BatchOptions, signal: AbortSignal): Promise<BatchReport | null> {
    const timer = startTimer(this.parts.clock);
    if (this.pending === null) this.pending = await this.construct(options, timer);
    if (this.pending === null) return null;
    if (this.pendingIsReplay) this.parts.checkpoint.attempts.begin();
    return await this.run(this.pending, timer, signal);
  }

  private async construct(options: BatchOptions, timer: PhaseTimer): Promise<OffsetEntry | null> {
    const { sources } = this.parts;
    const ends = await timer.time('latestOffset', async () => {
      const found: Offset[] = [];
      for (const [index, { source, limit }] of sources.entries()) {
        found.push(await source.latestOffset(this.startOffsets[index], options.ignoreReadLimits ? NO_LIMIT : limit));
      }
      return found;
    });
    const changed = ends.map((end, index) => JSON.stringify(end) !== JSON.stringify(this.startOffsets[index]));
    if (!changed.includes(true) && !(options.noDataBatches && this.owesNoDataBatch())) return null;
    return await this.log(ends, changed, this.watermark.currentMs, timer);
  }

  /** Writes the intent to run the next batch, then lets the sources and logs forget what came before. */
  private async log(
    ends: readonly Offset[],
    changed: readonly boolean[],
    batchWatermarkMs: number,
    timer: PhaseTimer,
  ): Promise<OffsetEntry> {
    const { checkpoint, sources, clock } = this.parts;
    const ranges: OffsetEntry['sources'][number][] = [];
    for (const [index, { source }] of sources.entries()) {
      const splits = changed[index] ? await source.plan(this.startOffsets[index], ends[index]) : [];
      ranges.push({ offset: ends[index], splits });
    }
    // Threads that the batch will want start while it is logged.
    const { stage } = this.parts;
    if (stage !== null) stageChunks(this.parts, ranges[stage.stage.sourceIndex]?.splits ?? []);
    const entry: OffsetEntry = {
      batchId: checkpoint.offsets.newest + 1,
      batchWatermarkMs,
      batchTimestampMs: clock.nowMs(),
      conf: this.batchConf(),
      sources: ranges,
    };
    await timer.time('walCommit', async () => checkpoint.offsets.add(entry.batchId, entry));
    this.pendingIsReplay = false;
    await this.forgetOld();
    return entry;
  }

  /** Settings that shape the batch's result. A replay takes them from here; of later batches, the policy is kept and the skew is the query's. */
  private batchConf(): OffsetEntry['conf'] {
    const { maxFutureSkewMs } = this.parts.settings;
    const conf = { watermarkPolicy: this.policy };
    return maxFutureSkewMs === null ? conf : { ...conf, maxFutureSkewMs: String(maxFutureSkewMs) };
  }

  private async forgetOld(): Promise<void> {
    const { checkpoint, sources, settings } = this.parts;
    const previous = this.previous;
    if (previous === null) return;
    for (const [index, { source }] of sources.entries()) {
      const range = previous.sources[index];
      if (range === undefined) continue;
      const kept = this.keptSplits(previous, index);
      const quarantined = range.splits.filter((split) => checkpoint.exclusions.isQuarantined(previous.batchId, split));
      await source.commit?.(previous.batchId, range.offset, kept, quarantined);
    }
    const oldest = Math.max(-1, previous.batchId - settings.keepBatches);
    for (const operator of this.tree.stateful) await operator.maintain(previous.batchId, oldest);
    checkpoint.purge(settings.keepBatches);
  }

  private owesNoDataBatch(): boolean {
    if (!this.mayOweBatch || this.previous === null) return false;
    const from = this.previous.batchWatermarkMs * 1000;
    const to = this.watermark.currentMs * 1000;
    return this.tree.stateful.some((operator) => operator.owesNoDataBatch(from, to, this.parts.outputMode));
  }

  private async run(entry: OffsetEntry, timer: PhaseTimer, signal: AbortSignal): Promise<BatchReport> {
    const { parts } = this;
    let run = await this.attempt(entry, timer, signal);
    while (run === null) run = await this.attempt(entry, timer, signal);
    for (const operator of this.tree.stateful) await timer.time('stateCommit', () => operator.commit(entry.batchId));
    const watermarkBeforeMs = this.watermark.currentMs;
    this.watermark.update(run.eventTimes);
    const jump = jumpOf(watermarkBeforeMs, this.watermark.currentMs, entry.batchTimestampMs);
    if (jump !== null) parts.onWarning(describeJump(entry.batchId, jump));
    this.tellOfRepeatedNames(run);
    const operators = this.tree.stateful.map((operator) => operator.progress());
    const commit: CommitEntry = {
      batchId: entry.batchId,
      nextBatchWatermarkMs: this.watermark.currentMs,
      operators,
      rejects: run.rejectCount,
    };
    await timer.time('commitOffsets', async () => parts.checkpoint.commits.add(entry.batchId, commit));
    parts.checkpoint.attempts.committed();
    const startOffsets = this.startOffsets;
    this.previous = entry;
    this.pending = null;
    this.mayOweBatch = true;
    this.startOffsets = entry.sources.map((range) => range.offset);
    const leftOut = parts.checkpoint.exclusions.of(entry.batchId);
    const durations = timer.finish();
    return { entry, run, leftOut, jump, operators, startOffsets, isReplay: this.pendingIsReplay, durations };
  }

  private tellOfRepeatedNames({ repeatedNames }: CurrentRun): void {
    const first = repeatedNames.find((names) => names.first !== null)?.first;
    if (this.hasToldOfRepeatedNames || !first) return;
    this.hasToldOfRepeatedNames = true;
    this.parts.onWarning(describeRepeatedName(first));
  }

  /** Runs the batch up to its output. Null: a file had changed since it was logged and is left out now; the batch is to be run again. */
  private async attempt(entry: OffsetEntry, timer: PhaseTimer, signal: AbortSignal): Promise<CurrentRun | null> {
    const splitsOf = (index: number) => this.keptSplits(entry, index);
    const run = new CurrentRun(entry, this.previous?.batchWatermarkMs ?? 0, splitsOf, this.parts, signal);
    try {
      await timer.time('addBatch', () => writeOutput(this.parts, this.tree, run));
      await run.side.finish();
      return run;
    } catch (error) {
      this.inputError = run.inputError;
      if (run.tooManyRejects !== null) {
        // To be looked at; when the batch is run again, its rejects take their place.
        await run.side.finish();
        throw run.tooManyRejects;
      }
      await run.side.abandon();
      const { reading } = run;
      const published = this.pendingIsReplay || (run.outputRows > 0 && !this.parts.sink.atomic);
      if (!isChangedFile(error) || published || reading === null) throw error;
      this.parts.checkpoint.exclusions.add(entry.batchId, { reason: 'changed', split: reading.split });
      this.parts.sources[reading.sourceIndex]?.source.release?.([reading.split]);
      this.parts.onWarning(
        `Batch ${entry.batchId} goes on without ${splitName(reading.split)}, which was changed or taken away after it was planned; it is read in a later batch, as it is then.`,
      );
      await this.restoreState(entry.batchId - 1);
      return null;
    }
  }

  /**
   * Closes all open windows in a batch of its own, logged like any other: its watermark is the end of the last one, and is committed as the
   * watermark, so that nothing can come out twice later. With `maxFutureSkew`, windows that begin past it stay open. Null when nothing is to be closed.
   */
  async drain(signal: AbortSignal): Promise<BatchReport | null> {
    const ends = this.lastCloses();
    const throughMs = Math.ceil(Math.max(0, ...ends) / 1000);
    if (this.previous === null || throughMs <= this.watermark.currentMs) return null;
    const timer = startTimer(this.parts.clock);
    const unchanged = this.startOffsets.map(() => false);
    this.pending = await this.log(this.startOffsets, unchanged, throughMs, timer);
    this.watermark.advanceTo(throughMs);
    return await this.run(this.pending, timer, signal);
  }

  /** When the last window of each operator closes, micros. */
  private lastCloses(): number[] {
    const { settings, clock } = this.parts;
    const { maxFutureSkewMs } = settings;
    if (maxFutureSkewMs === null)
      return this.tree.stateful.flatMap((operator) => operator.progress().lastCloseMicros ?? []);
    const limitMicros = (clock.nowMs() + maxFutureSkewMs) * 1000;
    return this.tree.stateful.flatMap((operator) => operator.lastClose?.(limitMicros) ?? []);
  }

  /** Goes on continuously from where this query is; what was logged and not committed must have been run before. */
  continuous(): ContinuousExecution {
    invariant(this.pending === null, 'no batch is pending when a query goes continuous');
    return new ContinuousExecution(this.parts, this.tree, {
      previous: this.previous,
      offset: this.startOffsets[0],
    });
  }

  /** Counts an error that ended the query as a crashed attempt at its batch, if the batch's input may have caused it. Never throws. */
  noteFailure(error: unknown): void {
    const { attempts, exclusions } = this.parts.checkpoint;
    if (this.pending === null || !blamesInput(error, this.inputError)) return;
    const { batchId } = this.pending;
    try {
      attempts.fail({ batchId, leftOut: exclusions.of(batchId).length }, (error as Error).message);
    } catch {
      // The error that ended the query is the one to report.
    }
  }

  async close(): Promise<void> {
    await this.parts.stage?.pool.close();
    for (const { source } of this.parts.sources) await source.close();
    await this.parts.sink.close();
    this.parts.checkpoint.close();
    await this.parts.release?.();
  }
}

export interface BatchOptions {
  /** Take everything there is (Trigger.Once). */
  readonly ignoreReadLimits: boolean;
  readonly noDataBatches: boolean;
}

/** Whether a file was changed or taken away after it was logged. */
function isChangedFile(error: unknown): boolean {
  return error instanceof ClickstreamError && ['SOURCE_FILE_CHANGED', 'SOURCE_FILE_MISSING'].includes(error.code);
}
