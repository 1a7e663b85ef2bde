import { allocateFixed, type Vector } from '../../batch.ts';
import type { DataType, Field, StructType } from '../../schema.ts';
import { CellsBuilder } from '../builders/cells-builder.ts';
import { FixedBuilder } from '../builders/fixed-builder.ts';
import { TextBuilder } from '../builders/text-builder.ts';
import type { VectorBuilder } from '../builders/vector-builder.ts';
import type { DecodedRun } from '../decoded-run.ts';
import { Nulls } from '../nulls.ts';
import { unreadVector } from '../unread.ts';
import { type CellReader, cellReader, childPath, WHOLE_TEXT } from './cell-readers.ts';
import { FieldNames } from './names.ts';
import type { ReadContext } from './read-context.ts';
import { compactJson, decodeEscapes } from './strings.ts';
import { ESCAPED, INTEGER, NULL, NUMBER, OBJECT, STRING } from './tokenizer.ts';

/** Reads the values of one column. */
export interface Column extends VectorBuilder {
  /** Sets the row from the value at a tape entry; false, after `context.fail`, when it does not fit. */
  read(entry: number, row: number): boolean;
}

/** The column of a type. */
export function column(type: DataType, path: string, context: ReadContext): Column {
  if (type.kind === 'struct') return new StructColumn(type, path, context);
  if (type.kind === 'string') return new TextColumn(type, path, context);
  const reader = cellReader(type, path, context);
  return new CellColumn(reader, allocateFixed(type, 0) === null ? new CellsBuilder(type) : new FixedBuilder(type));
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

/** All but strings and structs. */
class CellColumn implements Column {
  constructor(
    private readonly reader: CellReader,
    private readonly builder: FixedBuilder | CellsBuilder,
  ) {}

  read(entry: number, row: number): boolean {
    const cell = this.reader(entry);
    if (cell === undefined) return false;
    if (cell === null) this.builder.setNull(row);
    // The reader and the builder are of one type.
    else this.builder.set(row, cell as number);
    return true;
  }

  setNull(row: number): void {
    this.builder.setNull(row);
  }

  append(run: DecodedRun): void {
    this.builder.append(run);
  }

  finish(length: number, reuse: boolean): Vector {
    return this.builder.finish(length, reuse);
  }
}

/** Strings, and the text of what is none where that is allowed. */
export class TextColumn implements Column {
  private readonly builder: TextBuilder;

  constructor(
    type: DataType,
    private readonly path: string,
    private readonly context: ReadContext,
  ) {
    this.builder = new TextBuilder(type);
  }

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
        this.builder.set(row, tokens.bytes, start, end);
        return true;
      case ESCAPED: {
        const decode = (into: Uint8Array, at: number) => decodeEscapes(tokens.bytes, start, end, into, at, strict);
        if (this.builder.write(row, end - start, decode) >= 0) return true;
        return this.context.fail(this.path, WHOLE_TEXT, entry) ?? false;
      }
    }
    if (strict) return this.context.fail(this.path, 'a string', entry) ?? false;
    const text = compactJson(tokens.bytes, start, end);
    this.setBytes(text, 0, text.length, row);
    return true;
  }

  setBytes(bytes: Uint8Array, start: number, end: number, row: number): void {
    this.builder.set(row, bytes, start, end);
  }

  setNull(row: number): void {
    this.builder.setNull(row);
  }

  append(run: DecodedRun): void {
    this.builder.append(run);
  }

  finish(length: number, reuse: boolean): Vector {
    return this.builder.finish(length, reuse);
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
