import { openKernel } from './module.ts';
import { COLUMN_BYTES, COLUMNS_BASE, INPUT_BYTES, MAX_ROWS, PADDING, PROGRAM_BASE, VALIDITY_OFFSET } from './ops.ts';
import type { ShapeProgram } from './program.ts';

/** What the WebAssembly module exports; see assembly/index.ts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  decode(
    start: number,
    end: number,
    shapes: number,
    between: number,
    maxRows: number,
    maxRecord: number,
    maxBytes: number,
    separator: number,
    quote: number,
    comment: number,
  ): void;
  result(): number;
  gather(spans: number, rows: number, to: number, ends: number, base: number): number;
  lineFeeds(start: number, end: number): number;
  staticEnd(): number;
}

/** How to cut the input into records. */
export interface RecordRules {
  /** VALUES, ELEMENTS, LINES or ROWS. */
  readonly between: number;
  /** A longer record fits no shape. */
  readonly maxRecordBytes: number;
  /** ROWS: the byte between two fields, the quote, and the byte that begins a comment; NO_BYTE for none. */
  readonly separator: number;
  readonly quote: number;
  readonly comment: number;
}

/** Stands for no byte. */
export const NO_BYTE = 256;

/**
 * The kernel's memory and functions. One instance serves all decoders of a thread in turn: a decoder stages its input, decodes
 * it in runs, and copies each run's columns out before another run begins.
 *
 * After `decode`, positions are counted from the start of the staged input.
 */
export class Kernel {
  /** Rows of the last run. */
  rows = 0;
  /** Why it stopped: FULL, OVER, MISS or CUT. */
  stop = 0;
  /** Behind the last record; with LINES and ROWS, behind its line end. */
  behind = 0;
  /** MISS, CUT: the start of the record that did not fit. */
  next = 0;
  /** Bytes of the run's records, without what stands between them. */
  recordBytes = 0;
  /** Start of the last line that begins between two records of the run; -1 for none. */
  lineStart = -1;

  private readonly exports: Exports;
  private readonly resultAt: number;
  private holder: object | null = null;
  private loaded: ShapeProgram | null = null;
  private loadedVersion = -1;
  private inputAt = 0;
  private memory = new Uint8Array(0);
  private numbers = new Uint32Array(0);

  constructor(exports: object) {
    this.exports = exports as Exports;
    if (this.exports.staticEnd() > PROGRAM_BASE) throw new Error('the static data of the kernel outgrew its place');
    this.resultAt = this.exports.result() >> 2;
  }

  /** Whether the input that `holder` staged last is still there. */
  isStaged(holder: object): boolean {
    return this.holder === holder;
  }

  /** Copies `bytes[start .. end)`, at most INPUT_BYTES, in as the input of `holder`. */
  stage(holder: object, program: ShapeProgram, bytes: Uint8Array, start: number, end: number): void {
    this.holder = holder;
    this.inputAt = COLUMNS_BASE + program.columns * COLUMN_BYTES;
    // Behind the input, room to gather texts and their ends.
    this.reserve(this.inputAt + 2 * (INPUT_BYTES + PADDING) + (MAX_ROWS + 1) * 4);
    this.memory.set(bytes.subarray(start, end), this.inputAt);
    this.memory.fill(10, this.inputAt + end - start, this.inputAt + end - start + PADDING);
  }

  /** Decodes the staged input's bytes from `start` to `end`, which is where it ends, into at most `maxRows` rows. */
  decode(
    program: ShapeProgram,
    rules: RecordRules,
    start: number,
    end: number,
    maxRows: number,
    maxBytes: number,
  ): void {
    this.load(program);
    const { inputAt } = this;
    this.exports.decode(
      inputAt + start,
      inputAt + end,
      program.shapeCount,
      rules.between,
      maxRows,
      rules.maxRecordBytes,
      maxBytes,
      rules.separator,
      rules.quote,
      rules.comment,
    );
    const { numbers, resultAt } = this;
    this.rows = numbers[resultAt] as number;
    this.stop = numbers[resultAt + 1] as number;
    this.behind = (numbers[resultAt + 2] as number) - inputAt;
    this.next = (numbers[resultAt + 3] as number) - inputAt;
    this.recordBytes = numbers[resultAt + 4] as number;
    const lineStart = numbers[resultAt + 5] as number;
    this.lineStart = lineStart === 0 ? -1 : lineStart - inputAt;
  }

  /** LF bytes of the staged input from `start` to `end`. */
  lineFeeds(start: number, end: number): number {
    return this.exports.lineFeeds(this.inputAt + start, this.inputAt + end);
  }

  // The views below hold until the next call of `stage` or `decode`.

  /** 1 where the last run's rows have a value in a column. */
  validity(column: number): Uint8Array {
    const at = columnAt(column) + VALIDITY_OFFSET;
    return this.memory.subarray(at, at + this.rows);
  }

  float64(column: number): Float64Array {
    return new Float64Array(this.memory.buffer, columnAt(column), this.rows);
  }

  int32(column: number): Int32Array {
    return new Int32Array(this.memory.buffer, columnAt(column), this.rows);
  }

  int64(column: number): BigInt64Array {
    return new BigInt64Array(this.memory.buffer, columnAt(column), this.rows);
  }

  /** A column's texts, one behind another, and where each ends, counted from `base` in front of the first. */
  texts(column: number, base: number): { readonly bytes: Uint8Array; readonly ends: Int32Array } {
    const ends = this.inputAt + INPUT_BYTES + PADDING;
    const to = ends + MAX_ROWS * 4;
    const size = this.exports.gather(columnAt(column), this.rows, to, ends, base);
    return {
      bytes: this.memory.subarray(to, to + size),
      ends: new Int32Array(this.memory.buffer, ends, this.rows),
    };
  }

  private load(program: ShapeProgram): void {
    if (this.loaded === program && this.loadedVersion === program.version) return;
    this.memory.set(program.image.subarray(0, program.size), PROGRAM_BASE);
    this.loaded = program;
    this.loadedVersion = program.version;
  }

  private reserve(size: number): void {
    const { memory } = this.exports;
    const missing = size - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    if (this.memory.buffer === memory.buffer) return;
    this.memory = new Uint8Array(memory.buffer);
    this.numbers = new Uint32Array(memory.buffer);
  }
}

function columnAt(column: number): number {
  return COLUMNS_BASE + column * COLUMN_BYTES;
}

let instance: Kernel | null | undefined;

/** The kernel of this thread; null where it was not built: the plain decoders do all it does. */
export function sharedKernel(): Kernel | null {
  if (instance === undefined) {
    const exports = openKernel();
    instance = exports === null ? null : new Kernel(exports);
  }
  return instance;
}
