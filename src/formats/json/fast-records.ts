import type { DecodeRange } from '../../format.ts';
import { type Kernel, sharedKernel } from '../../kernel/kernel.ts';
import { ELEMENTS, LINES, VALUES } from '../../kernel/ops.ts';
import { NO_BYTE, type RecordRules } from '../../kernel/record-rules.ts';
import type { Field, Schema } from '../../schema.ts';
import type { ByteWindow } from '../byte-window.ts';
import { KernelStage } from '../kernel-stage.ts';
import { WHOLE } from '../lines.ts';
import type { JsonOptions } from './options.ts';
import { RecordShapes } from './record-shapes.ts';
import type { Tokenizer } from './tokenizer.ts';
import { zoneOffset } from './zone-offset.ts';

/** Schemas and options whose shapes are kept. */
const MAX_CACHED = 64;

/** What all decoders of a schema and options share, so that a small file need not teach its own shapes. */
interface Shared {
  readonly shapes: RecordShapes | null;
  readonly values: RecordRules;
  readonly elements: RecordRules;
  readonly lines: RecordRules;
}

const cache = new Map<string, Shared>();
/** The files of a query come one after another, with the same fields. */
let last: { readonly fields: readonly Field[]; readonly options: JsonOptions; readonly shared: Shared } | null = null;

function sharedOf(schema: Schema, options: JsonOptions): Shared {
  if (last !== null && sameFields(last.fields, schema.fields) && sameOptions(last.options, options)) return last.shared;
  const key = JSON.stringify([schema, ...OPTIONS.map((name) => options[name])]);
  let shared = cache.get(key);
  if (shared === undefined) {
    if (cache.size === MAX_CACHED) cache.delete(cache.keys().next().value as string);
    shared = newShared(schema, options);
    cache.set(key, shared);
  }
  last = { fields: schema.fields, options, shared };
  return shared;
}

/** The shapes of the records of a schema; null when the kernel cannot decode them. */
export function shapesOf(schema: Schema, options: JsonOptions): RecordShapes | null {
  return options.multiLine || options.jsonSchema !== null ? null : sharedOf(schema, options).shapes;
}

/** The options that decide what records mean. */
const OPTIONS = ['mode', 'columnNameOfCorruptRecord', 'timeZone', 'maxRecordBytes', 'maxDepth', 'maxKeys'] as const;

function sameOptions(a: JsonOptions, b: JsonOptions): boolean {
  return OPTIONS.every((name) => a[name] === b[name]);
}

function sameFields(a: readonly Field[], b: readonly Field[]): boolean {
  return a.length === b.length && a.every((field, i) => field === b[i]);
}

function newShared(schema: Schema, options: JsonOptions): Shared {
  const rules = (between: number): RecordRules => ({
    between,
    maxRecordBytes: options.maxRecordBytes,
    separator: NO_BYTE,
    quote: NO_BYTE,
    escape: NO_BYTE,
    nullText: new Uint8Array(0),
    comment: NO_BYTE,
  });
  const shapes = RecordShapes.of(schema, options, zoneOffset(options.timeZone) === null);
  return { shapes, values: rules(VALUES), elements: rules(ELEMENTS), lines: rules(LINES) };
}

/** What becomes of the records that the kernel takes. */
export interface RunTaker {
  /**
   * Lets `stage` work on `bytes[at .. end)`, which is `offset` in the stream, keeps what came of it, and gives the number of bytes that were
   * taken: 0 for none.
   */
  run(stage: KernelStage, bytes: Uint8Array, at: number, end: number, offset: number, rules: RecordRules): number;
}

/** The way of records through the kernel, beside the plain decoder. */
export class FastRecords {
  /** Where the line began on which the last record of a run begins, when it began in the run; else -1. */
  lineStart = -1;
  private stage: KernelStage;

  private constructor(
    private readonly kernel: Kernel,
    private readonly shared: Shared,
    private readonly shapes: RecordShapes,
    private readonly taker: RunTaker,
    private readonly until: number,
  ) {
    this.stage = new KernelStage(kernel, shapes.program);
  }

  /** null when the kernel cannot do it. */
  static of(schema: Schema, options: JsonOptions, taker: RunTaker, { until }: DecodeRange = WHOLE): FastRecords | null {
    const kernel = sharedKernel();
    const shapes = shapesOf(schema, options);
    if (kernel === null || shapes === null) return null;
    return new FastRecords(kernel, sharedOf(schema, options), shapes, taker, until);
  }

  /** The records of another stream come. */
  restart(): void {
    this.stage = new KernelStage(this.kernel, this.shapes.program);
  }

  /** Takes the records from `window.bytes[at]` on as far as they fit; gives the end of the last one, or `at`. */
  take(window: ByteWindow, at: number, inArray: boolean): number {
    return inArray
      ? this.run(window, at, window.end, this.shared.elements)
      : this.run(window, at, this.endOf(window), this.shared.values);
  }

  /** Takes the lines from `window.bytes[at]` on likewise; gives where the next line begins, or `at`. */
  takeLines(window: ByteWindow, at: number): number {
    return this.run(window, at, this.endOf(window), this.shared.lines);
  }

  /** Records of the last run. */
  get taken(): number {
    return this.stage.kernel.rows;
  }

  /** The range ends in the middle of a record for all that is known: the plain decoder takes that one. */
  private endOf(window: ByteWindow): number {
    return Math.min(window.end, this.until - window.offsetOf(0));
  }

  private run(window: ByteWindow, at: number, end: number, rules: RecordRules): number {
    const { stage } = this;
    const offset = window.offsetOf(at);
    const size = this.taker.run(stage, window.bytes, at, end, offset, rules);
    if (size === 0) return at;
    const { lineStart, lineFeeds } = stage.kernel;
    this.lineStart = lineStart < 0 ? -1 : at + stage.offsetOf(lineStart) - offset;
    window.passLines(at, at + size, lineFeeds);
    return at + size;
  }

  /** The plain decoder made a row of the record at stream offset `offset`: learns its shape if no known one fitted. */
  learn(tokens: Tokenizer, offset: number): void {
    if (this.shapes.program.shapeCount === 0 || this.stage.isMiss(offset)) this.shapes.learn(tokens, 0);
  }
}
