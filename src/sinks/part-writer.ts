import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { type Batch, batchOf } from '../batch.ts';
import type { Disk } from '../fs/disk.ts';
import { DurableFile } from '../fs/durable-file.ts';
import { makeDirectoryDurable } from '../fs/durable-folder.ts';
import { exists } from '../fs/entries.ts';
import type { Schema } from '../schema.ts';
import type { EncodedRows } from '../sink.ts';
import { type OutputEncoder, type OutputFormat, openEncoder } from './output-format.ts';

/**
 * Bytes of one part that wait in memory before they are written: a file is opened only for these, so that many small partitions need
 * no open files, and a batch of many small input files is not written in as many pieces.
 */
const HELD_BYTES = 256 * 1024;

export interface PartWriterRequest {
  readonly disk: Disk;
  readonly folder: string;
  readonly name: string;
  readonly format: OutputFormat;
  readonly formatOptions: Readonly<Record<string, unknown>>;
  readonly schema: Schema;
  /** The file's modification time; that of its writing unless given. */
  readonly mtimeMs?: number;
}

/** Writes one output file: encodes batches, and publishes the whole at the end. */
export class PartWriter {
  readonly path: string;
  rows = 0;
  private encoder: OutputEncoder | null = null;
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private file: DurableFile | null = null;

  constructor(private readonly request: PartWriterRequest) {
    this.path = join(request.folder, request.name);
  }

  async write(batch: Batch): Promise<void> {
    const { format, schema, formatOptions } = this.request;
    this.rows += batch.length;
    this.encoder ??= await openEncoder(format, { schema, options: formatOptions });
    this.take(await this.encoder.encode(batch));
  }

  /** Rows in the form of `rowEncoding`. */
  async writeEncoded({ rows, bytes }: EncodedRows): Promise<void> {
    const { format, schema, formatOptions } = this.request;
    if (this.encoder === null) {
      this.encoder = await openEncoder(format, { schema, options: formatOptions });
      this.take(await this.encoder.encode(batchOf(schema, [])));
    }
    this.rows += rows;
    this.take(bytes);
  }

  /** Ends the file's bytes; it has no name yet. */
  async finish(): Promise<void> {
    if (this.encoder !== null) this.take(await this.encoder.finish());
    await this.file?.settled();
  }

  /** Gives the file its name. The folder's fsync is the caller's. */
  publish(): void {
    this.flush().publish('rename', { syncDirectory: false, mtimeMs: this.request.mtimeMs });
  }

  abandon(): void {
    this.file?.abandon();
    this.held = [];
  }

  private take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.heldBytes + bytes.length >= HELD_BYTES) {
      // The encoder's bytes are its own again afterwards; written at once they need no copy.
      const file = this.flush();
      file.write(bytes);
      file.flushEarly();
      return;
    }
    this.held.push(bytes.slice());
    this.heldBytes += bytes.length;
  }

  /** Writes what is held; the file is opened by the first bytes. */
  private flush(): DurableFile {
    this.file ??= this.open();
    if (this.held.length > 0) this.file.write(Buffer.concat(this.held, this.heldBytes));
    this.held = [];
    this.heldBytes = 0;
    return this.file;
  }

  private open(): DurableFile {
    const { disk, folder } = this.request;
    if (!exists(disk, folder)) makeDirectoryDurable(disk, folder);
    return DurableFile.create(disk, this.path);
  }
}
