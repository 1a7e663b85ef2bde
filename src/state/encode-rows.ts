import type { Batch } from '../batch.ts';
import type { EncodedStateRows } from '../state-store.ts';
import { encodeBatch } from './column-codec.ts';

/** Rows as state files hold them. */
export function encodeStateRows(rows: Batch): EncodedStateRows {
  return { length: rows.length, bytes: Uint8Array.from(encodeBatch(rows)) };
}
