import { type Batch, type Cell, cellAt } from '../../../src/batch.ts';
import { jsonDecoder } from '../../../src/formats/json/decode.ts';
import type { Schema } from '../../../src/schema.ts';
import type { RejectedRecord } from '../../../src/source.ts';

export interface Decoded {
  rows: Cell[][];
  rejects: Omit<RejectedRecord, 'source'>[];
  dropped: number;
  batches: Batch[];
}

/** Decodes bytes, cut at the given places. */
export function decode(
  schema: Schema,
  input: string | Uint8Array,
  options: Record<string, unknown> = { mode: 'reject' },
  cuts: readonly number[] = [],
): Decoded {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const decoded: Decoded = { rows: [], rejects: [], dropped: 0, batches: [] };
  const decoder = jsonDecoder({
    schema,
    options,
    reject: (record) => decoded.rejects.push(record),
    dropped: (rows) => {
      decoded.dropped += rows;
    },
  });
  const take = (batches: Iterable<Batch>) => {
    for (const batch of batches) decoded.batches.push(batch);
  };
  let from = 0;
  for (const to of [...cuts, bytes.length]) {
    // The chunk is the caller's again: what the decoder did not copy is gone.
    const chunk = bytes.slice(from, to);
    take(decoder.push(chunk));
    chunk.fill(0x7b);
    from = to;
  }
  take(decoder.finish());
  for (const batch of decoded.batches) {
    for (let row = 0; row < batch.length; row++) decoded.rows.push(batch.vectors.map((vector) => cellAt(vector, row)));
  }
  return decoded;
}
