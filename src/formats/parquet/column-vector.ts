import { isUtf8 } from 'node:buffer';
import type { DecodedArray } from 'hyparquet';
import {
  allocateFixed,
  type Cell,
  canonicalInt64,
  type MapCell,
  toBytesVector,
  type Vector,
  vectorOf,
} from '../../batch.ts';
import { dataError } from '../../errors.ts';
import type { DataType } from '../../schema.ts';
import type { Shape } from './file-schema.ts';

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Values of one column, as the library gives them without logical types, as a vector of `type`. */
export function columnVector(type: DataType, shape: Shape, values: DecodedArray): Vector {
  if (shape.kind === 'plain' && (type.kind === 'string' || type.kind === 'binary')) return bytesVector(type, values);
  if (shape.kind === 'plain' && ArrayBuffer.isView(values)) {
    const typed = typedVector(type, values);
    if (typed !== null) return typed;
  }
  return vectorOf(
    type,
    Array.from(values as ArrayLike<unknown>, (value) => cellOf(type, shape, value)),
  );
}

/** A typed array is a column without nulls. */
function typedVector(type: DataType, values: ArrayBufferView): Vector | null {
  const { length } = values as Int32Array;
  const made = { kind: 'fixed', type, length, validity: null } as const;
  if (values instanceof BigInt64Array) {
    const narrow = Float64Array.from(values, Number);
    return { ...made, values: narrow.every(Number.isSafeInteger) ? narrow : values };
  }
  const target = allocateFixed(type, length);
  if (target === null || type.kind === 'boolean') return null;
  target.set(values as unknown as ArrayLike<number>);
  return { ...made, values: target };
}

function bytesVector(type: DataType, values: DecodedArray): Vector {
  const cells = Array.from(values as ArrayLike<Uint8Array | null | undefined>, (value) => value ?? null);
  const validity = cells.includes(null) ? Uint8Array.from(cells, (cell) => (cell === null ? 0 : 1)) : null;
  const vector = toBytesVector({ kind: 'object', type, length: cells.length, validity, values: cells });
  // Whole texts are valid when all of them together are, but for a character cut in two between neighbours.
  if (type.kind === 'string' && !(isUtf8(vector.bytes) && cells.every(beginsCharacter))) throw notUtf8();
  return vector;
}

function beginsCharacter(bytes: Uint8Array | null): boolean {
  return bytes === null || bytes.length === 0 || ((bytes[0] as number) & 0xc0) !== 0x80;
}

function notUtf8() {
  return dataError('PARQUET_FILE', 'parquet: a string column holds bytes that are not UTF-8. Read it as binary.');
}

function cellOf(type: DataType, shape: Shape, value: unknown): Cell {
  if (value === null || value === undefined) return null;
  switch (shape.kind) {
    case 'plain':
      return plainCell(type, value);
    case 'time':
      return canonicalInt64(floorDiv(BigInt(value as bigint) * shape.times, shape.per));
    case 'unsigned': {
      const unsigned = BigInt.asUintN(shape.bits, BigInt(value as number | bigint));
      return type.kind === 'decimal' ? unsigned : canonicalInt64(unsigned);
    }
    case 'decimal':
      return value instanceof Uint8Array ? signedOf(value) : BigInt(value as number | bigint);
    case 'list': {
      const element = type.kind === 'array' ? type.element : type;
      return (value as unknown[]).map((item) => cellOf(element, shape.element, item));
    }
    case 'entries':
      return mapCell(type, shape, value);
    case 'struct': {
      const fields = type.kind === 'struct' ? type.fields : [];
      const object = value as Record<string, unknown>;
      return fields.map((field, i) => cellOf(field.type, shape.shapes[i] as Shape, object[shape.names[i] as string]));
    }
  }
}

function plainCell(type: DataType, value: unknown): Cell {
  if (value instanceof Uint8Array) {
    if (type.kind !== 'string') return value;
    if (!isUtf8(value)) throw notUtf8();
    return textDecoder.decode(value);
  }
  return typeof value === 'bigint' ? canonicalInt64(value) : (value as Cell);
}

function mapCell(type: DataType, shape: Extract<Shape, { kind: 'entries' }>, value: unknown): MapCell | null {
  if (type.kind !== 'map') return null;
  const entries = (value as Record<string, unknown>)[shape.group] as Record<string, unknown>[];
  return {
    keys: entries.map((entry) => cellOf(type.key, shape.shapes[0], entry[shape.key])),
    values: entries.map((entry) => cellOf(type.value, shape.shapes[1], entry[shape.value])),
  };
}

function floorDiv(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

/** A big-endian number in two's complement. */
function signedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}
