import type { StructVector } from '../../batch.ts';
import type { WindowSpec } from '../../plan/physical.ts';
import { WindowVector } from '../window-vector.ts';

const UNKNOWN = -1;
/** Room before the first window seen. */
const BEFORE = 512;
/** At most so many windows between the first and the last stand in the table. */
const MAX_SPAN = 1 << 20;

/** The codes of windows of one kind, found by their number in a flat table; `encode` gives the codes of those that are new. */
export class WindowCodes {
  private table = new Int32Array(0);
  /** The window that the table begins with. */
  private base = 0;
  /** Windows far from the others. */
  private readonly far = new Map<number, number>();

  constructor(
    private readonly window: WindowSpec,
    private readonly encodeNew: (windows: StructVector) => Int32Array,
  ) {}

  isOf({ durationMicros, slideMicros, startMicros }: WindowSpec): boolean {
    const { window } = this;
    return (
      durationMicros === window.durationMicros &&
      slideMicros === window.slideMicros &&
      startMicros === window.startMicros
    );
  }

  encode({ newest, perRow, length }: WindowVector): Int32Array {
    const codes = new Int32Array(length);
    let { table, base } = this;
    for (let row = 0, n = 0; row < newest.length; row++, n += perRow) {
      const distance = (newest[row] as number) - base;
      const at = distance | 0;
      let isKnown = at === distance && at >= perRow - 1 && at < table.length;
      for (let k = 0; k < perRow && isKnown; k++) {
        const code = table[at - k] as number;
        codes[n + k] = code;
        isKnown = code !== UNKNOWN;
      }
      if (isKnown) continue;
      for (let k = 0; k < perRow; k++) codes[n + k] = this.codeOf((newest[row] as number) - k);
      ({ table, base } = this);
    }
    return codes;
  }

  private codeOf(number: number): number {
    const known = this.known(number);
    if (known !== UNKNOWN) return known;
    const code = this.encodeNew(new WindowVector(Float64Array.of(number), this.window))[0] as number;
    if (this.reach(number)) this.table[number - this.base] = code;
    else this.far.set(number, code);
    return code;
  }

  private known(number: number): number {
    const { table, base } = this;
    const isInside = number >= base && number < base + table.length;
    const code = isInside ? (table[number - base] as number) : UNKNOWN;
    return code === UNKNOWN ? (this.far.get(number) ?? UNKNOWN) : code;
  }

  /** Makes the table hold the window, if it is near enough. */
  private reach(number: number): boolean {
    const { table, base } = this;
    if (table.length > 0 && number >= base && number < base + table.length) return true;
    const isEmpty = table.length === 0;
    const from = isEmpty || number < base ? number - BEFORE : base;
    const to = isEmpty ? number + BEFORE : Math.max(base + table.length, from + 2 * (number - from));
    if (to - from > MAX_SPAN) return false;
    const grown = new Int32Array(to - from).fill(UNKNOWN);
    if (!isEmpty) grown.set(table, base - from);
    this.table = grown;
    this.base = from;
    return true;
  }
}
