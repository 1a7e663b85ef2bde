import { type Batch, type BytesVector, cellAt, type Vector } from '../batch.ts';
import type { DataType } from '../schema.ts';
import type { TypedExpr } from '../sql/typed.ts';

/** Column index and the ordinals of struct fields below it. */
export type InputPath = readonly number[];

/** How generated code reads an input: each form has code of its own. */
export type InputForm = 'fixed' | 'boolean' | 'bigint' | 'values' | 'cells' | 'bytes';

/** What generated code reads of an input: a string column that comes as bytes can be read both ways. */
export interface InputRead {
  readonly path: InputPath;
  readonly as: 'cells' | 'bytes';
}

/** What generated code gets of an input vector: `values` of cells, `values` (Uint8Array) and `offsets` of bytes. */
export interface InputData {
  readonly values: unknown;
  readonly offsets: Int32Array | null;
  readonly validity: Uint8Array | null;
}

/** The path of an expression that is a column or a field of struct columns; null for any other. */
export function inputPath(expr: TypedExpr): InputPath | null {
  if (expr.kind === 'input') return [expr.index];
  if (expr.kind !== 'field') return null;
  const parent = inputPath(expr.child);
  return parent === null ? null : [...parent, expr.ordinal];
}

export function vectorAt(batch: Batch, path: InputPath): Vector {
  const [index, ...ordinals] = path;
  return ordinals.reduce<Vector>(
    (vector, ordinal) => {
      if (vector.kind !== 'struct') throw new Error(`a struct column comes as a vector of kind ${vector.kind}`);
      return vector.children[ordinal] as Vector;
    },
    batch.vectors[index as number] as Vector,
  );
}

export function formOf(vector: Vector): InputForm {
  if (vector.kind === 'fixed') {
    if (vector.values instanceof BigInt64Array) return 'bigint';
    return vector.type.kind === 'boolean' ? 'boolean' : 'fixed';
  }
  if (vector.kind === 'bytes' && vector.type.kind === 'string') return 'bytes';
  return vector.kind === 'struct' ? 'cells' : 'values';
}

/** The form that a column of this type usually has: for showing code without a batch. */
export function usualForm(type: DataType): InputForm {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'struct':
      return 'cells';
    case 'string':
      return 'bytes';
    case 'binary':
    case 'decimal':
    case 'array':
    case 'map':
    case 'void':
    case 'calendarInterval':
      return 'values';
    default:
      return 'fixed';
  }
}

export function inputData(vector: Vector, as: InputRead['as']): InputData {
  const { validity } = vector;
  switch (vector.kind) {
    case 'fixed':
      return { values: vector.values, offsets: null, validity };
    case 'struct':
      return { values: (row: number) => cellAt(vector, row), offsets: null, validity };
    case 'bytes':
      if (as === 'bytes') return { values: vector.bytes, offsets: vector.offsets, validity };
      return { values: cellsOf(vector), offsets: null, validity };
    default:
      return { values: vector.values, offsets: null, validity };
  }
}

/** The JavaScript values of string and binary vectors, decoded once per vector however many expressions read it. */
const decoded = new WeakMap<BytesVector, unknown[]>();

function cellsOf(vector: BytesVector): readonly unknown[] {
  const known = decoded.get(vector);
  if (known !== undefined) return known;
  const cells = decodeBytes(vector);
  decoded.set(vector, cells);
  return cells;
}

/** V8 copies substrings below this length; a longer one would keep the whole text it was cut from alive. */
const MAX_COPIED_LENGTH = 12;

function decodeBytes({ type, length, validity, offsets, bytes }: BytesVector): unknown[] {
  const cells = new Array<unknown>(length);
  const first = offsets[0] as number;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // One call decodes all bytes; where they are ASCII, short values are cut from the result without another call.
  const whole = type.kind === 'binary' ? '' : buffer.toString('latin1', first, offsets[length]);
  const isAscii = !NOT_ASCII.test(whole);
  for (let i = 0; i < length; i++) {
    const start = offsets[i] as number;
    const end = offsets[i + 1] as number;
    if (validity !== null && validity[i] === 0) cells[i] = null;
    else if (type.kind === 'binary') cells[i] = bytes.subarray(start, end);
    else if (isAscii && end - start <= MAX_COPIED_LENGTH) cells[i] = whole.substring(start - first, end - first);
    else cells[i] = buffer.toString(isAscii ? 'latin1' : 'utf8', start, end);
  }
  return cells;
}

const NOT_ASCII = /[\u0080-\u00ff]/;
