import type { Vector } from '../batch.ts';
import type { DataType, Schema } from '../schema.ts';

/** Stands for a column that nobody reads: it has no values. */
export function unreadVector(type: DataType, length: number): Vector {
  return { kind: 'struct', type, length, validity: null, children: [] };
}

/** Which columns of a schema are read. */
export function isRead(schema: Schema, needed: readonly number[] | undefined): boolean[] {
  return schema.fields.map((_, ordinal) => needed?.includes(ordinal) ?? true);
}
