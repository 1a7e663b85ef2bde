import { join } from 'node:path';
import { Checkpoint } from '../../checkpoint/checkpoint.ts';
import type { StreamingQuery } from '../../engine/streaming-query.ts';
import type { Trigger } from '../../engine/trigger.ts';
import { writeDurable } from '../../fs/durable-file.ts';
import { makeDirectoryDurable, removeDurable } from '../../fs/durable-folder.ts';
import { exists } from '../../fs/entries.ts';
import { scratchDisk } from '../../fs/scratch-disk.ts';
import type { MicroBatch } from '../../sinks/micro-batch.ts';
import type { MemoryStream } from '../../sources/memory.ts';
import { batchOfRows, type PlainRow } from '../../sql/values/plain.ts';
import { type QueryDefinition, startQuery } from '../build.ts';
import type { FoundFiles } from '../file/build-inputs.ts';
import { FORMATS } from '../formats.ts';

/** Rows that went aside, summed over batches. */
export interface Aside {
  readonly late: number;
  readonly rejected: number;
  readonly duplicates: number;
}

/** What a source reads in a test. */
export type TestInput =
  | { readonly kind: 'files'; readonly folder: string; readonly found: FoundFiles }
  | { readonly kind: 'memory'; readonly stream: MemoryStream };

/** A pipeline's query as a test drives it: batch by batch, over restarts, with its output kept in memory. */
export class QueryUnderTest {
  private query: StreamingQuery | null = null;
  private readonly output = new Map<number, PlainRow[]>();
  private readonly aside = new Map<number, Aside>();
  private files = 0;
  /** Batches that were run again and gave other rows. */
  readonly changed: number[] = [];

  constructor(
    private readonly definition: QueryDefinition,
    private readonly inputs: ReadonlyMap<string, TestInput>,
    private readonly checkpoint: string,
  ) {}

  /** The rows of every batch so far, by batch. */
  get batches(): readonly (readonly PlainRow[])[] {
    return [...this.output].sort(([a], [b]) => a - b).map(([, rows]) => rows);
  }

  get totals(): Aside {
    const all = [...this.aside.values()];
    const sum = (name: keyof Aside) => all.reduce((total, batch) => total + batch[name], 0);
    return { late: sum('late'), rejected: sum('rejected'), duplicates: sum('duplicates') };
  }

  /** The watermark that the next batch uses, milliseconds. */
  get watermarkMs(): number {
    const commits = Checkpoint.inspect(scratchDisk, this.checkpoint)?.commits;
    return commits?.get(commits.newest)?.nextBatchWatermarkMs ?? 0;
  }

  get sourceNames(): string[] {
    return [...this.inputs.keys()];
  }

  /** A file, or rows, for a source. */
  async arrive(source: string, content: string | readonly PlainRow[]): Promise<void> {
    const input = this.inputs.get(source) as TestInput;
    if (input.kind === 'memory') {
      input.stream.addData(typeof content === 'string' ? content.split('\n').map((value) => ({ value })) : content);
      return;
    }
    makeDirectoryDurable(scratchDisk, input.folder);
    const { extension } = FORMATS[input.found.input.format].format;
    const name = `${String(this.files++).padStart(6, '0')}${extension}`;
    writeDurable(scratchDisk, join(input.folder, name), await fileBytes(input.found, content), 'rename');
  }

  /** Runs batches until there is nothing left to do. */
  async runAll(): Promise<void> {
    this.query ??= await this.start({ kind: 'manual' });
    while (await this.query.runTrigger());
  }

  async stop(): Promise<void> {
    const { query } = this;
    this.query = null;
    await query?.stop();
  }

  /** Ends as a bounded run does: everything that is there, then the drain if the pipeline has one. */
  async finish(): Promise<void> {
    await this.stop();
    const bounded = await this.start({ kind: 'availableNow' });
    await bounded.awaitTermination();
  }

  /** Loses the newest commit, as when the process died right before it. */
  async crash(): Promise<void> {
    await this.stop();
    const commits = Checkpoint.inspect(scratchDisk, this.checkpoint)?.commits;
    if (commits === undefined || commits.newest < 0) return;
    const path = commits.path(commits.newest);
    if (exists(scratchDisk, path)) removeDurable(scratchDisk, path);
  }

  private async start(trigger: Trigger): Promise<StreamingQuery> {
    const query = await startQuery({
      ...this.definition,
      name: null,
      trigger,
      partitionBy: [],
      sink: { kind: 'foreachBatch', call: (batch, batchId) => this.take(batch, batchId) },
      options: { checkpointLocation: this.checkpoint },
    });
    query.onProgress(({ batchId, account }) => {
      const sum = (name: 'late' | 'rejected' | 'duplicate') =>
        account.operators.reduce((total, one) => total + one[name], 0);
      this.aside.set(batchId, { late: sum('late'), rejected: sum('rejected'), duplicates: sum('duplicate') });
    });
    return query;
  }

  private async take(batch: MicroBatch, batchId: number): Promise<void> {
    const rows = await batch.toArray();
    const before = this.output.get(batchId);
    if (before !== undefined && textOf(before) !== textOf(rows)) this.changed.push(batchId);
    this.output.set(batchId, rows);
  }
}

function textOf(rows: readonly PlainRow[]): string {
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Rows as a file of the source's format. JSON rows are written as they are, so that a test can write what does not fit. */
async function fileBytes({ input }: FoundFiles, content: string | readonly PlainRow[]): Promise<Uint8Array> {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  if (input.format === 'json') {
    return new TextEncoder().encode(content.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  const request = { schema: input.schema, options: input.formatOptions };
  const { format } = FORMATS[input.format];
  const encoder = 'openEncoder' in format ? await format.openEncoder(request) : format.encoder(request);
  const head = await encoder.encode(batchOfRows(input.schema, content));
  return Buffer.concat([head, await encoder.finish()]);
}
