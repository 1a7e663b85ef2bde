import { ClickstreamError } from '../errors.ts';
import { nodesOf } from '../plan/physical.ts';
import { breathe } from './breathe.ts';
import { STOPPED, stopped } from './current-run.ts';
import { MicroBatchExecution } from './micro-batch.ts';
import { explainOpenWindows } from './open-windows.ts';
import type { BatchReport, StreamingQueryProgress } from './progress.ts';
import { type QueryEvent, QueryEvents } from './query-events.ts';
import type { QueryParts } from './query-parts.ts';
import type { Trigger } from './trigger.ts';
import { nextTickMs } from './trigger.ts';
import { Wakeup } from './wakeup.ts';

/** Spark's StreamingQueryStatus. */
export interface QueryStatus {
  readonly message: string;
  readonly isDataAvailable: boolean;
  readonly isTriggerActive: boolean;
}

/** How long a stop waits for the running batch before it abandons it; what was abandoned is run again at the next start. */
const STOP_GRACE_MS = 5000;
/** How often sources are asked when nothing woke the query: sources that give hints, and sources that do not. */
const POLL_WITH_HINTS_MS = 1000;
const POLL_MS = 10;
const POLL_PAUSE_FACTOR = 40;

/** A running query (Spark: StreamingQuery). Made by `start()` of a writer. */
export class StreamingQuery {
  readonly runId: string = crypto.randomUUID();
  private readonly execution: MicroBatchExecution;
  private readonly events: QueryEvents;
  private readonly wakeup: Wakeup;
  private readonly abort = new AbortController();
  private readonly finished: Promise<void>;
  private state: QueryStatus = { message: 'Initializing sources', isDataAvailable: false, isTriggerActive: false };
  private failure: Error | null = null;
  private active = true;
  private stopping = false;
  private waiters: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  private constructor(
    private readonly parts: QueryParts,
    private readonly trigger: Trigger,
    execution: MicroBatchExecution,
  ) {
    this.execution = execution;
    this.wakeup = new Wakeup(parts.clock);
    const identity = {
      id: parts.checkpoint.id,
      runId: this.runId,
      name: parts.name,
      sources: parts.sources,
      sinkDescription: parts.sinkDescription,
      hasWatermark: [...nodesOf(parts.query.physical)].some((node) => node.op === 'watermark'),
    };
    this.events = new QueryEvents(identity, parts.clock);
    // Only a query that runs when there is data needs to be woken; the others need no watcher.
    if (trigger.kind === 'default' || trigger.kind === 'continuous') {
      for (const { source } of parts.sources) source.onData?.(() => this.wakeup.call());
    }
    this.finished = this.runToEnd();
    this.finished.catch(() => {}); // reported by awaitTermination, whenever it is called
  }

  /** Recovers from the checkpoint and starts to run. Closes everything again if that fails. */
  static async start(parts: QueryParts, trigger: Trigger): Promise<StreamingQuery> {
    const execution = new MicroBatchExecution(parts);
    try {
      await execution.open();
    } catch (error) {
      await execution.close();
      throw error;
    }
    return new StreamingQuery(parts, trigger, execution);
  }

  /** Identifies the query over all its runs; kept in the checkpoint. */
  get id(): string {
    return this.parts.checkpoint.id;
  }

  get name(): string | null {
    return this.parts.name;
  }

  get isActive(): boolean {
    return this.active;
  }

  get status(): QueryStatus {
    return this.state;
  }

  /** What made the query fail, or null. */
  get exception(): Error | null {
    return this.failure;
  }

  get lastProgress(): StreamingQueryProgress | null {
    return this.events.recent.at(-1) ?? null;
  }

  get recentProgress(): readonly StreamingQueryProgress[] {
    return this.events.recent;
  }

  /** What each source found since the run began, by name: the progress has it as well, as of its batch. */
  get sourceMetrics(): readonly Readonly<Record<string, number>>[] {
    return this.parts.sources.map(({ source }) => source.metrics?.() ?? {});
  }

  /** Resolves when the query has ended; rejects with what made it fail. */
  awaitTermination(): Promise<void> {
    return this.finished;
  }

  /** Ends the query. The running batch is finished, or abandoned when it takes long; nothing is lost either way. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeup.call();
    const patience = new AbortController();
    void this.parts.clock.sleep(STOP_GRACE_MS, patience.signal).then(() => {
      if (!patience.signal.aborted) this.abort.abort(stopped());
    });
    await this.finished.catch(() => {});
    patience.abort();
  }

  /** Resolves once everything that is there now is processed, batches without data included. For tests. */
  processAllAvailable(): Promise<void> {
    if (!this.active) return this.finished;
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.wakeup.call();
    });
  }

  /** With the `manual` trigger: fires it once; whether a batch ran. */
  async runTrigger(): Promise<boolean> {
    try {
      return await this.fire(true);
    } catch (error) {
      this.fail(error);
      throw this.failure;
    }
  }

  onEvent(listener: (event: QueryEvent) => void): () => void {
    return this.events.listen(listener);
  }

  onProgress(listener: (progress: StreamingQueryProgress) => void): () => void {
    return this.onEvent((event) => {
      if (event.kind === 'progress') listener(event.progress);
    });
  }

  /** Why nothing came out: the watermark, the open windows, and what event time closes the next. A sentence each. */
  explainEmpty(): readonly string[] {
    return explainOpenWindows(
      this.execution.stateful.map((operator) => operator.progress()),
      this.execution.watermarkMs,
      this.delayMs(),
    );
  }

  private delayMs(): number | null {
    for (const node of nodesOf(this.parts.query.physical)) if (node.op === 'watermark') return node.delayMs;
    return null;
  }

  private async runToEnd(): Promise<void> {
    try {
      await this.loop();
    } catch (error) {
      this.fail(error);
    } finally {
      await this.end();
    }
    if (this.failure !== null) throw this.failure;
  }

  private fail(error: unknown): void {
    if (error instanceof ClickstreamError && error.code === STOPPED) return;
    this.execution.noteFailure(error);
    this.failure = error instanceof Error ? error : new Error(String(error));
    this.stopping = true;
    this.wakeup.call();
  }

  private async end(): Promise<void> {
    this.active = false;
    try {
      await this.execution.close();
    } catch (error) {
      this.failure ??= error as Error;
    }
    const message = this.failure === null ? 'Stopped' : `Terminated with exception: ${this.failure.message}`;
    this.state = { message, isDataAvailable: false, isTriggerActive: false };
    for (const { resolve, reject } of this.waiters.splice(0)) {
      if (this.failure === null) resolve();
      else reject(this.failure);
    }
    this.events.terminated(this.failure);
  }

  private async loop(): Promise<void> {
    switch (this.trigger.kind) {
      case 'once':
        await this.fire(false, true);
        return this.reportUnread();
      case 'availableNow':
        return await this.runAvailable();
      case 'manual':
        while (!this.stopping) await this.sleepUntil(Number.POSITIVE_INFINITY);
        return;
      case 'processingTime':
        return await this.runTicks(this.trigger.intervalMs);
      case 'continuous':
        return await this.runEpochs(this.trigger.intervalMs);
      case 'default':
        return await this.runAlways();
    }
  }

  private async runAvailable(): Promise<void> {
    // All at once, so that every source fixes its end before the start returns.
    await Promise.all(this.parts.sources.map(({ source }) => source.prepareForAvailableNow?.()));
    while (!this.stopping && (await this.fire(true)));
    if (this.stopping) return;
    // Before the drain: what could not be read now may belong into windows that it would close.
    this.reportUnread();
    if (!this.parts.settings.drain) return;
    this.state = { message: 'Processing new data', isDataAvailable: true, isTriggerActive: true };
    const report = await this.execution.drain(this.abort.signal);
    if (report !== null) this.events.batch(report);
  }

  /** The end of a bounded run shows what it had to leave behind. */
  private reportUnread(): void {
    for (const { source } of this.parts.sources) source.reportUnread?.();
  }

  private async runAlways(): Promise<void> {
    const hints = this.parts.sources.every(({ source }) => source.onData !== undefined);
    while (!this.stopping) {
      this.wakeup.forget();
      const before = this.parts.clock.monotonicMs();
      if (await this.fire(true)) continue;
      // Asking may cost much (a listing of a hundred thousand files): where hints come, it takes a few percent of the time.
      const askedMs = this.parts.clock.monotonicMs() - before;
      await this.idle(hints ? Math.max(POLL_WITH_HINTS_MS, askedMs * POLL_PAUSE_FACTOR) : POLL_MS);
    }
  }

  private async runTicks(intervalMs: number): Promise<void> {
    const { clock } = this.parts;
    while (!this.stopping) {
      const nextMs = this.nextTickMs(intervalMs);
      await this.fire(true);
      while (!this.stopping && clock.monotonicMs() < nextMs) await this.sleepUntil(nextMs - clock.monotonicMs());
    }
  }

  /**
   * Monotonic time of the next tick. Where the ticks lie is said by the wall clock, as in Spark; how long it is until the next one is not:
   * a wall clock that is set back or stands still must not hold up the query.
   */
  private nextTickMs(intervalMs: number): number {
    const { clock } = this.parts;
    const nowMs = clock.nowMs();
    return clock.monotonicMs() + nextTickMs(nowMs, intervalMs) - nowMs;
  }

  private async runEpochs(intervalMs: number): Promise<void> {
    const { clock } = this.parts;
    while (this.execution.hasPending) await this.fire(false);
    const continuous = this.execution.continuous();
    const hints = this.parts.sources.every(({ source }) => source.onData !== undefined);
    while (!this.stopping) {
      const waiting = this.waiters.length;
      const endMs = this.nextTickMs(intervalMs);
      const report = await continuous.runEpoch(
        {
          isOver: () => this.stopping || clock.monotonicMs() >= endMs,
          rest: () => this.restUntil(endMs, hints ? Number.POSITIVE_INFINITY : POLL_MS),
        },
        this.abort.signal,
      );
      this.events.batch(report);
      // Who began to wait while the epoch ran is served by it only if its last look came later: the next one is sure.
      for (const { resolve } of this.waiters.splice(0, waiting)) resolve();
    }
  }

  /** Waits for a hint of new rows, until `endMs` (monotonic) and at most `atMostMs`. */
  private async restUntil(endMs: number, atMostMs: number): Promise<void> {
    this.state = { message: 'Waiting for data to arrive', isDataAvailable: false, isTriggerActive: false };
    if (!this.wakeup.wasCalled) await this.sleepUntil(Math.min(endMs - this.parts.clock.monotonicMs(), atMostMs));
    this.wakeup.forget();
    this.state = { message: 'Processing new data', isDataAvailable: true, isTriggerActive: true };
  }

  /** One trigger; whether a batch ran. */
  private async fire(noDataBatches: boolean, ignoreReadLimits = false): Promise<boolean> {
    const waiting = this.waiters;
    this.waiters = [];
    this.state = { message: 'Getting offsets', isDataAvailable: false, isTriggerActive: true };
    let report: BatchReport | null;
    try {
      const options = { ignoreReadLimits, noDataBatches: noDataBatches && this.parts.settings.noDataBatches };
      report = await this.execution.executeOneBatch(options, this.abort.signal);
    } finally {
      this.waiters.unshift(...waiting);
    }
    this.state = { message: 'Waiting for data to arrive', isDataAvailable: report !== null, isTriggerActive: false };
    if (report !== null) this.events.batch(report);
    await breathe();
    if (report === null) {
      this.waiters = this.waiters.filter((waiter) => !waiting.includes(waiter));
      for (const { resolve } of waiting) resolve();
      this.events.idle();
    }
    return report !== null;
  }

  /** Waits until something woke the query, at most `ms`. */
  private async idle(ms: number): Promise<void> {
    if (this.wakeup.wasCalled || this.waiters.length > 0) return;
    await this.sleepUntil(ms);
  }

  private async sleepUntil(ms: number): Promise<void> {
    if (!this.stopping) await this.wakeup.sleep(ms);
  }
}
