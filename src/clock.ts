/**
 * The only place that reads the time. Law: intervals and deadlines come from `monotonicMs`; `nowMs` is recorded (batch
 * time, progress), and never decides an order, a name or whether something is done.
 */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970-01-01T00:00:00Z. May jump. */
  nowMs(): number;
  /** Milliseconds since an arbitrary point; never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  // Not performance.now(), which takes a millisecond to load.
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
};
