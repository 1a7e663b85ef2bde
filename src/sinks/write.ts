import { dirname, join, resolve } from 'node:path';
import { type Batch, takeBatch } from '../batch.ts';
import { configError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { syncDirectory } from '../fs/durable-folder.ts';
import type { Schema } from '../schema.ts';
import type { EncodedRows, RowEncoding } from '../sink.ts';
import type { OutputFormat } from './output-format.ts';
import { claimOutput } from './owner.ts';
import { isOrphanPart, isPartOfBatch, partName } from './part-names.ts';
import { PartWriter } from './part-writer.ts';
import { type PartitionSplitter, partitionSplitter } from './partition-folders.ts';
import { removeFiles } from './remove-files.ts';
import { addToManifest, removeUnfinishedEntries } from './spark-manifest.ts';
import { checkUniqueColumns } from './unique-columns.ts';

export interface OutputRequest {
  readonly disk: Disk;
  readonly directory: string;
  readonly format: OutputFormat;
  readonly formatOptions?: Readonly<Record<string, unknown>>;
  readonly queryId: string;
  /** The query has committed batches here before: the folder must carry its mark. Default false. */
  readonly expectOwned?: boolean;
  /** Columns that become folders (`col=value`) instead of standing in the files. */
  readonly partitionBy?: readonly string[];
  /** Rows are dealt out to this many files in turn (repartition, coalesce). Default 1. */
  readonly numFiles?: number;
  /** A file that has this many rows is followed by another one. */
  readonly maxRowsPerFile?: number;
  /** Also lists the files in `_spark_metadata`, for Spark's readers. */
  readonly sparkManifest?: boolean;
}

export interface OutputBatch {
  readonly batchId: number;
  readonly schema: Schema;
  readonly rows: AsyncIterable<Batch>;
  /** Instead of `rows`, in the form of `rowEncoding`. */
  readonly encoded?: AsyncIterable<EncodedRows>;
  /**
   * The batch's logged time, milliseconds: its files carry it as their modification time. A batch that is run again then leaves the same files
   * also for a query that has them in a batch of its own, and knows them by size and time.
   */
  readonly batchTimeMs?: number;
  readonly signal?: AbortSignal;
}

export interface WrittenBatch {
  /** Paths of the batch's files, in order. */
  readonly files: readonly string[];
  readonly rows: number;
}

/** An output folder that a query owns. */
export interface OutputFolder {
  /**
   * Writes a batch's files: encoded under temporary names, each fsynced, then published by rename in order, one fsync per
   * folder. The same batchId again leaves the same files; what an earlier, longer attempt left of this batch is removed. A
   * batch without rows has no file. Errors: COLUMN_ALREADY_EXISTS.
   */
  write(batch: OutputBatch): Promise<WrittenBatch>;
}

/** Opens an output folder: claims it (see `claimOutput`) and removes what dead attempts left. Errors: OUTPUT_OWNED_BY_OTHER_QUERY, OPTION_INVALID. */
export function openOutput(given: OutputRequest): OutputFolder {
  const request = { ...given, directory: resolve(given.directory) };
  checkCount('numFiles', request.numFiles);
  checkCount('maxRowsPerFile', request.maxRowsPerFile);
  claimOutput(request.disk, request.directory, request.queryId, request.expectOwned ?? false);
  removeFiles(request.disk, request.directory, (name) => isOrphanPart(name, request.queryId));
  if (request.sparkManifest) removeUnfinishedEntries(request.disk, request.directory);
  let lastBatchId: number | null = null;
  return {
    async write(batch) {
      checkUniqueColumns(batch.schema);
      const written = await writeParts(request, batch);
      publishParts(request, written.parts);
      // Only a batch that another process began, or that is run again, can have left-overs; looking costs a listing.
      if (lastBatchId === null || batch.batchId <= lastBatchId) removeLeftovers(request, batch, written.parts);
      lastBatchId = batch.batchId;
      const files = written.parts.map((part) => part.path);
      if (request.sparkManifest) addToManifest(request.disk, request.directory, batch.batchId, files);
      return { files, rows: written.rows };
    },
  };
}

/** How a folder's rows may come as bytes; null where they do not all go to one file, or the format is more than its rows. */
export function rowEncoding(request: OutputRequest, schema: Schema): RowEncoding | null {
  const { format, formatOptions = {}, partitionBy = [], numFiles = 1, maxRowsPerFile } = request;
  if (partitionBy.length > 0 || numFiles > 1 || maxRowsPerFile !== undefined || !('rowOptions' in format)) return null;
  const options = format.rowOptions?.(formatOptions);
  return options === undefined ? null : { format: format.name, schema, options };
}

/** Writes one batch into a folder: `openOutput` and `write`. */
export async function writeBatchFiles(request: OutputRequest & OutputBatch): Promise<WrittenBatch> {
  return openOutput(request).write(request);
}

async function writeParts(request: OutputRequest, batch: OutputBatch): Promise<{ parts: PartWriter[]; rows: number }> {
  const parts = new Parts(request, batch);
  let rows = 0;
  try {
    for await (const encoded of batch.encoded ?? []) {
      batch.signal?.throwIfAborted();
      rows += encoded.rows;
      await parts.writeEncoded(encoded);
    }
    for await (const rowsOfBatch of batch.rows) {
      batch.signal?.throwIfAborted();
      rows += rowsOfBatch.length;
      await parts.write(rowsOfBatch);
    }
    for (const part of parts.all) await part.finish();
  } catch (error) {
    for (const part of parts.all) part.abandon();
    throw error;
  }
  return { parts: parts.all, rows };
}

interface DealtFolder {
  /** The file that each lane of `numFiles` is at. */
  readonly files: (PartWriter | null)[];
  count: number;
  /** The lane of the next row. */
  next: number;
}

/** Deals a batch's rows out to its files. Where a row goes depends on its place in the batch and its values alone. */
class Parts {
  readonly all: PartWriter[] = [];
  private readonly splitter: PartitionSplitter;
  private readonly numFiles: number;
  private readonly folders = new Map<string, DealtFolder>();

  constructor(
    private readonly request: OutputRequest,
    private readonly batch: OutputBatch,
  ) {
    this.splitter = partitionSplitter(batch.schema, request.partitionBy ?? []);
    this.numFiles = request.numFiles ?? 1;
  }

  async write(batch: Batch): Promise<void> {
    for (const [folder, rows] of this.splitter.split(batch)) {
      if (rows.length > 0) await this.deal(folder, rows);
    }
  }

  /** All rows to the one file; see `rowEncoding`. */
  async writeEncoded(rows: EncodedRows): Promise<void> {
    const file = this.all[0] ?? this.open('', 0);
    await file.writeEncoded(rows);
  }

  private async deal(name: string, rows: Batch): Promise<void> {
    const folder = this.folders.get(name) ?? { files: new Array(this.numFiles).fill(null), count: 0, next: 0 };
    this.folders.set(name, folder);
    const first = folder.next;
    folder.next = (first + rows.length) % this.numFiles;
    for (let lane = 0; lane < this.numFiles; lane++) {
      const start = (lane - first + this.numFiles) % this.numFiles;
      const own = this.numFiles === 1 ? rows : everyNth(rows, start, this.numFiles);
      await this.append(name, folder, lane, own);
    }
  }

  private async append(name: string, folder: DealtFolder, lane: number, rows: Batch): Promise<void> {
    const limit = this.request.maxRowsPerFile ?? Number.POSITIVE_INFINITY;
    for (let at = 0; at < rows.length; ) {
      let file = folder.files[lane] ?? null;
      if (file === null || file.rows >= limit) {
        file = this.open(name, folder.count++);
        folder.files[lane] = file;
      }
      const count = Math.min(rows.length - at, limit - file.rows);
      await file.write(count === rows.length ? rows : slice(rows, at, count));
      at += count;
    }
  }

  private open(folder: string, n: number): PartWriter {
    const { disk, directory, format, formatOptions = {}, queryId } = this.request;
    const name = partName(this.batch.batchId, n, queryId, format.extension);
    const { schema } = this.splitter;
    const mtimeMs = this.batch.batchTimeMs;
    const file = new PartWriter({
      disk,
      folder: join(directory, folder),
      name,
      format,
      formatOptions,
      schema,
      mtimeMs,
    });
    this.all.push(file);
    return file;
  }
}

function slice(rows: Batch, start: number, count: number): Batch {
  return takeBatch(
    rows,
    Int32Array.from({ length: count }, (_, i) => start + i),
  );
}

function everyNth(rows: Batch, start: number, step: number): Batch {
  const count = Math.max(0, Math.ceil((rows.length - start) / step));
  return takeBatch(
    rows,
    Int32Array.from({ length: count }, (_, i) => start + i * step),
  );
}

function publishParts(request: OutputRequest, parts: readonly PartWriter[]): void {
  let published = 0;
  try {
    for (; published < parts.length; published++) parts[published]?.publish();
  } finally {
    for (const part of parts.slice(published)) part.abandon();
  }
  for (const folder of new Set(parts.map((part) => dirname(part.path)))) syncDirectory(request.disk, folder);
}

function removeLeftovers(request: OutputRequest, batch: OutputBatch, parts: readonly PartWriter[]): void {
  const { queryId, format } = request;
  const kept = new Set(parts.map((part) => part.path));
  removeFiles(
    request.disk,
    request.directory,
    (name, path) => isPartOfBatch(name, batch.batchId, queryId, format.extension) && !kept.has(path),
  );
}

function checkCount(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return;
  throw configError(
    'OPTION_INVALID',
    `Option "${name}" of a file sink must be a whole number of at least 1; found ${value}.`,
  );
}
