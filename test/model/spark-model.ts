import type { Case, Query, Row, Step, Watermark } from '../conformance/case.ts';
import { evaluate } from '../conformance/expressions.ts';
import { EMPTY_STATE, type ModelRow, type ModelState, runModelBatch, stateSize } from './model-query.ts';

interface LoggedBatch {
  readonly ends: readonly number[];
  readonly watermark: number;
}

/** What a model gives out, batch by batch. */
export interface ModelBatch {
  readonly batchId: number;
  readonly rows: readonly Row[];
}

/**
 * Spark's micro-batch engine as a few plain rules: the loop, watermarks, no-data batches, restarts. Written for the tests from
 * the rules alone; it shares nothing with the engine, and is meant to be read, not to be fast.
 */
export class SparkModel {
  /** Every batch that ran, those that ran again included. */
  readonly output: ModelBatch[] = [];
  private readonly query: Query;
  private readonly inputs: readonly string[];
  private readonly additions: (readonly ModelRow[])[][];
  private readonly offsets: LoggedBatch[] = [];
  /** By batch id: the watermark after it; missing where the commit was lost. */
  private commits = new Map<number, number>();
  /** By batch id: the state after it. */
  private readonly states: ModelState[] = [];
  private watermark = 0;
  /** Per input, in this run; null: no row yet. */
  private nodes: (number | null)[] = [];
  private pending: number | null = null;
  private owes = false;

  constructor(private readonly test: Case) {
    this.query = test.query;
    this.inputs = typeof test.query.from === 'string' ? [test.query.from] : test.query.from;
    this.additions = this.inputs.map(() => []);
  }

  get currentWatermark(): number {
    return this.watermark;
  }

  get stateRows(): number {
    return stateSize(this.query, this.states.at(-1) ?? EMPTY_STATE);
  }

  apply(step: Step): void {
    const [name, argument] = Object.entries(step)[0] as [string, Record<string, unknown>];
    if (name === 'addData') {
      this.additions[this.inputs.indexOf(argument.input as string)]?.push(argument.rows as ModelRow[]);
    } else if (name === 'processBatch') this.trigger();
    else if (name === 'processAllAvailable') while (this.trigger());
    else if (name === 'crash') this.loseCommits(argument.loseCommits as number);
    else if (name === 'start') this.recover();
  }

  private loseCommits(count: number): void {
    const ids = [...this.commits.keys()].sort((a, b) => a - b);
    for (const id of count === 0 ? [] : ids.slice(-count)) this.commits.delete(id);
  }

  private recover(): void {
    this.nodes = this.inputs.map(() => null);
    this.owes = false;
    this.pending = null;
    const newest = this.offsets.length - 1;
    const logged = this.offsets[newest];
    if (logged === undefined) return;
    const committed = this.commits.get(newest);
    if (committed === undefined) {
      this.pending = newest;
      this.watermark = logged.watermark;
    } else this.watermark = Math.max(logged.watermark, committed);
  }

  private trigger(): boolean {
    const batchId = this.pending ?? this.construct();
    if (batchId === null) return false;
    this.run(batchId);
    return true;
  }

  private construct(): number | null {
    const before = this.offsets.at(-1)?.ends ?? this.inputs.map(() => 0);
    const ends = this.additions.map((list) => list.length);
    const hasData = ends.some((end, index) => end !== before[index]);
    if (!hasData && !(this.owes && this.test.conf?.noDataBatches !== false)) return null;
    this.offsets.push({ ends, watermark: this.watermark });
    return this.offsets.length - 1;
  }

  private run(batchId: number): void {
    const { query } = this;
    const batch = this.offsets[batchId] as LoggedBatch;
    const late = this.offsets[batchId - 1]?.watermark ?? 0;
    const starts = this.offsets[batchId - 1]?.ends ?? this.inputs.map(() => 0);
    const rows = this.inputs.flatMap((_, index) =>
      this.takeInput(index, starts[index] as number, batch.ends[index] as number),
    );
    const result = runModelBatch(query, rows, this.states[batchId - 1] ?? EMPTY_STATE, {
      late,
      evict: batch.watermark,
    });
    this.states.length = batchId;
    this.states[batchId] = result.state;
    this.output.push({ batchId, rows: result.rows });
    this.moveWatermark();
    this.commits.set(batchId, this.watermark);
    this.pending = null;
    this.owes = this.wantsNoData() && this.watermark > batch.watermark;
  }

  /** The rows of an input that reach the query, the watermark noticing those that reach it. */
  private takeInput(index: number, start: number, end: number): ModelRow[] {
    const rows = (this.additions[index] as (readonly ModelRow[])[]).slice(start, end).flat();
    const { reaching, passed } = filterRows(this.query, rows);
    if (reaching.length > 0) {
      const newest = Math.max(...reaching.map((row) => row.ts ?? 0)) - this.delayOf();
      this.nodes[index] = Math.max(this.nodes[index] ?? newest, newest);
    }
    return passed;
  }

  private delayOf(): number {
    return (this.query.watermark as Watermark | undefined)?.delayMs ?? 0;
  }

  private moveWatermark(): void {
    if (this.query.watermark === undefined) return;
    const values = this.nodes.map((value) => value ?? 0);
    const candidate = this.test.conf?.watermarkPolicy === 'max' ? Math.max(...values) : Math.min(...values);
    this.watermark = Math.max(this.watermark, candidate);
  }

  private wantsNoData(): boolean {
    const { dedup, keys, outputMode } = this.query;
    return dedup !== undefined || (keys !== undefined && outputMode !== 'complete');
  }
}

/**
 * What a query's filter leaves of its input: the rows that reach the watermark, and those that pass altogether. Conditions on the time are
 * asked behind the watermark, the others before it.
 */
export function filterRows({ filter }: Query, rows: readonly ModelRow[]): Record<'reaching' | 'passed', ModelRow[]> {
  const parts =
    filter === undefined ? [] : (filter as unknown[])[0] === 'and' ? (filter as unknown[]).slice(1) : [filter];
  const mentionsTime = (part: unknown) => JSON.stringify(part).includes('"ts"');
  const passes = (row: ModelRow, wanted: readonly unknown[]) =>
    wanted.every((part) => evaluate(part, row as unknown as Row) === true);
  const [behind, before] = [parts.filter(mentionsTime), parts.filter((part) => !mentionsTime(part))];
  const reaching = rows.filter((row) => passes(row, before));
  return { reaching, passed: reaching.filter((row) => passes(row, behind)) };
}
