import type { StreamingQueryProgress } from '../engine/progress.ts';
import type { StreamingQuery } from '../engine/streaming-query.ts';

/** What happens to the queries of a session (Spark: StreamingQueryListener). Errors thrown by a listener end nothing but its call. */
export interface StreamingQueryListener {
  onQueryStarted?(event: { readonly id: string; readonly runId: string; readonly name: string | null }): void;
  onQueryProgress?(event: { readonly progress: StreamingQueryProgress }): void;
  /** The query found nothing to do for a while. */
  onQueryIdle?(event: { readonly id: string; readonly runId: string; readonly timestamp: string }): void;
  onQueryTerminated?(event: { readonly id: string; readonly runId: string; readonly exception: Error | null }): void;
}

/** The running queries of a session (Spark: StreamingQueryManager). */
export class StreamingQueryManager {
  private readonly queries = new Set<StreamingQuery>();
  private readonly listeners = new Set<StreamingQueryListener>();

  /** Queries that run now. */
  get active(): readonly StreamingQuery[] {
    return [...this.queries];
  }

  /** A running query by its id, or null. */
  get(id: string): StreamingQuery | null {
    return this.active.find((query) => query.id === id) ?? null;
  }

  /** Resolves when one of the running queries has ended; rejects with what made it fail. At once when none runs. */
  async awaitAnyTermination(): Promise<void> {
    const running = this.active.map((query) => query.awaitTermination());
    if (running.length > 0) await Promise.race(running);
  }

  addListener(listener: StreamingQueryListener): void {
    this.listeners.add(listener);
  }

  removeListener(listener: StreamingQueryListener): void {
    this.listeners.delete(listener);
  }

  /** Takes in a query that was started; called by the composition root. */
  register(query: StreamingQuery): void {
    const { id, runId, name } = query;
    this.queries.add(query);
    this.tell((listener) => listener.onQueryStarted?.({ id, runId, name }));
    query.onEvent((event) => {
      switch (event.kind) {
        case 'progress':
          return this.tell((listener) => listener.onQueryProgress?.(event));
        case 'idle':
          return this.tell((listener) => listener.onQueryIdle?.(event));
        case 'terminated':
          this.queries.delete(query);
          return this.tell((listener) => listener.onQueryTerminated?.(event));
      }
    });
  }

  private tell(call: (listener: StreamingQueryListener) => void): void {
    for (const listener of this.listeners) {
      try {
        call(listener);
      } catch (error) {
        process.emitWarning(`a StreamingQueryListener threw: ${error}`);
      }
    }
  }
}
