import type { Batch, Vector } from '../../batch.ts';
import { concatBatches, takeBatch } from '../../batch.ts';
import { compileFilter, compileProjection } from '../../codegen/expression.ts';
import { ClickstreamError } from '../../errors.ts';
import type { Attribute, PhysicalPlan } from '../../plan/physical.ts';
import { schemaOf } from '../../plan/physical.ts';
import type { Schema } from '../../schema.ts';
import { batchOfRows, rowObject } from '../../sql/values/plain.ts';
import type { BatchRun, EventTimeStats } from '../batch-run.ts';
import { eventTimeMs, holdBack } from '../future-events.ts';
import type { Operator } from '../operator.ts';
import { commonSource, takeLazily } from '../taken-vector.ts';
import { listVector } from './list-vector.ts';

type Node<Op extends PhysicalPlan['op']> = Extract<PhysicalPlan, { op: Op }>;

export function sourceOperator(node: Node<'source'>): Operator {
  return { rows: (run) => run.readSource(node.sourceIndex) };
}

export function staticOperator(node: Node<'static'>): Operator {
  return { rows: () => node.table.read() };
}

export function projectOperator(node: Node<'project'>, input: Operator, timeZone: string): Operator {
  const schema = schemaOf(node.output);
  const project = compileProjection(node.exprs, { timeZone });
  return {
    async *rows(run) {
      for await (const batch of input.rows(run)) {
        const taken = commonSource(batch.vectors);
        const vectors =
          taken === null ? project(batch, run.eval) : project(sourceBatch(batch, taken.sources), run.eval, taken.rows);
        yield { schema, length: batch.length, vectors };
      }
    },
  };
}

function sourceBatch({ schema }: Batch, vectors: readonly Vector[]): Batch {
  return { schema, length: (vectors[0] as Vector).length, vectors };
}

/** Below this part of the rows, copying the ones that are kept is quicker than reading them where they are. */
const MIN_TAKEN_SHARE = 0.5;

/** `lazily`: columns of the rows that are kept are copied by who reads them, which is to be a projection. */
export function filterOperator(
  node: Node<'filter'>,
  input: Operator,
  name: string,
  timeZone: string,
  lazily: boolean,
): Operator {
  const keep = compileFilter(node.condition, { timeZone });
  return {
    async *rows(run) {
      const account = run.account(name);
      for await (const batch of input.rows(run)) {
        const kept = keep(batch, run.eval);
        account.in += batch.length;
        account.passed += kept.length;
        account.filtered += batch.length - kept.length;
        if (kept.length === batch.length) yield batch;
        else if (lazily && kept.length > batch.length * MIN_TAKEN_SHARE) yield takeLazily(batch, kept);
        else if (kept.length > 0) yield takeBatch(batch, kept);
      }
    },
  };
}

/** explode, posexplode and their outer forms. */
export function generateOperator(node: Node<'generate'>, input: Operator, name: string, timeZone: string): Operator {
  const schema = schemaOf(node.output);
  const evaluate = compileProjection([node.value], { timeZone });
  return {
    async *rows(run) {
      const account = run.account(name);
      for await (const batch of input.rows(run)) {
        const lists = evaluate(batch, run.eval)[0] as Vector;
        const { indices, columns, empty } = listVector(lists, node.withPosition, node.outer, generatedFields(node));
        account.in += batch.length;
        account.passed += batch.length - empty;
        account.filtered += empty;
        if (indices.length === 0) continue;
        const vectors = [...takeBatch(batch, indices).vectors, ...columns];
        yield { schema, length: indices.length, vectors };
      }
    },
  };
}

function generatedFields(node: Node<'generate'>): readonly Attribute[] {
  return node.output.slice(node.input.output.length);
}

/** A user's function over row objects; one row gives none, one or many. */
export function flatMapOperator(node: Node<'flatMap'>, input: Operator, name: string): Operator {
  const schema = schemaOf(node.output);
  return {
    async *rows(run) {
      const account = run.account(name);
      for await (const batch of input.rows(run)) {
        const { result, empty } = mapRows(batch, schema, node.rows);
        account.in += batch.length;
        account.passed += batch.length - empty;
        account.filtered += empty;
        if (result.length > 0) yield result;
      }
    },
  };
}

function mapRows(batch: Batch, schema: Schema, map: Node<'flatMap'>['rows']): { result: Batch; empty: number } {
  const rows: Record<string, unknown>[] = [];
  let empty = 0;
  for (let row = 0; row < batch.length; row++) {
    const before = rows.length;
    callUser(() => {
      for (const made of map(rowObject(batch, row))) rows.push(made);
    });
    if (rows.length === before) empty++;
  }
  return { result: batchOfRows(schema, rows), empty };
}

/** An error of a user's function, under a code of its own; one of ours that passed through stays what it is. */
function callUser(call: () => void): void {
  try {
    call();
  } catch (error) {
    if (error instanceof ClickstreamError) throw error;
    throw new ClickstreamError(
      'USER_FUNCTION_ERROR',
      'user',
      `The function given to map or flatMap failed: ${error instanceof Error ? error.message : String(error)}. The batch is not committed; it is run again at the next start.`,
      { cause: error },
    );
  }
}

export function unionOperator(node: Node<'union'>, inputs: readonly Operator[]): Operator {
  const schema = schemaOf(node.output);
  return {
    async *rows(run) {
      for (const input of inputs) {
        for await (const batch of input.rows(run)) yield { ...batch, schema };
      }
    },
  };
}

/** Records which event times passed; the watermark moves after the batch (Spark: EventTimeWatermarkExec). */
export function watermarkOperator(node: Node<'watermark'>, input: Operator): Operator {
  return {
    async *rows(run) {
      for await (const batch of input.rows(run)) {
        observeEventTimes(run, node.watermarkId, batch.vectors[node.column] as Vector);
        yield batch;
      }
    },
  };
}

/**
 * Rows that are observed in one go. V8 compiles a function whose first call is a long loop before it has seen what stands behind the loop, and
 * falls back there each time.
 */
const STRETCH = 1024;

function observeEventTimes(run: BatchRun, watermarkId: number, column: Vector): void {
  if (column.length === 0) return;
  const times = column.kind === 'struct' ? (column.children[1] as Vector) : column;
  let stats = run.eventTimes.get(watermarkId);
  if (stats === undefined) {
    const none = Number.NEGATIVE_INFINITY;
    stats = { max: none, min: Number.POSITIVE_INFINITY, sum: 0, count: 0, ahead: 0, movingMax: none };
    run.eventTimes.set(watermarkId, stats);
  }
  for (let from = 0; from < times.length; from += STRETCH) {
    observeStretch(stats, times, from, Math.min(times.length, from + STRETCH));
  }
  stats.count += times.length;
  if (stats.max > run.futureLimitMs) holdBack(stats, times, run.futureLimitMs);
  else stats.movingMax = stats.max;
}

function observeStretch(stats: EventTimeStats, times: Vector, from: number, to: number): void {
  let { max, min, sum } = stats;
  if (times.validity === null && times.kind === 'fixed' && times.values instanceof Float64Array) {
    const micros = times.values;
    for (let row = from; row < to; row++) {
      const ms = Math.floor((micros[row] as number) / 1000);
      if (ms > max) max = ms;
      if (ms < min) min = ms;
      sum += ms;
    }
  } else {
    for (let row = from; row < to; row++) {
      const ms = eventTimeMs(times, row);
      if (ms > max) max = ms;
      if (ms < min) min = ms;
      sum += ms;
    }
  }
  stats.max = max;
  stats.min = min;
  stats.sum = sum;
}

/** Sorts all rows of the batch; only above a complete-mode aggregation or in a batch query. */
export function sortOperator(node: Node<'sort'>, input: Operator, timeZone: string, compare: RowComparer): Operator {
  const schema = schemaOf(node.output);
  const keys = compileProjection(
    node.by.map((key) => key.expr),
    { timeZone },
  );
  return {
    async *rows(run) {
      const batch = await collect(schema, input.rows(run));
      if (batch.length === 0) return;
      const vectors = keys(batch, run.eval);
      const order = Int32Array.from({ length: batch.length }, (_, i) => i).sort(
        (a, b) => compare(vectors, a, b) || a - b,
      );
      yield takeBatch(batch, order);
    },
  };
}

export type RowComparer = (vectors: readonly Vector[], a: number, b: number) => number;

export async function collect(schema: Schema, batches: AsyncIterable<Batch>): Promise<Batch> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return concatBatches(schema, all);
}
