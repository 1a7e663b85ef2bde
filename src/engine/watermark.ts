import type { EventTimeStats } from './batch-run.ts';

export type WatermarkPolicy = 'min' | 'max';

/**
 * The watermark of a query, in milliseconds (Spark: WatermarkTracker.scala). Each watermark node has its own value, the
 * highest event time it saw less its delay; the query's is the lowest (policy `max`: the highest) of them, never goes back and never
 * falls below 0. A node that saw no row in this run counts as 0, so that with `min` a silent input holds the watermark.
 */
export class WatermarkTracker {
  private readonly nodes: Map<number, number | null>;

  constructor(
    watermarkIds: readonly number[],
    private readonly delaysMs: ReadonlyMap<number, number>,
    private readonly policy: WatermarkPolicy,
    private globalMs: number,
  ) {
    this.nodes = new Map(watermarkIds.map((id) => [id, null]));
  }

  /** The watermark that the next batch uses. */
  get currentMs(): number {
    return this.globalMs;
  }

  /** Takes in what a batch saw; the new watermark acts in the next batch. */
  update(seen: ReadonlyMap<number, EventTimeStats>): void {
    for (const [id, stats] of seen) {
      if (stats.count === stats.ahead) continue;
      const value = stats.movingMax - (this.delaysMs.get(id) ?? 0);
      this.nodes.set(id, Math.max(this.nodes.get(id) ?? Number.NEGATIVE_INFINITY, value));
    }
    if (this.nodes.size === 0) return;
    const values = [...this.nodes.values()].map((value) => value ?? 0);
    const candidate = this.policy === 'min' ? Math.min(...values) : Math.max(...values);
    this.advanceTo(candidate);
  }

  /** Moves the watermark on without data; used to drain. */
  advanceTo(ms: number): void {
    this.globalMs = Math.max(this.globalMs, ms);
  }
}
