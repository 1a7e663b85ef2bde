import { canonicalInt64, type Int64 } from '../../batch.ts';
import type { DataType } from '../../schema.ts';

const BITS: Partial<Record<DataType['kind'], number>> = { byte: 8, short: 16, int: 32, long: 64 };

/** The width in bits of an integral type. */
export function bitsOf(type: DataType): number {
  return BITS[type.kind] ?? 64;
}

/** Brings a whole number into an integral type as Java does: the high bits are dropped. */
export function wrapInt(value: bigint, type: DataType): Int64 {
  return canonicalInt64(BigInt.asIntN(bitsOf(type), value));
}

/** The value, or null when the integral type cannot hold it. */
export function fitInt(value: bigint, type: DataType): Int64 | null {
  return BigInt.asIntN(bitsOf(type), value) === value ? canonicalInt64(value) : null;
}
