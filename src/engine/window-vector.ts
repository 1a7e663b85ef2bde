import type { StructVector, Vector } from '../batch.ts';
import { WINDOW_TYPE } from '../plan/physical.ts';
import { TIMESTAMP } from '../schema.ts';

/**
 * Windows of one duration, known by their starts (microseconds). The columns of start and end are made when somebody asks for
 * them; grouping needs neither.
 */
export class WindowVector implements StructVector {
  readonly kind = 'struct';
  readonly type = WINDOW_TYPE;
  readonly validity = null;
  private columns: readonly Vector[] | null = null;

  constructor(
    readonly starts: Float64Array,
    readonly durationMicros: number,
  ) {}

  get length(): number {
    return this.starts.length;
  }

  get children(): readonly Vector[] {
    this.columns ??= [timestamps(this.starts), timestamps(this.starts.map((start) => start + this.durationMicros))];
    return this.columns;
  }
}

function timestamps(values: Float64Array): Vector {
  return { kind: 'fixed', type: TIMESTAMP, length: values.length, validity: null, values };
}
