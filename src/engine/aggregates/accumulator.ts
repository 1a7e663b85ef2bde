import type { Vector } from '../../batch.ts';
import type { FlatState } from '../../codegen/aggregate.ts';
import type { Field } from '../../schema.ts';

/**
 * One aggregate function over many groups, as flat arrays indexed by slot. A partial result is made per chunk of input and
 * then merged into the state in input order, so that sums of doubles come out the same for any number of workers and
 * after any restart (docs/adr/0003). Rows are added by a generated loop where the state is numbers, else by `update`.
 */
export type Accumulator = FlatAccumulator | CellsAccumulator;

export interface FlatAccumulator extends AccumulatorBase, FlatState {}

export interface CellsAccumulator extends AccumulatorBase {
  /** Adds row i of `args` to slot `slots[i]`, for i in 0..n-1. */
  update(slots: Int32Array, n: number, args: readonly Vector[]): void;
}

interface AccumulatorBase {
  /** Makes room for slots below `capacity`; new slots are empty. */
  grow(capacity: number): void;
  /** Adds slot i of `partial` (of the same kind) to slot `slots[i]`, for i in 0..n-1; -1 leaves it out. */
  merge(slots: Int32Array, n: number, partial: Accumulator): void;
  /** Empties slots for other groups. */
  reset(slots: Int32Array): void;
  /** The aggregate's values of `slots`. */
  result(slots: Int32Array): Vector;
  /** Columns of the durable form. */
  readonly stateFields: readonly Field[];
  save(slots: Int32Array): readonly Vector[];
  /** Row i becomes the state of slot `slots[i]`; -1 leaves it out. */
  load(slots: Int32Array, columns: readonly Vector[]): void;
}

export function growFloat64(array: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(capacity);
  grown.set(array);
  return grown;
}

export function growUint8(array: Uint8Array, capacity: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(capacity);
  grown.set(array);
  return grown;
}

export function growInt32(array: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacity);
  grown.set(array);
  return grown;
}

/** Values of `slots`, and which of them are there. */
export function takeFloat64(array: Float64Array, slots: Int32Array): Float64Array {
  if (isRun(slots)) return array.slice(slots[0], (slots[0] as number) + slots.length);
  const taken = new Float64Array(slots.length);
  for (let i = 0; i < slots.length; i++) taken[i] = array[slots[i] as number] as number;
  return taken;
}

/** Whether slots follow each other, as those of groups that came one after another do. */
function isRun(slots: Int32Array): boolean {
  const first = slots[0] as number;
  for (let i = 0; i < slots.length; i++) if ((slots[i] as number) !== first + i) return false;
  return slots.length > 0;
}

export function takeFlags(flags: Uint8Array, slots: Int32Array): Uint8Array | null {
  let at = 0;
  while (at < slots.length && flags[slots[at] as number] === 1) at++;
  if (at === slots.length) return null;
  const taken = new Uint8Array(slots.length).fill(1, 0, at);
  for (; at < slots.length; at++) taken[at] = flags[slots[at] as number] as number;
  return taken;
}

/** Puts the values of a column into `slots`, 0 for null, and whether they are there. */
export function loadDoubles(
  sums: Float64Array,
  seen: Uint8Array,
  slots: Int32Array,
  values: ArrayLike<number>,
  validity: Uint8Array | null,
): void {
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i] as number;
    if (slot < 0) continue;
    const isThere = validity === null || validity[i] === 1;
    sums[slot] = isThere ? (values[i] as number) : 0;
    seen[slot] = isThere ? 1 : 0;
  }
}

/** 64-bit integers as a vector holds them: as doubles when all of them are safe integers. */
export function int64Values(exact: BigInt64Array): Float64Array | BigInt64Array {
  for (const value of exact) {
    if (value > MAX_SAFE || value < -MAX_SAFE) return exact;
  }
  return Float64Array.from(exact, Number);
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Loads every accumulator's durable columns, which stand in `vectors` one behind another from column `from` on. */
export function loadAccumulators(
  accumulators: readonly Accumulator[],
  slots: Int32Array,
  vectors: readonly Vector[],
  from: number,
): void {
  let column = from;
  for (const accumulator of accumulators) {
    const width = accumulator.stateFields.length;
    accumulator.load(slots, vectors.slice(column, column + width));
    column += width;
  }
}
