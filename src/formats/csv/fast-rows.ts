import { type Kernel, sharedKernel } from '../../kernel/kernel.ts';
import {
  ABSENT,
  EMPTY_NULL,
  EMPTY_TEXT,
  MAX_COLUMNS,
  MAX_FIELD_NULL,
  NARROW,
  QUOTED_NULL,
  ROWS,
  SKIP_FIELD,
} from '../../kernel/ops.ts';
import { rowMarks, type ShapeOp, ShapeProgram } from '../../kernel/program.ts';
import { NO_BYTE, type RecordRules } from '../../kernel/record-rules.ts';
import type { Field } from '../../schema.ts';
import { zone } from '../../sql/values/zone.ts';
import { isNarrow, valueOp } from '../decoded-run.ts';
import { KernelStage } from '../kernel-stage.ts';
import type { Layout } from './header.ts';
import type { CsvOptions } from './options.ts';
import type { RowBuilder } from './row-builder.ts';

type ValueOp = Extract<ShapeOp, { kind: number }>;

/** Wider records are left to the plain decoder. */
const MAX_WIDTH = 2000;
/** What numbers, times and words are made of: as a separator or quote it would end them. */
const VALUE_CHARACTERS = /[0-9A-Za-z+\-.: ]/;
const BLANK = 32;

/** The rows of one file through the kernel: records on one line, all of whose fields are as most people write them. */
export class FastRows {
  private readonly stage: KernelStage;
  private readonly kernel: Kernel;

  private constructor(
    kernel: Kernel,
    program: ShapeProgram,
    private readonly rules: RecordRules,
    private readonly rows: RowBuilder,
  ) {
    this.kernel = kernel;
    this.stage = new KernelStage(kernel, program);
  }

  /** For records of the layout that `rows` has; null when the kernel cannot do it. */
  static of(options: CsvOptions, rows: RowBuilder): FastRows | null {
    const kernel = sharedKernel();
    const shape =
      kernel === null || !isPlain(options, rows.layout) ? null : shapeOf(options, rows.layout, rows.fileColumns);
    if (kernel === null || shape === null) return null;
    const rules = {
      between: ROWS,
      maxRecordBytes: options.maxRecordBytes,
      separator: options.sep.charCodeAt(0),
      quote: options.quote === '' ? NO_BYTE : options.quote.charCodeAt(0),
      escape: options.escape === '' || options.escape === options.quote ? NO_BYTE : options.escape.charCodeAt(0),
      nullText: new TextEncoder().encode(options.nullValue),
      comment: options.comment === '' ? NO_BYTE : options.comment.charCodeAt(0),
    };
    const program = new ShapeProgram(rows.fileColumns.length, rowMarks(rules.separator, rules.quote));
    if (program.columns > MAX_COLUMNS || !program.add(shape)) return null;
    return new FastRows(kernel, program, rules, rows);
  }

  /** Decodes the records in `view[at .. end)`, which is `offset` in the file, as far as they fit; gives the end of the last one's line, or `at`. */
  take(view: Uint8Array, at: number, end: number, offset: number): number {
    const size = this.stage.decode(view, at, end, offset, this.rules, this.rows.room);
    if (size > 0) this.rows.append(this.kernel);
    return at + size;
  }

  /** The program that it runs, for people to read. */
  get program(): ShapeProgram {
    return this.stage.program;
  }

  /** Rows of the last run. */
  get taken(): number {
    return this.kernel.rows;
  }
}

/** Whether a record without quotes is its bytes between separators, and none is skipped for being blank. */
function isPlain(options: CsvOptions, { problem, width }: Layout): boolean {
  const separator = options.sep.charCodeAt(0);
  if (VALUE_CHARACTERS.test(options.sep + options.quote)) return false;
  if (options.sep.length !== 1 || separator > 126 || problem !== null || width === 0 || width > MAX_WIDTH) return false;
  if (options.ignoreLeadingWhiteSpace || options.ignoreTrailingWhiteSpace) return false;
  if (!isPlainNull(options)) return false;
  return options.mode === 'reject' || (width > 1 && separator > BLANK);
}

/** Whether what stands for null is the beginning of no number, time or word, and is one whole field that has no quotes. */
function isPlainNull({ nullValue, sep, quote }: CsvOptions): boolean {
  if (nullValue.length > MAX_FIELD_NULL / 3 || /^[0-9+\-.]|^(?:true|false)$|[\r\n]/.test(nullValue)) return false;
  return !nullValue.includes(sep) && (quote === '' || !nullValue.includes(quote));
}

/** What fields in quotes mean: see `RowBuilder`. */
function quotedFlags({ mode, nullValue, emptyValue }: CsvOptions, isText: boolean): number {
  const isSpark = mode !== 'reject';
  const quotedNull = isSpark && nullValue !== '' ? QUOTED_NULL : 0;
  if ((emptyValue ?? '') !== '') return quotedNull;
  if (isSpark ? nullValue === '' : !isText) return EMPTY_NULL | quotedNull;
  return (isText ? EMPTY_TEXT : 0) | quotedNull;
}

function shapeOf(options: CsvOptions, layout: Layout, columns: readonly (Field | null)[]): ShapeOp[] | null {
  const separator = { literal: Uint8Array.of(options.sep.charCodeAt(0)) };
  const utcDefault = zone(options.timeZone).fixedOffsetMicros === 0;
  const fields: ValueOp[] = Array.from({ length: layout.width }, () => ({ kind: SKIP_FIELD }));
  const absent: ShapeOp[] = [];
  for (let column = 0; column < columns.length; column++) {
    const field = columns[column] as Field | null;
    const position = layout.positions[column] as number;
    if (field === null || position < 0) {
      absent.push({ kind: ABSENT, column, flags: field !== null && isNarrow(field.type) ? NARROW : 0 });
      continue;
    }
    const op = valueOp(field.type, column, { nullable: field.nullable, utcDefault, field: true });
    // A field that two columns want is read twice by the plain decoder only.
    if (op === null || fields[position]?.kind !== SKIP_FIELD) return null;
    fields[position] = { ...op, flags: (op.flags ?? 0) | quotedFlags(options, field.type.kind === 'string') };
  }
  return [...absent, ...fields.flatMap((field, i) => (i === 0 ? [field] : [separator, field]))];
}
