import type { Worker } from 'node:worker_threads';
import type { StageSpec } from '../../engine/stage.ts';
import type { ChunkResult, StageBatch } from '../../engine/stage-run.ts';
import type { ColumnsToEncode, EncodedColumns } from '../../formats/parquet/encode-columns.ts';
import type { SplitChunk } from '../../source.ts';
import type { ChunkRequest, ColumnsRequest, WorkerReply } from './messages.ts';

type Take<T> = (result: T | null) => void;

/** A thread that runs a query's stage, and encodes columns of its output. When it dies, what it had been sent has failed, and it takes no more. */
export class WorkerThread {
  /** Whether it takes requests: not before it has started, which takes longer than some chunks do. */
  isAlive = false;
  /** Is fulfilled when it takes requests; never where it cannot start. */
  readonly started: Promise<void>;
  private readonly worker: Worker;
  private readonly sent = new Map<number, Take<WorkerReply['result']>>();
  private lastId = 0;

  /** @throws DataCloneError for a spec that holds functions. */
  constructor(spec: StageSpec) {
    // Loaded by the first thread: most runs need none.
    const threads = process.getBuiltinModule('node:worker_threads');
    this.worker = new threads.Worker(new URL('./worker.js', import.meta.url), { workerData: spec });
    this.started = new Promise((resolve) => {
      this.worker.once('message', () => {
        this.isAlive = true;
        this.worker.on('message', (reply: WorkerReply) => this.answer(reply));
        resolve();
      });
    });
    this.worker.on('error', () => this.fail());
    this.worker.on('exit', () => this.fail());
  }

  /** Requests that it has been sent and not answered. */
  get load(): number {
    return this.sent.size;
  }

  send(batch: StageBatch, chunk: SplitChunk, spare: ArrayBuffer | null, take: Take<ChunkResult>): void {
    this.ask({ kind: 'chunk', batch, chunk, spare }, spare === null ? [] : [spare], take);
  }

  encode(columns: ColumnsToEncode): Promise<EncodedColumns | null> {
    return new Promise((resolve) => {
      this.ask<EncodedColumns>({ kind: 'columns', columns }, [], resolve);
    });
  }

  private ask<T extends WorkerReply['result']>(
    request: ChunkRequest | ColumnsRequest,
    handedOver: readonly ArrayBuffer[],
    take: Take<T>,
  ): void {
    const id = ++this.lastId;
    this.sent.set(id, take as Take<WorkerReply['result']>);
    this.worker.postMessage({ id, ...request }, handedOver);
  }

  async stop(): Promise<void> {
    this.isAlive = false;
    await this.worker.terminate();
  }

  private answer({ id, result }: WorkerReply): void {
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
