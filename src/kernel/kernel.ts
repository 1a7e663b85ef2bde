import { openKernel } from './module.ts';
import {
  COLUMN_BYTES,
  COLUMNS_BASE,
  EMPTY_TEXT_BASE,
  FIELD_NULL_BASE,
  INPUT_BASE,
  MAX_COLUMNS,
  MAX_ROWS,
  NAMES_BASE,
  NULL_TEXT_BASE,
  OUTPUT_BYTES,
  OUTPUTS_BASE,
  PADDING,
  PROGRAM_BASE,
  ROOM_BYTES,
  ROOMS,
  ROOMS_BASE,
  SLOTS_BASE,
  TEXT_BASE,
  TEXT_FLAGS_BASE,
  VALIDITY_OFFSET,
  WANTED_BASE,
} from './ops.ts';
import type { ShapeProgram } from './program.ts';
import { mostRepeats, type Projection } from './projection.ts';
import { NO_BYTE, type RecordRules } from './record-rules.ts';

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
    escapeByte: number,
    nullSize: number,
    comment: number,
  ): void;
  project(
    start: number,
    end: number,
    shapes: number,
    between: number,
    maxRecord: number,
    out: number,
    outEnd: number,
    outputs: number,
    repeats: number,
    separator: number,
    quote: number,
    nullSize: number,
    emptySize: number,
    nameBytes: number,
  ): void;
  result(): number;
  gather(spans: number, rows: number, to: number, ends: number, base: number): number;
  staticEnd(): number;
}

/**
 * The kernel's memory and functions. One instance serves all decoders of a thread in turn: a decoder stages its input, decodes or
 * projects it in runs, and copies out what each run gave before another run begins.
 *
 * After `decode` and `project`, positions are counted from the start of the staged input.
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
  /** LF bytes from the start to `behind`. */
  lineFeeds = 0;

  private readonly exports: Exports;
  private readonly resultAt: number;
  private holder: object | null = null;
  private loaded: ShapeProgram | null = null;
  private loadedVersion = -1;
  private projection: Projection | null = null;
  private textSize = 0;
  private inputAt = INPUT_BASE;
  /** The input stands where it was read to, and what was behind it is to be put back. */
  private isInPlace = false;
  private readonly behindInput = new Uint8Array(PADDING);
  private readonly memory: Uint8Array<ArrayBuffer>;
  private readonly numbers: Uint32Array;
  private readonly idleRooms: Uint8Array[];

  constructor(exports: object) {
    this.exports = exports as Exports;
    const { memory } = this.exports;
    // All that it may ever need, once: views of a memory that grows are lost. What is never touched takes no memory.
    memory.grow(Math.ceil((COLUMNS_BASE + MAX_COLUMNS * COLUMN_BYTES - memory.buffer.byteLength) / 65536));
    this.memory = new Uint8Array(memory.buffer);
    this.numbers = new Uint32Array(memory.buffer);
    this.idleRooms = Array.from({ length: ROOMS }, (_, i) => {
      const at = ROOMS_BASE + i * ROOM_BYTES;
      return this.memory.subarray(at, at + ROOM_BYTES - PADDING);
    });
    if (this.exports.staticEnd() > PROGRAM_BASE) throw new Error('the static data of the kernel outgrew its place');
    this.resultAt = this.exports.result() >> 2;
  }

  /** Memory to read bytes into that need no copy to be staged then; null: all of it is lent. */
  lendRoom(): Uint8Array | null {
    return this.idleRooms.pop() ?? null;
  }

  /** Takes back what `lendRoom` gave. */
  takeBack(room: Uint8Array): void {
    this.idleRooms.push(room);
  }

  /** Whether `bytes` are in a room of this kernel's. */
  isRoom(bytes: Uint8Array): boolean {
    return bytes.buffer === this.memory.buffer;
  }

  /** Whether the input that `holder` staged last is still there. Bytes in a room may have been moved: they are staged for each run. */
  isStaged(holder: object): boolean {
    return this.holder === holder && !this.isInPlace;
  }

  /** Takes `bytes[start .. end)`, at most INPUT_BYTES, as the input of `holder`: copied, or where they are. */
  stage(holder: object, bytes: Uint8Array, start: number, end: number): void {
    this.holder = holder;
    this.isInPlace = this.isRoom(bytes);
    if (this.isInPlace) this.inputAt = bytes.byteOffset + start;
    else {
      this.inputAt = INPUT_BASE;
      this.memory.set(bytes.subarray(start, end), INPUT_BASE);
    }
  }

  /** Line ends stand behind the input during a run. */
  private pad(end: number): void {
    const at = this.inputAt + end;
    if (this.isInPlace) this.behindInput.set(this.memory.subarray(at, at + PADDING));
    this.memory.fill(10, at, at + PADDING);
  }

  private unpad(end: number): void {
    if (this.isInPlace) this.memory.set(this.behindInput, this.inputAt + end);
  }

  /** Decodes the staged input's bytes from `start` to `end`, which is where it ends, into at most `maxRows` rows, and MAX_ROWS. */
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
    this.memory.set(rules.nullText, FIELD_NULL_BASE);
    this.pad(end);
    this.exports.decode(
      inputAt + start,
      inputAt + end,
      program.shapeCount,
      rules.between,
      Math.min(maxRows, MAX_ROWS),
      rules.maxRecordBytes,
      maxBytes,
      rules.separator,
      rules.quote,
      rules.escape,
      rules.nullText.length,
      rules.comment,
    );
    this.unpad(end);
    this.takeResult();
  }

  /**
   * Writes the columns that `projection` names of the staged input's records from `start` to `end`, which is where it ends, as rows of CSV or
   * lines of JSON: see `text`. MISS means here too that a record fits but has a value that the kernel does not know how to write.
   */
  project(program: ShapeProgram, projection: Projection, rules: RecordRules, start: number, end: number): void {
    this.load(program);
    this.loadProjection(projection);
    const { inputAt } = this;
    const { columns, nullText, names } = projection;
    this.pad(end);
    this.exports.project(
      inputAt + start,
      inputAt + end,
      program.shapeCount,
      rules.between,
      rules.maxRecordBytes,
      TEXT_BASE,
      TEXT_BASE + OUTPUT_BYTES,
      columns.length,
      mostRepeats(columns),
      names === null ? projection.separator : NO_BYTE,
      names === null ? projection.quote : NO_BYTE,
      nullText.length,
      names === null ? projection.emptyText.length : 0,
      names === null ? 0 : names.reduce((sum, name) => sum + name.length, 0),
    );
    this.unpad(end);
    this.takeResult();
  }

  private takeResult(): void {
    const { numbers, resultAt, inputAt } = this;
    this.rows = numbers[resultAt] as number;
    this.stop = numbers[resultAt + 1] as number;
    this.behind = (numbers[resultAt + 2] as number) - inputAt;
    this.next = (numbers[resultAt + 3] as number) - inputAt;
    this.recordBytes = numbers[resultAt + 4] as number;
    const lineStart = numbers[resultAt + 5] as number;
    this.lineStart = lineStart === 0 ? -1 : lineStart - inputAt;
    this.lineFeeds = numbers[resultAt + 6] as number;
    this.textSize = numbers[resultAt + 7] as number;
  }

  // The views below hold until the next call of `stage`, `decode` or `project`.

  /** The rows that `project` wrote. */
  text(): Uint8Array {
    return this.memory.subarray(TEXT_BASE, TEXT_BASE + this.textSize);
  }

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
    const to = TEXT_BASE + MAX_ROWS * 4;
    const size = this.exports.gather(columnAt(column), this.rows, to, TEXT_BASE, base);
    return {
      bytes: this.memory.subarray(to, to + size),
      ends: new Int32Array(this.memory.buffer, TEXT_BASE, this.rows),
    };
  }

  private loadProjection(projection: Projection): void {
    if (this.projection === projection) return;
    this.projection = projection;
    const { memory, numbers } = this;
    memory.fill(0, WANTED_BASE, WANTED_BASE + MAX_COLUMNS);
    projection.columns.forEach((column, i) => {
      memory[WANTED_BASE + column] = 1;
      numbers[OUTPUTS_BASE / 4 + i] = SLOTS_BASE + column * 8;
    });
    memory.set(projection.nullText, NULL_TEXT_BASE);
    if (projection.names === null) {
      memory.set(projection.textFlags, TEXT_FLAGS_BASE);
      memory.set(projection.emptyText, EMPTY_TEXT_BASE);
    } else this.loadNames(projection.names);
  }

  private loadNames(names: readonly Uint8Array[]): void {
    let at = NAMES_BASE + names.length * 8;
    names.forEach((name, i) => {
      this.numbers.set([at, name.length], NAMES_BASE / 4 + i * 2);
      this.memory.set(name, at);
      at += name.length;
    });
  }

  private load(program: ShapeProgram): void {
    if (this.loaded === program && this.loadedVersion === program.version) return;
    this.memory.set(program.image.subarray(0, program.size), PROGRAM_BASE);
    this.loaded = program;
    this.loadedVersion = program.version;
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
