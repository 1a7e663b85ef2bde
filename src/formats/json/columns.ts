import { allocateFixed, type Cell, type FixedValues, type Vector } from '../../batch.ts';
import type { DataType, Field, StructType } from '../../schema.ts';
import { appendDecimals, appendFixed, type DecodedRun } from '../decoded-run.ts';
import { grown, roomFor } from '../grown.ts';
import { Nulls } from '../nulls.ts';
import { unreadVector } from '../unread.ts';
import { type CellReader, cellReader, childPath, WHOLE_TEXT } from './cell-readers.ts';
import { FieldNames } from './names.ts';
import type { ReadContext } from './read-context.ts';
import { compactJson, decodeEscapes } from './strings.ts';
import { ESCAPED, INTEGER, NULL, NUMBER, OBJECT, STRING } from './tokenizer.ts';

/** Collects one column, row by row. Rows count from 0; a row may be written again, and only the last time counts. */
export interface Column {
  /** Sets the row from the value at a tape entry; false, after `context.fail`, when it does not fit. */
  read(entry: number, row: number): boolean;
  setNull(row: number): void;
  /** Takes its values of the rows that the kernel decoded. */
  append(run: DecodedRun): void;
  /** The first `length` rows as a vector. The column begins anew, with fresh memory unless it may `reuse` the vector's. */
  finish(length: number, reuse: boolean): Vector;
}

/** The column of a type. */
export function column(type: DataType, path: string, context: ReadContext): Column {
  if (type.kind === 'struct') return new StructColumn(type, path, context);
  if (type.kind === 'string') return new TextColumn(type, path, context);
  const reader = cellReader(type, path, context);
  return allocateFixed(type, 0) === null ? new CellColumn(type, reader) : new FixedColumn(type, reader);
}

/** Checks the values of a column that nobody reads. */
class UnreadColumn implements Column {
  constructor(
    private readonly type: DataType,
    private readonly inner: Column,
  ) {}

  read(entry: number): boolean {
    return this.inner.read(entry, 0);
  }

  setNull(): void {}

  append(run: DecodedRun): void {
    passColumns(this.type, run);
  }

  finish(length: number): Vector {
    return unreadVector(this.type, length);
  }
}

/** Passes over the columns that a type has in the program. */
function passColumns(type: DataType, run: DecodedRun): void {
  run.nextColumn();
  if (type.kind === 'struct') for (const field of type.fields) passColumns(field.type, run);
}

/** Numbers, booleans, dates and timestamps. 64-bit integers are doubles while all are safe (docs/adr/0002). */
class FixedColumn implements Column {
  private readonly nulls = new Nulls();
  private values: Exclude<FixedValues, BigInt64Array>;
  private wide: BigInt64Array | null = null;

  constructor(
    private readonly type: DataType,
    private readonly reader: CellReader,
  ) {
    this.values = allocateFixed(type, 0) as Float64Array;
  }

  read(entry: number, row: number): boolean {
    const cell = this.reader(entry);
    if (cell === undefined) return false;
    if (cell === null) this.setNull(row);
    else {
      this.reserve(row + 1);
      this.nulls.set(row, 1);
      if (typeof cell === 'bigint') this.wide ??= BigInt64Array.from(this.values, BigInt);
      if (this.wide === null) this.values[row] = Number(cell);
      else this.wide[row] = BigInt(cell as number | bigint);
    }
    return true;
  }

  setNull(row: number): void {
    this.reserve(row + 1);
    this.nulls.set(row, 0);
    if (this.wide === null) this.values[row] = 0;
    else this.wide[row] = 0n;
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.reserve(run.row + run.rows);
    this.nulls.append(run, column);
    appendFixed(this.values, this.wide, this.type, run, column);
  }

  private reserve(rows: number): void {
    if (rows <= this.values.length) return;
    const room = roomFor(rows);
    this.values = grown(this.values, room);
    if (this.wide !== null) this.wide = grown(this.wide, room);
  }

  finish(length: number, reuse: boolean): Vector {
    const values = this.finishValues(length);
    if (!reuse) this.values = allocateFixed(this.type, 0) as Float64Array;
    this.wide = null;
    return { kind: 'fixed', type: this.type, length, validity: this.nulls.finish(length), values };
  }

  /** The row that needed 64 bits may have been one that did not stay. */
  private finishValues(length: number): FixedValues {
    const wide = this.wide?.subarray(0, length);
    if (wide === undefined) return this.values.subarray(0, length);
    return wide.some((value) => !Number.isSafeInteger(Number(value))) ? wide : Float64Array.from(wide, Number);
  }
}

/** Decimals, binaries, arrays, maps. */
class CellColumn implements Column {
  private readonly nulls = new Nulls();
  private cells: Cell[] = [];

  constructor(
    private readonly type: DataType,
    private readonly reader: CellReader,
  ) {}

  read(entry: number, row: number): boolean {
    const cell = this.reader(entry);
    if (cell === undefined) return false;
    this.cells[row] = cell;
    this.nulls.set(row, cell === null ? 0 : 1);
    return true;
  }

  setNull(row: number): void {
    this.cells[row] = null;
    this.nulls.set(row, 0);
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.nulls.append(run, column);
    appendDecimals(this.cells, run, column);
  }

  finish(length: number): Vector {
    const values = this.cells;
    values.length = length;
    this.cells = [];
    return { kind: 'object', type: this.type, length, validity: this.nulls.finish(length), values };
  }
}

/** Strings, as bytes. */
export class TextColumn implements Column {
  private readonly nulls = new Nulls();
  private offsets = new Int32Array(1);
  private bytes = new Uint8Array(0);
  /** The last batch's bytes: the next probably needs about as many. */
  private expectedBytes = 0;

  constructor(
    private readonly type: DataType,
    private readonly path: string,
    private readonly context: ReadContext,
  ) {}

  read(entry: number, row: number): boolean {
    const { tokens, strict } = this.context;
    const { tape } = tokens;
    const start = tape[entry + 1] as number;
    const end = tape[entry + 2] as number;
    switch (tape[entry]) {
      case NULL:
        this.setNull(row);
        return true;
      case STRING:
      case INTEGER:
      case NUMBER:
        this.setBytes(tokens.bytes, start, end, row);
        return true;
      case ESCAPED: {
        this.reserveRows(row + 1);
        const at = this.offsets[row] as number;
        this.reserve(at, end - start);
        const written = decodeEscapes(tokens.bytes, start, end, this.bytes, at, strict);
        if (written < 0) return this.context.fail(this.path, WHOLE_TEXT, entry) ?? false;
        this.offsets[row + 1] = written;
        this.nulls.set(row, 1);
        return true;
      }
    }
    if (strict) return this.context.fail(this.path, 'a string', entry) ?? false;
    const text = compactJson(tokens.bytes, start, end);
    this.setBytes(text, 0, text.length, row);
    return true;
  }

  setBytes(bytes: Uint8Array, start: number, end: number, row: number): void {
    this.reserveRows(row + 1);
    const at = this.offsets[row] as number;
    this.reserve(at, end - start);
    // A short copy by hand beats the call of `set`.
    if (end - start < 32) for (let from = start, to = at; from < end; ) this.bytes[to++] = bytes[from++] as number;
    else this.bytes.set(bytes.subarray(start, end), at);
    this.offsets[row + 1] = at + end - start;
    this.nulls.set(row, 1);
  }

  setNull(row: number): void {
    this.reserveRows(row + 1);
    this.offsets[row + 1] = this.offsets[row] as number;
    this.nulls.set(row, 0);
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.reserveRows(run.row + run.rows);
    const at = this.offsets[run.row] as number;
    const { bytes, ends } = run.kernel.texts(column, at);
    this.nulls.append(run, column);
    this.reserve(at, bytes.length);
    this.bytes.set(bytes, at);
    this.offsets.set(ends, run.row + 1);
  }

  finish(length: number, reuse: boolean): Vector {
    const used = this.offsets[length] as number;
    const vector: Vector = {
      kind: 'bytes',
      type: this.type,
      length,
      validity: this.nulls.finish(length),
      offsets: this.offsets.subarray(0, length + 1),
      bytes: this.bytes.subarray(0, used),
    };
    if (!reuse) {
      this.offsets = new Int32Array(1);
      this.bytes = new Uint8Array(0);
    }
    this.expectedBytes = used;
    return vector;
  }

  private reserve(used: number, size: number): void {
    if (used + size <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(used + size, this.bytes.length * 2, this.expectedBytes));
    bytes.set(this.bytes.subarray(0, used));
    this.bytes = bytes;
  }

  private reserveRows(rows: number): void {
    if (rows >= this.offsets.length) this.offsets = grown(this.offsets, roomFor(rows) + 1);
  }
}

/** A struct, and a whole record: one column for each field. */
export class StructColumn implements Column {
  readonly children: readonly Column[];
  private readonly nulls = new Nulls();
  private readonly names: FieldNames;
  private readonly slots: Int32Array;
  private readonly paths: readonly string[];

  constructor(
    private readonly type: StructType,
    private readonly path: string,
    private readonly context: ReadContext,
    /** Whether anybody reads the values of a field. */
    read: readonly boolean[] = [],
  ) {
    const { fields } = type;
    this.names = new FieldNames(fields);
    this.slots = new Int32Array(fields.length);
    this.paths = fields.map((field) => childPath(path, field));
    this.children = fields.map((field, i) => {
      const child = column(field.type, this.paths[i] as string, context);
      return read[i] === false ? new UnreadColumn(field.type, child) : child;
    });
  }

  read(entry: number, row: number): boolean {
    const { tokens, strict } = this.context;
    const { tape } = tokens;
    if (tape[entry] === NULL) {
      this.setNull(row);
      return true;
    }
    if (tape[entry] !== OBJECT) return this.context.fail(this.path, 'an object', entry) ?? false;
    const repeated = this.names.find(tokens, entry, this.slots);
    if (repeated !== -1) this.context.noteRepeated(this.paths[repeated] as string);
    for (let i = 0; i < this.children.length; i++) {
      const child = this.children[i] as Column;
      const slot = this.slots[i] as number;
      if (slot === -1 || tape[slot] === NULL) {
        if (strict && !(this.type.fields[i] as Field).nullable) {
          return this.context.failMissing(this.paths[i] as string, slot) ?? false;
        }
        child.setNull(row);
      } else if (!child.read(slot, row)) {
        if (strict) return false;
        child.setNull(row);
      }
    }
    this.nulls.set(row, 1);
    return true;
  }

  setNull(row: number): void {
    this.nulls.set(row, 0);
    for (const child of this.children) child.setNull(row);
  }

  append(run: DecodedRun): void {
    this.nulls.append(run, run.nextColumn());
    this.appendChildren(run);
  }

  /** As `append`, for a whole record: it is never null, and no column of the program. */
  appendChildren(run: DecodedRun): void {
    for (const child of this.children) child.append(run);
  }

  finish(length: number, reuse: boolean): Vector {
    const children = this.finishChildren(length, reuse);
    return { kind: 'struct', type: this.type, length, validity: this.nulls.finish(length), children };
  }

  finishChildren(length: number, reuse: boolean): Vector[] {
    return this.children.map((child) => child.finish(length, reuse));
  }
}
