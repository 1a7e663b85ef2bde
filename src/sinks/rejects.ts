import { join } from 'node:path';
import type { Disk } from '../fs/disk.ts';
import { DurableFile } from '../fs/durable-file.ts';
import { makeDirectoryDurable, syncDirectory } from '../fs/durable-folder.ts';
import { exists, removeIfThere } from '../fs/entries.ts';
import { batchPrefix, isOrphanPart, queryTag } from './part-names.ts';
import { removeFiles } from './remove-files.ts';

/** `rejected`: records that do not fit. `late`: rows older than the watermark, with their window and lateness. */
export type RejectKind = 'rejected' | 'late';

export interface RejectsRequest {
  readonly disk: Disk;
  /** The output folder; rejects go to `_rejects/` in it. */
  readonly directory: string;
  readonly queryId: string;
  readonly batchId: number;
  readonly kind: RejectKind;
  /** Whether an earlier attempt at this batch may have left its file. */
  readonly mayHaveEarlier: boolean;
}

const FOLDER = '_rejects';
const HELD_BYTES = 256 * 1024;

/**
 * Keeps what a batch set aside, one JSON object per line, in `_rejects/part-<batchId>-<kind>-<query>.ndjson`. Law: the same
 * records in the same order give the same bytes; a batch that is run again replaces its file, or removes it when it has no
 * records any more. Durable once `finish` returned. Memory does not grow with the number of records.
 */
export class RejectsWriter {
  readonly path: string;
  private readonly folder: string;
  private lines: string[] = [];
  private heldChars = 0;
  private file: DurableFile | null = null;
  private failure: unknown = null;
  private total = 0;

  constructor(private readonly request: RejectsRequest) {
    const { directory, queryId, batchId, kind } = request;
    this.folder = join(directory, FOLDER);
    this.path = join(this.folder, `${batchPrefix(batchId)}${kind}-${queryTag(queryId)}.ndjson`);
  }

  /** Records added so far. */
  get count(): number {
    return this.total;
  }

  /** Adds a record: plain JSON. Never throws: a disk error comes out of `finish`. */
  add(record: object): void {
    this.total++;
    const line = JSON.stringify(record);
    this.lines.push(line);
    this.heldChars += line.length;
    if (this.heldChars < HELD_BYTES || this.failure !== null) return;
    try {
      this.flush();
    } catch (error) {
      this.failure = error;
      this.lines = [];
    }
  }

  /** Publishes the file; returns its path, or null when nothing was set aside. */
  finish(): string | null {
    if (this.failure !== null) throw this.failure;
    if (this.total === 0) {
      if (this.request.mayHaveEarlier) this.removeEarlier();
      return null;
    }
    this.flush().publish('rename');
    return this.path;
  }

  /** Gives up. Idempotent. */
  abandon(): void {
    this.file?.abandon();
    this.lines = [];
  }

  private flush(): DurableFile {
    const { disk } = this.request;
    if (this.file === null) {
      if (!exists(disk, this.folder)) makeDirectoryDurable(disk, this.folder);
      this.file = DurableFile.create(disk, this.path);
    }
    if (this.lines.length > 0) this.file.write(new TextEncoder().encode(`${this.lines.join('\n')}\n`));
    this.lines = [];
    this.heldChars = 0;
    return this.file;
  }

  private removeEarlier(): void {
    const { disk } = this.request;
    if (removeIfThere(disk, this.path)) syncDirectory(disk, this.folder);
  }
}

/** Removes what dead attempts of this query left beside its rejects. */
export function removeOrphanRejects(disk: Disk, directory: string, queryId: string): void {
  removeFiles(disk, join(directory, FOLDER), (name) => isOrphanPart(name, queryId));
}
