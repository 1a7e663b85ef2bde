import type { Batch, Vector } from '../../batch.ts';
import type { Encoder } from '../../format.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { MISS } from '../../kernel/ops.ts';
import type { Projection } from '../../kernel/projection.ts';
import type { RecordRules } from '../../kernel/record-rules.ts';
import { type DataType, field, type Schema, struct } from '../../schema.ts';
import type { KernelStage } from '../kernel-stage.ts';
import type { FastRecords, RunTaker } from './fast-records.ts';
import type { RecordOutput } from './record-output.ts';
import type { RowBuilder } from './row-builder.ts';

/** What it costs, in rows, to leave the projection for a record. */
const MISS_COST = 32;
/** A stream in debt by so many rows is decoded and encoded for a while. */
const DEBT = 256;
const MOST_CREDIT = 4096;
const FIRST_PAUSE = 4096;
const LONGEST_PAUSE = 65_536;
/** Fewer rows are encoded without the kernel. */
const FEW_ROWS = 64;

/** A field of the records that becomes a column of the output. */
export interface ProjectedColumn {
  readonly name: string;
  /** Ordinals of the field, from the record's schema down: at least one. */
  readonly path: readonly number[];
  /** The column's type: the field's own, or a wider integer. */
  readonly type: DataType;
}

/** How the rows of a stream become text. */
export interface RowsToText {
  readonly projection: Projection;
  readonly columns: readonly ProjectedColumn[];
  /** Of the output. */
  readonly schema: Schema;
  /** Encodes rows of the columns alone, without a header. */
  readonly encoder: (useKernel: boolean) => Encoder;
  readonly write: (bytes: Uint8Array) => void;
}

/**
 * Records become rows of text: by projection where the kernel is sure of their text, else through columns and the encoder, in their order. What
 * is ready are numbers of rows: they are written already.
 */
export class ProjectedRowsOutput implements RecordOutput<number>, RunTaker {
  fast: FastRecords | null = null;
  /** Rows written and not yet given account of. */
  private written = 0;
  private encoder: Encoder | null = null;
  private plainEncoder: Encoder | null = null;
  /** A record that fits but cannot be projected begins here. */
  private missAt = -1;
  private credit = 0;
  /** Rows still to be decoded before the next attempt. */
  private pause = 0;
  private nextPause = FIRST_PAUSE;

  constructor(
    readonly rows: RowBuilder,
    private readonly way: RowsToText,
  ) {}

  get isReady(): boolean {
    return this.written > 0 || this.rows.hasBatches;
  }

  *ready(): Iterable<number> {
    this.encodeBatches();
    const { written } = this;
    this.written = 0;
    if (written > 0) yield written;
  }

  finish(): void {
    this.rows.flush();
  }

  restart(): void {
    this.missAt = -1;
    this.fast?.restart();
  }

  run(stage: KernelStage, bytes: Uint8Array, at: number, end: number, offset: number, rules: RecordRules): number {
    if (this.pause === 0 && offset !== this.missAt) {
      const size = stage.project(bytes, at, end, offset, rules, this.way.projection);
      const { kernel } = stage;
      if (kernel.stop === MISS) this.missAt = stage.offsetOf(kernel.next);
      if (size > 0) {
        this.keep(kernel);
        return size;
      }
    }
    const isPaused = this.pause > 0;
    const size = this.rows.run(stage, bytes, at, end, offset, rules, isPaused ? this.pause : 1);
    if (size > 0) this.account(stage.kernel.rows, isPaused);
    return size;
  }

  private keep(kernel: Kernel): void {
    this.credit = Math.min(MOST_CREDIT, this.credit + kernel.rows);
    this.rows.flush();
    this.encodeBatches();
    this.way.write(kernel.text());
    this.written += kernel.rows;
  }

  /** Rows were decoded that could not be projected, or not tried. */
  private account(rows: number, wasPaused: boolean): void {
    if (wasPaused) {
      this.pause -= rows;
      return;
    }
    this.credit -= MISS_COST;
    if (this.credit > -DEBT) return;
    this.credit = 0;
    this.pause = this.nextPause;
    this.nextPause = Math.min(LONGEST_PAUSE, this.nextPause * 2);
  }

  private encodeBatches(): void {
    if (!this.rows.hasBatches) return;
    for (const batch of this.rows.batches()) {
      this.way.write(this.encoderFor(batch).encode(this.projected(batch)));
      this.written += batch.length;
    }
  }

  private encoderFor({ length }: Batch): Encoder {
    if (length < FEW_ROWS) {
      this.plainEncoder ??= this.way.encoder(false);
      return this.plainEncoder;
    }
    this.encoder ??= this.way.encoder(true);
    return this.encoder;
  }

  private projected({ vectors, length }: Batch): Batch {
    const { columns, schema } = this.way;
    return { schema, length, vectors: columns.map(({ path }) => vectorAt(vectors, path)) };
  }
}

function vectorAt(vectors: readonly Vector[], path: readonly number[]): Vector {
  let siblings = vectors;
  let vector: Vector | undefined;
  for (const ordinal of path) {
    vector = siblings[ordinal] as Vector;
    siblings = vector.kind === 'struct' ? vector.children : [];
  }
  return vector as Vector;
}

/** The schema of the columns. */
export function projectedSchema(columns: readonly ProjectedColumn[]): Schema {
  return struct(columns.map(({ name, type }) => field(name, type)));
}
