import { isUtf8 } from 'node:buffer';
import type { Batch } from '../../batch.ts';
import type { DecodeRequest } from '../../format.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Field } from '../../schema.ts';
import { zone } from '../../sql/values/zone.ts';
import { type BatchRoom, isFull, roomBehind } from '../batch-size.ts';
import { DecodedRun } from '../decoded-run.ts';
import { isRead } from '../unread.ts';
import { type ColumnBuilder, columnBuilder, unreadBuilder } from './column-builder.ts';
import { type Layout, layoutByPosition } from './header.ts';
import type { CsvOptions } from './options.ts';
import type { CsvTokenizer } from './tokenizer.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Rows in the making: one builder per wanted column. */
export class RowBuilder {
  private length = 0;
  /** What their records took. */
  private bytes = 0;
  layout: Layout;
  /** The wanted columns, null where one stands in no file (the corrupt-record column). */
  readonly fileColumns: readonly (Field | null)[];
  private readonly builders: readonly ColumnBuilder[];
  private readonly corrupt: number;
  private readonly spark: boolean;
  private readonly nullBytes: Uint8Array;
  private readonly emptyBytes: Uint8Array;

  constructor(
    private readonly request: DecodeRequest,
    options: CsvOptions,
  ) {
    const { fields } = request.schema;
    const { offsetMicrosAtLocal, fixedOffsetMicros } = zone(options.timeZone);
    this.spark = options.mode !== 'reject';
    const rules = { zone: fixedOffsetMicros === 0 ? null : offsetMicrosAtLocal, exact: !this.spark };
    this.corrupt = this.spark
      ? fields.findIndex((field) => field.name === options.columnNameOfCorruptRecord && field.type.kind === 'string')
      : -1;
    const read = isRead(request.schema, request.needed);
    this.builders = fields.map((field, i) => {
      const builder = columnBuilder(field, rules);
      return read[i] || i === this.corrupt ? builder : unreadBuilder(field.type, builder);
    });
    // Spark forces the fields of a file source to be nullable.
    this.fileColumns = fields.map((field, i) =>
      i === this.corrupt ? null : this.spark ? { ...field, nullable: true } : field,
    );
    this.layout = layoutByPosition(this.fileColumns);
    this.nullBytes = encoder.encode(options.nullValue);
    this.emptyBytes = encoder.encode(options.emptyValue ?? '');
  }

  get isFull(): boolean {
    return isFull(this.length, this.bytes);
  }

  /** What there is room for before it is full. */
  get room(): BatchRoom {
    return roomBehind(this.length, this.bytes);
  }

  /** Adds the record in `record`, of `size` bytes; gives what is wrong with it, and then adds nothing. */
  add(record: CsvTokenizer, size: number): string | null {
    if (this.layout.problem !== null) return this.layout.problem;
    let problem: string | null = null;
    if (record.count !== this.layout.width) {
      problem = `expected ${this.layout.width} fields, found ${record.count}`;
      if (!this.spark) return problem;
    }
    for (let i = 0; i < this.builders.length; i++) {
      const reason = this.setField(i, record);
      if (reason === null) continue;
      if (!this.spark) return reason;
      problem ??= reason;
    }
    if (problem === null) {
      this.length++;
      this.bytes += size;
    }
    return problem;
  }

  /** Adds the rows that the kernel decoded. */
  append(kernel: Kernel): void {
    const run = new DecodedRun(kernel, this.length);
    for (const builder of this.builders) builder.append(run);
    this.length += run.rows;
    this.bytes += kernel.recordBytes;
  }

  /** Adds the malformed record as a row: what `add` could read of it, or nulls. */
  addMalformed(raw: Uint8Array, partial: boolean): void {
    const row = this.length++;
    this.bytes += raw.length;
    const keep = partial && this.layout.problem === null;
    if (!keep) for (const builder of this.builders) builder.setNull(row);
    if (this.corrupt < 0) return;
    const text = isUtf8(raw) ? raw : encoder.encode(decoder.decode(raw));
    // A null set before moved the next offset only, so the row may be written again.
    this.builders[this.corrupt]?.read(text, 0, text.length, row);
  }

  /** The rows so far as a batch, or null when there is none. */
  take(): Batch | null {
    const { length } = this;
    if (length === 0) return null;
    this.length = 0;
    this.bytes = 0;
    return {
      schema: this.request.schema,
      length,
      vectors: this.builders.map((builder) => builder.finish(length, this.request.reuse ?? false)),
    };
  }

  /** Sets a column of the row in hand from its field; gives what is wrong, having set it to null. */
  private setField(column: number, record: CsvTokenizer): string | null {
    const builder = this.builders[column] as ColumnBuilder;
    const field = this.fileColumns[column] as Field | null;
    const position = this.layout.positions[column] as number;
    if (field === null || position < 0 || position >= record.count) {
      builder.setNull(this.length);
      return null;
    }
    let { bytes } = record;
    let start = record.starts[position] as number;
    let end = record.ends[position] as number;
    const quoted = record.quoted[position] === 1;
    if (start === end && quoted && this.emptyBytes.length > 0) {
      bytes = this.emptyBytes;
      start = 0;
      end = bytes.length;
    }
    if (this.isNull(field, bytes, start, end, quoted)) {
      builder.setNull(this.length);
      return field.nullable ? null : `column ${field.name}: expected ${builder.expected}, found nothing`;
    }
    if (builder.read(bytes, start, end, this.length)) return null;
    builder.setNull(this.length);
    return `column ${field.name}: expected ${builder.expected}, found ${shown(bytes, start, end)}`;
  }

  /**
   * In Spark's modes an empty field is null, and so is the text `nullValue`, in quotes or not: with the default nullValue also
   * a quoted empty string (`UnivocityParser.nullSafeDatum`). In mode reject quotes make text: `""` is the empty string.
   */
  private isNull(field: Field, bytes: Uint8Array, start: number, end: number, quoted: boolean): boolean {
    if (start === end && (!quoted || (!this.spark && field.type.kind !== 'string'))) return true;
    if (quoted && !this.spark) return false;
    const { nullBytes } = this;
    if (end - start !== nullBytes.length) return false;
    for (let i = 0; i < nullBytes.length; i++) if (bytes[start + i] !== nullBytes[i]) return false;
    return true;
  }
}

function shown(bytes: Uint8Array, start: number, end: number): string {
  const text = decoder.decode(bytes.subarray(start, Math.min(end, start + 60)));
  return JSON.stringify(text) + (end - start > 60 ? '…' : '');
}
