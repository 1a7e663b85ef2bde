import type { Clock } from '../clock.ts';
import type { BatchReport, ProgressIdentity, StreamingQueryProgress } from './progress.ts';
import { isoMs, progressOf } from './progress.ts';

export type QueryEvent =
  | { readonly kind: 'progress'; readonly progress: StreamingQueryProgress }
  | { readonly kind: 'idle'; readonly id: string; readonly runId: string; readonly timestamp: string }
  | { readonly kind: 'terminated'; readonly id: string; readonly runId: string; readonly exception: Error | null };

/** Reports kept (spark.sql.streaming.numRecentProgressUpdates). */
const RECENT_PROGRESS = 100;
const IDLE_EVENT_MS = 10_000;

/** What a query tells of itself while it runs: the progress of its batches, to listeners and for whoever asks later. */
export class QueryEvents {
  private readonly listeners = new Set<(event: QueryEvent) => void>();
  private readonly progress: StreamingQueryProgress[] = [];
  private lastTriggerMs: number | null = null;
  private lastEventMs: number;

  constructor(
    private readonly identity: ProgressIdentity,
    private readonly clock: Clock,
  ) {
    this.lastEventMs = clock.monotonicMs();
  }

  /** The newest ones, oldest first. */
  get recent(): readonly StreamingQueryProgress[] {
    return this.progress;
  }

  listen(listener: (event: QueryEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** A batch is committed. */
  batch(report: BatchReport): void {
    const since = this.lastTriggerMs === null ? null : report.durations.startMs - this.lastTriggerMs;
    this.lastTriggerMs = report.durations.startMs;
    const progress = progressOf(report, this.identity, since);
    this.progress.push(progress);
    if (this.progress.length >= RECENT_PROGRESS) this.progress.shift();
    this.lastEventMs = this.clock.monotonicMs();
    this.emit({ kind: 'progress', progress });
  }

  /** There was nothing to do: told now and then. */
  idle(): void {
    const now = this.clock.monotonicMs();
    if (now - this.lastEventMs < IDLE_EVENT_MS) return;
    this.lastEventMs = now;
    const { id, runId } = this.identity;
    this.emit({ kind: 'idle', id, runId, timestamp: isoMs(this.clock.nowMs()) });
  }

  terminated(exception: Error | null): void {
    const { id, runId } = this.identity;
    this.emit({ kind: 'terminated', id, runId, exception });
  }

  private emit(event: QueryEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
