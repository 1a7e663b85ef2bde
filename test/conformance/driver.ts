import { Checkpoint } from '../../src/checkpoint/checkpoint.ts';
import { nodeDisk } from '../../src/fs/node-disk.ts';
import type { DataFrame, MemoryStream, StreamingQuery, StreamingQueryProgress, TriggerLike } from '../../src/index.ts';
import { createSession, memoryStream } from '../../src/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settled } from '../support/settled.ts';
import type { Case, Conf, Query, Row, StartStep, TriggerChoice } from './case.ts';
import { buildQuery, ms } from './query.ts';
import { Recorder } from './recorder.ts';
import { fromEngine, schemaOf, toEngine } from './rows.ts';
import { SPARK_DEFAULTS } from './spark-defaults.ts';
import { Workspace } from './workspace.ts';

const SPARK_MAX_FILE_AGE = '7d';

/** Drives one case's query, over restarts: everything that a step does, nothing that it checks. */
export class Driver {
  readonly clock = new ManualClock();
  readonly session = createSession({ clock: this.clock });
  readonly workspace = new Workspace();
  readonly recorder: Recorder;
  /** Reports of all executed batches, over all runs. */
  readonly progress: StreamingQueryProgress[] = [];
  private readonly streams = new Map<string, MemoryStream>();
  private readonly failed = new Set<string>();
  private running: { readonly query: StreamingQuery; readonly trigger: TriggerChoice } | null = null;
  private queryNow: Query;
  private recordedFiles = -1;

  constructor(private readonly test: Case) {
    this.recorder = new Recorder(test.sink ?? { kind: 'memory' });
    this.queryNow = test.query;
    for (const [name, input] of Object.entries(test.inputs)) {
      if (input.kind === 'memory') this.streams.set(name, memoryStream(schemaOf(columnsOf(test, name))));
    }
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** The case's query as a table; throws what defining it throws. */
  define(query: Query = this.queryNow): DataFrame {
    return buildQuery(query, { session: this.session, open: (input) => this.open(input), failed: this.failed });
  }

  private open(name: string): DataFrame {
    const stream = this.streams.get(name);
    if (stream !== undefined) return this.session.readStream.memory(stream);
    const input = this.test.inputs[name];
    if (input === undefined) throw new Error(`the case has no input ${name}`);
    const { maxFileAgeMs, ...options } = input.options ?? {};
    return this.session.readStream
      .format(input.format ?? 'text')
      .schema(schemaOf(input.schema))
      .options({
        maxFileAge: maxFileAgeMs ?? SPARK_MAX_FILE_AGE,
        settle: 0,
        poll: true,
        ...SPARK_DEFAULTS[input.format ?? 'text'],
        ...(options.cleanSource === 'archive' ? { sourceArchiveDir: this.workspace.archive } : {}),
        ...options,
      })
      .load(this.workspace.inputFolder(name));
  }

  /** Starts the query on the case's checkpoint. With processing time, the first trigger has fired when it returns. */
  async start(step: StartStep = {}, keepQuery = true): Promise<void> {
    await this.stop();
    if (step.clockMs !== undefined) this.clock.set(step.clockMs);
    const definition = step.query ?? this.queryNow;
    if (keepQuery) this.queryNow = definition;
    const trigger = step.trigger ?? this.test.trigger ?? { kind: 'default' };
    const query = await this.writer(definition, trigger, { ...this.test.conf, ...step.conf });
    query.onProgress((report) => this.progress.push(report));
    this.running = { query, trigger };
    if (trigger.kind === 'processingTime') await settled(query);
  }

  private writer(definition: Query, trigger: TriggerChoice, conf: Conf): Promise<StreamingQuery> {
    const table = this.define(definition);
    const writer = table.writeStream
      .outputMode(definition.outputMode)
      .trigger(triggerOf(trigger))
      .option('checkpointLocation', this.workspace.checkpoint)
      .conf({
        // Spark forgets the batch without data that was owed when a run ended.
        resumeNoDataBatch: false,
        ...(conf.noDataBatches === undefined ? {} : { noDataBatches: conf.noDataBatches }),
        ...(conf.watermarkPolicy === undefined ? {} : { watermarkPolicy: conf.watermarkPolicy }),
        ...(conf.minBatchesToRetain === undefined ? {} : { keepBatches: conf.minBatchesToRetain }),
      });
    const complete = definition.outputMode === 'complete';
    const sink = this.test.sink ?? { kind: 'memory' };
    if (sink.kind === 'file') {
      const files = writer.format(sink.format ?? 'parquet').option('sparkManifest', true);
      return files.start(this.workspace.output);
    }
    // A continuous query runs row by row: what the memory sink would hold is recorded row by row, too.
    if (sink.kind === 'foreach' || (sink.kind === 'memory' && trigger.kind === 'continuous')) {
      const toRow = (row: Record<string, unknown>) => timesAsMs(row, table);
      return writer.foreach(this.recorder.writer(complete, toRow)).start();
    }
    return writer.foreachBatch(this.recorder.onBatch(complete)).start();
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.running = null;
    await running?.query.stop();
  }

  /** Stop, and lose the newest `count` commits: what a crash between output and commit leaves. */
  async crash(count: number | 'all'): Promise<void> {
    await this.stop();
    const commits = this.workspace.logged('commits');
    const kept = count === 'all' ? 0 : commits.length - count;
    for (const id of commits.slice(Math.max(0, kept))) this.workspace.lose('commits', id);
  }

  async awaitTermination(): Promise<void> {
    const { running } = this;
    this.running = null;
    await running?.query.awaitTermination();
  }

  /** Batches until there is neither new data nor an owed batch without data. */
  async processAllAvailable(): Promise<void> {
    const { query, trigger } = this.mustRun();
    if (trigger.kind === 'once' || trigger.kind === 'availableNow') return await this.awaitTermination();
    if (trigger.kind === 'default') {
      while (await query.runTrigger());
      return;
    }
    let done = false;
    const all = query.processAllAvailable().finally(() => {
      done = true;
    });
    all.catch(() => {});
    while (!done) {
      await settled(query);
      if (!done && Number.isFinite(this.clock.nextWakeMs))
        this.clock.advance(this.clock.nextWakeMs - this.clock.nowMs());
    }
    await all;
  }

  /** One trigger; whether a batch ran. */
  async processBatch(): Promise<boolean> {
    return await this.mustRun().query.runTrigger();
  }

  async advanceClock(byMs: number): Promise<void> {
    this.clock.advance(byMs);
    if (this.running !== null && this.running.trigger.kind !== 'default') await settled(this.running.query);
  }

  private mustRun() {
    if (this.running === null) throw new Error('the query does not run');
    return this.running;
  }

  addData(input: string, rows: readonly Row[]): void {
    const stream = this.streams.get(input);
    if (stream === undefined) throw new Error(`the case has no memory input ${input}`);
    stream.addData(toEngine(rows, stream.schema));
  }

  /** Takes the batches that the file sink's manifest has gained into the record; other sinks are recorded as they write. */
  async recordFiles(): Promise<void> {
    if (this.test.sink?.kind !== 'file') return;
    for (const { batchId, files } of this.workspace.manifestBatches()) {
      if (batchId <= this.recordedFiles) continue;
      const rows: Row[] = [];
      for (const file of files) rows.push(...(await this.readFiles(file, false)));
      this.recorder.take(batchId, rows, false);
      this.recordedFiles = batchId;
    }
  }

  /** What a batch reader of the file sink's folder sees. */
  readSink(): Promise<Row[]> {
    return this.readFiles(this.workspace.output, true);
  }

  private async readFiles(path: string, readManifest: boolean): Promise<Row[]> {
    const table = this.session.read
      .format(this.test.sink?.format ?? 'parquet')
      .schema(this.define().schema)
      .option('readManifest', readManifest)
      .load(path);
    const rows: Row[] = [];
    for await (const batch of table.batches()) rows.push(...fromEngine(batch));
    return rows;
  }

  /** The checkpoint's logs as they are on the disk. */
  get logs() {
    return Checkpoint.inspect(nodeDisk, this.workspace.checkpoint);
  }

  async close(): Promise<void> {
    await this.stop();
    this.workspace.remove();
  }
}

/**
 * The columns of a memory input. A `long` that the case gives a fraction to is a double: numbers compare by value, so nothing
 * else changes.
 */
function columnsOf(test: Case, input: string): Readonly<Record<string, string>> {
  const rows = test.steps.flatMap((step) => {
    const added = step.addData as { input: string; rows: readonly Row[] } | undefined;
    return added?.input === input ? added.rows : [];
  });
  const isFraction = (value: unknown) => typeof value === 'number' && !Number.isInteger(value);
  return Object.fromEntries(
    Object.entries(test.inputs[input]?.schema ?? {}).map(([name, type]) => [
      name,
      type === 'long' && rows.some((row) => isFraction(row[name])) ? 'double' : type,
    ]),
  );
}

/** A row of `foreach`, whose timestamps are texts. */
function timesAsMs(row: Record<string, unknown>, table: DataFrame): Row {
  const times = new Set(table.schema.fields.filter((f) => f.type.kind === 'timestamp').map((f) => f.name));
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      times.has(name) && value !== null ? Date.parse(String(value)) : value,
    ]),
  );
}

function triggerOf({ kind, intervalMs = 0 }: TriggerChoice): TriggerLike {
  switch (kind) {
    case 'default':
      return { manual: true };
    case 'processingTime':
      return { processingTime: ms(intervalMs) };
    case 'continuous':
      return { continuous: ms(intervalMs) };
    case 'once':
      return { once: true };
    case 'availableNow':
      return { availableNow: true };
  }
}
