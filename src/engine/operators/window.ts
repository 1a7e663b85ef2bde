import type { Batch, Cell, FixedValues, FixedVector, Int64, StructVector, Vector } from '../../batch.ts';
import { canonicalInt64, cellAt, takeBatch, vectorOf } from '../../batch.ts';
import { compileProjection } from '../../codegen/expression.ts';
import type { PhysicalPlan, WindowSpec } from '../../plan/physical.ts';
import { schemaOf, WINDOW_TYPE } from '../../plan/physical.ts';
import { TIMESTAMP } from '../../schema.ts';
import type { BatchRun, OperatorAccount } from '../batch-run.ts';
import type { Operator } from '../operator.ts';
import { takeLazily } from '../taken-vector.ts';
import { WindowVector } from '../window-vector.ts';

type Node<Op extends PhysicalPlan['op']> = Extract<PhysicalPlan, { op: Op }>;

/** Rows with their windows, before they are put together: window i belongs to row `rows[i]`, or to row i when `rows` is null. */
interface Assigned {
  readonly rows: Int32Array | null;
  readonly windows: StructVector;
}

/**
 * Windows of an event time, by floor (Spark: TimeWindowing in ResolveTimeWindows.scala): all in microseconds since the
 * epoch, start inclusive, end exclusive, rows without a time filtered out.
 *
 * By pane, a row gets its pane alone, and is not repeated. With `lateRows`, rows that are late for windows of theirs are set aside with the
 * window and by how much. The pairs still flow on: the aggregation above drops them per group and counts as Spark does.
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
        const assigned = assignWindows(times, node.byPane ? paneOf(node.window) : node.window);
        const { windows } = assigned;
        account.in += batch.length;
        account.filtered += countNulls(times);
        // A pane ends where the earliest window that covers it does.
        const mayHoldLate = lateRows && mayBeLate(windows, run);
        const late = mayHoldLate ? reportLate(run, name, batch, assignWindows(times, node.window), account) : 0;
        account.late += late;
        account.passed += batch.length - countNulls(times) - late;
        if (windows.length === 0) continue;
        const rows = assigned.rows === null ? batch : takeLazily(batch, assigned.rows);
        yield { schema, length: windows.length, vectors: [...rows.vectors, windows] };
      }
    },
  };
}

/** The stretch from the start of a window to that of the next, as a window. */
function paneOf({ slideMicros, startMicros }: WindowSpec): WindowSpec {
  return { durationMicros: slideMicros, slideMicros, startMicros };
}

function countNulls(vector: Vector): number {
  if (vector.validity === null) return 0;
  let nulls = 0;
  for (let i = 0; i < vector.length; i++) if (vector.validity[i] === 0) nulls++;
  return nulls;
}

/** The windows of every time, newest first within a row, as Spark lists them. */
export function assignWindows(times: Vector, window: WindowSpec): Assigned {
  const { values } = times as FixedVector;
  if (values instanceof BigInt64Array) return assignExact(times, window);
  return floatWindows(values as Float64Array, times, window);
}

function floatWindows(micros: Float64Array, { length, validity }: Vector, window: WindowSpec): Assigned {
  const { durationMicros, slideMicros, startMicros } = window;
  const perRow = Math.ceil(durationMicros / slideMicros);
  if (validity === null && durationMicros % slideMicros === 0) {
    const rows = perRow === 1 ? null : repeatedRows(length, perRow);
    return { rows, windows: new WindowVector(micros.subarray(0, length), window, perRow) };
  }
  const rows = new Int32Array(length * perRow);
  const starts = new Float64Array(length * perRow);
  let n = 0;
  for (let i = 0; i < length; i++) {
    if (validity !== null && validity[i] === 0) continue;
    const time = (micros[i] as number) - startMicros;
    const last = Math.floor(time / slideMicros);
    let first = last - perRow + 1;
    if (first * slideMicros + durationMicros <= time) first++; // duration no multiple of the slide: the estimate is one too many
    for (let number = last; number >= first; number--) {
      rows[n] = i;
      starts[n++] = number * slideMicros + startMicros;
    }
  }
  return { rows: rows.subarray(0, n), windows: new WindowVector(starts.subarray(0, n), window) };
}

/** So many are kept for other batches. */
const MAX_KEPT_ROWS = 1 << 19;
let repeated = { perRow: 0, rows: new Int32Array(0) };

/** 0, 0, ... 1, 1, ...: every row so many times. The same for all batches, and not to be changed. */
function repeatedRows(length: number, perRow: number): Int32Array {
  const size = length * perRow;
  if (repeated.perRow === perRow && repeated.rows.length >= size) return repeated.rows.subarray(0, size);
  const rows = new Int32Array(size);
  for (let row = 0, i = 0; row < length; row++) for (let k = 0; k < perRow; k++) rows[i++] = row;
  if (size <= MAX_KEPT_ROWS) repeated = { perRow, rows };
  return rows;
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
  return { rows: Int32Array.from(rows), windows: exactWindows(BigInt64Array.from(starts), duration) };
}

function exactWindows(starts: BigInt64Array, duration: bigint): StructVector {
  const { length } = starts;
  const children = [starts, starts.map((start) => start + duration)].map(
    (values): Vector => ({ kind: 'fixed', type: TIMESTAMP, length, validity: null, values }),
  );
  return { kind: 'struct', type: WINDOW_TYPE, length, validity: null, children };
}

/** Whether there may be late rows among a batch's: mostly there are none. */
function mayBeLate(windows: StructVector, run: BatchRun): boolean {
  if (run.outputMode === 'complete') return false;
  return !(windows instanceof WindowVector) || windows.earliestEnd <= run.lateMicros;
}

/** Sets late pairs aside; returns the rows that are late for all their windows. */
function reportLate(
  run: BatchRun,
  operator: string,
  batch: Batch,
  assigned: Assigned,
  account: OperatorAccount,
): number {
  const [starts, ends] = assigned.windows.children.map((child) => (child as FixedVector).values) as [
    FixedValues,
    FixedValues,
  ];
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
      windowStart: canonicalInt64(starts[i] as number | bigint),
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
        const { rows, windows } = sessionWindows(times, gaps);
        account.in += batch.length;
        account.passed += rows.length;
        account.filtered += batch.length - rows.length;
        if (rows.length === 0) continue;
        const kept = rows.length === batch.length ? batch : takeBatch(batch, rows);
        yield { schema, length: rows.length, vectors: [...kept.vectors, windows] };
      }
    },
  };
}

/** The rows that have a session window, and the windows. */
function sessionWindows(times: Vector, gaps: Vector): { rows: Int32Array; windows: Vector } {
  return plainSessions(times, gaps) ?? anySessions(times, gaps);
}

/** All rows have a time, one gap and an end that a double holds; null where that is not so. */
function plainSessions(times: Vector, gaps: Vector): { rows: Int32Array; windows: Vector } | null {
  const { length } = times;
  if (length === 0 || times.kind !== 'fixed' || times.validity !== null || gaps.kind !== 'object') return null;
  const starts = times.values;
  const micros = gapMicros(gaps.values[0] as Cell);
  if (!(starts instanceof Float64Array) || typeof micros !== 'number' || micros <= 0) return null;
  const rows = new Int32Array(length);
  const ends = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    const end = (starts[row] as number) + micros;
    if (gaps.values[row] !== gaps.values[0] || end > Number.MAX_SAFE_INTEGER) return null;
    rows[row] = row;
    ends[row] = end;
  }
  const children = [starts, ends].map((values): Vector => ({ ...times, type: TIMESTAMP, values }));
  return { rows, windows: { kind: 'struct', type: WINDOW_TYPE, length, validity: null, children } };
}

function anySessions(times: Vector, gaps: Vector): { rows: Int32Array; windows: Vector } {
  const rows = new Int32Array(times.length);
  const starts: Int64[] = [];
  const ends: Int64[] = [];
  let lastGap: Cell = null;
  let micros: Int64 | null = null;
  for (let row = 0; row < times.length; row++) {
    const gap = cellAt(gaps, row);
    if (gap !== lastGap) {
      lastGap = gap;
      micros = gapMicros(gap);
    }
    const start = cellAt(times, row) as Int64 | null;
    if (start === null || micros === null || micros <= 0) continue;
    const sum = typeof start === 'number' && typeof micros === 'number' ? start + micros : Number.NaN;
    rows[starts.length] = row;
    starts.push(start);
    ends.push(Number.isSafeInteger(sum) ? sum : canonicalInt64(BigInt(start) + BigInt(micros)));
  }
  const { length } = starts;
  const children = [starts, ends].map((cells) => vectorOf(TIMESTAMP, cells));
  return {
    rows: rows.subarray(0, length),
    windows: { kind: 'struct', type: WINDOW_TYPE, length, validity: null, children },
  };
}

const DAY_MICROS = 86_400_000_000n;

/** A gap has no months (refused when planned from a constant); days are 24 hours, as in Spark's session windows. */
function gapMicros(cell: Cell): Int64 | null {
  if (cell === null) return null;
  const { months, days, micros } = cell as Extract<Cell, { months: number }>;
  return canonicalInt64((BigInt(months) * 31n + BigInt(days)) * DAY_MICROS + BigInt(micros));
}
