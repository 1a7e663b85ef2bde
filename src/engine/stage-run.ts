import type { Batch, Int64, Vector } from '../batch.ts';
import { takeBatch } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { OutputMode } from '../sink.ts';
import type { ChunkEnds, ReadContext, RecordPlace, RejectedRecord, SplitChunk } from '../source.ts';
import type { EncodedStateRows } from '../state-store.ts';
import type { BatchRun, EventTimeStats, LateRow, OperatorAccount } from './batch-run.ts';
import { emptyAccount } from './batch-run.ts';
import { Breather, breathe } from './breathe.ts';
import { buildOperators, type OperatorTree } from './build-operators.ts';
import { AggregateOperator } from './operators/aggregate.ts';
import { SessionOperator } from './operators/session.ts';
import { OutputBytes } from './output-bytes.ts';
import { addRepeatedNames, noRepeatedNames, type RepeatedNames } from './repeated-names.ts';
import { RowFlow } from './row-flow.ts';
import type { StageSpec } from './stage.ts';

/** What of a batch its chunks must know. Plain data. */
export interface StageBatch {
  readonly batchId: number;
  readonly batchTimeMs: number;
  readonly lateMicros: number;
  readonly evictMicros: number;
  readonly futureLimitMs: number;
}

/** What became of a chunk. Plain data. */
export interface ChunkResult {
  readonly ends: ChunkEnds;
  readonly output: ChunkOutput;
  /** Of all operators but the source. */
  readonly accounts: ReadonlyMap<string, OperatorAccount>;
  readonly eventTimes: ReadonlyMap<number, EventTimeStats>;
  /** Counted between the operators. */
  readonly flow: Pick<RowFlow, 'out' | 'grouped'>;
  readonly inputRows: number;
  readonly droppedRows: number;
  readonly passedRows: number;
  /** Lines are counted from `ends.start`. */
  readonly repeatedNames: RepeatedNames;
  /** Lines are counted from `ends.start`. */
  readonly rejects: readonly RejectedRecord[];
  readonly late: readonly LateRows[];
}

export type ChunkOutput =
  | {
      readonly kind: 'bytes';
      readonly rows: number;
      /** The only view of its buffer, which another chunk may use afterwards. */
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly kind: 'groups';
      readonly size: number;
      /** Rows in the groups. */
      readonly rows: number;
      readonly vectors: readonly Vector[];
      readonly lateGroups: readonly string[];
      /** See `ChunkGroups`; sessions have none. */
      readonly encoded?: EncodedStateRows | null;
    };

/** Late rows of one operator: entry i is about row i. */
export interface LateRows {
  readonly operator: string;
  readonly rows: Batch;
  readonly windowStart: readonly (Int64 | null)[];
  readonly windowEnd: readonly (Int64 | null)[];
  readonly lateByMicros: readonly Int64[];
}

/** Reads a chunk; see `SplitChunk`. */
export type ChunkReader<T> = (
  chunk: SplitChunk,
  start: RecordPlace | null,
  context: ReadContext,
) => AsyncGenerator<T, ChunkEnds>;

/** What a stage works with, on any thread. */
export interface StageTools {
  readonly read: ChunkReader<Batch>;
  /** For a stage that makes bytes: the encoder of a chunk's rows, batch by batch. */
  readonly openEncoder: () => (batch: Batch) => Uint8Array;
  /** For a stage that makes groups: encodes them for the state. */
  readonly encodeState: (rows: Batch) => EncodedStateRows;
  /** For a stage that only picks fields. Null: there is no such way. */
  readonly project: ChunkProjector | null;
}

/**
 * Reads a chunk's rows as the bytes that the whole stage makes of them, which it hands to `write`, valid during the call. What it gives are
 * numbers of rows.
 */
export type ChunkProjector = (
  chunk: SplitChunk,
  start: RecordPlace | null,
  context: ReadContext,
  write: (bytes: Uint8Array) => void,
) => AsyncGenerator<number, ChunkEnds>;

/** Sums up what it gets of one chunk. */
type ChunkAggregation = Pick<AggregateOperator, 'chunkGroups'> | Pick<SessionOperator, 'chunkGroups'>;

/** Runs a query's stage on chunks, one at a time. */
export class StageRunner {
  private readonly tree: OperatorTree;
  private readonly aggregate: ChunkAggregation | null;

  constructor(
    private readonly spec: StageSpec,
    private readonly tools: StageTools,
  ) {
    const tree = buildOperators({ physical: spec.physical, timeZone: spec.timeZone }, spec.outputMode, null);
    const { output } = spec.stage;
    this.tree = tree;
    const aggregate =
      output.kind === 'groups' ? tree.stateful.find((operator) => operator.operatorId === output.operatorId) : null;
    this.aggregate = aggregate instanceof AggregateOperator || aggregate instanceof SessionOperator ? aggregate : null;
    invariant((this.aggregate === null) === (output.kind === 'bytes'), 'a stage gives what its query needs');
  }

  /** `start` null: where the chunk begins is to be guessed. `spare`: for the output's bytes. */
  async run(
    batch: StageBatch,
    chunk: SplitChunk,
    start: RecordPlace | null,
    signal: AbortSignal,
    spare: ArrayBuffer | null,
  ): Promise<ChunkResult> {
    const { read, project, encodeState } = this.tools;
    const reading = (context: ReadContext) => read(chunk, start, context);
    const run = new ChunkRun(batch, this.spec.outputMode, signal, reading, encodeState);
    if (this.aggregate !== null) return run.finish(await this.groups(run, this.aggregate));
    const output = new OutputBytes(spare, chunk.bytes);
    const rows =
      project === null
        ? await this.encoded(run, output)
        : await this.projected(run, (context) => project(chunk, start, context, (bytes) => output.append(bytes)));
    return run.finish({ kind: 'bytes', rows, bytes: output.take() });
  }

  private async encoded(run: ChunkRun, output: OutputBytes): Promise<number> {
    const encode = this.tools.openEncoder();
    let rows = 0;
    for await (const batch of this.tree.root.rows(run)) {
      rows += batch.length;
      output.append(encode(batch));
    }
    return rows;
  }

  /** All operators of such a stage give on every row that they get. */
  private async projected(
    run: ChunkRun,
    project: (context: ReadContext) => AsyncGenerator<number, ChunkEnds>,
  ): Promise<number> {
    let rows = 0;
    for await (const projected of run.take(project, (given) => given)) {
      rows += projected;
      for (const { edge } of this.tree.laws) run.flow.give(edge, projected);
    }
    return rows;
  }

  private async groups(run: ChunkRun, aggregate: ChunkAggregation): Promise<ChunkOutput> {
    for await (const groups of aggregate.chunkGroups(run)) {
      const { size, rows } = groups;
      const encoded = 'encoded' in groups ? groups.encoded : null;
      return { kind: 'groups', size, rows, vectors: groups.save(), lateGroups: [...groups.lateGroups], encoded };
    }
    return { kind: 'groups', size: 0, rows: 0, vectors: [], lateGroups: [] };
  }
}

/** A chunk on its way through the stage: what its operators see of the batch, and what they leave. */
class ChunkRun implements BatchRun {
  readonly batchId: number;
  readonly eval: { readonly batchTimeMs: number };
  readonly lateMicros: number;
  readonly evictMicros: number;
  readonly futureLimitMs: number;
  readonly eventTimes = new Map<number, EventTimeStats>();
  readonly flow = new RowFlow();
  readonly side;
  chunk = 0;
  private readonly accounts = new Map<string, OperatorAccount>();
  private readonly rejects: RejectedRecord[] = [];
  private readonly late: LateRows[] = [];
  /** Late rows of the batch in hand. */
  private newLate: LateRow[] = [];
  private inputRows = 0;
  private droppedRows = 0;
  private passedRows = 0;
  private readonly repeatedNames = noRepeatedNames();
  private ends: ChunkEnds = { start: null, next: null };
  private readonly breather = new Breather();

  constructor(
    batch: StageBatch,
    readonly outputMode: OutputMode,
    readonly signal: AbortSignal,
    private readonly read: (context: ReadContext) => AsyncGenerator<Batch, ChunkEnds>,
    readonly encodeState: StageTools['encodeState'],
  ) {
    this.batchId = batch.batchId;
    this.eval = { batchTimeMs: batch.batchTimeMs };
    this.lateMicros = batch.lateMicros;
    this.evictMicros = batch.evictMicros;
    this.futureLimitMs = batch.futureLimitMs;
    this.side = {
      rejectsPath: '',
      reject: (record: RejectedRecord) => void this.rejects.push(record),
      late: (row: LateRow) => void this.newLate.push(row),
      finish: async () => {},
      abandon: async () => {},
    };
  }

  account(operator: string): OperatorAccount {
    let account = this.accounts.get(operator);
    if (account === undefined) {
      account = emptyAccount();
      this.accounts.set(operator, account);
    }
    return account;
  }

  readSource(): AsyncGenerator<Batch> {
    return this.take(this.read, (batch) => batch.length);
  }

  /** Reads the chunk, counted. What it gives is given back when the next is asked for. */
  async *take<T>(
    read: (context: ReadContext) => AsyncGenerator<T, ChunkEnds>,
    rowsOf: (given: T) => number,
  ): AsyncGenerator<T> {
    const reading = read({
      reject: (record) => void this.rejects.push(record),
      countInput: (rows) => {
        this.inputRows += rows;
      },
      countDropped: (rows) => {
        this.droppedRows += rows;
      },
      countRepeatedName: (first) => addRepeatedNames(this.repeatedNames, { rows: 1, first }),
      beginChunk: () => {},
      signal: this.signal,
      returnsBatches: true,
    });
    for (let next = await reading.next(); ; next = await reading.next()) {
      if (next.done) {
        this.ends = next.value;
        await breathe();
        return;
      }
      const rows = rowsOf(next.value);
      this.passedRows += rows;
      yield next.value;
      this.keepLate();
      await this.breather.after(rows);
    }
  }

  /** Copies the late rows of the batch that is given back. */
  private keepLate(): void {
    if (this.newLate.length === 0) return;
    this.late.push(...lateByBatch(this.newLate));
    this.newLate = [];
  }

  finish(output: ChunkOutput): ChunkResult {
    this.keepLate();
    const { ends, accounts, eventTimes, inputRows, droppedRows, passedRows, repeatedNames, rejects, late } = this;
    const { out, grouped } = this.flow;
    return {
      ends,
      output,
      accounts,
      eventTimes,
      flow: { out, grouped },
      inputRows,
      droppedRows,
      passedRows,
      repeatedNames,
      rejects,
      late,
    };
  }
}

/** Late rows, copied out of the batches that they came in. */
function* lateByBatch(late: readonly LateRow[]): Generator<LateRows> {
  for (let from = 0; from < late.length; ) {
    const { operator, rows } = late[from] as LateRow;
    let to = from + 1;
    while (to < late.length && late[to]?.rows === rows && late[to]?.operator === operator) to++;
    const these = late.slice(from, to);
    yield {
      operator,
      rows: takeBatch(
        rows,
        Int32Array.from(these, ({ row }) => row),
      ),
      windowStart: these.map(({ windowStart }) => windowStart),
      windowEnd: these.map(({ windowEnd }) => windowEnd),
      lateByMicros: these.map(({ lateByMicros }) => lateByMicros),
    };
    from = to;
  }
}
