import { writeQueryId } from '../../src/checkpoint/metadata.ts';
import { makeDirectoryDurable } from '../../src/fs/durable-folder.ts';
import { createSession, type StreamingQuery, type StreamingQueryProgress } from '../../src/index.ts';
import { ModelDisk } from '../support/model-disk.ts';
import { CHECKPOINT, type Pipeline, type RunSettings } from './pipeline.ts';
import type { PinnedFile, PlannedBatch } from './plan.ts';
import { rested } from './process.ts';
import type { Producer, Version } from './producer.ts';
import { SimulatedTime } from './time.ts';

export interface Uninterrupted {
  readonly disk: ModelDisk;
  /** By batch id. */
  readonly progress: ReadonlyMap<number, StreamingQueryProgress>;
}

const TICK_MS = 1000;

/**
 * Runs the same batches once more, in peace: each batch finds exactly its files, at its logged time. Between batches that were committed
 * under other settings, or with `restarts` by another process, the query is stopped and started anew. Throws an Error that says
 * where the run is another than the plan says.
 */
export async function runUninterrupted(
  pipeline: Pipeline,
  plan: readonly PlannedBatch[],
  settingsOf: (process: number) => RunSettings,
  producer: Producer,
  queryId: string,
): Promise<Uninterrupted> {
  const run = new PeacefulRun(pipeline, plan, producer, queryId);
  try {
    for (const [id, batch] of plan.entries()) await run.batch(id, batch, settingsOf(batch.process));
    await run.expectRest();
  } finally {
    await run.stop();
  }
  return { disk: run.disk, progress: run.progress };
}

class PeacefulRun {
  readonly disk = new ModelDisk();
  readonly progress = new Map<number, StreamingQueryProgress>();
  private readonly time = new SimulatedTime(0);
  private query: StreamingQuery | null = null;
  private process = -1;
  private settingsText = '';
  private nowMs = 0;
  private files = 0;
  /** Files that change once the batch is logged. */
  private changing: readonly string[] = [];

  constructor(
    private readonly pipeline: Pipeline,
    private readonly plan: readonly PlannedBatch[],
    private readonly producer: Producer,
    queryId: string,
  ) {
    makeDirectoryDurable(this.disk, CHECKPOINT);
    writeQueryId(this.disk, CHECKPOINT, queryId);
    this.disk.beforeCall = (op, path) => {
      if (op !== 'openRead' || !this.changing.includes(path)) return;
      const isLogged = this.disk.files().includes(`${CHECKPOINT}/offsets/${this.progress.size}`);
      if (!isLogged) return;
      this.disk.removeFile(path);
      this.changing = this.changing.filter((other) => other !== path);
    };
  }

  async batch(id: number, batch: PlannedBatch, settings: RunSettings): Promise<void> {
    const isDrain = this.isDrain(id, batch);
    await this.restartFor(batch, settings, isDrain);
    this.nowMs = batch.entry.batchTimestampMs;
    // In the order in which they were taken, whatever times they had.
    for (const file of batch.entry.sources.flatMap(({ splits }) => splits as PinnedFile[])) {
      const { path, bytes } = this.producer.find(file) as Version;
      this.disk.writeFile(path, bytes, this.files++);
    }
    this.changing = batch.excluded.map(({ path }) => path);
    if (this.query === null) await this.start(settings, isDrain);
    else this.time.pass(TICK_MS);
    await this.rest(isDrain);
    if (!this.progress.has(id)) throw new Error(`batch ${id} is not run by a run that is left alone`);
    if (this.progress.size !== id + 1) throw new Error(`a run that is left alone runs batch ${id + 1}, too`);
  }

  /** Nothing is left to do, not even a batch without data. */
  async expectRest(): Promise<void> {
    const count = this.progress.size;
    if (this.query === null) return;
    this.time.pass(TICK_MS);
    await this.rest(false);
    if (this.progress.size > count) throw new Error(`a run that is left alone runs batch ${count}, too`);
  }

  async stop(): Promise<void> {
    const { query } = this;
    this.query = null;
    await query?.stop();
  }

  private isDrain(id: number, { entry, files }: PlannedBatch): boolean {
    const before = this.plan[id - 1]?.commit.nextBatchWatermarkMs ?? 0;
    return files.flat().length === 0 && entry.batchWatermarkMs > before;
  }

  private async restartFor(batch: PlannedBatch, settings: RunSettings, isDrain: boolean): Promise<void> {
    const text = JSON.stringify([settings.delayMs, settings.filter]);
    // A silent input holds the watermark from the start of a process on: with several, the processes matter.
    const isOther = text !== this.settingsText || (this.pipeline.inputs.length > 1 && batch.process !== this.process);
    this.settingsText = text;
    this.process = batch.process;
    if (isOther || isDrain) await this.stop();
  }

  private async start(settings: RunSettings, isDrain: boolean): Promise<void> {
    const clock = { ...this.time.clock(), nowMs: () => this.nowMs };
    const trigger = isDrain
      ? ({ kind: 'availableNow' } as const)
      : ({ kind: 'processingTime', intervalMs: TICK_MS } as const);
    const calm = { ...settings, trigger, drain: isDrain, maxFilesPerTrigger: null, settleMs: 0, latestFirst: false };
    this.query = await this.pipeline.start(createSession({ disk: this.disk, clock }), calm);
    this.query.onProgress((progress) => this.progress.set(progress.batchId, progress));
  }

  private async rest(isDrain: boolean): Promise<void> {
    const query = this.query as StreamingQuery;
    if (isDrain) {
      this.query = null;
      return await query.awaitTermination();
    }
    await rested(this.disk, query, () => !query.isActive);
    if (!query.isActive) await query.awaitTermination();
  }
}
