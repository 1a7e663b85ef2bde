import type { DataType, Schema } from './schema.ts';

/**
 * A batch of rows as columns: the one representation from decoder to operator to sink.
 *
 * Law: a batch is never changed once it was handed on. Vectors may share memory with each other, never with a
 * buffer that its producer will write again.
 */
export interface Batch {
  readonly schema: Schema;
  /** Number of rows; every vector has this length. */
  readonly length: number;
  /** One vector per field of `schema`, in its order. */
  readonly vectors: readonly Vector[];
}

/**
 * Rows of a batch that we make, at most: many, as what is done once per batch is then done seldom, and few enough that its columns stay near
 * the core.
 */
export const BATCH_ROWS = 32_768;

/**
 * One column of a batch. `validity[i]` is 1 where row i has a value and 0 where it is null; `validity` is null when
 * no row is null. What stands in `values` where a row is null is undefined.
 */
export type Vector = FixedVector | BytesVector | ObjectVector | StructVector;

/**
 * Fixed-width values. `values` is, by type:
 * boolean Uint8Array (0, 1); byte Int8Array; short Int16Array; int, date (days since 1970-01-01) and
 * yearMonthInterval (months) Int32Array; float Float32Array; double Float64Array;
 * long, timestamp (microseconds since 1970-01-01T00:00:00Z) and dayTimeInterval (microseconds) Float64Array as long as
 * every value of the vector is a safe integer, else BigInt64Array (docs/adr/0002).
 */
export interface FixedVector {
  readonly kind: 'fixed';
  readonly type: DataType;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly values: FixedValues;
}

export type FixedValues =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array;

/** Strings (valid UTF-8) or binaries as they came: row i is `bytes[offsets[i] .. offsets[i + 1])`. */
export interface BytesVector {
  readonly kind: 'bytes';
  readonly type: DataType;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/** JavaScript values (`Cell`s, see below): computed strings, decimals, arrays, maps, calendar intervals, void. */
export interface ObjectVector {
  readonly kind: 'object';
  readonly type: DataType;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly values: readonly unknown[];
}

/** A struct column is its children's columns; a null struct has null children. */
export interface StructVector {
  readonly kind: 'struct';
  readonly type: DataType;
  readonly length: number;
  readonly validity: Uint8Array | null;
  readonly children: readonly Vector[];
}

/**
 * A 64-bit integer outside a vector: a number when it is a safe integer, else a bigint. This form is canonical: two
 * equal values are `===`, and `<` works across the two.
 */
export type Int64 = number | bigint;

/**
 * A single value, by type: boolean `boolean`; byte to int, float, double `number`; long, timestamp (microseconds),
 * dayTimeInterval (microseconds) `Int64`; date (days), yearMonthInterval (months) `number`; decimal `bigint` (unscaled; the scale is
 * the type's); string `string`; binary `Uint8Array`; array `Cell[]`; struct `Cell[]` in field order; map `MapCell`;
 * calendarInterval `CalendarInterval`; null for every type.
 */
export type Cell =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Cell[]
  | MapCell
  | CalendarInterval;

/** A map keeps its entries in order, as Spark does. */
export interface MapCell {
  readonly keys: readonly Cell[];
  readonly values: readonly Cell[];
}

export interface CalendarInterval {
  readonly months: number;
  readonly days: number;
  readonly micros: Int64;
}

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const textEncoder = new TextEncoder();

/** Brings a bigint or number that holds a 64-bit integer into the canonical form of `Int64`. */
export function canonicalInt64(value: number | bigint): Int64 {
  if (typeof value === 'number') return value;
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** The value of row `row`, as a `Cell`. Made for few rows (sinks for people, static tables); hot loops read vectors. */
export function cellAt(vector: Vector, row: number): Cell {
  if (vector.validity !== null && vector.validity[row] === 0) return null;
  switch (vector.kind) {
    case 'fixed': {
      const value = vector.values[row] as number | bigint;
      if (vector.type.kind === 'boolean') return value === 1;
      return typeof value === 'bigint' ? canonicalInt64(value) : value;
    }
    case 'bytes': {
      const bytes = vector.bytes.subarray(vector.offsets[row], vector.offsets[row + 1]);
      return vector.type.kind === 'binary' ? bytes : textDecoder.decode(bytes);
    }
    case 'object':
      return vector.values[row] as Cell;
    case 'struct':
      return vector.children.map((child) => cellAt(child, row));
  }
}

/** Collects cells into a vector of the type's form. */
export class VectorBuilder {
  private readonly cells: Cell[] = [];
  private hasNull = false;

  constructor(private readonly type: DataType) {}

  get length(): number {
    return this.cells.length;
  }

  push(cell: Cell): void {
    if (cell === null) this.hasNull = true;
    this.cells.push(cell);
  }

  finish(): Vector {
    return vectorOf(this.type, this.cells, this.hasNull);
  }
}

/** A vector of `type` from cells. */
export function vectorOf(type: DataType, cells: readonly Cell[], hasNull = cells.includes(null)): Vector {
  const length = cells.length;
  const validity = hasNull ? Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1)) : null;
  if (type.kind === 'struct') {
    const children = type.fields.map((field, index) =>
      vectorOf(
        field.type,
        cells.map((cell) => (cell === null ? null : ((cell as readonly Cell[])[index] ?? null))),
      ),
    );
    return { kind: 'struct', type, length, validity, children };
  }
  const values = fixedValues(type, cells);
  if (values !== null) return { kind: 'fixed', type, length, validity, values };
  return { kind: 'object', type, length, validity, values: cells };
}

/** An empty typed array of the form that `type` has in a `FixedVector`, or null when the type is not fixed-width. */
export function allocateFixed(type: DataType, length: number): Exclude<FixedValues, BigInt64Array> | null {
  switch (type.kind) {
    case 'boolean':
      return new Uint8Array(length);
    case 'byte':
      return new Int8Array(length);
    case 'short':
      return new Int16Array(length);
    case 'int':
    case 'date':
    case 'yearMonthInterval':
      return new Int32Array(length);
    case 'float':
      return new Float32Array(length);
    case 'double':
    case 'long':
    case 'timestamp':
    case 'dayTimeInterval':
      return new Float64Array(length);
    default:
      return null;
  }
}

function fixedValues(type: DataType, cells: readonly Cell[]): FixedValues | null {
  const values = allocateFixed(type, cells.length);
  if (values === null) return null;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (typeof cell === 'bigint') return BigInt64Array.from(cells, (c) => BigInt((c ?? 0) as number | bigint));
    values[i] = Number(cell);
  }
  return values;
}

/** A batch from rows of cells. */
export function batchOf(schema: Schema, rows: readonly (readonly Cell[])[]): Batch {
  const vectors = schema.fields.map((field, index) =>
    vectorOf(
      field.type,
      rows.map((row) => row[index] ?? null),
    ),
  );
  return { schema, length: rows.length, vectors };
}

/** The rows `indices` of a vector, in that order. An index may repeat; -1 gives null. */
export function takeVector(vector: Vector, indices: Int32Array): Vector {
  const length = indices.length;
  const validity = takeValidity(vector, indices);
  switch (vector.kind) {
    case 'fixed': {
      const Values = vector.values.constructor as new (length: number) => Float64Array;
      const source = vector.values as Float64Array;
      const values = new Values(length);
      for (let i = 0; i < length; i++) {
        const index = indices[i] as number;
        if (index >= 0) values[i] = source[index] as number;
      }
      return { kind: 'fixed', type: vector.type, length, validity, values };
    }
    case 'bytes': {
      const starts = new Int32Array(length);
      const offsets = new Int32Array(length + 1);
      let size = 0;
      for (let i = 0; i < length; i++) {
        const index = indices[i] as number;
        if (index >= 0) {
          const start = vector.offsets[index] as number;
          starts[i] = start;
          size += (vector.offsets[index + 1] as number) - start;
        }
        offsets[i + 1] = size;
      }
      const bytes = gatherBytes(vector.bytes, starts, offsets);
      return { kind: 'bytes', type: vector.type, length, validity, offsets, bytes };
    }
    case 'object': {
      const values = Array.from(indices, (index) => (index < 0 ? null : vector.values[index]));
      return { kind: 'object', type: vector.type, length, validity, values };
    }
    case 'struct': {
      const children = vector.children.map((child) => takeVector(child, indices));
      return { kind: 'struct', type: vector.type, length, validity, children };
    }
  }
}

/** New bytes, of which those at `offsets[i]` to `offsets[i + 1]` are those of `source` from `starts[i]` on, for every i. */
export function gatherBytes(source: Uint8Array, starts: Int32Array, offsets: Int32Array): Uint8Array<ArrayBuffer> {
  const { length } = starts;
  const size = offsets[length] as number;
  const bytes = new Uint8Array(size);
  const from = new DataView(source.buffer, source.byteOffset, source.length);
  const into = new DataView(bytes.buffer);
  for (let i = 0; i < length; i++) {
    const end = offsets[i + 1] as number;
    let to = offsets[i] as number;
    let at = starts[i] as number;
    if (end - to > LONG_BYTES) bytes.set(source.subarray(at, at + end - to), to);
    else if (end + 3 <= size && at + end - to + 3 <= source.length) {
      // By fours: what comes too much is overwritten by the next ones.
      for (; to < end; to += 4, at += 4) into.setInt32(to, from.getInt32(at, true), true);
    } else for (; to < end; to++, at++) bytes[to] = source[at] as number;
  }
  return bytes;
}

/** So many bytes are copied sooner by a view of them. */
const LONG_BYTES = 128;

function takeValidity(vector: Vector, indices: Int32Array): Uint8Array | null {
  if (vector.validity === null && !indices.includes(-1)) return null;
  const validity = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    validity[i] = index < 0 ? 0 : vector.validity === null ? 1 : (vector.validity[index] as number);
  }
  return validity;
}

/** The rows `indices` of a batch, in that order. */
export function takeBatch(batch: Batch, indices: Int32Array): Batch {
  return {
    schema: batch.schema,
    length: indices.length,
    vectors: batch.vectors.map((vector) => takeVector(vector, indices)),
  };
}

/** All rows of `batches`, which share `schema`, in one batch. */
export function concatBatches(schema: Schema, batches: readonly Batch[]): Batch {
  if (batches.length === 1) return batches[0] as Batch;
  const length = batches.reduce((sum, batch) => sum + batch.length, 0);
  const vectors = schema.fields.map((field, index) =>
    concatVectors(
      field.type,
      batches.map((batch) => batch.vectors[index] as Vector),
    ),
  );
  return { schema, length, vectors };
}

/** All rows of `parts`, which are of one type. */
export function concatVectors(type: DataType, parts: readonly Vector[]): Vector {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const validity = concatValidity(parts, length);
  if (type.kind === 'struct') {
    const structs = parts as readonly StructVector[];
    const children = type.fields.map((field, index) =>
      concatVectors(
        field.type,
        structs.map((part) => part.children[index] as Vector),
      ),
    );
    return { kind: 'struct', type, length, validity, children };
  }
  if (parts.every((part): part is FixedVector => part.kind === 'fixed')) {
    return { kind: 'fixed', type, length, validity, values: concatFixed(type, parts, length) };
  }
  if (parts.length > 0 && parts.every((part): part is BytesVector => part.kind === 'bytes')) {
    return concatBytes(type, parts, length, validity);
  }
  const values: Cell[] = [];
  for (const part of parts) for (let row = 0; row < part.length; row++) values.push(cellAt(part, row));
  return { kind: 'object', type, length, validity, values };
}

function concatFixed(type: DataType, parts: readonly FixedVector[], length: number): FixedValues {
  if (parts.some((part) => part.values instanceof BigInt64Array)) {
    const values = new BigInt64Array(length);
    let at = 0;
    for (const part of parts) for (let i = 0; i < part.length; i++) values[at++] = BigInt(part.values[i] as number);
    return values;
  }
  const values = allocateFixed(type, length) as Float64Array;
  let at = 0;
  for (const part of parts) {
    values.set(part.values as Float64Array, at);
    at += part.length;
  }
  return values;
}

function concatBytes(
  type: DataType,
  parts: readonly BytesVector[],
  length: number,
  validity: Uint8Array | null,
): BytesVector {
  const offsets = new Int32Array(length + 1);
  const slices: Uint8Array[] = [];
  let row = 0;
  let size = 0;
  for (const part of parts) {
    const start = part.offsets[0] as number;
    const end = part.offsets[part.length] as number;
    for (let i = 1; i <= part.length; i++) offsets[++row] = size + (part.offsets[i] as number) - start;
    slices.push(part.bytes.subarray(start, end));
    size += end - start;
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const slice of slices) {
    bytes.set(slice, at);
    at += slice.length;
  }
  return { kind: 'bytes', type, length, validity, offsets, bytes };
}

function concatValidity(parts: readonly Vector[], length: number): Uint8Array | null {
  if (parts.every((part) => part.validity === null)) return null;
  const validity = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    if (part.validity === null) validity.fill(1, at, at + part.length);
    else validity.set(part.validity, at);
    at += part.length;
  }
  return validity;
}

/** A string column's values as UTF-8 bytes, whichever form it has. */
export function toBytesVector(vector: BytesVector | ObjectVector): BytesVector {
  if (vector.kind === 'bytes') return vector;
  const parts = vector.values.map((value) =>
    value === null ? new Uint8Array(0) : value instanceof Uint8Array ? value : textEncoder.encode(value as string),
  );
  const offsets = new Int32Array(vector.length + 1);
  for (let i = 0; i < parts.length; i++) offsets[i + 1] = (offsets[i] as number) + (parts[i] as Uint8Array).length;
  const bytes = new Uint8Array(offsets[vector.length] as number);
  for (let i = 0; i < parts.length; i++) bytes.set(parts[i] as Uint8Array, offsets[i]);
  return { kind: 'bytes', type: vector.type, length: vector.length, validity: vector.validity, offsets, bytes };
}
