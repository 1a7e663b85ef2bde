import type { Vector } from '../batch.ts';
import { cellAt } from '../batch.ts';
import type { EventTimeStats } from './batch-run.ts';
import { isoMs } from './progress.ts';

/** A watermark that gets further than this past the batch's time is reported, and again each time that it moves as far in one batch. */
const JUMP_MS = 86_400_000;

/** A watermark that went far past the time of the batch that moved it: whatever is older is late from now on. */
export interface WatermarkJump {
  readonly fromMs: number;
  readonly toMs: number;
  /** The batch's logged time. */
  readonly batchTimestampMs: number;
}

/** Whether the watermark's step from one value to another is such a jump. */
export function jumpOf(fromMs: number, toMs: number, batchTimestampMs: number): WatermarkJump | null {
  const limitMs = batchTimestampMs + JUMP_MS;
  const isJump = toMs > limitMs && (fromMs <= limitMs || toMs - fromMs > JUMP_MS);
  return isJump ? { fromMs, toMs, batchTimestampMs } : null;
}

export function describeJump(batchId: number, { toMs, batchTimestampMs }: WatermarkJump): string {
  return `batch ${batchId} moved the watermark: ${explainWatermarkAhead(toMs, batchTimestampMs)}`;
}

/** What it means that a watermark is more than a day past the time of the newest batch; null when it is not. */
export function explainWatermarkAhead(watermarkMs: number, batchTimestampMs: number): string | null {
  if (watermarkMs - batchTimestampMs <= JUMP_MS) return null;
  const days = Math.floor((watermarkMs - batchTimestampMs) / JUMP_MS);
  return (
    `${isoMs(watermarkMs)} is ${days} ${days === 1 ? 'day' : 'days'} past the batch's own time, ${isoMs(batchTimestampMs)}. ` +
    'One event dated far ahead does that, and every event before the watermark is late from now on. ' +
    'With maxFutureSkew (--max-future-skew 5m) such events do not move it from now on; where it is now it stays, unless the batches since then are taken back (clickstream checkpoint rewind).'
  );
}

/** Milliseconds, floored, of row `row`'s event time. A null counts as 0, as the unsafe row's null slot reads in Spark. */
export function eventTimeMs(times: Vector, row: number): number {
  if (times.validity !== null && times.validity[row] === 0) return 0;
  return Math.floor(Number(cellAt(times, row)) / 1000);
}

/** Takes the event times past `limitMs` out of what moves the watermark. */
export function holdBack(stats: EventTimeStats, times: Vector, limitMs: number): void {
  for (let row = 0; row < times.length; row++) {
    const ms = eventTimeMs(times, row);
    if (ms > limitMs) stats.ahead++;
    else if (ms > stats.movingMax) stats.movingMax = ms;
  }
}
