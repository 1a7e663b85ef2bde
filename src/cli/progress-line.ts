import type { Clock } from '../clock.ts';
import type { TextOutput } from './io.ts';
import type { RunTotals, StateTotals } from './progress.ts';
import { formatCount, plural } from './table.ts';

/** A line on a terminal that is written over and over. */
export interface ProgressLine {
  show(totals: RunTotals, rowsPerSecond: number): void;
  /** Takes the line away, so that other text can be written in its place. */
  clear(): void;
}

const REDRAW_MS = 100;
const CLEAR = '\r\u001b[K';
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';

/** Nothing is ever written where `output` is no terminal. Without colour when `colour` is false (NO_COLOR). */
export function createProgressLine(output: TextOutput, clock: Clock, colour: boolean): ProgressLine {
  if (!output.isTTY) return { show: () => {}, clear: () => {} };
  let drawnMs = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    show(totals, rowsPerSecond) {
      const nowMs = clock.monotonicMs();
      if (nowMs - drawnMs < REDRAW_MS) return;
      drawnMs = nowMs;
      shown = true;
      // A line that wraps could not be taken back.
      const text = progressText(totals, rowsPerSecond).slice(0, Math.max(10, (output.columns ?? 80) - 1));
      output.write(CLEAR + (colour ? DIM + text + PLAIN : text));
    },
    clear() {
      if (shown) output.write(CLEAR);
      shown = false;
    },
  };
}

export function progressText(totals: RunTotals, rowsPerSecond: number): string {
  const parts = [
    plural(totals.files, 'file'),
    plural(totals.inputRows, 'row'),
    `${formatCount(Math.round(rowsPerSecond))} rows/s`,
  ];
  if (totals.watermark !== null) parts.push(`watermark ${totals.watermark}`);
  if (totals.state !== null) parts.push(stateText(totals.state));
  return parts.join(' | ');
}

function stateText(state: StateTotals): string {
  return state.openWindows === null
    ? `${plural(state.rows, 'row')} of state`
    : plural(state.openWindows, 'open window');
}
