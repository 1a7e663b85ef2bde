import type { StructVector } from '../../batch.ts';
import type { WindowSpec } from '../../plan/physical.ts';
import { WindowVector, windowAt } from '../window-vector.ts';

const UNKNOWN = -2;
/** Known to be new, and without a code so far. */
const FOUND = -1;
/** Rows whose windows are entered together: many of them may be new, or just one. */
const AHEAD = 256;
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

  encode({ times, perRow, length }: WindowVector): Int32Array {
    const codes = new Int32Array(length);
    let row = this.encodeInTable(times, perRow, 0, codes);
    for (let entered = 0; row < times.length; ) {
      if (row >= entered) {
        entered = Math.min(times.length, row + AHEAD);
        this.enterNew(times.subarray(row, entered), perRow);
      }
      const newest = windowAt(times[row] as number, this.window);
      for (let k = 0; k < perRow; k++) codes[row * perRow + k] = this.known(newest - k);
      row = this.encodeInTable(times, perRow, row + 1, codes);
    }
    return codes;
  }

  /** From row `from` on; stops at the first row with a window that is not in the table, or has less than code `least` there, and gives it. */
  private encodeInTable(times: Float64Array, perRow: number, from: number, codes: Int32Array, least = 0): number {
    const { table, base, window } = this;
    for (let row = from, n = from * perRow; row < times.length; row++, n += perRow) {
      const distance = windowAt(times[row] as number, window) - base;
      const at = distance | 0;
      if (at !== distance || at < perRow - 1 || at >= table.length) return row;
      for (let k = 0; k < perRow; k++) {
        const code = table[at - k] as number;
        if (code < least) return row;
        codes[n + k] = code;
      }
    }
    return times.length;
  }

  /** Has the new windows of rows coded all at once. */
  private enterNew(times: Float64Array, perRow: number): void {
    const found: number[] = [];
    const codes = new Int32Array(times.length * perRow);
    // Most of them are known, or were found just now: numbers that are handed on take memory.
    let row = this.encodeInTable(times, perRow, 0, codes, FOUND);
    while (row < times.length) {
      const newest = windowAt(times[row] as number, this.window);
      for (let k = 0; k < perRow; k++) this.find(newest - k, found);
      row = this.encodeInTable(times, perRow, row + 1, codes, FOUND);
    }
    const { startMicros, slideMicros } = this.window;
    const starts = Float64Array.from(found, (number) => number * slideMicros + startMicros);
    const made = this.encodeNew(new WindowVector(starts, this.window));
    for (let i = 0; i < found.length; i++) this.put(found[i] as number, made[i] as number);
  }

  /** Enters a window among those found, unless it has a code or is among them. */
  private find(number: number, found: number[]): void {
    if (this.known(number) !== UNKNOWN) return;
    this.put(number, FOUND);
    found.push(number);
  }

  private known(number: number): number {
    const { table, base } = this;
    const isInside = number >= base && number < base + table.length;
    const code = isInside ? (table[number - base] as number) : UNKNOWN;
    return code === UNKNOWN ? (this.far.get(number) ?? UNKNOWN) : code;
  }

  private put(number: number, code: number): void {
    if (this.reach(number)) this.table[number - this.base] = code;
    else this.far.set(number, code);
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
