import type { Batch, Cell, FixedVector, Int64, StructVector, Vector } from '../../batch.ts';
import { canonicalInt64, cellAt, takeBatch, vectorOf } from '../../batch.ts';
import { compileProjection } from '../../codegen/expression.ts';
import type { PhysicalPlan, WindowSpec } from '../../plan/physical.ts';
import { schemaOf, WINDOW_TYPE } from '../../plan/physical.ts';
import { TIMESTAMP } from '../../schema.ts';
import type { BatchRun, OperatorAccount } from '../batch-run.ts';
import type { Operator } from '../operator.ts';
import { WindowVector } from '../window-vector.ts';

type Node<Op extends PhysicalPlan['op']> = Extract<PhysicalPlan, { op: Op }>;

/** Rows with their windows, before they are put together: window i belongs to row `rows[i]`, or to row i when `rows` is null. */
interface Assigned {
  readonly rows: Int32Array | null;
  readonly starts: Float64Array | BigInt64Array;
}

/**
 * Windows of an event time, by floor (Spark: TimeWindowing in ResolveTimeWindows.scala): all in microseconds since the
 * epoch, start inclusive, end exclusive, rows without a time filtered out.
 *
 * With `lateRows`, rows that are late for windows of theirs are set aside with the window and by how much. The pairs still flow on:
 * the aggregation above drops them per group and counts as Spark does.
 */
export function windowOperator(
  node: Node<'assignWindow'>,
  input: Operator,
  name: string,
  timeZone: string,
  lateRows: boolean,
): Operator {
  const schema = schemaOf(node.output);
  const time = compileProjection([node.time], { timeZone });
  return {
    async *rows(run) {
      const account = run.account(name);
      for await (const batch of input.rows(run)) {
        const times = time(batch, run.eval)[0] as Vector;
        const assigned = assignWindows(times, node.window);
        const window = windowVector(assigned.starts, node.window.durationMicros);
        account.in += batch.length;
        account.filtered += countNulls(times);
        const late = lateRows && mayBeLate(window, run) ? reportLate(run, name, batch, assigned, window, account) : 0;
        account.late += late;
        account.passed += batch.length - countNulls(times) - late;
        if (window.length === 0) continue;
        const rows = assigned.rows === null ? batch : takeBatch(batch, assigned.rows);
        yield { schema, length: window.length, vectors: [...rows.vectors, window] };
      }
    },
  };
}

function countNulls(vector: Vector): number {
  if (vector.validity === null) return 0;
  let nulls = 0;
  for (let i = 0; i < vector.length; i++) if (vector.validity[i] === 0) nulls++;
  return nulls;
}

/** The windows of every time, newest first within a row, as Spark lists them. */
export function assignWindows(times: Vector, window: WindowSpec): Assigned {
  const { durationMicros, slideMicros, startMicros } = window;
  const values = (times as FixedVector).values;
  if (values instanceof BigInt64Array) return assignExact(times, window);
  if (durationMicros === slideMicros && times.validity === null) {
    return { rows: null, starts: tumblingStarts(values as Float64Array, times.length, window) };
  }
  const perRow = Math.ceil(durationMicros / slideMicros);
  const rows = new Int32Array(times.length * perRow);
  const starts = new Float64Array(times.length * perRow);
  let n = 0;
  for (let i = 0; i < times.length; i++) {
    if (times.validity !== null && times.validity[i] === 0) continue;
    const micros = values[i] as number;
    let remainder = (micros - startMicros) % slideMicros;
    if (remainder < 0) remainder += slideMicros;
    const last = micros - remainder;
    for (let w = 0; w < perRow; w++) {
      const start = last - w * slideMicros;
      if (micros >= start + durationMicros) continue; // duration no multiple of the slide: the estimate is one too many
      rows[n] = i;
      starts[n++] = start;
    }
  }
  return { rows: rows.subarray(0, n), starts: starts.subarray(0, n) };
}

/** Every row has one window; rows next to each other mostly have the same. */
function tumblingStarts(
  micros: Float64Array,
  length: number,
  { durationMicros, startMicros }: WindowSpec,
): Float64Array {
  const starts = new Float64Array(length);
  let start = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const time = micros[i] as number;
    if (!(time >= start && time < end)) {
      let remainder = (time - startMicros) % durationMicros;
      if (remainder < 0) remainder += durationMicros;
      start = time - remainder;
      end = start + durationMicros;
    }
    starts[i] = start;
  }
  return starts;
}

function assignExact(times: Vector, window: WindowSpec): Assigned {
  const [duration, slide, offset] = [window.durationMicros, window.slideMicros, window.startMicros].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ];
  const rows: number[] = [];
  const starts: bigint[] = [];
  for (let i = 0; i < times.length; i++) {
    const cell = cellAt(times, i);
    if (cell === null) continue;
    const micros = BigInt(cell as Int64);
    let remainder = (micros - offset) % slide;
    if (remainder < 0n) remainder += slide;
    for (let start = micros - remainder; start > micros - duration; start -= slide) {
      rows.push(i);
      starts.push(start);
    }
  }
  return { rows: Int32Array.from(rows), starts: BigInt64Array.from(starts) };
}

function windowVector(starts: Float64Array | BigInt64Array, durationMicros: number): StructVector {
  if (starts instanceof Float64Array) return new WindowVector(starts, durationMicros);
  const { length } = starts;
  const duration = BigInt(durationMicros);
  const children = [starts, starts.map((start) => start + duration)].map(
    (values): Vector => ({ kind: 'fixed', type: TIMESTAMP, length, validity: null, values }),
  );
  return { kind: 'struct', type: WINDOW_TYPE, length, validity: null, children };
}

/** Whether there may be late rows among a batch's: mostly one look at each start tells that there are none. */
function mayBeLate(window: StructVector, run: BatchRun): boolean {
  if (run.outputMode === 'complete') return false;
  if (!(window instanceof WindowVector)) return true;
  const lastLateStart = run.lateMicros - window.durationMicros;
  const { starts } = window;
  let start = Number.POSITIVE_INFINITY;
  for (let i = 0; i < starts.length; i++) if ((starts[i] as number) < start) start = starts[i] as number;
  return start <= lastLateStart;
}

/** Sets late pairs aside; returns the rows that are late for all their windows. */
function reportLate(
  run: BatchRun,
  operator: string,
  batch: Batch,
  assigned: Assigned,
  window: StructVector,
  account: OperatorAccount,
): number {
  const ends = (window.children[1] as FixedVector).values;
  const lateRows = new Set<number>();
  for (let i = 0; i < ends.length; i++) {
    const end = ends[i] as number | bigint;
    const row = rowOf(assigned, i);
    if (end > run.lateMicros) continue;
    lateRows.add(row);
    account.latePairs++;
    run.side.late({
      operator,
      rows: batch,
      row,
      windowStart: canonicalInt64(assigned.starts[i] as number | bigint),
      windowEnd: canonicalInt64(end),
      lateByMicros: subtract(run.lateMicros, end),
    });
  }
  if (lateRows.size === 0) return 0;
  for (let i = 0; i < ends.length; i++) {
    if ((ends[i] as number | bigint) > run.lateMicros) lateRows.delete(rowOf(assigned, i));
  }
  return lateRows.size;
}

function rowOf({ rows }: Assigned, i: number): number {
  return rows === null ? i : (rows[i] as number);
}

export function subtract(a: Int64, b: number | bigint): Int64 {
  return typeof a === 'number' && typeof b === 'number' ? a - b : canonicalInt64(BigInt(a) - BigInt(b));
}

/** [time, time + gap) of every row that has a time and a positive gap (Spark: SessionWindowing). */
export function sessionOperator(
  node: Node<'assignSession'>,
  input: Operator,
  name: string,
  timeZone: string,
): Operator {
  const schema = schemaOf(node.output);
  const evaluate = compileProjection([node.time, node.gap], { timeZone });
  return {
    async *rows(run) {
      const account = run.account(name);
      for await (const batch of input.rows(run)) {
        const [times, gaps] = evaluate(batch, run.eval) as [Vector, Vector];
        const rows: number[] = [];
        const windows: Cell[] = [];
        for (let i = 0; i < batch.length; i++) {
          const start = cellAt(times, i) as Int64 | null;
          const gap = gapMicros(cellAt(gaps, i));
          if (start === null || gap === null || gap <= 0n) continue;
          rows.push(i);
          windows.push([start, canonicalInt64(BigInt(start) + gap)]);
        }
        account.in += batch.length;
        account.passed += rows.length;
        account.filtered += batch.length - rows.length;
        if (rows.length === 0) continue;
        const kept = rows.length === batch.length ? batch : takeBatch(batch, Int32Array.from(rows));
        yield { schema, length: rows.length, vectors: [...kept.vectors, vectorOf(WINDOW_TYPE, windows)] };
      }
    },
  };
}

const DAY_MICROS = 86_400_000_000n;

/** A gap has no months (refused when planned from a constant); days are 24 hours, as in Spark's session windows. */
function gapMicros(cell: Cell): bigint | null {
  if (cell === null) return null;
  const { months, days, micros } = cell as Extract<Cell, { months: number }>;
  return (BigInt(months) * 31n + BigInt(days)) * DAY_MICROS + BigInt(micros);
}
