import type { Batch, Int64, Vector } from '../batch.ts';
import { takeBatch } from '../batch.ts';
import { invariant } from '../errors.ts';
import type { OutputMode } from '../sink.ts';
import type { ChunkEnds, ReadContext, RecordPlace, RejectedRecord, SplitChunk } from '../source.ts';
import type { BatchRun, EventTimeStats, LateRow, OperatorAccount } from './batch-run.ts';
import { emptyAccount } from './batch-run.ts';
import { breathe } from './breathe.ts';
import { buildOperators } from './build-operators.ts';
import type { Operator } from './operator.ts';
import { AggregateOperator } from './operators/aggregate.ts';
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
  readonly rejects: readonly RejectedRecord[];
  readonly late: readonly LateRows[];
}

export type ChunkOutput =
  | { readonly kind: 'bytes'; readonly rows: number; readonly parts: readonly Uint8Array[] }
  | {
      readonly kind: 'groups';
      readonly size: number;
      /** Rows in the groups. */
      readonly rows: number;
      readonly vectors: readonly Vector[];
      readonly lateGroups: readonly string[];
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
export type ChunkReader = (
  chunk: SplitChunk,
  start: RecordPlace | null,
  context: ReadContext,
) => AsyncGenerator<Batch, ChunkEnds>;

/** Makes the bytes of rows, batch by batch. */
export type RowEncoder = (batch: Batch) => Uint8Array;

/** Runs a query's stage on chunks, one at a time. */
export class StageRunner {
  private readonly root: Operator;
  private readonly aggregate: AggregateOperator | null;

  constructor(
    private readonly spec: StageSpec,
    private readonly read: ChunkReader,
    private readonly openEncoder: (() => RowEncoder) | null,
  ) {
    const tree = buildOperators({ physical: spec.physical, timeZone: spec.timeZone }, spec.outputMode, null);
    const { output } = spec.stage;
    this.root = tree.root;
    const aggregate =
      output.kind === 'groups' ? tree.stateful.find((operator) => operator.operatorId === output.operatorId) : null;
    this.aggregate = aggregate instanceof AggregateOperator ? aggregate : null;
    invariant((this.aggregate === null) === (output.kind === 'bytes'), 'a stage gives what its query needs');
  }

  /** `start` null: where the chunk begins is to be guessed. */
  async run(
    batch: StageBatch,
    chunk: SplitChunk,
    start: RecordPlace | null,
    signal: AbortSignal,
  ): Promise<ChunkResult> {
    const run = new ChunkRun(batch, this.spec.outputMode, signal, (context) => this.read(chunk, start, context));
    const output = this.aggregate === null ? await this.bytes(run) : await this.groups(run, this.aggregate);
    return run.finish(output);
  }

  private async bytes(run: ChunkRun): Promise<ChunkOutput> {
    const encode = this.openEncoder?.();
    invariant(encode !== undefined, 'rows become bytes through an encoder');
    const parts: Uint8Array[] = [];
    let rows = 0;
    for await (const batch of this.root.rows(run)) {
      rows += batch.length;
      parts.push(encode(batch).slice());
    }
    return { kind: 'bytes', rows, parts };
  }

  private async groups(run: ChunkRun, aggregate: AggregateOperator): Promise<ChunkOutput> {
    for await (const groups of aggregate.chunkGroups(run)) {
      const { size, rows } = groups;
      return { kind: 'groups', size, rows, vectors: groups.save(), lateGroups: [...groups.lateGroups] };
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
  private readonly late: LateRow[] = [];
  private inputRows = 0;
  private droppedRows = 0;
  private passedRows = 0;
  private ends: ChunkEnds = { start: null, next: null };

  constructor(
    batch: StageBatch,
    readonly outputMode: OutputMode,
    readonly signal: AbortSignal,
    private readonly read: (context: ReadContext) => AsyncGenerator<Batch, ChunkEnds>,
  ) {
    this.batchId = batch.batchId;
    this.eval = { batchTimeMs: batch.batchTimeMs };
    this.lateMicros = batch.lateMicros;
    this.evictMicros = batch.evictMicros;
    this.futureLimitMs = batch.futureLimitMs;
    this.side = {
      rejectsPath: '',
      reject: (record: RejectedRecord) => void this.rejects.push(record),
      late: (row: LateRow) => void this.late.push(row),
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

  async *readSource(): AsyncGenerator<Batch> {
    const reading = this.read({
      reject: (record) => void this.rejects.push(record),
      countInput: (rows) => {
        this.inputRows += rows;
      },
      countDropped: (rows) => {
        this.droppedRows += rows;
      },
      beginChunk: () => {},
      signal: this.signal,
    });
    for (let next = await reading.next(); ; next = await reading.next()) {
      if (next.done) {
        this.ends = next.value;
        return;
      }
      this.passedRows += next.value.length;
      yield next.value;
      await breathe();
    }
  }

  finish(output: ChunkOutput): ChunkResult {
    const { ends, accounts, eventTimes, inputRows, droppedRows, passedRows, rejects } = this;
    const { out, grouped } = this.flow;
    const late = [...lateByBatch(this.late)];
    return {
      ends,
      output,
      accounts,
      eventTimes,
      flow: { out, grouped },
      inputRows,
      droppedRows,
      passedRows,
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
