import type { PlacedResult, StagePool } from '../../engine/query-parts.ts';
import type { StageSpec } from '../../engine/stage.ts';
import type { ChunkResult, StageBatch, StageRunner } from '../../engine/stage-run.ts';
import type { Disk } from '../../fs/disk.ts';
import type { RecordPlace, SplitChunk } from '../../source.ts';
import type { ColumnThreads } from './column-threads.ts';
import { type ChunkThread, SharedWork } from './shared-work.ts';
import { openStageRunner } from './stage-runner.ts';
import { WorkerThread } from './worker-thread.ts';

/** Fewer bytes, in all or in a chunk, go through the operators as they are: that takes no preparation. */
const LEAST_BYTES = 1024 * 1024;
const LEAST_CHUNK_BYTES = 64 * 1024;
/** Starting threads takes some 50 ms of processor time: about what so many bytes take. */
const SHARED_BYTES = 32 * 1024 * 1024;
const CHUNKS_AHEAD_PER_THREAD = 2;

export interface PoolRequest {
  readonly spec: StageSpec;
  readonly disk: Disk;
  /** This one among them. */
  readonly threads: number;
  /** To be lent those that are started. */
  readonly columns: ColumnThreads;
}

/** A pool whose threads are started by the first batch that is worth it. */
export function openStagePool({ spec, disk, threads, columns }: PoolRequest): StagePool {
  let others: WorkerThread[] | null = null;
  let own: StageRunner | null = null;
  const spares: ArrayBuffer[] = [];
  return {
    prepare(chunks) {
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
      if (bytes < LEAST_BYTES || bytes < LEAST_CHUNK_BYTES * chunks.length) return false;
      if (chunks.length > 1 && bytes >= SHARED_BYTES) {
        others ??= Array.from({ length: threads - 1 }, () => new WorkerThread(spec));
        columns.threads = others;
      }
      return true;
    },
    run(batch, chunks, signal, onTurn) {
      own ??= openStageRunner(spec, disk);
      return new PooledBatch(own, others ?? [], batch, chunks, signal, onTurn, spares).results();
    },
    async close() {
      columns.threads = [];
      await Promise.all((others ?? []).map((thread) => thread.stop()));
      others = null;
    },
  };
}

/** One batch: this thread works like the others, and puts the results in order. */
export class PooledBatch {
  private readonly work: SharedWork;

  constructor(
    private readonly own: StageRunner,
    others: readonly ChunkThread[],
    private readonly batch: StageBatch,
    private readonly chunks: readonly SplitChunk[],
    private readonly signal: AbortSignal,
    private readonly onTurn: (chunk: SplitChunk) => void,
    spares: ArrayBuffer[],
  ) {
    this.work = new SharedWork(batch, chunks, others, CHUNKS_AHEAD_PER_THREAD * (others.length + 1), spares);
  }

  async *results(): AsyncGenerator<PlacedResult, void, undefined> {
    let before: SplitChunk | null = null;
    /** Where the next chunk of the same split begins; null: the split is over. */
    let next: RecordPlace | null = null;
    try {
      for (const [index, chunk] of this.chunks.entries()) {
        this.onTurn(chunk);
        const start: RecordPlace | null = before?.split === chunk.split ? next : { offset: 0, line: 1 };
        before = chunk;
        const result = await this.result(index, chunk, start);
        if (result === null && chunk.more !== undefined) yield* this.oneByOne(chunk);
        if (start === null || result === null) continue;
        const { ends } = result;
        const linesBefore: number = start.line - (ends.start?.line ?? start.line);
        next = ends.next === null ? null : { offset: ends.next.offset, line: ends.next.line + linesBefore };
        yield { chunk, start, result };
        this.work.giveBack(result);
      }
    } finally {
      this.work.drop();
    }
  }

  /** The splits of a bundle on which some thread failed: so it is known which one it is, and what the error is. */
  private async *oneByOne({ split, more = [] }: SplitChunk): AsyncGenerator<PlacedResult, void, undefined> {
    const start = { offset: 0, line: 1 };
    for (const each of [split, ...more]) {
      const chunk = { split: each, from: 0, until: null, bytes: 0 };
      this.onTurn(chunk);
      const result = await this.own.run(this.batch, chunk, start, this.signal, this.work.spare());
      yield { chunk, start, result };
      this.work.giveBack(result);
    }
  }

  /**
   * A chunk on which another thread failed, or that it began at the wrong place, is run again here: the true place is known here, and an
   * error is the caller's. Null: the chunk holds no record, since the split is over, or a record of a chunk before reaches past it; or it is a
   * bundle that failed.
   */
  private async result(index: number, chunk: SplitChunk, start: RecordPlace | null): Promise<ChunkResult | null> {
    const { work, own, batch, signal } = this;
    const isEmpty = start === null || (chunk.until !== null && start.offset >= chunk.until);
    const isBundle = chunk.more !== undefined;
    let mine = work.claim();
    work.reach(index);
    for (;;) {
      if (mine === index) {
        const run = () => (isBundle ? this.guessed(index) : own.run(batch, chunk, start, signal, work.spare()));
        const result = isEmpty ? null : await run();
        work.put(index, null);
        work.fetch(index);
        return result;
      }
      if (mine !== null) work.put(mine, await this.guessed(mine));
      const result = work.fetch(index);
      if (result !== undefined) {
        if (isEmpty) return null;
        if (isBundle || result?.ends.start?.offset === start.offset) return result;
        return await own.run(batch, chunk, start, signal, work.spare());
      }
      mine = work.claim();
      if (mine === null) await work.change();
    }
  }

  /** A chunk whose turn has not come: where it begins is not known yet. */
  private async guessed(index: number): Promise<ChunkResult | null> {
    try {
      return await this.own.run(this.batch, this.chunks[index] as SplitChunk, null, this.signal, this.work.spare());
    } catch {
      return null;
    }
  }
}
