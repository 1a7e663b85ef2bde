import { NO_BYTE, type RecordRules, sharedKernel } from '../../kernel/kernel.ts';
import { ELEMENTS, LINES, VALUES } from '../../kernel/ops.ts';
import type { Schema } from '../../schema.ts';
import type { ByteWindow } from '../byte-window.ts';
import { KernelStage } from '../kernel-stage.ts';
import type { ZoneOffset } from '../timestamp-bytes.ts';
import type { JsonOptions } from './options.ts';
import { RecordShapes } from './record-shapes.ts';
import type { RowBuilder } from './row-builder.ts';
import type { Tokenizer } from './tokenizer.ts';

/** Schemas and options whose shapes are kept. */
const MAX_CACHED = 64;
const cache = new Map<string, RecordShapes | null>();

/** The shapes of a schema's records: one table for all files of a query, so that a small file need not teach its own. */
function cachedShapes(schema: Schema, options: JsonOptions, utcDefault: boolean): RecordShapes | null {
  const { mode, columnNameOfCorruptRecord, maxDepth, maxKeys } = options;
  const key = JSON.stringify([schema, mode, columnNameOfCorruptRecord, maxDepth, maxKeys, utcDefault]);
  let shapes = cache.get(key);
  if (shapes === undefined) {
    if (cache.size === MAX_CACHED) cache.delete(cache.keys().next().value as string);
    shapes = RecordShapes.of(schema, options, utcDefault);
    cache.set(key, shapes);
  }
  return shapes;
}

/** The way of records through the kernel into rows, beside the plain decoder. */
export class FastRecords {
  /** Where the line began on which the last record of a run begins, when it began in the run; else -1. */
  lineStart = -1;
  private readonly stage: KernelStage;
  private readonly values: RecordRules;
  private readonly elements: RecordRules;
  private readonly lines: RecordRules;

  private constructor(
    kernel: NonNullable<ReturnType<typeof sharedKernel>>,
    private readonly shapes: RecordShapes,
    private readonly rows: RowBuilder,
    maxRecordBytes: number,
  ) {
    this.stage = new KernelStage(kernel, shapes.program);
    const rules = { maxRecordBytes, separator: NO_BYTE, quote: NO_BYTE, comment: NO_BYTE };
    this.values = { ...rules, between: VALUES };
    this.elements = { ...rules, between: ELEMENTS };
    this.lines = { ...rules, between: LINES };
  }

  /** null when the kernel cannot do it. */
  static of(schema: Schema, options: JsonOptions, zone: ZoneOffset, rows: RowBuilder): FastRecords | null {
    const kernel = sharedKernel();
    if (kernel === null || options.jsonSchema !== null) return null;
    const shapes = cachedShapes(schema, options, zone === null);
    return shapes === null ? null : new FastRecords(kernel, shapes, rows, options.maxRecordBytes);
  }

  /** Decodes the records from `window.bytes[at]` on into rows, as far as they fit; gives the end of the last one, or `at`. */
  take(window: ByteWindow, at: number, inArray: boolean): number {
    return this.run(window, at, inArray ? this.elements : this.values);
  }

  /** Decodes the lines from `window.bytes[at]` on likewise; gives where the next line begins, or `at`. */
  takeLines(window: ByteWindow, at: number): number {
    return this.run(window, at, this.lines);
  }

  /** Records of the last run. */
  get taken(): number {
    return this.stage.kernel.rows;
  }

  private run(window: ByteWindow, at: number, rules: RecordRules): number {
    const { stage, rows } = this;
    const offset = window.offsetOf(at);
    const size = stage.decode(window.bytes, at, window.end, offset, rules, rows.room);
    if (size === 0) return at;
    const { kernel } = stage;
    const { lineStart } = kernel;
    this.lineStart = lineStart < 0 ? -1 : at + stage.offsetOf(lineStart) - offset;
    window.passLines(at, at + size, stage.lineFeeds(offset, offset + size));
    rows.append(kernel, kernel.recordBytes);
    return at + size;
  }

  /** The plain decoder made a row of the record at stream offset `offset`: learns its shape if no known one fitted. */
  learn(tokens: Tokenizer, offset: number): void {
    if (this.shapes.program.shapeCount === 0 || this.stage.isMiss(offset)) this.shapes.learn(tokens, 0);
  }
}
