import type { StructVector, Vector } from '../batch.ts';
import type { WindowSpec } from '../plan/physical.ts';
import { WINDOW_TYPE } from '../plan/physical.ts';
import { TIMESTAMP } from '../schema.ts';

/**
 * Windows of one kind, by their numbers: window n starts `n * slide` behind the first one. The columns of start and end are made when
 * somebody asks for them; grouping needs neither.
 */
export class WindowVector implements StructVector {
  readonly kind = 'struct';
  readonly type = WINDOW_TYPE;
  readonly validity = null;
  private columns: readonly Vector[] | null = null;

  /** No window ends before `earliestEnd` (microseconds). */
  constructor(
    readonly numbers: Float64Array,
    readonly window: WindowSpec,
    readonly earliestEnd = Number.NEGATIVE_INFINITY,
  ) {}

  get length(): number {
    return this.numbers.length;
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
