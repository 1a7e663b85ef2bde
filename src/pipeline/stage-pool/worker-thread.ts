import type { Worker } from 'node:worker_threads';
import type { StageSpec } from '../../engine/stage.ts';
import type { ChunkResult, StageBatch } from '../../engine/stage-run.ts';
import type { SplitChunk } from '../../source.ts';
import type { ChunkReply, ChunkRequest } from './messages.ts';

type Take = (result: ChunkResult | null) => void;

/** A thread that runs a query's stage. When it dies, what it had been sent has failed, and it takes no more. */
export class WorkerThread {
  /** Whether it takes chunks: not before it has started, which takes longer than some chunks do. */
  isAlive = false;
  /** Is fulfilled when it takes chunks; never where it cannot start. */
  readonly started: Promise<void>;
  private readonly worker: Worker;
  private readonly sent = new Map<number, Take>();
  private lastId = 0;

  /** @throws DataCloneError for a spec that holds functions. */
  constructor(spec: StageSpec) {
    // Loaded by the first thread: most runs need none.
    const threads = process.getBuiltinModule('node:worker_threads');
    this.worker = new threads.Worker(new URL('./worker.js', import.meta.url), { workerData: spec });
    this.started = new Promise((resolve) => {
      this.worker.once('message', () => {
        this.isAlive = true;
        this.worker.on('message', (reply: ChunkReply) => this.answer(reply));
        resolve();
      });
    });
    this.worker.on('error', () => this.fail());
    this.worker.on('exit', () => this.fail());
  }

  /** Chunks that it has been sent and not answered. */
  get load(): number {
    return this.sent.size;
  }

  send(batch: StageBatch, chunk: SplitChunk, spare: ArrayBuffer | null, take: Take): void {
    const id = ++this.lastId;
    this.sent.set(id, take);
    const request: ChunkRequest = { id, batch, chunk, spare };
    this.worker.postMessage(request, spare === null ? [] : [spare]);
  }

  async stop(): Promise<void> {
    this.isAlive = false;
    await this.worker.terminate();
  }

  private answer({ id, result }: ChunkReply): void {
    const take = this.sent.get(id);
    this.sent.delete(id);
    take?.(result);
  }

  private fail(): void {
    this.isAlive = false;
    for (const [id, take] of [...this.sent]) {
      this.sent.delete(id);
      take(null);
    }
  }
}
