import { isoMs } from './progress.ts';

/** Of a stateful operator's progress, as commit entries keep it, what tells of its open windows. */
export interface OpenWindows {
  readonly openWindows: number;
  /** Close times, microseconds; null where nothing ever closes. */
  readonly nextCloseMicros: number | null;
  readonly lastCloseMicros: number | null;
}

/** Sentences for people about windows that are still open. `delayMs` null: the delay of the watermark is not known. */
export function explainOpenWindows(
  operators: readonly OpenWindows[],
  watermarkMs: number,
  delayMs: number | null,
): string[] {
  const open = operators.filter((operator) => operator.openWindows > 0 && operator.nextCloseMicros !== null);
  if (open.length === 0) return [];
  const next = Math.min(...open.map((operator) => operator.nextCloseMicros as number)) / 1000;
  const last = Math.max(...open.map((operator) => operator.lastCloseMicros as number)) / 1000;
  const count = open.reduce((sum, operator) => sum + operator.openWindows, 0);
  const closes =
    delayMs === null
      ? `An event at ${isoMs(next)} plus the delay of the watermark, or later, closes the first`
      : `An event at ${isoMs(next + delayMs)} or later closes the first (its end plus the delay of ${delayMs / 1000} s)`;
  return [
    `${count} ${count === 1 ? 'window is' : 'windows are'} open; the first ends at ${isoMs(next)}, the last at ${isoMs(last)}.`,
    `The watermark is ${isoMs(watermarkMs)}; a window comes out when the watermark reaches its end.`,
    `${closes}; a bounded run closes all with --drain.`,
  ];
}
