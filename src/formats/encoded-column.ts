import type { Vector } from '../batch.ts';
import type { EncodedColumn } from '../kernel/encode-memory.ts';

/** A vector as the kernel's encoders take it; null for those that they do not. */
export function encodedColumn(vector: Vector): EncodedColumn | null {
  const { validity } = vector;
  if (vector.kind === 'bytes') {
    return vector.type.kind === 'string'
      ? { kind: 'text', values: vector.bytes, validity, offsets: vector.offsets }
      : null;
  }
  if (vector.kind !== 'fixed') return null;
  const { values } = vector;
  switch (vector.type.kind) {
    case 'long':
      return values instanceof Float64Array ? { kind: 'integer', values, validity } : null;
    case 'timestamp':
      return values instanceof Float64Array ? { kind: 'timestamp', values, validity } : null;
    case 'double':
      return { kind: 'double', values: values as Float64Array, validity };
    case 'int':
      return { kind: 'smallInteger', values: values as Int32Array, validity };
    case 'boolean':
      return { kind: 'boolean', values: values as Uint8Array, validity };
    default:
      return null;
  }
}
