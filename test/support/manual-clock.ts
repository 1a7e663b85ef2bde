import type { Clock } from '../../src/clock.ts';

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved by hand. */
export class ManualClock implements Clock {
  private readonly sleepers = new Set<Sleeper>();

  constructor(private timeMs = 0) {}

  nowMs(): number {
    return this.timeMs;
  }

  monotonicMs(): number {
    return this.timeMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper = {
        wakeAtMs: this.timeMs + ms,
        wake: () => {
          this.sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
    });
  }

  /** When the first sleeper wakes; infinite when nobody sleeps. */
  get nextWakeMs(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.sleepers].map((sleeper) => sleeper.wakeAtMs));
  }

  /** Sets the time without waking anybody: for the beginning. */
  set(timeMs: number): void {
    this.timeMs = timeMs;
  }

  advance(ms: number): void {
    this.timeMs += ms;
    for (const sleeper of [...this.sleepers]) if (sleeper.wakeAtMs <= this.timeMs) sleeper.wake();
  }
}
