import type { StructVector, Vector } from '../batch.ts';
import type { WindowSpec } from '../plan/physical.ts';
import { WINDOW_TYPE } from '../plan/physical.ts';
import { TIMESTAMP } from '../schema.ts';

/**
 * Windows of one kind, by their numbers: window n starts `n * slide` behind the first one. Rows have `perRow` of them each, one after the
 * other: the newest one, whose number is kept, and the ones before it. The columns of start and end are made when somebody asks for them;
 * grouping needs neither.
 */
export class WindowVector implements StructVector {
  readonly kind = 'struct';
  readonly type = WINDOW_TYPE;
  readonly validity = null;
  readonly length: number;
  private columns: readonly Vector[] | null = null;

  /** No window ends before `earliestEnd` (microseconds). */
  constructor(
    readonly newest: Float64Array,
    readonly window: WindowSpec,
    readonly earliestEnd = Number.NEGATIVE_INFINITY,
    readonly perRow = 1,
  ) {
    this.length = newest.length * perRow;
  }

  /** Of every window. */
  private get numbers(): Float64Array {
    const { newest, perRow } = this;
    if (perRow === 1) return newest;
    const numbers = new Float64Array(this.length);
    for (let i = 0; i < numbers.length; i++) numbers[i] = (newest[Math.floor(i / perRow)] as number) - (i % perRow);
    return numbers;
  }

  get children(): readonly Vector[] {
    if (this.columns === null) {
      const { slideMicros, startMicros, durationMicros } = this.window;
      const starts = this.numbers.map((number) => number * slideMicros + startMicros);
      this.columns = [timestamps(starts), timestamps(starts.map((start) => start + durationMicros))];
    }
    return this.columns;
  }
}

function timestamps(values: Float64Array): Vector {
  return { kind: 'fixed', type: TIMESTAMP, length: values.length, validity: null, values };
}
