import type { StructVector, Vector } from '../batch.ts';
import type { WindowSpec } from '../plan/physical.ts';
import { WINDOW_TYPE } from '../plan/physical.ts';
import { TIMESTAMP } from '../schema.ts';

/**
 * Windows of one kind, by their numbers: window n starts `n * slide` behind the first one. Rows have `perRow` of them each, one after the
 * other: the newest one, which is that of the row's time, and the ones before it. The columns of start and end are made when somebody asks for
 * them; grouping needs neither.
 */
export class WindowVector implements StructVector {
  readonly kind = 'struct';
  readonly type = WINDOW_TYPE;
  readonly validity = null;
  readonly length: number;
  private columns: readonly Vector[] | null = null;

  constructor(
    /** Microseconds; of every row, any time between the start of its newest window and that of the next one. */
    readonly times: Float64Array,
    readonly window: WindowSpec,
    readonly perRow = 1,
  ) {
    this.length = times.length * perRow;
  }

  /** Microseconds; infinite where there are no windows. */
  get earliestEnd(): number {
    const { times, window, perRow } = this;
    let earliest = Number.POSITIVE_INFINITY;
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number;
      if (time < earliest) earliest = time;
    }
    return (windowAt(earliest, window) - perRow + 1) * window.slideMicros + window.startMicros + window.durationMicros;
  }

  get children(): readonly Vector[] {
    if (this.columns === null) {
      const { times, window, perRow } = this;
      const { slideMicros, startMicros, durationMicros } = window;
      const starts = new Float64Array(this.length);
      for (let i = 0; i < starts.length; i++) {
        const number = windowAt(times[Math.floor(i / perRow)] as number, window) - (i % perRow);
        starts[i] = number * slideMicros + startMicros;
      }
      this.columns = [timestamps(starts), timestamps(starts.map((start) => start + durationMicros))];
    }
    return this.columns;
  }
}

/** The number of the newest window of a time. Exact: the quotient of safe integers never rounds up to the next integer. */
export function windowAt(micros: number, { slideMicros, startMicros }: WindowSpec): number {
  return Math.floor((micros - startMicros) / slideMicros);
}

function timestamps(values: Float64Array): Vector {
  return { kind: 'fixed', type: TIMESTAMP, length: values.length, validity: null, values };
}
