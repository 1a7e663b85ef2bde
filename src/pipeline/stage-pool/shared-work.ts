import type { ChunkResult, StageBatch } from '../../engine/stage-run.ts';
import type { SplitChunk } from '../../source.ts';
import type { WorkerThread } from './worker-thread.ts';

/** What is asked of a worker thread. */
export type ChunkThread = Pick<WorkerThread, 'isAlive' | 'started' | 'load' | 'send'>;

/** A batch's chunks, as threads take them: each is begun by one, in order, and not too far before its turn. */
export class SharedWork {
  /** Undefined: not done. Null: whoever did it failed. */
  private readonly results: (ChunkResult | null | undefined)[];
  /** The first chunk that nobody has begun. */
  private next = 0;
  private turn = 0;
  private wake: () => void = () => {};
  private isDropped = false;

  constructor(
    private readonly batch: StageBatch,
    private readonly chunks: readonly SplitChunk[],
    private readonly threads: readonly ChunkThread[],
    /** How many chunks may be begun before all in front of them were fetched: they are held in memory. */
    private readonly ahead: number,
    /** Buffers that nobody uses, for the bytes of outputs. */
    private readonly spares: ArrayBuffer[],
  ) {
    this.results = chunks.map(() => undefined);
    for (const { started } of threads) void started.then(() => this.share());
  }

  /** The next chunk that nobody has begun, for this thread; null: there is none that may be begun now. */
  claim(): number | null {
    return this.next < this.chunks.length && this.next < this.turn + this.ahead ? this.next++ : null;
  }

  /** Gives the other threads as much as they should have. */
  share(): void {
    for (const thread of this.threads) {
      // Towards the end nobody should have chunks in store that another could begin.
      const store = this.chunks.length - this.next > this.threads.length ? 2 : 1;
      while (!this.isDropped && thread.isAlive && thread.load < store) {
        const index = this.claim();
        if (index === null) return;
        thread.send(this.batch, this.chunks[index] as SplitChunk, this.spare(), (result) => this.put(index, result));
      }
    }
  }

  put(index: number, result: ChunkResult | null): void {
    this.results[index] = result;
    this.share();
    this.wake();
  }

  /** The result of a chunk whose turn it is: undefined as long as it is not there. */
  fetch(index: number): ChunkResult | null | undefined {
    const result = this.results[index];
    if (result !== undefined) this.results[index] = null;
    return result;
  }

  /** All chunks before `index` were fetched. */
  reach(index: number): void {
    this.turn = index;
    this.share();
  }

  /** A buffer for the bytes of an output, where there is one. */
  spare(): ArrayBuffer | null {
    return this.spares.pop() ?? null;
  }

  /** Nobody needs the result any more. */
  giveBack({ output }: ChunkResult): void {
    if (output.kind === 'bytes') this.spares.push(output.bytes.buffer);
  }

  /** Until another result is there. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Nobody wants the rest. */
  drop(): void {
    this.isDropped = true;
    this.next = this.chunks.length;
  }
}
