/** When batches run (Spark: Trigger). Intervals in milliseconds. */
export type Trigger =
  /** As soon as there is new data. */
  | { readonly kind: 'default' }
  /** At multiples of the interval since the epoch. */
  | { readonly kind: 'processingTime'; readonly intervalMs: number }
  /** One batch with all there is, then the end. Deprecated by Spark in favour of availableNow. */
  | { readonly kind: 'once' }
  /** Everything that is there at the start, in batches under the read limits, then the end. */
  | { readonly kind: 'availableNow' }
  /** Rows flow as they come; the interval sets how often progress is recorded. */
  | { readonly kind: 'continuous'; readonly intervalMs: number }
  /** Batches run when `runTrigger` is called: for tests that drive a query step by step. */
  | { readonly kind: 'manual' };

/** The next tick after a trigger that fired at `nowMs`: the grid is the multiples of the interval (Spark: ProcessingTimeExecutor). */
export function nextTickMs(nowMs: number, intervalMs: number): number {
  return Math.floor(nowMs / intervalMs) * intervalMs + intervalMs;
}
